output "alarm_names" {
  description = <<-EOT
    Names of the alarms by what they watch: `cpu`, `memory`, each further metric, and `joint` for scale-in. None with
    target tracking, whose alarms are AWS's. Not for `deployment_alarms`: scale-in's is on whenever a service is idle.
  EOT
  value = tomap(merge(
    { for key, one in aws_cloudwatch_metric_alarm.out : key => one.alarm_name },
    { for key, one in aws_cloudwatch_metric_alarm.further : key => one.alarm_name },
    { for one in aws_cloudwatch_metric_alarm.in : "joint" => one.alarm_name },
  ))
}

output "policy_arns" {
  description = <<-EOT
    ARNs of the step policies, by the same keys; with target tracking those of its policies, `cpu` and `memory`.
  EOT
  value = tomap(merge(
    { for key, one in aws_appautoscaling_policy.out : key => one.arn },
    { for one in aws_appautoscaling_policy.in : "joint" => one.arn },
    { for key, one in aws_appautoscaling_policy.tracking : key => one.arn },
  ))
}

output "target" {
  description = "The scalable target's `resource_id`, `min` and `max`."
  value = {
    resource_id = aws_appautoscaling_target.this.resource_id
    min         = aws_appautoscaling_target.this.min_capacity
    max         = aws_appautoscaling_target.this.max_capacity
  }
}
