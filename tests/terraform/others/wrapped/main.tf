terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "vpc_id" { type = string }
variable "private_subnet_ids" { type = list(string) }
variable "public_subnet_ids" { type = any }

locals {
  name   = "fin-prod"
  region = "us-east-1"

  common = {
    memory                   = 2048
    autoscaling_max_capacity = 8
  }

  tags = { Repository = "platform/ecs" }
}

provider "aws" {
  region = local.region
}

module "ecs" {
  source = "./ecs"

  cluster_name = "${local.name}-cluster"

  services = {
    notifications = merge(local.common, {
      cpu                      = 1024
      autoscaling_min_capacity = 3
      subnet_ids               = var.private_subnet_ids
      container_definitions = {
        app = {
          image  = "111122223333.dkr.ecr.us-east-1.amazonaws.com/notifications:1.12.0"
          cpu    = 960
          memory = 1920
        }
      }
    })

    scheduler = merge(local.common, {
      cpu                      = 1024
      enable_autoscaling       = false
      desired_count            = 2
      subnet_ids               = var.private_subnet_ids
      container_definitions = {
        app     = { image = "111122223333.dkr.ecr.us-east-1.amazonaws.com/scheduler:1.4.1" }
        sidecar = { image = "public.ecr.aws/docker/library/busybox:1", essential = false, memory = 64 }
      }
    })

    statements = {
      cpu                      = 4096
      memory                   = 16384
      autoscaling_min_capacity = 6
      autoscaling_max_capacity = 10
      subnet_ids               = var.private_subnet_ids
      container_definitions = {
        app = { image = "111122223333.dkr.ecr.us-east-1.amazonaws.com/statements:1.6.8" }
      }
      autoscaling_policies = {
        cpu = {
          policy_type = "TargetTrackingScaling"
          target_tracking_scaling_policy_configuration = {
            predefined_metric_specification = { predefined_metric_type = "ECSServiceAverageCPUUtilization" }
            target_value                    = 45
          }
        }
      }
    }
  }

  tags = local.tags
}
