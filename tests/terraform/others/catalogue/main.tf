terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = "~> 5.77" }
  }
}

provider "aws" {
  region = var.region
}

resource "aws_ecs_cluster" "main" {
  name = var.cluster
}

module "service" {
  source   = "./modules/service"
  for_each = var.services

  name       = each.key
  cluster    = aws_ecs_cluster.main
  subnet_ids = var.private_subnet_ids
  size       = each.value.size
  count_of   = each.value.count
  target     = each.value.cpu_target
  log_days   = var.log_days
}
