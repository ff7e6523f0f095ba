# A service by another hand, that scales as ours do.

resource "aws_ecs_task_definition" "plain" {
  family                   = "plain"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  execution_role_arn       = aws_iam_role.own.arn
  container_definitions    = jsonencode([{ name = "plain", image = local.task.image, essential = true }])
}

resource "aws_ecs_service" "plain" {
  name            = "plain"
  cluster         = aws_ecs_cluster.this.id
  task_definition = aws_ecs_task_definition.plain.arn
  launch_type     = "FARGATE"
  desired_count   = 2

  network_configuration {
    subnets = var.private_subnet_ids
  }

  lifecycle {
    ignore_changes = [desired_count]
  }
}

module "scaling" {
  source = "../terraform/modules/scaling"

  cluster_name = aws_ecs_cluster.this.name
  service_name = aws_ecs_service.plain.name
  service_id   = aws_ecs_service.plain.id
  scaling      = { min = 2, max = 10 }
}
