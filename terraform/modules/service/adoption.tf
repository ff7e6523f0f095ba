# What a service that runs already keeps when it is taken over. Everything here has a default that means "made by this
# module": take a line away, and the module's own takes its place.

variable "adopt" {
  description = <<-EOT
    What is taken over from a service that runs already, so that nothing of it is replaced; `trimtab write` fills it.
    All is optional.
    `definition` is the revision that runs (an ARN): its environment, secrets, command, health check and the like go
    into the next one, under what `task` says.
  EOT
  type = object({
    service_name   = optional(string)
    family         = optional(string)
    definition     = optional(string)
    container_name = optional(string)

    # Instead of launch type FARGATE: a swap of the two replaces the service.
    capacity_providers = optional(list(object({
      name   = string
      base   = optional(number, 0)
      weight = optional(number, 0)
    })), [])

    # Those of the tasks, where they are others than the network's, or fewer than two.
    subnet_ids = optional(list(string))

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

    # A Cloud Map service to take over.
    discovery = optional(object({
      name           = string
      routing_policy = optional(string, "MULTIVALUE")
      record_types   = optional(list(string), ["A"])
    }))

    log_group = optional(object({
      name       = string
      kms_key_id = optional(string)
    }))
  })
  default  = {}
  nullable = false

  validation {
    condition = (
      var.adopt.definition == null
      ? true
      : can(regex("^arn:[a-z-]+:ecs:[a-z0-9-]+:[0-9]{12}:task-definition/[^:]+:[0-9]+$", var.adopt.definition))
    )
    error_message = join(" ", [
      "adopt.definition is \"${coalesce(var.adopt.definition, "-")}\".",
      "It must be the ARN of one revision (…:task-definition/FAMILY:REVISION):",
      "a bare family would follow whatever is registered next.",
    ])
  }
}

locals {
  service_name   = coalesce(var.adopt.service_name, var.name)
  container_name = coalesce(var.adopt.container_name, var.name)

  subnet_ids = var.adopt.subnet_ids == null ? var.network.subnet_ids : var.adopt.subnet_ids
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
