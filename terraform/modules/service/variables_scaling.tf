variable "scaling" {
  description = <<-EOT
    Bounds and step policies, as modules/scaling has them, which checks them and says what each field is. Null for
    scaling of one's own, or none: then no target, policy or alarm is made, and `desired_count` says how many tasks
    there are at first.
  EOT
  type = object({
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
  })
}

variable "desired_count" {
  description = <<-EOT
    Tasks at first, where `scaling` is null; afterwards the count is whoever scales the service's. With `scaling` it is
    scaling.min.
  EOT
  type        = number
  default     = null

  validation {
    condition = (
      var.desired_count == null
      ? true
      : var.desired_count >= 0 && floor(var.desired_count) == var.desired_count && var.desired_count <= 5000
    )
    error_message = "desired_count is ${coalesce(var.desired_count, 0)}. It is a whole number of tasks, 0 to 5000."
  }
}
