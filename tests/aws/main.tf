# What `make test-aws` makes in a real account, and destroys again: a network, a cluster, a load balancer, two services. Tasks
# have public addresses, for a NAT gateway costs more than all the rest.
terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.77, < 6.0"
    }
  }
}

variable "name" {
  description = "What every name begins with: a word and a random suffix."
  type        = string
}

variable "region" {
  description = "Region."
  type        = string
}

variable "client_cidr" {
  description = "From where the load balancer may be asked."
  type        = string
}

variable "api_memory" {
  description = "Memory of a task of api [MiB]; a second value is the new size."
  type        = number
  default     = 512
}

locals {
  shared = { environment = "test", cost_center = var.name }

  network = {
    vpc_id           = module.network.vpc_id
    subnet_ids       = module.network.public_subnet_ids
    assign_public_ip = true
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = { Environment = local.shared.environment, Service = "acceptance", CostCenter = local.shared.cost_center }
  }
}

module "network" {
  source = "../../examples/network"

  name        = var.name
  region      = var.region
  environment = local.shared.environment
  cost_center = local.shared.cost_center
  nat_gateway = false
}

module "cluster" {
  source = "../../terraform/modules/cluster"

  name               = var.name
  environment        = local.shared.environment
  cost_center        = local.shared.cost_center
  vpc_id             = module.network.vpc_id
  namespace          = "${var.name}.internal"
  container_insights = "disabled"
}

module "load_balancer" {
  source = "../../terraform/modules/load-balancer"

  name                = var.name
  environment         = local.shared.environment
  cost_center         = local.shared.cost_center
  internal            = false
  vpc_id              = module.network.vpc_id
  subnet_ids          = module.network.public_subnet_ids
  client_cidrs        = [var.client_cidr]
  allow_plain_http    = true
  deletion_protection = false
}

module "api" {
  source = "../../terraform/modules/service"

  name        = "api"
  environment = local.shared.environment
  cost_center = local.shared.cost_center
  cluster     = module.cluster.cluster
  network     = local.network

  task = {
    image           = "public.ecr.aws/nginx/nginx:stable"
    cpu             = 256
    memory          = var.api_memory
    startup_seconds = 15
    port            = 80
    longest_request = 5
  }

  traffic = {
    listener_arn         = module.load_balancer.listener_arn
    security_group_id    = module.load_balancer.security_group_id
    priority             = 100
    paths                = ["/*"]
    health_path          = "/"
    deregistration_delay = 10
  }

  scaling = { min = 1, max = 2 }
}

module "worker" {
  source = "../../terraform/modules/service"

  name        = "worker"
  environment = local.shared.environment
  cost_center = local.shared.cost_center
  cluster     = module.cluster.cluster
  network     = local.network
  tracing     = { enabled = false }

  task = {
    image           = "public.ecr.aws/docker/library/busybox:stable"
    cpu             = 256
    memory          = 512
    startup_seconds = 5
    command         = ["sleep", "86400"]
    health_command  = ["CMD-SHELL", "exit 0"]
    stop_timeout    = 5
    longest_request = 5
  }

  scaling = { min = 1, max = 1 }
}

output "cluster" {
  description = "Name of the cluster."
  value       = module.cluster.cluster.name
}

output "task_definitions" {
  description = "Newest revision of each service."
  value       = { api = module.api.task_definition_arn, worker = module.worker.task_definition_arn }
}

output "dns_name" {
  description = "Where the load balancer answers."
  value       = module.load_balancer.dns_name
}

output "target_group_arn" {
  description = "Target group of api."
  value       = module.api.target_group_arn
}
