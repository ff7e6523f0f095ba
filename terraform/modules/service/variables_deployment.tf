variable "deployment" {
  description = <<-EOT
    How a deployment goes. At least `minimum_percent` of the tasks stay up and at most `maximum_percent` run
    meanwhile. A service of which two copies must never run takes 0 and 100, and is away between the two.
    `alarms` (their `names`) that go off fail it, and roll it back unless `rollback` is false. `wait_for_steady_state`
    has an apply that changes the service wait; it does not tell a rollback from a success.
  EOT
  type = object({
    minimum_percent       = optional(number, 100)
    maximum_percent       = optional(number, 200)
    wait_for_steady_state = optional(bool, false)
    alarms = optional(object({
      names    = list(string)
      rollback = optional(bool, true)
    }))
  })
  default  = {}
  nullable = false

  validation {
    condition = (
      alltrue([
        for percent in [var.deployment.minimum_percent, var.deployment.maximum_percent] :
        percent >= 0 && floor(percent) == percent
      ]) &&
      var.deployment.minimum_percent <= 100 &&
      var.deployment.maximum_percent >= 100
    )
    error_message = join(" ", [
      "deployment asks for ${var.deployment.minimum_percent} to ${var.deployment.maximum_percent} %. minimum_percent",
      "is a whole number from 0 to 100, maximum_percent one from 100.",
    ])
  }

  validation {
    condition     = var.deployment.alarms == null ? true : length(var.deployment.alarms.names) > 0
    error_message = "deployment.alarms names no alarm. Name those that fail a deployment, or leave it out."
  }
}
