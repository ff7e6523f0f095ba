# Umläute and a byte order mark: written on Windows
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

provider "aws" {
  region = "us-east-1"
}

variable "vpc_id" {}
variable "private_subnet_ids" {}
variable "public_subnet_ids" {}

resource "aws_ecs_cluster" "prod" {
  name = "fin-prod-cluster"
}

module "notifications" {
  source    = "../../modules/app"
  name      = "notifications"
  cluster   = aws_ecs_cluster.prod.name
  subnets   = var.private_subnet_ids
  vcpu      = 1
  memory_gb = 2
  min       = 3	# tab before
  max       = 8
}

module "scheduler" {
  source    = "../../modules/app"
  name      = "scheduler"
  cluster   = aws_ecs_cluster.prod.name
  subnets   = var.private_subnet_ids
  vcpu      = 1
  memory_gb = 2
  cpu       = "1024"
  memory    = "2048"
  min       = 2
  max       = 2
}
