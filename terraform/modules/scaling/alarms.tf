# Absence of a metric is never a reason to act: without tasks there is none, and "missing" would let a single early
# point raise the alarm (CloudWatch's early-alarm rule).

locals {
  stem = coalesce(var.name, "${var.cluster_name}-${var.service_name}")
  dimensions = {
    ClusterName = var.cluster_name
    ServiceName = var.service_name
  }

  # "CPU of api under 30 %, memory under 75 % and queue under 10, all at once"
  low = merge(
    { for key, one in local.utilisation : key => "${one.low} %" },
    { for key, one in var.scaling.metrics : key => one.low },
  )
  lows = [for i, key in local.terms :
    i == 0
    ? "${lookup(local.words, key, key)} of ${var.service_name} under ${local.low[key]}"
    : "${key} under ${local.low[key]}"
  ]
  last      = length(local.lows) - 1
  at_once   = local.last == 1 ? "both at once" : "all at once"
  all_lows  = local.last <= 0 ? "" : "${join(", ", slice(local.lows, 0, local.last))} and ${local.lows[local.last]}"
  lows_said = local.last <= 0 ? join("", local.lows) : "${local.all_lows}, ${local.at_once}"
}

resource "aws_cloudwatch_metric_alarm" "out" {
  for_each = local.utilisation

  alarm_name          = "${local.stem}-${each.key}-high"
  alarm_description   = "Scale out: ${each.key} of ${var.service_name} above ${each.value.high} % of the task's size."
  namespace           = "AWS/ECS"
  metric_name         = each.value.metric
  dimensions          = local.dimensions
  statistic           = "Average"
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.high
  period              = var.scaling.period
  evaluation_periods  = var.scaling.out_periods
  datapoints_to_alarm = var.scaling.out_datapoints
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_appautoscaling_policy.out[each.key].arn]
  tags                = var.tags
}

# Beside CPU's alarm above, never instead of it: ECS publishes CPU once a minute unless the service is told otherwise,
# and then two of three points of 20 s are missing and this alarm stays quiet. What is off costs speed, not scaling.
resource "aws_cloudwatch_metric_alarm" "fast" {
  count = var.scaling.fast_signals && contains(keys(local.utilisation), "cpu") ? 1 : 0

  alarm_name          = "${local.stem}-cpu-high-fast"
  alarm_description   = "Scale out sooner: cpu of ${var.service_name} above ${var.scaling.cpu.high} %, every 20 s."
  namespace           = "AWS/ECS"
  metric_name         = local.known.cpu.metric
  dimensions          = local.dimensions
  statistic           = "Average"
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.scaling.cpu.high
  period              = 20
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_appautoscaling_policy.out["cpu"].arn]
  tags                = var.tags
}

resource "aws_cloudwatch_metric_alarm" "further" {
  for_each = var.scaling.metrics

  alarm_name = "${local.stem}-${each.key}-high"
  alarm_description = join(" ", [
    "Scale out: ${each.key} of ${var.service_name} above",
    "${each.value.high}${local.a_task[each.key]}.",
  ])
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.high
  evaluation_periods  = var.scaling.out_periods
  datapoints_to_alarm = var.scaling.out_datapoints
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_appautoscaling_policy.out[each.key].arn]
  tags                = var.tags

  dynamic "metric_query" {
    for_each = local.asked[each.key]
    content {
      id          = metric_query.key
      return_data = false
      metric {
        namespace   = metric_query.value.namespace
        metric_name = metric_query.value.metric_name
        dimensions  = metric_query.value.dimensions
        period      = var.scaling.period
        stat        = metric_query.value.stat
      }
    }
  }

  dynamic "metric_query" {
    for_each = local.filled[each.key]
    content {
      id          = metric_query.key
      expression  = metric_query.value
      label       = "${metric_query.key}, gaps filled"
      return_data = false
    }
  }

  metric_query {
    id          = each.key
    expression  = local.value[each.key]
    label       = each.key
    return_data = true
  }
}

# One alarm, not one for each metric: with a low alarm each, CPU would take away tasks that memory needs, and memory's
# high alarm would bring them back. A composite alarm could not carry a scaling action; metric math can.
resource "aws_cloudwatch_metric_alarm" "in" {
  count = local.steps ? 1 : 0

  alarm_name          = "${local.stem}-joint-low"
  alarm_description   = "Scale in: ${local.lows_said}."
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  evaluation_periods  = var.scaling.in_periods
  datapoints_to_alarm = var.scaling.in_datapoints
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_appautoscaling_policy.in[0].arn]
  tags                = var.tags

  dynamic "metric_query" {
    for_each = local.joint_asked
    content {
      id          = metric_query.key
      return_data = false
      metric {
        namespace   = metric_query.value.namespace
        metric_name = metric_query.value.metric_name
        dimensions  = metric_query.value.dimensions
        period      = var.scaling.period
        stat        = metric_query.value.stat
      }
    }
  }

  dynamic "metric_query" {
    for_each = local.joint_filled
    content {
      id          = metric_query.key
      expression  = metric_query.value
      label       = "${metric_query.key}, gaps filled"
      return_data = false
    }
  }

  dynamic "metric_query" {
    for_each = local.ratios
    content {
      id          = "${metric_query.key}_ratio"
      expression  = metric_query.value
      label       = "${lookup(local.words, metric_query.key, metric_query.key)} over its low threshold"
      return_data = false
    }
  }

  metric_query {
    id          = "joint"
    expression  = "MAX([${join(", ", [for key in local.terms : "${key}_ratio"])}])"
    label       = "Joint use: under 1, a task can go"
    return_data = true
  }

  lifecycle {
    precondition {
      condition = length(local.joint_asked) <= 10 && local.joint_expressions <= 10
      error_message = join(" ", [
        "Scale-in of ${var.service_name} would watch ${length(local.joint_asked)} metrics with",
        "${local.joint_expressions} expressions. An alarm takes 10 of each (PutMetricAlarm).",
        "Leave out a metric of scaling.metrics, switch CPU or memory off, or give fewer sources a value for",
        "`missing`: each costs an expression.",
      ])
    }
  }
}
