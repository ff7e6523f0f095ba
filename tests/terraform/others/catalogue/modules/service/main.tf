variable "name" { type = string }
variable "cluster" { type = object({ id = string, name = string }) }
variable "subnet_ids" { type = list(string) }
variable "size" { type = object({ cpu = number, memory = number }) }
variable "count_of" { type = object({ min = number, max = number }) }
variable "target" { type = number }
variable "log_days" { type = number }

locals {
  containers = [{
    name             = var.name
    image            = "111122223333.dkr.ecr.us-east-1.amazonaws.com/${var.name}:1"
    essential        = true
    logConfiguration = { logDriver = "awslogs", options = { "awslogs-group" = aws_cloudwatch_log_group.this.name, "awslogs-region" = "us-east-1", "awslogs-stream-prefix" = var.name } }
  }]
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/fargate/${var.name}"
  retention_in_days = var.log_days
}

resource "aws_ecs_task_definition" "this" {
  family                   = var.name
  cpu                      = var.size.cpu
  memory                   = var.size.memory
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  execution_role_arn       = "arn:aws:iam::111122223333:role/exec"
  container_definitions    = jsonencode(local.containers)
}

resource "aws_ecs_service" "this" {
  name            = var.name
  cluster         = var.cluster.id
  task_definition = aws_ecs_task_definition.this.arn
  desired_count   = var.count_of.min
  launch_type     = "FARGATE"

  network_configuration {
    subnets = var.subnet_ids
  }

  lifecycle {
    ignore_changes = [desired_count]
  }
}

resource "aws_appautoscaling_target" "this" {
  min_capacity       = var.count_of.min
  max_capacity       = var.count_of.max
  resource_id        = "service/${var.cluster.name}/${aws_ecs_service.this.name}"
  scalable_dimension = "ecs:service:DesiredCount"
  service_namespace  = "ecs"
}

resource "aws_appautoscaling_policy" "cpu" {
  name               = "${var.name}-cpu"
  policy_type        = "TargetTrackingScaling"
  resource_id        = aws_appautoscaling_target.this.resource_id
  scalable_dimension = aws_appautoscaling_target.this.scalable_dimension
  service_namespace  = aws_appautoscaling_target.this.service_namespace

  target_tracking_scaling_policy_configuration {
    target_value = var.target
    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}
