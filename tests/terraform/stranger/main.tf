# A root of somebody else, who makes roles, a registry, a certificate and a secret beside the services that use them: no ARN
# of these is known at plan.
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

locals {
  shared  = { environment = "staging", cost_center = "shop" }
  network = { vpc_id = var.vpc_id, subnet_ids = var.private_subnet_ids }
  task    = { image = "registry.example/a:1", cpu = 256, memory = 512, startup_seconds = 20, port = 8080 }
}

resource "aws_ecs_cluster" "this" {
  name = "Shop_Cluster"
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
  name               = "shop-own"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ecs-tasks.amazonaws.com" } }] })
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

module "minimal" {
  source = "../terraform/modules/service"

  name        = "minimal"
  environment = local.shared.environment
  cost_center = local.shared.cost_center
  cluster     = local.cluster
  network     = local.network
  task        = local.task
  scaling     = { min = 2, max = 4 }
}

module "made-beside" {
  source = "../terraform/modules/service"

  name        = "made-beside"
  environment = local.shared.environment
  cost_center = local.shared.cost_center
  cluster     = local.cluster
  network     = local.network
  task        = merge(local.task, { secrets = { KEY = aws_secretsmanager_secret.this.arn }, live_path = "/live" })
  scaling     = { min = 2, max = 4 }

  traffic = {
    listener_arn      = module.load_balancer.listener_arn
    security_group_id = module.load_balancer.security_group_id
    priority          = 100
    paths             = ["/*"]
  }

  adopt = {
    own_execution_role = false
    own_task_role      = false
    own_registry       = false
    execution_role_arn = aws_iam_role.own.arn
    task_role_arn      = aws_iam_role.own.arn
    registry           = { arn = aws_service_discovery_service.own.arn }
  }
}

module "single" {
  source = "../terraform/modules/service"

  name        = "single"
  environment = local.shared.environment
  cost_center = local.shared.cost_center
  cluster     = local.cluster
  network     = local.network
  task        = merge(local.task, { port = null, architecture = "ARM64", health_command = ["CMD", "/app", "healthcheck"], readonly_root_filesystem = true, writable = ["/tmp"] })
  scaling     = { min = 1, max = 1 }
  deployment  = { minimum_percent = 0, maximum_percent = 100 }
  tracing     = { enabled = false }
  roles       = { path = "/shop/" }

  task_policy_statements = [{
    sid        = "Read"
    actions    = ["s3:GetObject"]
    resources  = ["arn:aws:s3:::shop/*"]
    conditions = [{ test = "Bool", variable = "aws:SecureTransport", values = ["true"] }]
  }]
}

# Some of them on Spot: two stay on demand, and of the rest one in two.
module "mix" {
  source = "../terraform/modules/service"

  name        = "mix"
  environment = local.shared.environment
  cost_center = local.shared.cost_center
  cluster     = local.cluster
  network     = local.network
  task        = merge(local.task, { spot = true, on_demand = { base = 2, percent = 50 } })
  scaling     = { min = 2, max = 8 }
}

module "grpc" {
  source = "../terraform/modules/service"

  name        = "grpc"
  environment = local.shared.environment
  cost_center = local.shared.cost_center
  cluster     = local.cluster
  network     = local.network
  task        = merge(local.task, { architecture = "ARM64", health_command = ["CMD", "/bin/grpc_health_probe", "-addr=127.0.0.1:8080"] })
  scaling     = { min = 2, max = 4 }

  traffic = {
    listener_arn      = module.load_balancer.listener_arn
    security_group_id = module.load_balancer.security_group_id
    priority          = 50
    paths             = ["/shop.Api/*"]
    protocol_version  = "GRPC"
    slow_start        = 60
  }
}

module "worker" {
  source = "../terraform/modules/service"

  name        = "worker"
  environment = "production"
  cost_center = local.shared.cost_center
  cluster     = local.cluster
  network     = local.network
  scaling     = { min = 2, max = 6 }
  egress      = { efs = { port = 2049, cidr = "10.20.0.0/16" } }

  task = merge(local.task, {
    port                   = null
    cpu                    = 512
    memory                 = 1024
    health_command         = ["CMD", "/app", "healthcheck"]
    user                   = "1000"
    capabilities           = { drop = ["NET_RAW"] }
    ulimits                = { nofile = { soft = 1024, hard = 4096 } }
    repository_credentials = aws_secretsmanager_secret.this.arn
    depends_on             = { migrate = "SUCCESS" }
    mounts                 = [{ volume = "data", path = "/data" }, { volume = "run", path = "/run/shared" }]
    volumes = {
      data = { efs = { file_system_id = "fs-0123456789abcdef0", access_point_id = "fsap-0123456789abcdef0" } }
      run  = {}
    }
    containers = {
      migrate = { image = "registry.example/migrate:1", memory = 128 }
      router  = { image = "public.ecr.aws/aws-observability/aws-for-fluent-bit:2.32.0", memory = 64, cpu = 32, essential = true, firelens = {} }
      cache   = { image = "registry.example/cache:1", memory = 64, mounts = [{ volume = "run", path = "/run/shared", read_only = true }], ports = [6379], health_command = ["CMD", "/ping"] }
    }
  })
}
