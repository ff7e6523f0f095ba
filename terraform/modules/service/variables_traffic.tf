variable "traffic" {
  description = <<-EOT
    How a load balancer reaches the service; null for a service that has no target group. `grace_period` is derived
    from `task.startup_seconds` when left out.
    A list of `paths`, `hosts` or both decides which requests the listener rule takes.
    `protocol_version` is HTTP1, HTTP2 or GRPC. GRPC needs an HTTPS listener; its `health_path` is a method,
    /PACKAGE.SERVICE/METHOD (left out, that of gRPC's health service), its `health_matcher` a gRPC code from 0 to 99
    (left out, 0).
    `slow_start` has a new task take its share of requests little by little, for 30 to 900 s.
  EOT
  type = object({
    listener_arn         = string
    security_group_id    = string
    priority             = number
    paths                = optional(list(string), [])
    hosts                = optional(list(string), [])
    deregistration_delay = optional(number, 30)
    grace_period         = optional(number)
    protocol_version     = optional(string)
    slow_start           = optional(number)
    health_path          = optional(string)
    health_matcher       = optional(string)
    health_interval      = optional(number, 15)
    health_timeout       = optional(number, 10)
    healthy_threshold    = optional(number, 2)
    unhealthy_threshold  = optional(number, 3)
  })
  default = null

  validation {
    condition = var.traffic == null ? true : var.traffic.health_interval > var.traffic.health_timeout
    error_message = join(" ", [
      "traffic.health_interval is ${try(var.traffic.health_interval, 0)} s and health_timeout",
      "${try(var.traffic.health_timeout, 0)} s. The interval must be longer than the timeout:",
      "the API refuses it, and neither validate nor plan would have said so.",
    ])
  }

  validation {
    condition = (
      var.traffic == null
      ? true
      : length(var.traffic.paths) + length(var.traffic.hosts) >= 1 &&
      length(var.traffic.paths) + length(var.traffic.hosts) <= 5
    )
    error_message = join(" ", [
      "traffic names ${try(length(var.traffic.paths) + length(var.traffic.hosts), 0)} paths and hosts. A listener",
      "rule takes 1 to 5 values in all.",
    ])
  }

  validation {
    condition     = var.traffic == null ? true : var.traffic.priority >= 1 && var.traffic.priority <= 50000
    error_message = "traffic.priority is ${try(var.traffic.priority, 0)}. A listener rule's priority is 1 to 50000."
  }

  validation {
    condition = (
      var.traffic == null ? true : var.traffic.deregistration_delay >= 1 && var.traffic.deregistration_delay <= 3600
    )
    error_message = join(" ", [
      "traffic.deregistration_delay is ${try(var.traffic.deregistration_delay, 0)} s. It must be 1 to 3600; 0 would",
      "cut every request in flight when a task is scaled in.",
    ])
  }

  validation {
    condition = (
      var.traffic == null
      ? true
      : var.traffic.unhealthy_threshold >= 2 &&
      var.traffic.unhealthy_threshold <= 10 &&
      var.traffic.healthy_threshold >= 2 &&
      var.traffic.healthy_threshold <= 10
    )
    error_message = join(" ", [
      "traffic.healthy_threshold is ${try(var.traffic.healthy_threshold, 0)} and unhealthy_threshold",
      "${try(var.traffic.unhealthy_threshold, 0)}. The load balancer takes 2 to 10.",
    ])
  }

  validation {
    condition = try(var.traffic.health_path, null) == null ? true : startswith(var.traffic.health_path, "/")
    error_message = join(" ", [
      "traffic.health_path is \"${try(coalesce(var.traffic.health_path), "")}\".",
      "It must begin with a slash.",
    ])
  }

  validation {
    condition = contains(["HTTP1", "HTTP2", "GRPC"], try(coalesce(var.traffic.protocol_version), "HTTP1"))
    error_message = join(" ", [
      "traffic.protocol_version is \"${try(coalesce(var.traffic.protocol_version), "")}\". A target group speaks",
      "HTTP1, HTTP2 or GRPC.",
    ])
  }

  validation {
    condition = (
      try(var.traffic.protocol_version, null) != "GRPC"
      ? true
      : try(var.traffic.health_path, null) == null
      ? true
      : can(regex("^/[A-Za-z_][A-Za-z0-9_.]*/[A-Za-z_][A-Za-z0-9_]*$", var.traffic.health_path))
    )
    error_message = join(" ", [
      "traffic.health_path is \"${try(coalesce(var.traffic.health_path), "")}\" with GRPC. It is a method:",
      "/PACKAGE.SERVICE/METHOD, as /grpc.health.v1.Health/Check.",
    ])
  }

  validation {
    condition = try(var.traffic.health_matcher, null) == null ? true : (
      (
        try(coalesce(var.traffic.protocol_version), "GRPC") == "GRPC" &&
        can(regex("^[0-9]{1,2}([,-][0-9]{1,2})*$", var.traffic.health_matcher))
      ) ||
      (
        try(var.traffic.protocol_version, null) != "GRPC" &&
        can(regex("^[2-4][0-9]{2}([,-][2-4][0-9]{2})*$", var.traffic.health_matcher))
      )
    )
    error_message = join(" ", [
      "traffic.health_matcher is \"${try(coalesce(var.traffic.health_matcher), "")}\".",
      "With GRPC it names gRPC codes, 0 to 99; otherwise HTTP codes, 200 to 499:",
      "one, a list (200,204) or a range (200-299).",
    ])
  }

  validation {
    condition = (
      contains([0], try(coalesce(var.traffic.slow_start), 0)) ||
      (try(coalesce(var.traffic.slow_start), 0) >= 30 && try(coalesce(var.traffic.slow_start), 0) <= 900)
    )
    error_message = join(" ", [
      "traffic.slow_start is ${try(coalesce(var.traffic.slow_start), 0)} s. The load balancer takes 30 to 900; leave",
      "it out for none.",
    ])
  }
}
