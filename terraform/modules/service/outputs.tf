output "service_arn" {
  description = "ARN of the ECS service."
  value       = aws_ecs_service.this.id
}

output "task_definition_arn" {
  description = <<-EOT
    ARN of the newest revision. The service does not move to it by itself: see `ignore_changes` in service.tf.
  EOT
  value       = aws_ecs_task_definition.this.arn
}

output "security_group_id" {
  description = "Security group of the tasks, for rules that let callers in or this service out."
  value       = aws_security_group.this.id
}

output "target_group_arn" {
  description = "ARN of the target group, or null where no load balancer sends traffic."
  value       = one([for group in aws_lb_target_group.this : group.arn])
}

output "discovery_service_arn" {
  description = "ARN of the Cloud Map service."
  value       = local.registry_arn
}

output "log_group_names" {
  description = <<-EOT
    Log groups: `application` (the application's stream) and `debug` (sidecars; the same group outside production).
  EOT
  value       = { application = local.application_log_group, debug = aws_cloudwatch_log_group.debug.name }
}

output "task_role_name" {
  description = "Name of the task role, for policies attached elsewhere."
  value       = reverse(split("/", aws_ecs_task_definition.this.task_role_arn))[0]
}

output "timing" {
  description = "The timing derived from `task.startup_seconds` [s]."
  value = {
    start_period         = local.start_period
    interval             = local.check_interval
    timeout              = local.check_timeout
    retries              = local.check_retries
    grace_period         = local.grace_period
    stop_timeout         = var.task.stop_timeout
    deregistration_delay = try(var.traffic.deregistration_delay, null)
  }
}

output "service_name" {
  description = "Name of the ECS service, for scaling of one's own."
  value       = aws_ecs_service.this.name
}
