# One rule a resource, security groups by reference: a rule can change without touching its neighbours.

locals {
  # By number, so that another port is another rule and not the same one moved away from under the tasks that run.
  served_ports = toset(
    var.traffic == null ? [] : [for port in [var.task.port, var.task.former_port] : tostring(port) if port != null]
  )

  security_group_ids = concat(
    var.network.security_group_ids == null ? [] : var.network.security_group_ids,
    var.network.own_security_group ? [aws_security_group.this.id] : []
  )
}

resource "aws_security_group" "this" {
  #checkov:skip=CKV2_AWS_5:attached to the service's tasks
  name        = "${local.full_name}-tasks"
  description = "Tasks of ${var.name} on ${var.cluster.name}"
  vpc_id      = var.network.vpc_id
  tags        = local.tags
}

resource "aws_vpc_security_group_ingress_rule" "load_balancer" {
  for_each = local.served_ports

  security_group_id            = aws_security_group.this.id
  referenced_security_group_id = var.traffic.security_group_id
  description                  = "Requests and health checks from the load balancer"
  ip_protocol                  = "tcp"
  from_port                    = tonumber(each.value)
  to_port                      = tonumber(each.value)
  tags                         = local.tags

  # Gone only after the service has moved: one that could not move keeps its way in.
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_egress_rule" "load_balancer" {
  for_each = local.served_ports

  security_group_id            = var.traffic.security_group_id
  referenced_security_group_id = aws_security_group.this.id
  description                  = "To the tasks of ${var.name}"
  ip_protocol                  = "tcp"
  from_port                    = tonumber(each.value)
  to_port                      = tonumber(each.value)
  tags                         = local.tags

  lifecycle {
    create_before_destroy = true
  }
}

# AWS's APIs (images, logs, secrets, X-Ray) have no security group to refer to, and their addresses change.
# Where the VPC has endpoints for all of them, narrow this to their prefix lists.
resource "aws_vpc_security_group_egress_rule" "https" {
  security_group_id = aws_security_group.this.id
  description       = "HTTPS to AWS APIs and image registries"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  tags              = local.tags
}

resource "aws_vpc_security_group_egress_rule" "this" {
  for_each = var.egress

  security_group_id            = aws_security_group.this.id
  description                  = each.key
  cidr_ipv4                    = each.value.cidr
  referenced_security_group_id = each.value.security_group_id
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
  tags                         = local.tags
}
