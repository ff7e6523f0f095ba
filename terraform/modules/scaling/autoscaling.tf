# Made anew when the service is: its ARN stays the same, but a plan that replaces it does not know it yet.
resource "terraform_data" "service" {
  triggers_replace = [var.service_id]
}

module "schedule" {
  source = "./schedule"
  count  = var.scaling.schedule == null ? 0 : 1

  schedule = var.scaling.schedule
  most     = var.scaling.max
  now      = plantimestamp()
}

resource "aws_appautoscaling_target" "this" {
  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = "service/${var.cluster_name}/${var.service_name}"
  # What the last scheduled action set, so that no plan between two of them undoes it.
  min_capacity = var.scaling.schedule == null ? var.scaling.min : module.schedule[0].in_force
  max_capacity = (
    var.scaling.schedule == null ? var.scaling.max : coalesce(module.schedule[0].most_in_force, var.scaling.max)
  )
  tags = var.tags

  lifecycle {
    # A replaced service loses its target without a word; this notices.
    replace_triggered_by = [terraform_data.service]

    precondition {
      condition = var.container_insights || length(local.counted) == 0
      error_message = join(" ", [
        "scaling.metrics.${join(", ", local.counted)} divides by the number of tasks, which only Container Insights",
        "count, and container_insights is false. Without it there would be no value and no scaling.",
        "Switch Container Insights on for the cluster and say container_insights = true, or leave per_task out.",
      ])
    }
  }
}

locals {
  # Two ladders out that every service has unless switched off. Each step's upper bound is the next one's lower, the
  # last is open: no gap, no overlap.
  known = {
    cpu    = { metric = "CPUUtilization", given = var.scaling.cpu }
    memory = { metric = "MemoryUtilization", given = var.scaling.memory }
  }
  utilisation = {
    for key, one in local.known : key => merge(one.given, { metric = one.metric })
    if one.given.enabled && local.steps
  }

  # Steps, or target tracking in their place: both on one metric would contradict each other.
  steps = var.scaling.tracking == null
  targets = { for key, target in {
    cpu    = try(var.scaling.tracking.cpu, null)
    memory = try(var.scaling.tracking.memory, null)
  } : key => target if target != null }
  tracked = { cpu = "ECSServiceAverageCPUUtilization", memory = "ECSServiceAverageMemoryUtilization" }

  # And one for each further metric.
  steps_out = merge(
    { for key, one in local.utilisation : key => one.steps },
    { for key, one in var.scaling.metrics : key => one.steps },
  )

  # One ladder in, on the joint ratio. Bounds are relative to its threshold, 1.
  scale_in_steps = var.scaling.scale_in.steps
}

resource "aws_appautoscaling_policy" "out" {
  for_each = local.steps_out

  name               = "${each.key}-out"
  policy_type        = "StepScaling"
  service_namespace  = aws_appautoscaling_target.this.service_namespace
  scalable_dimension = aws_appautoscaling_target.this.scalable_dimension
  resource_id        = aws_appautoscaling_target.this.resource_id

  step_scaling_policy_configuration {
    adjustment_type         = "ChangeInCapacity"
    metric_aggregation_type = "Average"
    cooldown                = var.scaling.out_cooldown

    dynamic "step_adjustment" {
      for_each = each.value
      content {
        metric_interval_lower_bound = step_adjustment.value.above
        metric_interval_upper_bound = try(each.value[step_adjustment.key + 1].above, null)
        scaling_adjustment          = step_adjustment.value.add
      }
    }
  }

  lifecycle {
    replace_triggered_by = [aws_appautoscaling_target.this.id]
  }
}

resource "aws_appautoscaling_policy" "in" {
  count = local.steps ? 1 : 0

  name               = "joint-in"
  policy_type        = "StepScaling"
  service_namespace  = aws_appautoscaling_target.this.service_namespace
  scalable_dimension = aws_appautoscaling_target.this.scalable_dimension
  resource_id        = aws_appautoscaling_target.this.resource_id

  step_scaling_policy_configuration {
    adjustment_type         = var.scaling.in_adjustment_type
    metric_aggregation_type = "Average"
    cooldown                = var.scaling.in_cooldown
    # AWS rounds a share up to one task by itself, and refuses this where steps are tasks.
    min_adjustment_magnitude = (
      var.scaling.in_min_adjustment_magnitude > 1 ? var.scaling.in_min_adjustment_magnitude : null
    )

    dynamic "step_adjustment" {
      for_each = local.scale_in_steps
      content {
        # Rounded: 0.6 - 1 is -0.39…97 in Terraform, AWS keeps -0.4, and every plan would change it.
        metric_interval_upper_bound = tonumber(format("%.9f", step_adjustment.value.below - 1))
        metric_interval_lower_bound = try(
          tonumber(format("%.9f", local.scale_in_steps[step_adjustment.key + 1].below - 1)), null
        )
        scaling_adjustment = -step_adjustment.value.remove
      }
    }
  }

  lifecycle {
    replace_triggered_by = [aws_appautoscaling_target.this.id]
  }
}

# AWS makes the alarms of these, one high and one low for each.
resource "aws_appautoscaling_policy" "tracking" {
  for_each = local.targets

  name               = "${each.key}-tracking"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.this.service_namespace
  scalable_dimension = aws_appautoscaling_target.this.scalable_dimension
  resource_id        = aws_appautoscaling_target.this.resource_id

  target_tracking_scaling_policy_configuration {
    target_value       = each.value
    scale_out_cooldown = var.scaling.out_cooldown
    scale_in_cooldown  = var.scaling.in_cooldown

    predefined_metric_specification {
      predefined_metric_type = local.tracked[each.key]
    }
  }

  lifecycle {
    replace_triggered_by = [aws_appautoscaling_target.this.id]
  }
}

# AWS writes over an action of the same name, and none can be imported.
resource "aws_appautoscaling_scheduled_action" "this" {
  for_each = var.scaling.schedule == null ? {} : module.schedule[0].actions

  name               = each.key
  service_namespace  = aws_appautoscaling_target.this.service_namespace
  scalable_dimension = aws_appautoscaling_target.this.scalable_dimension
  resource_id        = aws_appautoscaling_target.this.resource_id
  schedule           = each.value.schedule
  timezone           = var.scaling.schedule.timezone

  scalable_target_action {
    min_capacity = each.value.min
    max_capacity = each.value.max
  }

  lifecycle {
    replace_triggered_by = [aws_appautoscaling_target.this.id]
  }
}
