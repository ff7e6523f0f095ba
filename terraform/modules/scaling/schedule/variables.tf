variable "schedule" {
  description = <<-EOT
    The pieces of a day: from `at` (HH:MM, in `timezone`) on, at least `min` tasks, and at most `max` where it is given.
    `weekend` where Saturday and Sunday have others.
  EOT
  type = object({
    timezone = string
    weekdays = list(object({ at = string, min = number, max = optional(number) }))
    weekend  = optional(list(object({ at = string, min = number, max = optional(number) })))
  })
  nullable = false

  validation {
    condition = alltrue([for pieces in [var.schedule.weekdays, coalesce(var.schedule.weekend, var.schedule.weekdays)] :
      length(pieces) >= 1 && length(pieces) <= 6 &&
      alltrue([for piece in pieces : can(regex("^([01][0-9]|2[0-3]):[0-5][0-9]$", piece.at))]) &&
      pieces[*].at == sort(distinct(pieces[*].at))
    ])
    error_message = join(" ", [
      "schedule has ${length(var.schedule.weekdays)} pieces on weekdays and",
      "${length(coalesce(var.schedule.weekend, var.schedule.weekdays))} at the weekend.",
      "A day has 1 to 6, each from a time HH:MM on, ascending.",
    ])
  }
}

variable "most" {
  description = <<-EOT
    The greatest number of tasks in a piece that says no `max`. It counts where another piece says one: an action moves
    a bound for good, so the next one must say it again.
  EOT
  type        = number
  default     = null
}

variable "now" {
  description = "The time to tell the bounds of, RFC 3339 UTC: `plantimestamp()`."
  type        = string
  nullable    = false
}
