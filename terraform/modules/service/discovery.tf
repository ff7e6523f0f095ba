resource "aws_service_discovery_service" "this" {
  name          = var.name
  force_destroy = true # instances are tasks: they go with the service
  tags          = local.tags

  dns_config {
    namespace_id   = var.cluster.namespace_id
    routing_policy = "MULTIVALUE"

    dns_records {
      type = "A"
      ttl  = 10
    }
  }

  # Without it Cloud Map gives out addresses of tasks that ECS knows to be unhealthy.
  health_check_custom_config {
    failure_threshold = 1
  }

  lifecycle {
    # The API ignores the field since 2023 and may give back nothing; a difference here would replace the registry.
    ignore_changes = [health_check_custom_config]
  }
}
