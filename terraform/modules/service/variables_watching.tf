variable "logs" {
  description = <<-EOT
    Retention in days: `production_days` for the application's stream in production, `debug_days` for sidecars, and
    for everything elsewhere.
  EOT
  type = object({
    production_days = optional(number, 30)
    debug_days      = optional(number, 7)
  })
  default  = {}
  nullable = false

  validation {
    condition = length(setsubtract(
      [var.logs.production_days, var.logs.debug_days],
      [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
    )) == 0
    error_message = join(" ", [
      "logs asks for ${var.logs.production_days} and ${var.logs.debug_days} days.",
      "CloudWatch keeps logs for 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192,",
      "2557, 2922, 3288 or 3653 days; for ever (0) is not offered, because that is how the bill grew.",
    ])
  }
}

variable "tracing" {
  description = <<-EOT
    OpenTelemetry collector (ADOT) sidecar that sends traces to X-Ray. Its `cpu` and `memory` come out of the task's
    size. It keeps the share of traces that the cluster says (`cluster.tracing.sampling_rate`), by their id.
    The application is told where to send by variables, all below its own: the traces endpoint with its `protocol`
    (`http/protobuf`, `grpc`, or `sdk` for what the SDK does untold: both ports are open), the service's name, and
    that nothing takes metrics and logs. `propagators` are told only where named: an SDK that lacks one does not
    start.
    `sampler = "xray"` has the SDK sample by the cluster's X-Ray rule instead, for applications whose SDK has that
    sampler; others ignore it and record everything.
  EOT
  type = object({
    enabled     = optional(bool, true)
    image       = optional(string, "public.ecr.aws/aws-observability/aws-otel-collector:v0.43.1")
    cpu         = optional(number, 32)
    memory      = optional(number, 128)
    protocol    = optional(string, "http/protobuf")
    propagators = optional(list(string), [])
    sampler     = optional(string, "collector")
  })
  default  = {}
  nullable = false

  validation {
    condition = contains(["http/protobuf", "grpc", "sdk"], var.tracing.protocol)
    error_message = join(" ", [
      "tracing.protocol is \"${var.tracing.protocol}\". Use http/protobuf or grpc, or sdk to tell the application",
      "neither protocol nor endpoint.",
    ])
  }

  validation {
    condition = contains(["collector", "xray"], var.tracing.sampler)
    error_message = join(" ", [
      "tracing.sampler is \"${var.tracing.sampler}\". Use collector, or xray for applications whose SDK has X-Ray's",
      "sampler.",
    ])
  }

  validation {
    condition = var.tracing.cpu >= 1 && var.tracing.memory >= 64
    error_message = join(" ", [
      "tracing asks for ${var.tracing.cpu} CPU units and ${var.tracing.memory} MiB. The collector needs at least 1",
      "unit and 64 MiB: under that its memory limiter drops every span.",
    ])
  }
}

variable "alarms" {
  description = <<-EOT
    Alarms for whoever is on call, to the cluster's topic of alerts (`cluster.alerts`) or to one of your own
    (`topic`); where there is neither, none are made. Each is off where it is false or 0, all are where `alarms` is
    null.
    `unhealthy`: tasks fail the load balancer's check for longer than they may start ($0.10 a month).
    `errors_percent`: the share of 5xx answers, five minutes in a row, each with `errors_least` of them or more
    ($0.20). `at_max_minutes`: as many minutes at `scaling.max`, where the cluster has Container Insights ($0.10).
    Not to be named in `deployment.alarms`: one that is on already switches the watch over a deployment off.
  EOT
  type = object({
    topic          = optional(object({ arn = string }))
    unhealthy      = optional(bool, true)
    errors_percent = optional(number, 5)
    errors_least   = optional(number, 2)
    at_max_minutes = optional(number, 15)
  })
  default = {}

  validation {
    condition = var.alarms == null ? true : var.alarms.errors_percent >= 0 && var.alarms.errors_percent < 100
    error_message = join(" ", [
      "alarms.errors_percent is ${try(var.alarms.errors_percent, 0)}.",
      "It is a percentage under 100; 0 for no alarm.",
    ])
  }

  validation {
    condition = var.alarms == null ? true : var.alarms.errors_least >= 1
    error_message = join(" ", [
      "alarms.errors_least is ${try(var.alarms.errors_least, 0)}. A minute counts from so many 5xx answers on: at",
      "least 1.",
    ])
  }

  validation {
    condition = var.alarms == null ? true : alltrue([
      var.alarms.at_max_minutes >= 0,
      var.alarms.at_max_minutes <= 1440,
      floor(var.alarms.at_max_minutes) == var.alarms.at_max_minutes,
    ])
    error_message = join(" ", [
      "alarms.at_max_minutes is ${try(var.alarms.at_max_minutes, 0)}. It is a whole number of minutes, a day at",
      "most; 0 for no alarm.",
    ])
  }
}
