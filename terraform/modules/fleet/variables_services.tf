# The one place where the Python package and this configuration meet. Defaults live in modules/service: a null here
# takes the module's.
variable "services" {
  description = <<-EOT
    The services by name. A plain one is image, size, start-up time, traffic and bounds; the rest has defaults.
  EOT
  type = map(object({
    image                    = string
    cpu                      = number
    memory                   = number
    startup_seconds          = number
    port                     = optional(number)
    cost_center              = optional(string)
    architecture             = optional(string)
    command                  = optional(list(string))
    environment              = optional(map(string))
    secrets                  = optional(map(string))
    health_command           = optional(list(string))
    live_path                = optional(string)
    stop_timeout             = optional(number)
    longest_request          = optional(number)
    ephemeral_storage        = optional(number)
    readonly_root_filesystem = optional(bool)
    writable                 = optional(list(string))
    init_process             = optional(bool)
    spot                     = optional(bool, false) # on Fargate Spot; a change replaces the service
    execute_command          = optional(bool, false)
    tracing                  = optional(bool)
    tags                     = optional(map(string), {})

    # See modules/service: what the task has besides the application, and how the application runs.
    former_port            = optional(number)
    on_demand              = optional(object({ base = optional(number), percent = optional(number) }))
    user                   = optional(string)
    capabilities           = optional(object({ add = optional(list(string)), drop = optional(list(string)) }))
    ulimits                = optional(map(object({ soft = number, hard = number })))
    repository_credentials = optional(string)
    depends_on             = optional(map(string))
    mounts                 = optional(list(object({ volume = string, path = string, read_only = optional(bool) })))
    volumes = optional(map(object({
      efs = optional(object({
        file_system_id  = string
        access_point_id = optional(string)
        root_directory  = optional(string)
        iam             = optional(bool)
        root_access     = optional(bool)
      }))
    })))
    containers = optional(map(object({
      image                    = string
      memory                   = number
      cpu                      = optional(number)
      essential                = optional(bool)
      restart                  = optional(bool)
      command                  = optional(list(string))
      entry_point              = optional(list(string))
      environment              = optional(map(string))
      secrets                  = optional(map(string))
      health_command           = optional(list(string))
      depends_on               = optional(map(string))
      mounts                   = optional(list(object({ volume = string, path = string, read_only = optional(bool) })))
      ports                    = optional(list(number))
      user                     = optional(string)
      readonly_root_filesystem = optional(bool)
      stop_timeout             = optional(number)
      repository_credentials   = optional(string)
      firelens = optional(object({
        type        = optional(string)
        options     = optional(map(string))
        log_options = optional(map(string))
        log_secrets = optional(map(string))
      }))
    })))

    # Names of the services that call this one over Cloud Map, past the load balancer.
    callers = optional(set(string), [])

    # Services that this one calls so, by the variable that is given the address: SCHEME://NAME.NAMESPACE:PORT and path.
    calls = optional(map(object({
      service = string
      path    = optional(string, "")
      scheme  = optional(string, "http") # "" for NAME.NAMESPACE:PORT alone
    })), {})

    egress = optional(map(object({
      port              = number
      cidr              = optional(string)
      security_group_id = optional(string)
    })), {})

    secret_kms_key_arns = optional(list(string), [])

    task_policy_statements = optional(list(object({
      sid       = string
      actions   = list(string)
      resources = list(string)
      conditions = optional(list(object({
        test     = string
        variable = string
        values   = list(string)
      })))
    })), [])

    traffic = optional(object({
      exposure             = string # public or internal
      priority             = number
      paths                = optional(list(string))
      hosts                = optional(list(string))
      deregistration_delay = optional(number)
      grace_period         = optional(number)
      protocol_version     = optional(string)
      slow_start           = optional(number)
      health_path          = optional(string)
      health_matcher       = optional(string)
      health_interval      = optional(number)
      health_timeout       = optional(number)
      healthy_threshold    = optional(number)
      unhealthy_threshold  = optional(number)
    }))

    deployment = optional(object({
      minimum_percent       = optional(number)
      maximum_percent       = optional(number)
      wait_for_steady_state = optional(bool)
      alarms = optional(object({
        names    = list(string)
        rollback = optional(bool)
      }))
    }))

    # Null for scaling of one's own, or none: desired_count is then how many tasks there are at first.
    desired_count = optional(number)

    scaling = optional(object({
      min = number
      max = number
      cpu = optional(object({
        enabled = optional(bool)
        high    = optional(number)
        low     = optional(number)
        steps   = optional(list(object({ above = number, add = number })))
      }))
      memory = optional(object({
        enabled = optional(bool)
        high    = optional(number)
        low     = optional(number)
        steps   = optional(list(object({ above = number, add = number })))
      }))
      metrics = optional(map(object({
        high       = number
        low        = number
        steps      = list(object({ above = number, add = number }))
        expression = optional(string)
        per_task   = optional(string)
        divided    = optional(bool)
        sources = map(object({
          namespace   = string
          metric_name = string
          dimensions  = optional(map(string))
          stat        = optional(string)
          missing     = optional(number)
        }))
      })))
      scale_in = optional(object({
        steps = optional(list(object({ below = number, remove = number })))
      }))
      schedule = optional(object({
        timezone = string
        weekdays = list(object({ at = string, min = number, max = optional(number) }))
        weekend  = optional(list(object({ at = string, min = number, max = optional(number) })))
      }))
      tracking = optional(object({
        cpu    = number
        memory = optional(number)
      }))
      out_cooldown   = optional(number)
      in_cooldown    = optional(number)
      period         = optional(number)
      out_periods    = optional(number)
      out_datapoints = optional(number)
      in_periods     = optional(number)
      in_datapoints  = optional(number)
      fast_signals   = optional(bool)

      in_adjustment_type          = optional(string)
      in_min_adjustment_magnitude = optional(number)
    }))
  }))
  nullable = false

  validation {
    condition     = length(var.services) > 0
    error_message = "services is empty. Describe at least one service, as in services.auto.tfvars."
  }

  validation {
    condition = alltrue([
      for service in values(var.services) :
      service.traffic == null ? true : contains(["public", "internal"], service.traffic.exposure)
    ])
    error_message = join(" ", [
      "services has a traffic.exposure that is neither \"public\" nor \"internal\":",
      format("%s.", join(", ", [
        for name, service in var.services : name
        if try(!contains(["public", "internal"], service.traffic.exposure), false)
      ])),
    ])
  }

  validation {
    condition = alltrue(
      flatten([
        for name, service in var.services :
        [for caller in service.callers : contains(keys(var.services), caller) && caller != name]
      ])
    )
    error_message = join(" ", [
      "services has callers that are no other service here:",
      format("%s.", join(", ", flatten([for name, service in var.services : [
        for caller in service.callers : "${name} <- ${caller}"
        if !contains(keys(var.services), caller) || caller == name
      ]]))),
    ])
  }

  validation {
    condition = alltrue([
      for service in values(var.services) :
      length(service.callers) == 0 || service.port != null
    ])
    error_message = join(" ", [
      "services has callers without a port:",
      format("%s.", join(", ", [
        for name, service in var.services : name if length(service.callers) > 0 && service.port == null
      ])),
      "Give the port they call.",
    ])
  }

  validation {
    condition = alltrue(
      flatten([
        for name, service in var.services :
        [for call in values(service.calls) : call.service != name && try(var.services[call.service].port, null) != null]
      ])
    )
    error_message = join(" ", [
      "services has calls to what is no other service here with a port:",
      format("%s.", join(", ", flatten([for name, service in var.services : [
        for variable, call in service.calls : "${name}.calls.${variable} -> ${call.service}"
        if call.service == name || try(var.services[call.service].port, null) == null
      ]]))),
    ])
  }

  validation {
    condition = alltrue(
      flatten([
        for service in values(var.services) :
        [
          for call in values(service.calls) :
          (call.path == "" || startswith(call.path, "/")) && can(regex("^([a-z][a-z0-9+.-]*)?$", call.scheme))
        ]
      ])
    )
    error_message = join(" ", [
      "services has calls whose path does not begin with a slash, or whose scheme is none (http, grpc, or \"\" for",
      "host and port alone):",
      format("%s.", join(", ", flatten([for name, service in var.services : [
        for variable, call in service.calls : "${name}.calls.${variable}"
        if !((call.path == "" || startswith(call.path, "/")) && can(regex("^([a-z][a-z0-9+.-]*)?$", call.scheme)))
      ]]))),
    ])
  }

  validation {
    condition = alltrue([
      for service in values(var.services) :
      length(
        setintersection(
          keys(service.calls),
          concat(keys(coalesce(service.environment, {})), keys(coalesce(service.secrets, {})))
        )
      ) == 0
    ])
    error_message = join(" ", [
      "services has a variable both under calls and under environment or secrets:",
      format("%s.", join(", ", flatten([for name, service in var.services : [
        for variable in setintersection(
          keys(service.calls),
          concat(keys(coalesce(service.environment, {})), keys(coalesce(service.secrets, {})))
        ) : "${name}.${variable}"
      ]]))),
      "Take one of the two away: calls gives the address itself.",
    ])
  }
}
