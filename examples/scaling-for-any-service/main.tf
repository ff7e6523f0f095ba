# A service that somebody else makes, with no autoscaling of its own, and modules/scaling on it.
terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.77, < 7.0"
    }
  }
}

provider "aws" {
  region = var.region
}

locals {
  tags = { Environment = var.environment, Service = "shop", CostCenter = var.cost_center }
}

resource "aws_ecs_cluster" "this" {
  name = "Shop_Cluster"
  tags = local.tags
}

resource "aws_iam_role" "execution" {
  name = "shop-execution"
  tags = local.tags

  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ecs-tasks.amazonaws.com" } }]
  })
}

resource "aws_ecs_task_definition" "this" {
  family                   = "shop"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  execution_role_arn       = aws_iam_role.execution.arn
  tags                     = local.tags

  container_definitions = jsonencode([{ name = "shop", image = var.image, essential = true }])
}

resource "aws_ecs_service" "this" {
  name            = "shop"
  cluster         = aws_ecs_cluster.this.id
  task_definition = aws_ecs_task_definition.this.arn
  launch_type     = "FARGATE"
  desired_count   = 2
  propagate_tags  = "SERVICE"
  tags            = local.tags

  network_configuration {
    subnets = var.private_subnet_ids
  }

  lifecycle {
    ignore_changes = [desired_count] # else each apply takes back what scaling did
  }
}

module "scaling" {
  source = "../../terraform/modules/scaling"

  cluster_name = aws_ecs_cluster.this.name
  service_name = aws_ecs_service.this.name
  service_id   = aws_ecs_service.this.id
  tags         = local.tags
  scaling      = { min = 2, max = 10 }
}

output "alarm_names" {
  description = "The alarms that scale the service."
  value       = module.scaling.alarm_names
}
