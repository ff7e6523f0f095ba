resource "aws_appautoscaling_target" "this" {
  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = "service/${var.cluster.name}/${aws_ecs_service.this.name}"
  min_capacity       = var.scaling.min
  max_capacity       = var.scaling.max
  tags               = local.tags

  lifecycle {
    # A replaced service loses its target without a word; this notices.
    replace_triggered_by = [aws_ecs_service.this.id]
  }
}

locals {
  # Two ladders out. Each step's upper bound is the next one's lower, the last is open: no gap, no overlap.
  scale_out = {
    cpu    = { metric = "CPUUtilization", threshold = var.scaling.cpu.high, steps = var.scaling.cpu.steps }
    memory = { metric = "MemoryUtilization", threshold = var.scaling.memory.high, steps = var.scaling.memory.steps }
  }

  # One ladder in, on the joint ratio. Bounds are relative to its threshold, 1.
  scale_in_steps = var.scaling.scale_in.steps
}

resource "aws_appautoscaling_policy" "out" {
  for_each = local.scale_out

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
      for_each = each.value.steps
      content {
        metric_interval_lower_bound = step_adjustment.value.above
        metric_interval_upper_bound = try(each.value.steps[step_adjustment.key + 1].above, null)
        scaling_adjustment          = step_adjustment.value.add
      }
    }
  }

  lifecycle {
    replace_triggered_by = [aws_appautoscaling_target.this.id]
  }
}

resource "aws_appautoscaling_policy" "in" {
  name               = "joint-in"
  policy_type        = "StepScaling"
  service_namespace  = aws_appautoscaling_target.this.service_namespace
  scalable_dimension = aws_appautoscaling_target.this.scalable_dimension
  resource_id        = aws_appautoscaling_target.this.resource_id

  step_scaling_policy_configuration {
    adjustment_type         = "ChangeInCapacity"
    metric_aggregation_type = "Average"
    cooldown                = var.scaling.in_cooldown

    dynamic "step_adjustment" {
      for_each = local.scale_in_steps
      content {
        # Rounded: 0.6 - 1 is -0.39…97 in Terraform, AWS keeps -0.4, and every plan would change it.
        metric_interval_upper_bound = tonumber(format("%.9f", step_adjustment.value.below - 1))
        metric_interval_lower_bound = try(tonumber(format("%.9f", local.scale_in_steps[step_adjustment.key + 1].below - 1)), null)
        scaling_adjustment          = -step_adjustment.value.remove
      }
    }
  }

  lifecycle {
    replace_triggered_by = [aws_appautoscaling_target.this.id]
  }
}
