output "cluster_name" {
  description = "Name of the cluster."
  value       = module.cluster.cluster.name
}

output "load_balancers" {
  description = "DNS names of the load balancers by exposure."
  value       = { for exposure, balancer in module.load_balancer : exposure => balancer.dns_name }

  # Not a validation of services: which load balancer a service hangs on is also said by adopt.
  precondition {
    condition     = alltrue([for priorities in values(local.priorities) : length(distinct(priorities)) == length(priorities)])
    error_message = "services has two listener rules of one priority behind the same load balancer. Give each service behind it a traffic.priority of its own: the load balancer refuses duplicates."
  }

  # A fleet that is taken over stays where it runs. What is new gets a third zone: with one gone, two thirds are left.
  precondition {
    condition     = length(var.adopt.services) > 0 || min(length(var.private_subnet_ids), length(var.public_subnet_ids)) >= 3
    error_message = "private_subnet_ids has ${length(var.private_subnet_ids)} subnets and public_subnet_ids ${length(var.public_subnet_ids)}. Give one for each of three zones: only a fleet that is taken over (adopt.services) may stay in two."
  }
}

output "alerts_topic_arn" {
  description = "SNS topic that is told of failures."
  value       = module.cluster.alerts_topic_arn
}

output "task_definitions" {
  description = "Newest revision of each service. Services move to it by a deployment (CI or a rollout), never by apply."
  value       = { for name, service in module.service : name => service.task_definition_arn }
}

output "timing" {
  description = "The timing of each service [s], derived from its start-up time."
  value       = { for name, service in module.service : name => service.timing }
}
