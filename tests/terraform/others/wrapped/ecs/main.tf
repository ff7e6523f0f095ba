variable "cluster_name" { default = "" }
variable "services" {
  type    = any
  default = {}
}
variable "tags" {
  type    = map(string)
  default = {}
}

resource "aws_ecs_cluster" "this" {
  count = 1
  name  = var.cluster_name
  tags  = var.tags
}

module "service" {
  source   = "./service"
  for_each = { for k, v in var.services : k => v if try(v.create, true) }

  name                     = try(each.value.name, each.key)
  cluster_arn              = aws_ecs_cluster.this[0].arn
  cluster_name             = var.cluster_name
  cpu                      = lookup(each.value, "cpu", 1024)
  memory                   = lookup(each.value, "memory", 2048)
  desired_count            = try(each.value.desired_count, 1)
  subnet_ids               = each.value.subnet_ids
  container_definitions    = each.value.container_definitions
  enable_autoscaling       = lookup(each.value, "enable_autoscaling", true)
  autoscaling_min_capacity = try(each.value.autoscaling_min_capacity, 1)
  autoscaling_max_capacity = try(each.value.autoscaling_max_capacity, 10)
  autoscaling_policies     = try(each.value.autoscaling_policies, null)
  tags                     = merge(var.tags, try(each.value.tags, {}))
}
