variable "name" {
  description = "Name of the cluster, and the stem of what belongs to it."
  type        = string
  nullable    = false

  validation {
    condition = can(regex("^[a-z][a-z0-9-]{0,18}[a-z0-9]$", var.name))
    error_message = join(" ", [
      "name is \"${var.name}\". It must be 2 to 20 lower-case letters, digits and hyphens, begin with a letter and",
      "not end with a hyphen: role names are made of it and the service's name, and IAM stops at 64 characters.",
      "A cluster that is to be called otherwise (capitals, underscores, longer) gets that as adopt.name.",
    ])
  }
}

variable "environment" {
  description = "Environment, as tagged."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["production", "staging", "test", "development"], var.environment)
    error_message = "environment is \"${var.environment}\". Use production, staging, test or development."
  }
}

variable "cost_center" {
  description = "Cost centre that pays for what the services share."
  type        = string
  nullable    = false

  validation {
    condition     = length(trimspace(var.cost_center)) > 0
    error_message = "cost_center is empty. Name who pays."
  }
}

variable "tags" {
  description = "More tags for every resource."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "vpc_id" {
  description = "VPC in which the private DNS namespace answers."
  type        = string
  nullable    = false
}

variable "namespace" {
  description = "Private DNS namespace of Cloud Map: a service answers as NAME.NAMESPACE."
  type        = string
  nullable    = false

  validation {
    condition = can(regex("^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$", var.namespace))
    error_message = join(" ", [
      "namespace is \"${var.namespace}\".",
      "It must be a DNS name in lower case, such as production.internal.",
    ])
  }
}

variable "container_insights" {
  description = <<-EOT
    Container Insights: `disabled`, `enabled` (task counts and use by service, billed as custom metrics) or `enhanced`
    (by task and container: about 157 metrics a workload unit and 23 a cluster, at $0.07 a metric-month).
  EOT
  type        = string
  default     = "enabled"
  nullable    = false

  validation {
    condition     = contains(["disabled", "enabled", "enhanced"], var.container_insights)
    error_message = "container_insights is \"${var.container_insights}\". Use disabled, enabled or enhanced."
  }
}

variable "debug_retention_days" {
  description = "Retention in days of ECS Exec sessions, events and Container Insights performance logs."
  type        = number
  default     = 7
  nullable    = false

  validation {
    condition = contains(
      [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
      var.debug_retention_days
    )
    error_message = join(" ", [
      "debug_retention_days is ${var.debug_retention_days}. CloudWatch keeps logs for 1, 3, 5, 7, 14, 30, 60, 90,",
      "120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days; for ever is not offered.",
    ])
  }
}

variable "event_retention_days" {
  description = "Retention in days of the log of failed tasks, failed deployments and impaired services."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition = contains(
      [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
      var.event_retention_days
    )
    error_message = join(" ", [
      "event_retention_days is ${var.event_retention_days}. CloudWatch keeps logs for 1, 3, 5, 7, 14, 30, 60, 90,",
      "120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days; for ever is not offered.",
    ])
  }
}

variable "alert_emails" {
  description = <<-EOT
    Addresses that are told of failed tasks, failed deployments and impaired services. Each must confirm once.
  EOT
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition = alltrue([for address in var.alert_emails : can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", address))])
    error_message = join(" ", [
      "alert_emails holds something that is no address:",
      format("%s.", join(", ", [
        for address in var.alert_emails : address if !can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", address))
      ])),
    ])
  }
}

variable "tracing" {
  description = <<-EOT
    Which traces the services keep: one `sampling_rate` (a share) and `seed` for all, so that a trace is kept whole or
    not at all. The seed is any number; give clusters that call each other the same.
    Collectors sample what applications have recorded: each span costs the application its CPU first (measured 50 us
    with opentelemetry-python 1.45, 9 us where its own sampler drops 95 %), so set OTEL_TRACES_SAMPLER in the
    environment of a service to whom that is too much.
    `xray_rule` makes the X-Ray rule that services with `tracing.sampler = "xray"` ask for; it records `reservoir`
    requests a second before the rate counts.
  EOT
  type = object({
    sampling_rate = optional(number, 0.05)
    seed          = optional(number, 22)
    xray_rule     = optional(bool, false)
    reservoir     = optional(number, 1)
    priority      = optional(number, 1000)
  })
  default  = {}
  nullable = false

  validation {
    condition = var.tracing.sampling_rate >= 0 && var.tracing.sampling_rate <= 1
    error_message = join(" ", [
      "tracing.sampling_rate is ${var.tracing.sampling_rate}.",
      "It is a share from 0 to 1, not a percentage.",
    ])
  }

  validation {
    condition = (
      var.tracing.seed >= 1 &&
      var.tracing.seed <= 4294967295 &&
      floor(var.tracing.seed) == var.tracing.seed
    )
    error_message = join(" ", [
      "tracing.seed is ${var.tracing.seed}. The collector takes a whole number of 32 bits, and without one each",
      "would keep other traces: 1 to 4294967295.",
    ])
  }

  validation {
    condition     = var.tracing.priority >= 1 && var.tracing.priority <= 9999
    error_message = "tracing.priority is ${var.tracing.priority}. X-Ray takes 1 to 9999."
  }
}

variable "event_log_policy" {
  description = <<-EOT
    The log resource policy that lets EventBridge write, of which a region of an account has 10: `own` is for this
    cluster's log alone. `shared` is for those of all clusters (`/aws/events/ecs/*`), and is asked of one of them; the
    others then take `none`.
  EOT
  type        = string
  default     = "own"
  nullable    = false

  validation {
    condition = contains(["own", "shared", "none"], var.event_log_policy)
    error_message = join(" ", [
      "event_log_policy is \"${var.event_log_policy}\". Use own, shared, or none where the shared one of another",
      "cluster is there already.",
    ])
  }
}
