# A root of somebody else, who makes roles, a registry, a certificate and a secret beside the services that use them: no
# ARN of these is known at plan. The services are in services.tf and worker.tf; scaling.tf has one by another hand.
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
  region = "us-east-1"
}

variable "vpc_id" { type = string }
variable "private_subnet_ids" { type = list(string) }
variable "public_subnet_ids" { type = list(string) }
variable "listener_arn" { type = string }
variable "load_balancer_security_group_id" { type = string }

locals {
  shared  = { environment = "staging", cost_center = "shop" }
  network = { vpc_id = var.vpc_id, subnet_ids = var.private_subnet_ids }
  task    = { image = "registry.example/a:1", cpu = 256, memory = 512, startup_seconds = 20, port = 8080 }
}

resource "aws_ecs_cluster" "this" {
  name = "Shop_Cluster"

  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

resource "aws_service_discovery_private_dns_namespace" "this" {
  name = "shop.internal"
  vpc  = var.vpc_id
}

resource "aws_cloudwatch_log_group" "exec" {
  name              = "/shop/exec"
  retention_in_days = 7
}

locals {
  cluster = {
    name               = aws_ecs_cluster.this.name
    arn                = aws_ecs_cluster.this.arn
    stem               = "shop"
    namespace_id       = aws_service_discovery_private_dns_namespace.this.id
    exec_log_group_arn = aws_cloudwatch_log_group.exec.arn
    container_insights = true
  }
}

resource "aws_acm_certificate" "this" {
  domain_name       = "shop.example"
  validation_method = "DNS"
}

module "load_balancer" {
  source = "../terraform/modules/load-balancer"

  name                = "shop"
  environment         = local.shared.environment
  cost_center         = local.shared.cost_center
  internal            = false
  vpc_id              = var.vpc_id
  subnet_ids          = var.public_subnet_ids
  client_cidrs        = ["0.0.0.0/0"]
  https               = true
  certificate_arn     = aws_acm_certificate.this.arn
  deletion_protection = false
}

resource "aws_iam_role" "own" {
  name = "shop-own"

  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ecs-tasks.amazonaws.com" } }]
  })
}

resource "aws_service_discovery_service" "own" {
  name = "mine"

  dns_config {
    namespace_id   = aws_service_discovery_private_dns_namespace.this.id
    routing_policy = "MULTIVALUE"

    dns_records {
      type = "A"
      ttl  = 10
    }
  }
}

resource "aws_secretsmanager_secret" "this" {
  name                    = "shop/key"
  recovery_window_in_days = 0
}
