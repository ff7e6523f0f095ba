# Absence of a metric is never a reason to act: without tasks there is none, and "missing" would let a single early
# point raise the alarm (CloudWatch's early-alarm rule).

locals {
  dimensions = {
    ClusterName = var.cluster.name
    ServiceName = aws_ecs_service.this.name
  }
}

resource "aws_cloudwatch_metric_alarm" "out" {
  for_each = local.scale_out

  alarm_name          = "${local.full_name}-${each.key}-high"
  alarm_description   = "Scale out: ${each.key} of ${var.name} above ${each.value.threshold} % of the task's size."
  namespace           = "AWS/ECS"
  metric_name         = each.value.metric
  dimensions          = local.dimensions
  statistic           = "Average"
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.threshold
  period              = var.scaling.period
  evaluation_periods  = var.scaling.out_periods
  datapoints_to_alarm = var.scaling.out_datapoints
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_appautoscaling_policy.out[each.key].arn]
  tags                = local.tags
}

# One alarm, not two: with a low alarm each, CPU would take away tasks that memory needs, and memory's high alarm
# would bring them back. A composite alarm could not carry a scaling action; metric math can.
resource "aws_cloudwatch_metric_alarm" "in" {
  alarm_name          = "${local.full_name}-joint-low"
  alarm_description   = "Scale in: CPU of ${var.name} under ${var.scaling.cpu.low} % and memory under ${var.scaling.memory.low} %, both at once."
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  evaluation_periods  = var.scaling.in_periods
  datapoints_to_alarm = var.scaling.in_datapoints
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_appautoscaling_policy.in.arn]
  tags                = local.tags

  dynamic "metric_query" {
    for_each = { cpu = "CPUUtilization", memory = "MemoryUtilization" }
    content {
      id          = metric_query.key
      return_data = false
      metric {
        namespace   = "AWS/ECS"
        metric_name = metric_query.value
        dimensions  = local.dimensions
        period      = var.scaling.period
        stat        = "Average"
      }
    }
  }

  metric_query {
    id          = "cpu_ratio"
    expression  = "cpu / ${var.scaling.cpu.low}"
    label       = "CPU over its low threshold"
    return_data = false
  }

  metric_query {
    id          = "memory_ratio"
    expression  = "memory / ${var.scaling.memory.low}"
    label       = "Memory over its low threshold"
    return_data = false
  }

  metric_query {
    id          = "joint"
    expression  = "MAX([cpu_ratio, memory_ratio])"
    label       = "Joint use: under 1, a task can go"
    return_data = true
  }
}
