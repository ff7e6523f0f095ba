resource "aws_ecs_cluster" "main" {
  name = "fin-prod-cluster"

  setting {
    name  = "containerInsights"
    value = "disabled"
  }
}

resource "aws_service_discovery_private_dns_namespace" "main" {
  name = "fin.local"
  vpc  = var.vpc_id
}

resource "aws_service_discovery_service" "service" {
  for_each = local.services

  name = each.key

  dns_config {
    namespace_id = aws_service_discovery_private_dns_namespace.main.id

    dns_records {
      type = "A"
      ttl  = 60
    }
  }
}

# TODO: one role per service
resource "aws_iam_role" "ecs" {
  name = "fin-prod-ecs"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

# TODO: tighten before the audit
resource "aws_iam_role_policy" "ecs" {
  name = "everything-the-services-need"
  role = aws_iam_role.ecs.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["ecr:*", "logs:*", "s3:*", "sqs:*", "ses:*", "secretsmanager:*", "ssm:*", "kms:*", "rds-db:*"]
      Resource = "*"
    }]
  })
}

resource "aws_security_group" "alb" {
  name        = "fin-prod-alb"
  description = "public alb"
  vpc_id      = var.vpc_id

  ingress {
    from_port   = 80
    to_port     = 80
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

# Shared by all services, so that they can talk to each other.
resource "aws_security_group" "tasks" {
  name        = "fin-prod-tasks"
  description = "all tasks"
  vpc_id      = var.vpc_id

  ingress {
    from_port   = 0
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
