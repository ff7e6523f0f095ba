# One service with all that carries its traffic and data, and a variable for each thing that a plan may do to it.

terraform {
  required_version = ">= 1.5.0"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.77, < 6.0"
    }
  }
}

provider "aws" {}

variable "vpc_id" {
  type = string
}

variable "subnet_ids" {
  type = list(string)
}

variable "balancer_group_id" {
  type = string
}

variable "name" {
  type    = string
  default = "orders"
}

variable "capacity_provider" {
  type    = bool
  default = false
}

variable "zones" {
  type    = number
  default = 2
}

variable "cpu" {
  type    = number
  default = 512
}

variable "group" {
  description = "Name and port of the target group."
  type        = object({ name = string, port = number })
  default     = { name = "orders", port = 8080 }
}

variable "log_group" {
  type    = string
  default = "/ecs/orders"
}

variable "retention" {
  type    = number
  default = 30
}

variable "scaling" {
  description = "Bounds; without them nothing scales."
  type        = object({ min = number, max = number })
  default     = { min = 1, max = 6 }
}

variable "password" {
  type      = string
  sensitive = true
  default   = "first-hunter2"
}

variable "note" {
  description = "Content of a thing whose type Trimtab does not know."
  type        = string
  default     = "a"
}

resource "aws_service_discovery_http_namespace" "main" {
  name = "guarded"
}

resource "aws_cloudwatch_log_group" "main" {
  name              = var.log_group
  retention_in_days = var.retention
}

resource "aws_iam_role" "task" {
  name               = "orders-task"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ecs-tasks.amazonaws.com" } }] })
}

resource "aws_security_group" "main" {
  name   = "orders"
  vpc_id = var.vpc_id
}

resource "aws_ecs_task_definition" "main" {
  family                   = "orders"
  cpu                      = var.cpu
  memory                   = 1024
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  task_role_arn            = aws_iam_role.task.arn
  skip_destroy             = true
  container_definitions = jsonencode([{
    name         = "app"
    image        = "example/orders:1"
    essential    = true
    portMappings = [{ containerPort = 8080, hostPort = 8080, protocol = "tcp" }]
    environment  = [{ name = "PASSWORD", value = var.password }]
    logConfiguration = {
      logDriver = "awslogs"
      options   = { awslogs-group = "/ecs/orders", awslogs-region = "us-east-1", awslogs-stream-prefix = "app" }
    }
    mountPoints    = []
    systemControls = []
    volumesFrom    = []
  }])
}

# The test makes it and writes its import block: the provider would wait a minute for a new one. So it does for a cluster.
resource "aws_lb" "main" {
  name            = "guarded"
  internal        = true
  subnets         = var.subnet_ids
  security_groups = [var.balancer_group_id]

  lifecycle {
    # Else the import writes out defaults, and the provider waits half a minute for that.
    ignore_changes = all
  }
}

resource "aws_lb_target_group" "main" {
  name        = var.group.name
  port        = var.group.port
  protocol    = "HTTP"
  target_type = "ip"
  vpc_id      = var.vpc_id

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.main.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.main.arn
  }
}

resource "aws_ecs_service" "main" {
  name            = var.name
  cluster         = "guarded"
  task_definition = aws_ecs_task_definition.main.arn
  desired_count   = 2
  launch_type     = var.capacity_provider ? null : "FARGATE"

  dynamic "capacity_provider_strategy" {
    for_each = toset(var.capacity_provider ? ["FARGATE_SPOT"] : [])
    content {
      capacity_provider = capacity_provider_strategy.value
      weight            = 1
    }
  }

  network_configuration {
    subnets         = slice(var.subnet_ids, 0, var.zones)
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

  depends_on = [aws_lb_listener.http]

  lifecycle {
    ignore_changes = [task_definition, desired_count]
  }
}

# By names, as many write it: Terraform then does not know that both go with the service.
resource "aws_appautoscaling_target" "main" {
  for_each = var.scaling == null ? {} : { this = var.scaling }

  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = "service/guarded/orders"
  min_capacity       = each.value.min
  max_capacity       = each.value.max

  depends_on = [aws_ecs_service.main]
}

resource "aws_appautoscaling_policy" "out" {
  name               = "orders-out"
  policy_type        = "StepScaling"
  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = "service/guarded/orders"

  step_scaling_policy_configuration {
    adjustment_type = "ChangeInCapacity"

    step_adjustment {
      metric_interval_lower_bound = 0
      scaling_adjustment          = 1
    }
  }

  depends_on = [aws_appautoscaling_target.main]
}

resource "terraform_data" "note" {
  input = var.note
}
