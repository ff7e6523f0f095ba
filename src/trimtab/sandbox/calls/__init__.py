"""Calls of other services than ECS, as far as Terraform and a rollout need them."""
