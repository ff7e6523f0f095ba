# Calls between services go by Cloud Map, straight to tasks: one rule in and one out for each pair, whether the callee
# names its callers or the caller what it calls.
locals {
  namespace = coalesce(var.namespace, "${var.name}.internal")

  callers = { for callee, service in local.services : callee => setintersection(
    keys(local.services),
    setunion(service.callers, [
      for caller, one in local.services : caller if contains([for call in values(one.calls) : call.service], callee)
    ])
  ) }

  # By service: where it is called. Two while its port changes, for those that still call the former one.
  called_ports = {
    for name, service in local.services :
    name => distinct(compact([service.port, service.former_port]))
  }

  # With the port in the key: another port is another rule, and the one before stays until nobody asks for it.
  calls = merge(flatten([for callee, callers in local.callers : [for port in local.called_ports[callee] : {
    for caller in callers : "${caller}-to-${callee}-${port}" => { caller = caller, callee = callee, port = port }
  }]])...)

  # By the name that a service has in the namespace. One that stays in a registry of another owner has none here.
  hosts = {
    for name in keys(local.services) : join(".", [
      try(coalesce(local.adopted[name].discovery.name), coalesce(local.adopted[name].stem), name),
      local.namespace,
    ]) => name
    if try(local.adopted[name].registry.arn, null) == null && try(coalesce(local.adopted[name].register), true)
  }
  host_of = { for host, name in local.hosts : name => host }

  # At the new port: a caller is deployed with it once the callee listens there.
  call_environment = { for name, service in local.services : name => { for variable, call in service.calls :
    variable => join("", [
      call.scheme == "" ? "" : "${call.scheme}://",
      "${local.host_of[call.service]}:${local.services[call.service].port}",
      call.path,
    ])
    if contains(keys(local.host_of), call.service)
  } }

  call_tags = { for name, service in local.services : name => {
    Environment = var.environment
    Service     = name
    CostCenter  = coalesce(service.cost_center, var.cost_center)
  } }
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

# What variables say of whom a service calls, as far as text tells: SCHEME://HOST:PORT, or HOST:PORT alone.
locals {
  # By service: whether what it has on are this configuration's rules and no others.
  ruled_here = { for name in keys(local.services) : name => try(local.adopted[name].security_group_ids, null) == null }

  let_out = {
    for name, service in local.services :
    name => distinct(concat([443], [for rule in values(service.egress) : rule.port]))
  }

  # Scheme, host and port. A user before an @ is passed over, and nothing of it is kept.
  address = join("", [
    "(?:^|[^A-Za-z0-9+.-])(?:([a-z][a-z0-9+.-]*)://(?:[^/@\\s]*@)?|^)",
    "([a-z0-9][a-z0-9-]*(?:\\.[a-z0-9-]+)+)",
    "(?::([0-9]{1,5}))?",
  ])

  addresses = { for name, service in local.services : name => local.ruled_here[name] ? flatten([
    for variable, value in coalesce(service.environment, {}) : [
      for found in try(regexall(local.address, lower(value)), []) : {
        variable = variable
        host     = found[1]
        port = (
          found[2] != null ? tonumber(found[2]) : try({ http = 80, ws = 80, https = 443, wss = 443 }[found[0]], null)
        )
      }
    ]
  ]) : [] }

  # A name of the namespace leads to tasks: on their own port, for their callers only.
  cut_calls = flatten([for name, addresses in local.addresses : [for one in addresses :
    "${name}: ${one.variable} calls ${one.host}:${one.port}"
    if endswith(one.host, ".${local.namespace}") && one.port != null && !(
      try(alltrue([
        contains(local.called_ports[local.hosts[one.host]], tostring(one.port)),
        contains(local.callers[local.hosts[one.host]], name),
      ]), false) ||
      (!contains(keys(local.hosts), one.host) && try(contains(local.let_out[name], one.port), true))
    )
  ]])

  # Any other name: the port at least must be let out to somebody. Whether the variable is ever called, nobody can tell.
  closed_ports = flatten([for name, addresses in local.addresses : [for one in addresses :
    "${name}: ${one.variable} names ${one.host}:${one.port}"
    if alltrue([
      !endswith(one.host, ".${local.namespace}"),
      !startswith(one.host, "127."),
      !startswith(one.host, "169.254."),
      one.port != null,
      try(!contains(local.let_out[name], one.port), false),
    ])
  ]])
}

check "calls" {
  assert {
    condition = length(local.closed_ports) == 0
    error_message = join(" ", [
      "Variables name a port that the service's security group lets out to nobody:",
      "${join("; ", local.closed_ports)}. Where it is called, list the port under egress; where it is a service of",
      "this fleet, name that under calls instead.",
    ])
  }
}
