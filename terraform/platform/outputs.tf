# As modules/fleet has them (tools/terraform_platform.py writes this file).

output "cluster_name" {
  description = "Name of the cluster."
  value       = module.fleet.cluster_name
}

output "load_balancers" {
  description = "DNS names of the load balancers by exposure."
  value       = module.fleet.load_balancers
}

output "namespace" {
  description = "Private DNS namespace: a service answers its callers as NAME.NAMESPACE."
  value       = module.fleet.namespace
}

output "alerts_topic_arn" {
  description = "SNS topic that is told of failures."
  value       = module.fleet.alerts_topic_arn
}

output "task_definitions" {
  description = <<-EOT
    Newest revision of each service. Services move to it by a deployment (CI or a rollout), never by apply.
  EOT
  value       = module.fleet.task_definitions
}

output "timing" {
  description = "The timing of each service [s], derived from its start-up time."
  value       = module.fleet.timing
}
