variable "name" {}
variable "cluster_arn" {}
variable "cluster_name" {}
variable "cpu" { type = number }
variable "memory" { type = number }
variable "desired_count" { type = number }
variable "subnet_ids" {}
variable "container_definitions" { type = any }
variable "enable_autoscaling" { type = bool }
variable "autoscaling_min_capacity" { type = number }
variable "autoscaling_max_capacity" { type = number }
variable "autoscaling_policies" {
  type    = any
  default = null
}
variable "tags" {}

locals {
  policies = var.autoscaling_policies == null ? {
    cpu = {
      policy_type = "TargetTrackingScaling"
      target_tracking_scaling_policy_configuration = {
        predefined_metric_specification = { predefined_metric_type = "ECSServiceAverageCPUUtilization" }
        target_value                    = 55
      }
    }
  } : var.autoscaling_policies

  containers = [for name, one in var.container_definitions : { for key, value in {
    name      = name
    image     = one.image
    essential = try(one.essential, true)
    cpu       = try(one.cpu, null)
    memory    = try(one.memory, null)
  } : key => value if value != null }]
}

resource "aws_ecs_task_definition" "this" {
  family                   = var.name
  cpu                      = var.cpu
  memory                   = var.memory
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  container_definitions    = jsonencode(local.containers)
  tags                     = var.tags
}

resource "aws_ecs_service" "this" {
  name            = var.name
  cluster         = var.cluster_arn
  task_definition = aws_ecs_task_definition.this.arn
  desired_count   = var.desired_count
  launch_type     = "FARGATE"
  dynamic "network_configuration" {
    for_each = [1]
    content {
      subnets = var.subnet_ids
    }
  }
  tags = var.tags

  lifecycle {
    ignore_changes = [desired_count]
  }
}

resource "aws_appautoscaling_target" "this" {
  count              = var.enable_autoscaling ? 1 : 0
  min_capacity       = min(var.autoscaling_min_capacity, 100)
  max_capacity       = max(var.autoscaling_max_capacity, var.desired_count)
  resource_id        = "service/${var.cluster_name}/${aws_ecs_service.this.name}"
  scalable_dimension = "ecs:service:DesiredCount"
  service_namespace  = "ecs"
}

resource "aws_appautoscaling_policy" "this" {
  for_each           = { for k, v in local.policies : k => v if var.enable_autoscaling }
  name               = "${var.name}-${each.key}"
  policy_type        = each.value.policy_type
  resource_id        = aws_appautoscaling_target.this[0].resource_id
  scalable_dimension = "ecs:service:DesiredCount"
  service_namespace  = "ecs"
  dynamic "target_tracking_scaling_policy_configuration" {
    for_each = [each.value.target_tracking_scaling_policy_configuration]
    content {
      target_value = target_tracking_scaling_policy_configuration.value.target_value
      dynamic "predefined_metric_specification" {
        for_each = [target_tracking_scaling_policy_configuration.value.predefined_metric_specification]
        content {
          predefined_metric_type = predefined_metric_specification.value.predefined_metric_type
        }
      }
    }
  }
}
