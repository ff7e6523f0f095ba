# Nothing below is used by a running service.

# From before the move to Fargate.
resource "aws_security_group" "ec2_hosts" {
  name        = "fin-prod-ec2-hosts"
  description = "old ecs hosts"
  vpc_id      = var.vpc_id

  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }

  ingress {
    from_port   = 32768
    to_port     = 65535
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

# api logs here since 2.0? no: /ecs/api. Keep until somebody has checked.
resource "aws_cloudwatch_log_group" "api_old" {
  name = "/fargate/fin-prod-api"
}

# From the first attempt at service discovery.
resource "aws_service_discovery_http_namespace" "old" {
  name = "fin-prod"
}

# /api/* has priority 100, so this rule never sees a request.
resource "aws_lb_target_group" "api_v1" {
  name        = "fin-api-v1"
  port        = 8080
  protocol    = "HTTP"
  target_type = "ip"
  vpc_id      = var.vpc_id

  health_check {
    path = "/health"
  }
}

resource "aws_lb_listener_rule" "api_v1" {
  listener_arn = aws_lb_listener.http.arn
  priority     = 900

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.api_v1.arn
  }

  condition {
    path_pattern {
      values = ["/api/v1/*"]
    }
  }
}

# For the incident in March.
resource "aws_iam_policy" "debug" {
  name = "fin-prod-debug"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "*"
      Resource = "*"
    }]
  })
}

# Pasted from the console to try a bigger api; no service runs it.
resource "aws_ecs_task_definition" "api_big" {
  family                   = "fin-prod-api-big"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 4096
  memory                   = 8192
  execution_role_arn       = aws_iam_role.ecs.arn
  task_role_arn            = aws_iam_role.ecs.arn

  container_definitions = jsonencode([{
    name         = "api"
    image        = "${local.registry}/api:2.11.0"
    essential    = true
    portMappings = [{ containerPort = 8080, hostPort = 8080, protocol = "tcp" }]
  }])
}

# Rings nobody: it has no action.
resource "aws_cloudwatch_metric_alarm" "api_cpu_critical" {
  alarm_name          = "api-cpu-critical"
  namespace           = "AWS/ECS"
  metric_name         = "CPUUtilization"
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 95
  period              = 300
  evaluation_periods  = 3

  dimensions = {
    ClusterName = "fin-prod-cluster"
    ServiceName = "api"
  }
}
