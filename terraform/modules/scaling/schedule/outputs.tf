output "in_force" {
  description = "The least number of tasks now."
  value       = local.in_force.min

  # Before Terraform 1.9 a validation sees its own variable only, and not the table of zones.
  precondition {
    condition = contains(keys(local.zones.zones), var.schedule.timezone)
    error_message = join(" ", [
      "schedule.timezone is \"${var.schedule.timezone}\".",
      "Give an IANA name such as Europe/Berlin, or UTC.",
    ])
  }
}

output "most_in_force" {
  description = "The greatest number of tasks now; null where no piece says one."
  value       = local.bounded ? coalesce(local.in_force.max, var.most) : null
}

output "actions" {
  description = "Scheduled actions by name: `schedule` (cron, in the time zone), `min`, and `max` where one has it."
  value = { for name, one in local.actions : name => {
    schedule = format(
      "cron(%d %d %s *)", tonumber(substr(one.at, 3, 2)), tonumber(substr(one.at, 0, 2)), one.days
    )
    min = one.min
    max = one.max
  } }
}
