output "cluster" {
  description = "What modules/service takes as `cluster`."
  value = {
    name               = aws_ecs_cluster.this.name
    arn                = aws_ecs_cluster.this.arn
    namespace_id       = aws_service_discovery_private_dns_namespace.this.id
    exec_log_group_arn = local.exec_log_group_arn
    exec_kms_key       = var.adopt.exec_kms_key
    container_insights = var.container_insights != "disabled"
    stem               = var.name
    alerts             = { arn = aws_sns_topic.alerts.arn }
    tracing = {
      sampling_rate = var.tracing.sampling_rate
      seed          = var.tracing.seed
      xray_rule     = var.tracing.xray_rule
    }
    # What the log groups of its services begin with.
    log_group_arn_prefix = "${local.arn_prefix.logs}:log-group:/ecs/${var.name}"
  }
}

output "alerts_topic_arn" {
  description = "SNS topic that is told of failed tasks, failed deployments and impaired services."
  value       = aws_sns_topic.alerts.arn
}

output "events_log_group_name" {
  description = "Log group that keeps those events whole."
  value       = aws_cloudwatch_log_group.events.name
}
