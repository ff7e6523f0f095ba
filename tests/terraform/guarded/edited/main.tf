# A service with all that carries and scales it, for edits of a kind that people make: ../../guard_edits.py.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.77, < 6.0"
    }
  }
}

provider "aws" {
  default_tags {
    tags = { ManagedBy = "terraform" }
  }
}

provider "aws" {
  alias  = "eu"
  region = "eu-west-1"
}

variable "vpc_id" {
  type = string
}

variable "subnet_ids" {
  type = list(string)
}

variable "balancer_arn" {
  type = string
}

resource "aws_service_discovery_http_namespace" "main" {
  name = "edited"
}

resource "aws_cloudwatch_log_group" "main" {
  name              = "/ecs/orders"
  retention_in_days = 30
}

resource "aws_iam_role" "task" {
  name               = "orders-task"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ecs-tasks.amazonaws.com" } }] })
  tags               = { team = "pay" }
}

resource "aws_iam_role_policy" "task" {
  name   = "read"
  role   = aws_iam_role.task.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = ["s3:GetObject"], Resource = "*" }] })
}

resource "aws_security_group" "main" {
  name   = "orders"
  vpc_id = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "main" {
  security_group_id = aws_security_group.main.id
  ip_protocol       = "tcp"
  from_port         = 8080
  to_port           = 8080
  cidr_ipv4         = "10.0.0.0/8"
}

resource "aws_vpc_security_group_egress_rule" "main" {
  security_group_id = aws_security_group.main.id
  ip_protocol       = "-1"
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_ecs_task_definition" "main" {
  family                   = "orders"
  cpu                      = 512
  memory                   = 1024
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  task_role_arn            = aws_iam_role.task.arn
  container_definitions = jsonencode([{
    name           = "app"
    image          = "example/orders:1"
    essential      = true
    portMappings   = [{ containerPort = 8080, hostPort = 8080, protocol = "tcp" }]
    environment    = [{ name = "PASSWORD", value = "first-hunter2" }]
    mountPoints    = []
    systemControls = []
    volumesFrom    = []
  }])
}

resource "aws_lb_target_group" "main" {
  name                 = "orders"
  port                 = 8080
  protocol             = "HTTP"
  target_type          = "ip"
  vpc_id               = var.vpc_id
  deregistration_delay = 120
  health_check {
    path     = "/health"
    timeout  = 10
    interval = 30
  }
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = var.balancer_arn
  port              = 80
  protocol          = "HTTP"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.main.arn
  }
}

resource "aws_lb_listener_rule" "main" {
  listener_arn = aws_lb_listener.http.arn
  priority     = 10
  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.main.arn
  }
  condition {
    path_pattern {
      values = ["/orders/*"]
    }
  }
}

resource "aws_ecs_service" "main" {
  name                               = "orders"
  cluster                            = "edited"
  task_definition                    = aws_ecs_task_definition.main.arn
  desired_count                      = 4
  launch_type                        = "FARGATE"
  health_check_grace_period_seconds  = 120
  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200
  network_configuration {
    subnets         = var.subnet_ids
    security_groups = [aws_security_group.main.id]
  }
  load_balancer {
    target_group_arn = aws_lb_target_group.main.arn
    container_name   = "app"
    container_port   = 8080
  }
  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }
  tags       = { version = "1" }
  depends_on = [aws_lb_listener.http]
}

resource "aws_appautoscaling_target" "main" {
  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = "service/edited/${aws_ecs_service.main.name}"
  min_capacity       = 2
  max_capacity       = 12
}

resource "aws_appautoscaling_policy" "out" {
  name               = "orders-out"
  policy_type        = "StepScaling"
  service_namespace  = aws_appautoscaling_target.main.service_namespace
  scalable_dimension = aws_appautoscaling_target.main.scalable_dimension
  resource_id        = aws_appautoscaling_target.main.resource_id
  step_scaling_policy_configuration {
    adjustment_type = "ChangeInCapacity"
    cooldown        = 60
    step_adjustment {
      metric_interval_lower_bound = 0
      scaling_adjustment          = 2
    }
  }
}

resource "aws_appautoscaling_policy" "in" {
  name               = "orders-in"
  policy_type        = "StepScaling"
  service_namespace  = aws_appautoscaling_target.main.service_namespace
  scalable_dimension = aws_appautoscaling_target.main.scalable_dimension
  resource_id        = aws_appautoscaling_target.main.resource_id
  step_scaling_policy_configuration {
    adjustment_type = "ChangeInCapacity"
    cooldown        = 300
    step_adjustment {
      metric_interval_upper_bound = 0
      scaling_adjustment          = -1
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "high" {
  alarm_name          = "orders-high"
  comparison_operator = "GreaterThanThreshold"
  namespace           = "AWS/ECS"
  metric_name         = "CPUUtilization"
  statistic           = "Average"
  period              = 60
  evaluation_periods  = 2
  threshold           = 70
  dimensions          = { ClusterName = "edited", ServiceName = "orders" }
  alarm_actions       = [aws_appautoscaling_policy.out.arn]
}

resource "aws_cloudwatch_metric_alarm" "low" {
  alarm_name          = "orders-low"
  comparison_operator = "LessThanThreshold"
  namespace           = "AWS/ECS"
  metric_name         = "CPUUtilization"
  statistic           = "Average"
  period              = 60
  evaluation_periods  = 5
  threshold           = 30
  dimensions          = { ClusterName = "edited", ServiceName = "orders" }
  alarm_actions       = [aws_appautoscaling_policy.in.arn]
}

resource "aws_sns_topic" "ops" {
  name = "ops"
}

resource "aws_cloudwatch_event_rule" "stopped" {
  name          = "stopped"
  event_pattern = jsonencode({ source = ["aws.ecs"] })
}

resource "aws_cloudwatch_event_target" "stopped" {
  rule = aws_cloudwatch_event_rule.stopped.name
  arn  = aws_sns_topic.ops.arn
}
