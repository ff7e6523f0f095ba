data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  # Provider 6 has `region` and deprecates `name`, later `id`; 5 has no `region`: a reference to it fails even in try.
  region = lookup(data.aws_region.current, "region", lookup(data.aws_region.current, "id", null))

  # Names are made of the platform's; a cluster that is taken over may have one that is too long for that.
  stem      = coalesce(var.cluster.stem, var.cluster.name)
  full_name = "${local.stem}-${var.name}"

  # Instead of launch type FARGATE; empty: that.
  spot_providers = var.task.on_demand == null ? [{ name = "FARGATE_SPOT", base = 0, weight = 1 }] : [
    { name = "FARGATE", base = var.task.on_demand.base, weight = var.task.on_demand.percent },
    { name = "FARGATE_SPOT", base = 0, weight = 100 - var.task.on_demand.percent },
  ]
  capacity_providers = var.task.spot ? local.spot_providers : var.adopt.capacity_providers

  tags = merge(var.tags, {
    Environment = var.environment
    Service     = var.name
    CostCenter  = var.cost_center
  })
}
