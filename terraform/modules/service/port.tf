# Another port. The service ignores its revision, so the one that runs may lack the port that is asked for: AWS refuses
# to balance it, and callers would be let in where nothing listens. No note is kept of the port before: the revision
# that runs says it, whoever deployed it.

data "aws_ecs_task_definition" "deployed" {
  for_each = toset(var.task.port == null ? [] : ["this"])

  task_definition = local.deployed_revision
}

locals {
  # Known at plan unless the service is new: then it is the module's own, and right. By a local, and no condition in the
  # data source: with a reference of its own, or a condition, Terraform reads it once the service has changed, too late.
  deployed_revision = aws_ecs_service.this.task_definition

  # For the load balancer, and for who calls over Cloud Map.
  served_port = var.task.former_port != null ? var.task.former_port : var.task.port

  # What the application has in the revision that runs; null where nobody can tell (an older provider does not show it).
  deployed_ports = try([
    for mapping in flatten([
      for container in jsondecode(
        lookup(data.aws_ecs_task_definition.deployed["this"], "container_definitions", null)
      ) :
      try(container.portMappings[*], []) if container.name == local.container_name
    ]) : mapping.containerPort
  ], null)
}

output "port" {
  description = "The port that the load balancer sends to, and callers over Cloud Map are let in on; null for none."
  value       = local.served_port

  precondition {
    # A service that nobody balances may get its first port by any deployment.
    condition = (
      local.deployed_ports == null
      ? true
      : contains(local.deployed_ports, local.served_port) || (var.traffic == null && length(local.deployed_ports) == 0)
    )
    error_message = join(" ", [
      "Service ${var.name}: port ${coalesce(local.served_port, 0)} is to be served, and ${local.container_name} has",
      "${try(coalesce(join(", ", local.deployed_ports)), "none")} in the revision that runs",
      "(${local.deployed_revision}). AWS would refuse the load balancer, and callers would find nothing.",
      "Say the port that runs as task.former_port beside the new task.port, and apply; deploy the new revision and",
      "move the load balancer's port in one update; then take former_port away (README of modules/service,",
      "\"Another port\").",
    ])
  }
}
