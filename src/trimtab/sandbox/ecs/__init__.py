"""ECS: services, their deployments, the scheduler, tasks and their health."""
