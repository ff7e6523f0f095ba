output "in_force" {
  description = "The least number of tasks now."
  value       = local.in_force
}

output "actions" {
  description = "Scheduled actions by name: `schedule` (cron, in the time zone) and `min`."
  value = { for name, one in local.actions : name => {
    schedule = format(
      "cron(%d %d %s *)", tonumber(substr(one.at, 3, 2)), tonumber(substr(one.at, 0, 2)), one.days
    )
    min = one.min
  } }
}
