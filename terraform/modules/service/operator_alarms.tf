# For whoever is on call, not for scaling. Failed deployments and tasks are told by the cluster's events.
locals {
  # Objects, whose being there a plan knows: the ARN within may be that of a topic which is made beside the service.
  alarm_topic = var.alarms == null ? null : var.alarms.topic != null ? var.alarms.topic : var.cluster.alerts
  alarmed     = local.alarm_topic != null

  # Not where the rule that leads here is another owner's: its load balancer may be too.
  balanced = local.alarmed && var.traffic != null && var.adopt.listener_rule

  # A task may be unhealthy for as long as it may start; a minute is the least that a metric tells.
  unhealthy_minutes = max(3, ceil(coalesce(local.grace_period, 0) / 60))

  balanced_dimensions = local.balanced ? {
    TargetGroup  = aws_lb_target_group.this["this"].arn_suffix
    LoadBalancer = join("/", slice(split("/", var.traffic.listener_arn), 1, 4)) # …:listener/app/NAME/ID/LISTENER
  } : {}
}

resource "aws_cloudwatch_metric_alarm" "unhealthy" {
  count = local.balanced && try(var.alarms.unhealthy, false) ? 1 : 0

  alarm_name = "${local.full_name}-unhealthy"
  alarm_description = join(" ", [
    "Tasks of ${var.name} fail the load balancer's health check",
    "for ${local.unhealthy_minutes} minutes.",
  ])
  namespace           = "AWS/ApplicationELB"
  metric_name         = "UnHealthyHostCount"
  dimensions          = local.balanced_dimensions
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 60
  evaluation_periods  = local.unhealthy_minutes
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.alarm_topic.arn]
  ok_actions          = [local.alarm_topic.arn]
  tags                = local.tags
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  count = local.balanced && try(var.alarms.errors_percent > 0, false) ? 1 : 0

  alarm_name = "${local.full_name}-errors"
  alarm_description = join(" ", [
    "More than ${var.alarms.errors_percent} % of the answers of ${var.name} are 5xx, and at least",
    "${var.alarms.errors_least} a minute, five minutes in a row.",
  ])
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.alarms.errors_percent
  evaluation_periods  = 5
  treat_missing_data  = "notBreaching" # no requests
  alarm_actions       = [local.alarm_topic.arn]
  ok_actions          = [local.alarm_topic.arn]
  tags                = local.tags

  dynamic "metric_query" {
    for_each = { errors = "HTTPCode_Target_5XX_Count", requests = "RequestCount" }
    content {
      id          = metric_query.key
      return_data = false
      metric {
        namespace   = "AWS/ApplicationELB"
        metric_name = metric_query.value
        dimensions  = local.balanced_dimensions
        period      = 60
        stat        = "Sum"
      }
    }
  }

  metric_query {
    id = "share"
    # Without an error there is no point of them. At night one answer may be more than the share: few never count.
    expression  = "IF(FILL(errors, 0) >= ${var.alarms.errors_least}, 100 * FILL(errors, 0) / requests, 0)"
    label       = "Share of 5xx [%]"
    return_data = true
  }
}

# Container Insights alone tell the count: AWS/ECS has no metric of it.
resource "aws_cloudwatch_metric_alarm" "at_max" {
  count = alltrue([
    local.alarmed,
    var.cluster.container_insights,
    try(var.alarms.at_max_minutes > 0, false),
    try(var.scaling.max > var.scaling.min, false),
  ]) ? 1 : 0

  alarm_name = "${local.full_name}-at-max"
  alarm_description = join(" ", [
    "${var.name} wants scaling.max = ${var.scaling.max} tasks or more, ${var.alarms.at_max_minutes} minutes in a row:",
    "what comes on top finds no further task.",
  ])
  namespace           = "ECS/ContainerInsights"
  metric_name         = "DesiredTaskCount"
  dimensions          = { ClusterName = var.cluster.name, ServiceName = aws_ecs_service.this.name }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = var.scaling.max
  period              = 60
  evaluation_periods  = var.alarms.at_max_minutes
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.alarm_topic.arn]
  ok_actions          = [local.alarm_topic.arn]
  tags                = local.tags
}
