// Everything is written out here. One file a service; ask before you touch api.
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.77"
    }
  }
}

provider "aws" { region = "us-east-1" }

variable "vpc_id" {}
variable "private_subnet_ids" { type = list(string) }
variable "public_subnet_ids" { type = list(string) }

resource "aws_ecs_cluster" "this" { name = "fin-prod-cluster" }

resource "aws_iam_role" "exec" {
  name               = "exec"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ecs-tasks.amazonaws.com" } }] })
}

resource "aws_security_group" "all" {
  name   = "all"
  vpc_id = var.vpc_id
}

resource "aws_lb" "front" {
  name            = "front"
  subnets         = var.public_subnet_ids
  security_groups = [aws_security_group.all.id]
}
