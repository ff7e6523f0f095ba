data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  cluster_name = coalesce(var.adopt.name, var.name)

  account_id = data.aws_caller_identity.current.account_id

  # Provider 6 has `region` and deprecates `name`, later `id`; 5 has no `region`: a reference to it fails even in try.
  region = lookup(data.aws_region.current, "region", lookup(data.aws_region.current, "id", null))

  # ARNs are made from names where a policy or a pattern needs them: a plan shows those whole, before anything exists.
  arn_prefix = { for service in ["ecs", "events", "logs", "sns", "sqs"] :
    service => "arn:${data.aws_partition.current.partition}:${service}:${local.region}:${local.account_id}"
  }
  exec_log_group_arn = "${local.arn_prefix.logs}:log-group:${aws_cloudwatch_log_group.exec.name}"

  tags = merge(var.tags, {
    Environment = var.environment
    Service     = "platform"
    CostCenter  = var.cost_center
  })
}

resource "aws_ecs_cluster" "this" {
  #checkov:skip=CKV_AWS_224:sessions are logged and encrypted at rest by CloudWatch; no customer key is called for
  name = local.cluster_name
  tags = local.tags

  setting {
    name  = "containerInsights"
    value = var.container_insights
  }

  configuration {
    execute_command_configuration {
      kms_key_id = var.adopt.exec_kms_key
      logging    = "OVERRIDE"

      log_configuration {
        cloud_watch_log_group_name = aws_cloudwatch_log_group.exec.name
      }
    }
  }

  dynamic "service_connect_defaults" {
    for_each = var.adopt.connect_namespace == null ? [] : [var.adopt.connect_namespace]
    content {
      namespace = service_connect_defaults.value
    }
  }

  # Container Insights makes its own log group, without retention, when ours is not there first.
  depends_on = [aws_cloudwatch_log_group.insights]
}

resource "aws_ecs_cluster_capacity_providers" "this" {
  cluster_name       = aws_ecs_cluster.this.name
  capacity_providers = setunion(["FARGATE", "FARGATE_SPOT"], var.adopt.capacity_providers)

  default_capacity_provider_strategy {
    capacity_provider = "FARGATE"
    base              = 1
    weight            = 1 # the API's default of 0 places nothing
  }
}

resource "aws_service_discovery_private_dns_namespace" "this" {
  name        = var.namespace
  description = "Services of ${var.name}"
  vpc         = var.vpc_id
  tags        = local.tags
}
