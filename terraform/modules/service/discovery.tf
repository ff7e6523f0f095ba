locals {
  own_registry = var.registry.own != null ? var.registry.own : var.registry.arn == null
  registry_arn = local.own_registry ? aws_service_discovery_service.this[0].arn : var.registry.arn
}

resource "aws_service_discovery_service" "this" {
  count = local.own_registry ? 1 : 0

  name          = try(var.adopt.discovery.name, var.name)
  force_destroy = true # instances are tasks: they go with the service
  tags          = local.tags

  dns_config {
    namespace_id   = var.cluster.namespace_id
    routing_policy = try(var.adopt.discovery.routing_policy, "MULTIVALUE")

    dynamic "dns_records" {
      for_each = try(var.adopt.discovery.record_types, ["A"])
      content {
        type = dns_records.value
        ttl  = 10
      }
    }
  }

  # Without it Cloud Map gives out addresses of tasks that ECS knows to be unhealthy.
  health_check_custom_config {
    failure_threshold = 1
  }

  lifecycle {
    # Either may come back empty from the API (it ignores the one since 2023; the other it has deprecated in favour of a
    # field that the provider does not read), and a difference here would replace the registry.
    ignore_changes = [health_check_custom_config, dns_config[0].namespace_id]
  }
}
