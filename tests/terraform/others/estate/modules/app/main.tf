variable "name" { type = string }
variable "cluster" {}
variable "subnets" {}
variable "vcpu" { type = number }
variable "memory_gb" { type = number }
variable "cpu" {
  type    = string
  default = null
}
variable "memory" {
  type    = string
  default = null
}
variable "min" { default = 2 }
variable "max" { default = 10 }
variable "scale_out_at" { default = 60 }
variable "scale_in_at" { default = 20 }

resource "aws_ecs_task_definition" "app" {
  family                   = var.name
  cpu                      = coalesce(var.cpu, tostring(var.vcpu * 1024))
  memory                   = coalesce(var.memory, tostring(var.memory_gb * 1024))
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  container_definitions = templatefile("${path.module}/container.json.tpl", {
    name = var.name
  })
}

resource "aws_ecs_service" "app" {
  name            = var.name
  cluster         = var.cluster
  task_definition = aws_ecs_task_definition.app.arn
  desired_count   = var.min
  launch_type     = "FARGATE"
  network_configuration {
    subnets = var.subnets
  }
}

resource "aws_appautoscaling_target" "app" {
  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = "service/${var.cluster}/${var.name}"
  min_capacity       = var.min
  max_capacity       = var.max
  depends_on         = [aws_ecs_service.app]
}

locals {
  ways = {
    up   = { change = 2, metric_interval_lower_bound = 0, metric_interval_upper_bound = null }
    down = { change = -1, metric_interval_lower_bound = null, metric_interval_upper_bound = 0 }
  }
}

resource "aws_appautoscaling_policy" "app" {
  for_each           = local.ways
  name               = "${var.name}-${each.key}"
  policy_type        = "StepScaling"
  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = aws_appautoscaling_target.app.resource_id
  step_scaling_policy_configuration {
    adjustment_type = "ChangeInCapacity"
    cooldown        = 60
    step_adjustment {
      metric_interval_lower_bound = each.value.metric_interval_lower_bound
      metric_interval_upper_bound = each.value.metric_interval_upper_bound
      scaling_adjustment          = each.value.change
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "up" {
  alarm_name          = "${var.name}-cpu-up"
  namespace           = "AWS/ECS"
  metric_name         = "CPUUtilization"
  dimensions          = { ClusterName = var.cluster, ServiceName = var.name }
  statistic           = "Average"
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.scale_out_at
  period              = 60
  evaluation_periods  = 1
  alarm_actions       = [aws_appautoscaling_policy.app["up"].arn]
}

resource "aws_cloudwatch_metric_alarm" "down" {
  alarm_name          = "${var.name}-cpu-down"
  namespace           = "AWS/ECS"
  metric_name         = "CPUUtilization"
  dimensions          = { ClusterName = var.cluster, ServiceName = var.name }
  statistic           = "Average"
  comparison_operator = "LessThanThreshold"
  threshold           = var.scale_in_at
  period              = 60
  evaluation_periods  = 10
  alarm_actions       = [aws_appautoscaling_policy.app["down"].arn]
}
