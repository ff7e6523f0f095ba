"""A configuration with nothing wrong in it, and folders made of it with one thing changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.lint.inspect import inspect

if TYPE_CHECKING:
    from pathlib import Path

    from trimtab.lint.model import Inspection

GOOD = """
provider "aws" {
  default_tags {
    tags = { Owner = "payments" }
  }
}

resource "aws_ecs_cluster" "main" {
  name = "shop"
  setting {
    name  = "containerInsights"
    value = "enabled"
  }
  configuration {
    execute_command_configuration {
      logging = "OVERRIDE"
    }
  }
}

resource "aws_cloudwatch_log_group" "api" {
  name              = "/ecs/api"
  retention_in_days = 30
}

resource "aws_iam_role" "execution" {
  name               = "api-execution"
  assume_role_policy = "{}"
}

resource "aws_iam_role_policy" "execution" {
  role   = aws_iam_role.execution.id
  policy = jsonencode({ Statement = [{
    Effect = "Allow", Action = ["logs:PutLogEvents"], Resource = [aws_cloudwatch_log_group.api.arn]
  }] })
}

resource "aws_iam_role" "task" {
  name               = "api-task"
  assume_role_policy = "{}"
}

resource "aws_ecs_task_definition" "api" {
  family                   = "api"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 512
  memory                   = 1024
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn
  container_definitions = jsonencode([{
    name        = "api"
    image       = "registry.example/api:1.2.3"
    cpu         = 512
    memory      = 1024
    essential   = true
    stopTimeout = 30
    environment = [
      { name = "LOG_LEVEL", value = "info" }, { name = "PEER", value = "http://peer.shop.internal" }
    ]
    secrets     = [{ name = "DB_PASSWORD", valueFrom = "arn:aws:ssm:eu-west-1:111122223333:parameter/db" }]
    healthCheck = { command = ["CMD", "true"], interval = 10, timeout = 5, retries = 3, startPeriod = 60 }
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.api.name
        awslogs-region        = "eu-west-1"
        awslogs-stream-prefix = "api"
      }
    }
  }])
}

resource "aws_security_group" "tasks" {
  name = "tasks"
}

resource "aws_vpc_security_group_ingress_rule" "tasks" {
  security_group_id = aws_security_group.tasks.id
  cidr_ipv4         = "10.0.0.0/8"
  ip_protocol       = "tcp"
  from_port         = 8080
  to_port           = 8080
}

resource "aws_ecs_service" "api" {
  name                               = "api"
  cluster                            = aws_ecs_cluster.main.id
  task_definition                    = aws_ecs_task_definition.api.arn
  desired_count                      = 2
  launch_type                        = "FARGATE"
  propagate_tags                     = "SERVICE"
  enable_ecs_managed_tags            = true
  enable_execute_command             = true
  health_check_grace_period_seconds  = 90
  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200
  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }
  network_configuration {
    subnets          = ["subnet-a", "subnet-b", "subnet-c"]
    security_groups  = [aws_security_group.tasks.id]
    assign_public_ip = false
  }
  load_balancer {
    target_group_arn = aws_lb_target_group.api.arn
    container_name   = "api"
    container_port   = 8080
  }
  service_registries {
    registry_arn = aws_service_discovery_service.api.arn
  }
  lifecycle {
    ignore_changes = [desired_count, task_definition]
  }
}

resource "aws_lb" "main" {
  name     = "shop"
  internal = true
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.main.arn
  port              = 80
  protocol          = "HTTP"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.api.arn
  }
}

resource "aws_lb_listener_rule" "narrow" {
  listener_arn = aws_lb_listener.http.arn
  priority     = 10
  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.api.arn
  }
  condition {
    path_pattern {
      values = ["/api/v1/*"]
    }
  }
}

resource "aws_lb_listener_rule" "wide" {
  listener_arn = aws_lb_listener.http.arn
  priority     = 20
  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.api.arn
  }
  condition {
    path_pattern {
      values = ["/api/*"]
    }
  }
}

resource "aws_lb_target_group" "api" {
  name                 = "api"
  port                 = 8080
  target_type          = "ip"
  deregistration_delay = 30
  health_check {
    path                = "/health"
    interval            = 10
    timeout             = 5
    unhealthy_threshold = 3
  }
}

resource "aws_service_discovery_private_dns_namespace" "main" {
  name = "shop.internal"
  vpc  = "vpc-1"
}

resource "aws_service_discovery_service" "api" {
  name = "api"
  dns_config {
    namespace_id = aws_service_discovery_private_dns_namespace.main.id
    dns_records {
      ttl  = 10
      type = "A"
    }
  }
  health_check_custom_config {}
}

resource "aws_appautoscaling_target" "api" {
  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = "service/${aws_ecs_cluster.main.name}/${aws_ecs_service.api.name}"
  min_capacity       = 2
  max_capacity       = 10
}

locals {
  out = { cpu = "CPUUtilization", memory = "MemoryUtilization" }
}

resource "aws_appautoscaling_policy" "out" {
  for_each           = local.out
  name               = "${each.key}-out"
  policy_type        = "StepScaling"
  service_namespace  = aws_appautoscaling_target.api.service_namespace
  scalable_dimension = aws_appautoscaling_target.api.scalable_dimension
  resource_id        = aws_appautoscaling_target.api.resource_id
  step_scaling_policy_configuration {
    adjustment_type = "ChangeInCapacity"
    cooldown        = 60
    step_adjustment {
      metric_interval_lower_bound = 0
      metric_interval_upper_bound = 10
      scaling_adjustment          = 1
    }
    step_adjustment {
      metric_interval_lower_bound = 10
      scaling_adjustment          = 3
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "out" {
  for_each            = local.out
  alarm_name          = "${each.key}-high"
  namespace           = "AWS/ECS"
  metric_name         = each.value
  comparison_operator = "GreaterThanThreshold"
  threshold           = 75
  period              = 60
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_appautoscaling_policy.out[each.key].arn]
}

resource "aws_appautoscaling_policy" "in" {
  name               = "in"
  policy_type        = "StepScaling"
  service_namespace  = aws_appautoscaling_target.api.service_namespace
  scalable_dimension = aws_appautoscaling_target.api.scalable_dimension
  resource_id        = aws_appautoscaling_target.api.resource_id
  step_scaling_policy_configuration {
    adjustment_type = "ChangeInCapacity"
    cooldown        = 300
    step_adjustment {
      metric_interval_upper_bound = 0
      scaling_adjustment          = -1
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "low" {
  alarm_name          = "cpu-low"
  namespace           = "AWS/ECS"
  metric_name         = "CPUUtilization"
  comparison_operator = "LessThanThreshold"
  threshold           = 35
  period              = 60
  evaluation_periods  = 10
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_appautoscaling_policy.in.arn]
}

resource "aws_cloudwatch_event_rule" "failed" {
  name          = "failed"
  event_pattern = "{}"
}

resource "aws_cloudwatch_event_target" "failed" {
  rule = aws_cloudwatch_event_rule.failed.name
  arn  = "arn:aws:sns:eu-west-1:111122223333:alerts"
}
"""
"""Every kind of resource that a rule looks at, and nothing that a rule is against."""


def changed(*changes: tuple[str, str], text: str = GOOD) -> str:
    """Return it with each first of a pair replaced, which must be there, by the second."""
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


def look(folder: Path, text: str = GOOD, **files: str) -> Inspection:
    """Return what is found in a folder of these files; a double underscore in a name is a dot."""
    (folder / "main.tf").write_text(text, encoding="utf-8")
    for name, content in files.items():
        path = folder / name.replace("__", ".")
        path.write_text(content, encoding="utf-8")
    return inspect(folder)


def ids(inspection: Inspection) -> set[str]:
    """Return which rules found something."""
    return {one.rule.id for one in inspection.findings}
