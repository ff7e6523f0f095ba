output "cluster_name" {
  description = "Name of the cluster."
  value       = module.cluster.cluster.name
}

output "load_balancers" {
  description = "DNS names of the load balancers by exposure."
  value       = { for exposure, balancer in module.load_balancer : exposure => balancer.dns_name }

  # Not a validation of services: which load balancer a service hangs on is also said by adopt.
  precondition {
    condition = alltrue([
      for priorities in values(local.priorities) :
      length(distinct(priorities)) == length(priorities)
    ])
    error_message = join(" ", [
      "services has two listener rules of one priority behind the same load balancer. Give each service behind it a",
      "traffic.priority of its own: the load balancer refuses duplicates.",
    ])
  }

  # A fleet that is taken over stays where it runs. What is new gets a third zone: with one gone, two thirds are left.
  precondition {
    condition = (
      length(var.adopt.services) > 0 || min(length(var.private_subnet_ids), length(var.public_subnet_ids)) >= 3
    )
    error_message = join(" ", [
      "private_subnet_ids has ${length(var.private_subnet_ids)} subnets and public_subnet_ids",
      "${length(var.public_subnet_ids)}. Give one for each of three zones:",
      "only a fleet that is taken over (adopt.services) may stay in two.",
    ])
  }
}

output "namespace" {
  description = "Private DNS namespace: a service answers its callers as NAME.NAMESPACE."
  value       = local.namespace

  precondition {
    condition = length(local.cut_calls) == 0
    error_message = join(" ", [
      "services has variables that call a service which would not let them in:",
      "${join("; ", local.cut_calls)}. Name the caller in the callee's callers, and the port the callee listens on;",
      "or leave the variable out of environment and write it under calls, which does both.",
    ])
  }

  precondition {
    condition = alltrue(
      flatten([
        for service in values(local.services) :
        [for call in values(service.calls) : contains(keys(local.host_of), call.service)]
      ])
    )
    error_message = join(" ", [
      "services has calls to what has no name in the namespace:",
      format("%s.", join(", ", flatten([for name, service in local.services : [
        for variable, call in service.calls : "${name}.calls.${variable} -> ${call.service}"
        if !contains(keys(local.host_of), call.service)
      ]]))),
      "A service that is left (adopt.leave) or stays in another owner's registry is called by what it is called",
      "there: give that under environment, its port under egress.",
    ])
  }
}

output "alerts_topic_arn" {
  description = "SNS topic that is told of failures."
  value       = module.cluster.alerts_topic_arn
}

output "task_definitions" {
  description = <<-EOT
    Newest revision of each service. Services move to it by a deployment (CI or a rollout), never by apply.
  EOT
  value       = { for name, service in module.service : name => service.task_definition_arn }
}

output "timing" {
  description = "The timing of each service [s], derived from its start-up time."
  value       = { for name, service in module.service : name => service.timing }
}
