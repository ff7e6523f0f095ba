data "aws_vpc" "this" {
  id = var.vpc_id
}

locals {
  exposures = toset([for service in values(var.services) : service.traffic.exposure if service.traffic != null])

  # Two load balancers, not one with rules that look at addresses: what is internal has no public address at all, so
  # that no rule, priority or forwarded header can expose it. A caller inside the VPC could not use the public one
  # anyway without leaving through NAT, where a source address says nothing. It costs $16.43 a month and its LCUs.
  load_balancers = {
    public = {
      internal        = false
      subnet_ids      = var.public_subnet_ids
      client_cidrs    = ["0.0.0.0/0"]
      certificate_arn = var.certificate_arn
    }
    internal = {
      internal        = true
      subnet_ids      = var.private_subnet_ids
      client_cidrs    = [data.aws_vpc.this.cidr_block]
      certificate_arn = try(coalesce(var.internal_certificate_arn, var.certificate_arn), null)
    }
  }
}

module "load_balancer" {
  source   = "../modules/load-balancer"
  for_each = { for exposure in local.exposures : exposure => local.load_balancers[exposure] }

  name                = "${var.name}-${each.value.internal ? "private" : "public"}"
  environment         = var.environment
  cost_center         = var.cost_center
  internal            = each.value.internal
  vpc_id              = var.vpc_id
  subnet_ids          = each.value.subnet_ids
  client_cidrs        = each.value.client_cidrs
  certificate_arn     = each.value.certificate_arn
  allow_plain_http    = var.allow_plain_http
  deletion_protection = var.deletion_protection
}

# Calls between services go by Cloud Map, straight to tasks: one rule in and one out for each pair.
locals {
  calls = merge([for callee, service in var.services : {
    for caller in service.callers : "${caller}-to-${callee}" => { caller = caller, callee = callee, port = service.port }
  }]...)
}

resource "aws_vpc_security_group_ingress_rule" "call" {
  for_each = local.calls

  security_group_id            = module.service[each.value.callee].security_group_id
  referenced_security_group_id = module.service[each.value.caller].security_group_id
  description                  = "Calls from ${each.value.caller}"
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
  tags                         = local.call_tags[each.value.callee]
}

resource "aws_vpc_security_group_egress_rule" "call" {
  for_each = local.calls

  security_group_id            = module.service[each.value.caller].security_group_id
  referenced_security_group_id = module.service[each.value.callee].security_group_id
  description                  = "Calls to ${each.value.callee}"
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
  tags                         = local.call_tags[each.value.caller]
}

locals {
  call_tags = { for name, service in var.services : name => {
    Environment = var.environment
    Service     = name
    CostCenter  = coalesce(service.cost_center, var.cost_center)
  } }
}
