variable "region" {
  description = "AWS region."
  type        = string
  default     = "us-east-1"
  nullable    = false
}

variable "name" {
  description = "Name of the cluster; load balancers, log groups and roles begin with it."
  type        = string
  default     = "production"
  nullable    = false
}

variable "environment" {
  description = "Environment, as tagged: production, staging, test or development."
  type        = string
  default     = "production"
  nullable    = false
}

variable "cost_center" {
  description = "Cost centre of what the services share, and of every service that names none."
  type        = string
  default     = "platform"
  nullable    = false
}

variable "vpc_id" {
  description = "The VPC that exists already."
  type        = string
  nullable    = false
}

variable "private_subnet_ids" {
  description = "Private subnets for tasks and the internal load balancer, one in each of three zones; two do for a fleet that is taken over."
  type        = list(string)
  nullable    = false

  validation {
    condition = (
      length(var.private_subnet_ids) >= 2 && length(distinct(var.private_subnet_ids)) == length(var.private_subnet_ids)
    )
    error_message = "private_subnet_ids has ${length(distinct(var.private_subnet_ids))} different subnet(s). Give one for each of three zones; a load balancer takes no fewer than two."
  }
}

variable "public_subnet_ids" {
  description = "Public subnets for the internet-facing load balancer, one in each of three zones; two do for a fleet that is taken over."
  type        = list(string)
  nullable    = false

  validation {
    condition = (
      length(var.public_subnet_ids) >= 2 && length(distinct(var.public_subnet_ids)) == length(var.public_subnet_ids)
    )
    error_message = "public_subnet_ids has ${length(distinct(var.public_subnet_ids))} different subnet(s). Give one for each of three zones; a load balancer takes no fewer than two."
  }
}

variable "namespace" {
  description = "Private DNS namespace of Cloud Map; null means NAME.internal."
  type        = string
  default     = null
}

variable "certificate_arn" {
  description = "ACM certificate of the public load balancer, and of the internal one unless `internal_certificate_arn` is given."
  type        = string
  default     = null
}

variable "internal_certificate_arn" {
  description = "ACM certificate of the internal load balancer, where it differs."
  type        = string
  default     = null
}

variable "load_balancers" {
  description = "More of the public and the internal load balancer, by exposure: access logs, the ARN of a web ACL (WAFv2), further certificates by a name of your own, IPv6 (`dualstack`), TLS policy, attributes. What is left out stays as found on one that is taken over."
  type = map(object({
    access_logs     = optional(object({ bucket = string, prefix = optional(string) }))
    web_acl_arn     = optional(string)
    certificates    = optional(map(string))
    ip_address_type = optional(string)
    ssl_policy      = optional(string)
    idle_timeout    = optional(number)

    drop_invalid_header_fields = optional(bool)
    attributes = optional(object({
      # From modules/load-balancer, attributes (tools/terraform_adopt.py)

      client_keep_alive                           = optional(number)
      connection_logs                             = optional(object({ bucket = string, prefix = optional(string) }))
      desync_mitigation_mode                      = optional(string)
      enable_http2                                = optional(bool)
      enable_tls_version_and_cipher_suite_headers = optional(bool)
      enable_waf_fail_open                        = optional(bool)
      enable_xff_client_port                      = optional(bool)
      enable_zonal_shift                          = optional(bool)
      preserve_host_header                        = optional(bool)
      xff_header_processing_mode                  = optional(string)
      # End of modules/load-balancer, attributes
    }), {})
  }))
  default  = {}
  nullable = false

  validation {
    condition     = length(setsubtract(keys(var.load_balancers), ["public", "internal"])) == 0
    error_message = "load_balancers has a key that is neither \"public\" nor \"internal\": ${join(", ", setsubtract(keys(var.load_balancers), ["public", "internal"]))}."
  }
}

variable "roles" {
  description = "Path and permissions boundary of every role that is made; see modules/service."
  type = object({
    path                 = optional(string)
    permissions_boundary = optional(string)
  })
  default  = {}
  nullable = false
}

variable "alarms" {
  description = "Alarms of every service for whoever is on call, to the topic of alerts or to another `topic`: all of them unless said otherwise, at most $0.40 a service and month; null for none. See modules/service."
  type = object({
    topic          = optional(object({ arn = string }))
    unhealthy      = optional(bool)
    errors_percent = optional(number)
    errors_least   = optional(number)
    at_max_minutes = optional(number)
  })
  default = {}
}

variable "event_log_policy" {
  description = "The log resource policy for events: own, shared or none; see modules/cluster."
  type        = string
  default     = "own"
  nullable    = false
}

variable "allow_plain_http" {
  description = "Serve plain HTTP where there is no certificate. Refused unless said."
  type        = bool
  default     = false
  nullable    = false
}

variable "deletion_protection" {
  description = "Deletion protection of the load balancers; null means on in production."
  type        = bool
  default     = null
}

variable "container_insights" {
  description = "Container Insights: disabled, enabled or enhanced (see modules/cluster for what they cost)."
  type        = string
  default     = "enabled"
  nullable    = false
}

variable "tracing" {
  description = "Traces to X-Ray: on or off, the share of traces that is kept, what the collector takes of each task, and what applications are told; see modules/service and modules/cluster. `sampler = \"xray\"` samples by an X-Ray rule, with its `reservoir`."
  type = object({
    enabled       = optional(bool)
    sampling_rate = optional(number)
    seed          = optional(number)
    sampler       = optional(string, "collector")
    reservoir     = optional(number)
    protocol      = optional(string, "http/protobuf")
    propagators   = optional(list(string))
    image         = optional(string)
    cpu           = optional(number)
    memory        = optional(number)
  })
  default  = {}
  nullable = false
}

variable "logs" {
  description = "Retention in days of application logs in production, and of everything else."
  type = object({
    production_days = optional(number, 30)
    debug_days      = optional(number, 7)
  })
  default  = {}
  nullable = false
}

variable "alert_emails" {
  description = "Addresses that are told of failed tasks, failed deployments and impaired services."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "activate_cost_allocation_tags" {
  description = "Activate Environment, Service and CostCenter for cost allocation. Only in the payer account, and only once the tags have been on resources for a day: until then AWS refuses."
  type        = bool
  default     = false
  nullable    = false
}

# The one place where the Python package and this configuration meet. Defaults live in modules/service: a null here
# takes the module's.
variable "services" {
  description = "The services by name. A plain one is image, size, start-up time, traffic and bounds; the rest has defaults."
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
      out_cooldown   = optional(number)
      in_cooldown    = optional(number)
      period         = optional(number)
      out_periods    = optional(number)
      out_datapoints = optional(number)
      in_periods     = optional(number)
      in_datapoints  = optional(number)
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
    error_message = "services has a traffic.exposure that is neither \"public\" nor \"internal\": ${join(", ", [for name, service in var.services : name if try(!contains(["public", "internal"], service.traffic.exposure), false)])}."
  }

  validation {
    condition = alltrue(
      flatten([
        for name, service in var.services :
        [for caller in service.callers : contains(keys(var.services), caller) && caller != name]
      ])
    )
    error_message = "services has callers that are no other service here: ${join(", ", flatten([for name, service in var.services : [for caller in service.callers : "${name} <- ${caller}" if !contains(keys(var.services), caller) || caller == name]]))}."
  }

  validation {
    condition = alltrue([
      for service in values(var.services) :
      length(service.callers) == 0 || service.port != null
    ])
    error_message = "services has callers without a port: ${join(", ", [for name, service in var.services : name if length(service.callers) > 0 && service.port == null])}. Give the port they call."
  }

  validation {
    condition = alltrue(
      flatten([
        for name, service in var.services :
        [for call in values(service.calls) : call.service != name && try(var.services[call.service].port, null) != null]
      ])
    )
    error_message = "services has calls to what is no other service here with a port: ${join(", ", flatten([for name, service in var.services : [for variable, call in service.calls : "${name}.calls.${variable} -> ${call.service}" if call.service == name || try(var.services[call.service].port, null) == null]]))}."
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
    error_message = "services has calls whose path does not begin with a slash, or whose scheme is none (http, grpc, or \"\" for host and port alone): ${join(", ", flatten([for name, service in var.services : [for variable, call in service.calls : "${name}.calls.${variable}" if !((call.path == "" || startswith(call.path, "/")) && can(regex("^([a-z][a-z0-9+.-]*)?$", call.scheme)))]]))}."
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
    error_message = "services has a variable both under calls and under environment or secrets: ${join(", ", flatten([for name, service in var.services : [for variable in setintersection(keys(service.calls), concat(keys(coalesce(service.environment, {})), keys(coalesce(service.secrets, {})))) : "${name}.${variable}"]]))}. Take one of the two away: calls gives the address itself."
  }
}
