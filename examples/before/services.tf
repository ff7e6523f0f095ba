resource "aws_cloudwatch_log_group" "service" {
  for_each = local.services

  name = "/ecs/${each.key}"
}

resource "aws_ecs_task_definition" "service" {
  for_each = local.services

  family                   = "fin-prod-${each.key}"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = each.value.cpu
  memory                   = each.value.memory
  execution_role_arn       = aws_iam_role.ecs.arn
  task_role_arn            = aws_iam_role.ecs.arn

  container_definitions = jsonencode([{
    name      = each.key
    image     = "${local.registry}/${each.key}:${each.value.tag}"
    essential = true

    portMappings = [{
      containerPort = 8080
      hostPort      = 8080
      protocol      = "tcp"
    }]

    environment = [
      for key, value in merge({ LOG_LEVEL = "DEBUG", PORT = "8080" }, local.environment[each.key]) :
      { name = key, value = value }
    ]
    secrets = [for key, arn in lookup(local.secrets, each.key, {}) : { name = key, valueFrom = arn }]

    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-create-group  = "true"
        awslogs-group         = "/ecs/${each.key}"
        awslogs-region        = var.region
        awslogs-stream-prefix = "ecs"
      }
    }
  }])
}

resource "aws_ecs_service" "service" {
  for_each = local.services

  name                              = each.key
  cluster                           = aws_ecs_cluster.main.id
  task_definition                   = aws_ecs_task_definition.service[each.key].arn
  desired_count                     = each.value.min
  launch_type                       = "FARGATE"
  health_check_grace_period_seconds = each.value.path == null ? null : 0

  network_configuration {
    subnets         = var.private_subnet_ids
    security_groups = [aws_security_group.tasks.id]
  }

  service_registries {
    registry_arn = aws_service_discovery_service.service[each.key].arn
  }

  dynamic "load_balancer" {
    for_each = each.value.path == null ? [] : [aws_lb_target_group.service[each.key].arn]
    content {
      target_group_arn = load_balancer.value
      container_name   = each.key
      container_port   = 8080
    }
  }

  # ECS refuses a target group that no listener uses yet.
  depends_on = [aws_lb_listener_rule.service]
}
