data "aws_vpc" "this" {
  id = var.vpc_id
}

locals {
  exposures = toset([for exposure in values(local.hangs_on) : exposure if exposure != null])

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

locals {
  # What is said wins over what is found.
  of_balancers = { for exposure in ["public", "internal"] : exposure => {
    for name in ["ssl_policy", "idle_timeout", "drop_invalid_header_fields"] : name => try(
      coalesce(try(var.load_balancers[exposure][name], null), try(var.adopt.load_balancers[exposure][name], null)),
      null
    )
  } }
  attributes_of = { for exposure, one in local.of_balancers : exposure => merge(
    { for name, value in try(var.adopt.load_balancers[exposure].attributes, {}) : name => value if value != null },
    { for name, value in try(var.load_balancers[exposure].attributes, {}) : name => value if value != null },
    { drop_invalid_header_fields = one.drop_invalid_header_fields },
  ) }

  ip_address_types = {
    for exposure in ["public", "internal"] :
    exposure => try(var.load_balancers[exposure].ip_address_type, null)
  }

  # Of the rules that are made here; one that is left to another owner has whatever priority it has.
  priorities = { for exposure in local.exposures : exposure => [for name, service in local.services :
    service.traffic.priority
    if local.hangs_on[name] == exposure && try(coalesce(local.adopted[name].listener_rule), true)
  ] }
}

module "load_balancer" {
  source   = "../load-balancer"
  for_each = { for exposure in local.exposures : exposure => local.load_balancers[exposure] }

  name            = "${var.name}-${each.value.internal ? "private" : "public"}"
  adopt           = try(var.adopt.load_balancers[each.key], null)
  tags            = try(var.adopt.load_balancers[each.key].tags, {})
  environment     = var.environment
  cost_center     = var.cost_center
  internal        = each.value.internal
  vpc_id          = var.vpc_id
  subnet_ids      = try(coalescelist(var.adopt.load_balancers[each.key].subnet_ids), each.value.subnet_ids)
  client_cidrs    = each.value.client_cidrs
  certificate_arn = try(coalesce(var.adopt.load_balancers[each.key].certificate_arn), each.value.certificate_arn)
  ssl_policy      = local.of_balancers[each.key].ssl_policy
  idle_timeout    = local.of_balancers[each.key].idle_timeout
  attributes      = local.attributes_of[each.key]
  access_logs = try(
    coalesce(
      try(var.load_balancers[each.key].access_logs, null),
      try(var.adopt.load_balancers[each.key].access_logs, null)
    ),
    null
  )
  web_acl         = try({ arn = coalesce(var.load_balancers[each.key].web_acl_arn) }, null)
  certificates    = try(var.load_balancers[each.key].certificates, null)
  ip_address_type = local.ip_address_types[each.key]
  client_ipv6_cidrs = (
    !startswith(coalesce(local.ip_address_types[each.key], "ipv4"), "dualstack")
    ? []
    : each.value.internal
    ? [data.aws_vpc.this.ipv6_cidr_block]
    : ["::/0"]
  )
  allow_plain_http    = try(coalesce(var.adopt.load_balancers[each.key].plain_http), var.allow_plain_http)
  deletion_protection = var.deletion_protection
}
