# ECS Exec logs by cluster, not by service: one group for all sessions, with the debug retention.
resource "aws_cloudwatch_log_group" "exec" {
  #checkov:skip=CKV_AWS_338:7 days is the company's retention for debug logs
  #checkov:skip=CKV_AWS_158:encrypted at rest by CloudWatch; no customer key is called for
  name              = "/ecs/${var.name}/exec"
  retention_in_days = var.debug_retention_days
  tags              = local.tags
}

# The name is AWS's. Made here so that it has a retention and goes with the cluster.
resource "aws_cloudwatch_log_group" "insights" {
  #checkov:skip=CKV_AWS_338:7 days is the company's retention for debug logs
  #checkov:skip=CKV_AWS_158:encrypted at rest by CloudWatch; no customer key is called for
  count = var.container_insights == "disabled" ? 0 : 1

  name              = "/aws/ecs/containerinsights/${local.cluster_name}/performance"
  retention_in_days = var.debug_retention_days
  tags              = local.tags
}

# The prefix is AWS's: EventBridge delivers only to groups under /aws/events.
resource "aws_cloudwatch_log_group" "events" {
  #checkov:skip=CKV_AWS_338:30 days is the company's retention
  #checkov:skip=CKV_AWS_158:encrypted at rest by CloudWatch; no customer key is called for
  name              = "/aws/events/ecs/${var.name}"
  retention_in_days = var.event_retention_days
  tags              = local.tags
}
