# As modules/fleet has them; what it refuses, it refuses there (tools/terraform_platform.py writes this file).

variable "alarms" {
  description = <<-EOT
    Alarms of every service for whoever is on call, to the topic of alerts or to another `topic`: all of them unless
    said otherwise, at most $0.40 a service and month; null for none. See modules/service.
  EOT
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

variable "container_insights" {
  description = "Container Insights: disabled, enabled or enhanced (see modules/cluster for what they cost)."
  type        = string
  default     = "enabled"
  nullable    = false
}

variable "tracing" {
  description = <<-EOT
    Traces to X-Ray: on or off, the share of traces that is kept, what the collector takes of each task, and what
    applications are told; see modules/service and modules/cluster. `sampler = "xray"` samples by an X-Ray rule, with
    its `reservoir`.
  EOT
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
