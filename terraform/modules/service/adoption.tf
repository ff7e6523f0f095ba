# What a service that runs already keeps when it is taken over. Everything here has a default that means "made by this
# module": take a line away, and the module's own takes its place.

variable "adopt" {
  description = <<-EOT
    What is taken over from a service that runs already, so that nothing of it is replaced; `trimtab write` fills it. All is optional.
    `definition` is the revision that runs (an ARN): its environment, secrets, command, health check and the like go into the next one, under what `task` says.
    `security_group_ids` are kept on the tasks; `own_security_group` says whether the module's own is put beside them, which starts new tasks. Said to be none (`[]`), they are the VPC's default group, which AWS takes where a service names none.
  EOT
  type = object({
    service_name       = optional(string)
    family             = optional(string)
    definition         = optional(string)
    container_name     = optional(string)
    execution_role_arn = optional(string)
    task_role_arn      = optional(string)

    # Whether the module makes its own; left out, it does where no ARN is given. Must be said (false) where the ARN is
    # that of a resource of the same configuration, which a plan does not know yet.
    own_execution_role = optional(bool)
    own_task_role      = optional(bool)
    own_registry       = optional(bool)

    # Instead of launch type FARGATE: a swap of the two replaces the service.
    capacity_providers = optional(list(object({
      name   = string
      base   = optional(number, 0)
      weight = optional(number, 0)
    })), [])

    subnet_ids         = optional(list(string))
    assign_public_ip   = optional(bool, false)
    security_group_ids = optional(list(string))
    own_security_group = optional(bool, true)

    target_group = optional(object({
      name             = string
      port             = number
      protocol         = optional(string, "HTTP")
      protocol_version = optional(string, "HTTP1")
      health_port      = optional(string, "traffic-port")
      health_protocol  = optional(string, "HTTP")
      slow_start       = optional(number, 0)
    }))

    # False where the rule that leads here says more than paths and hosts, or hangs on another owner's load balancer.
    listener_rule = optional(bool, true)

    # Where no target group is the module's: how long its tasks may fail the checks of other owners' [s].
    grace_period = optional(number)

    # Target groups of another owner that reach the service too.
    other_target_groups = optional(list(object({
      arn            = string
      container_name = string
      container_port = number
    })), [])

    # A Cloud Map service to take over, one of another owner to stay registered in, or (register = false) none so far.
    discovery = optional(object({
      name           = string
      routing_policy = optional(string, "MULTIVALUE")
      record_types   = optional(list(string), ["A"])
    }))
    registry = optional(object({
      arn            = optional(string)
      port           = optional(number)
      container_name = optional(string)
      container_port = optional(number)
    }), {})
    register = optional(bool, true)

    log_group = optional(object({
      name       = string
      kms_key_id = optional(string)
    }))
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.adopt.own_security_group || var.adopt.security_group_ids != null
    error_message = "adopt.own_security_group is false and adopt.security_group_ids is not given. Name those that tasks have ([] where the service names none), or let them have the module's own."
  }

  validation {
    condition     = try(length(var.adopt.security_group_ids), 0) + (var.adopt.own_security_group ? 1 : 0) <= 5
    error_message = "adopt keeps ${try(length(var.adopt.security_group_ids), 0)} security groups, and with the module's own that is more than the 5 that a task can have. Set adopt.own_security_group = false."
  }

  validation {
    condition = (
      var.adopt.definition == null
      ? true
      : can(regex("^arn:[a-z-]+:ecs:[a-z0-9-]+:[0-9]{12}:task-definition/[^:]+:[0-9]+$", var.adopt.definition))
    )
    error_message = "adopt.definition is \"${coalesce(var.adopt.definition, "-")}\". It must be the ARN of one revision (…:task-definition/FAMILY:REVISION): a bare family would follow whatever is registered next."
  }

  validation {
    condition = alltrue([
      for arn in [var.adopt.execution_role_arn, var.adopt.task_role_arn] :
      arn == null ? true : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/", arn))
    ])
    error_message = "adopt.execution_role_arn or adopt.task_role_arn is not the ARN of a role."
  }
}

locals {
  service_name   = coalesce(var.adopt.service_name, var.name)
  container_name = coalesce(var.adopt.container_name, var.name)

  subnet_ids = var.adopt.subnet_ids == null ? var.network.subnet_ids : var.adopt.subnet_ids
  security_group_ids = concat(
    var.adopt.security_group_ids == null ? [] : var.adopt.security_group_ids,
    var.adopt.own_security_group ? [aws_security_group.this.id] : []
  )

  own_execution_role = (
    var.adopt.own_execution_role != null ? var.adopt.own_execution_role : var.adopt.execution_role_arn == null
  )
  own_task_role = var.adopt.own_task_role != null ? var.adopt.own_task_role : var.adopt.task_role_arn == null
  own_registry  = var.adopt.own_registry != null ? var.adopt.own_registry : var.adopt.registry.arn == null

  execution_role_arn = local.own_execution_role ? aws_iam_role.execution[0].arn : var.adopt.execution_role_arn
  task_role_arn      = local.own_task_role ? aws_iam_role.task[0].arn : var.adopt.task_role_arn
  registry_arn       = local.own_registry ? aws_service_discovery_service.this[0].arn : var.adopt.registry.arn
}

# The values of a running service's environment are in no snapshot: they are read where they are.
data "aws_ecs_task_definition" "running" {
  for_each = toset(var.adopt.definition == null ? [] : ["this"])

  task_definition = var.adopt.definition
}

locals {
  # By lookup: an older provider lacks the attribute, and a plain reference would fail there for everyone. Flattened,
  # not chosen by a condition: an application and its sidecars differ in type, and no empty list agrees with that.
  running_containers = flatten([
    for definition in data.aws_ecs_task_definition.running :
    jsondecode(coalesce(lookup(definition, "container_definitions", null), "[]"))
  ])
  running = one([for container in local.running_containers : container if container.name == local.container_name])

  # As JSON, because the values differ in type and one object must not be made of them.
  carried = {
    for key in ["command", "dockerLabels", "entryPoint", "environmentFiles", "ulimits", "user", "workingDirectory"] :
    key => jsonencode(local.running[key])
    if try(length(local.running[key]) > 0, false)
  }

  # Target groups of another owner, and SRV records, may lead to these.
  other_ports = [
    for mapping in try(local.running.portMappings, []) :
    { for key, value in mapping : key => value if value != null }
    if try(!contains([var.task.port, var.task.former_port], mapping.containerPort), true)
  ]

  environment = merge(local.tracing_environment, local.own)
  secrets     = merge({ for one in try(local.running.secrets, []) : one.name => one.valueFrom }, var.task.secrets)
}
