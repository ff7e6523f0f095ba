data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  region     = data.aws_region.current.name

  full_name = "${var.cluster.name}-${var.name}"

  tags = merge(var.tags, {
    Environment = var.environment
    Service     = var.name
    CostCenter  = var.cost_center
  })
}
