output "alarm_names" {
  description = "Names of the alarms by what they watch: `cpu`, `memory`, each further metric, and `joint` for scale-in. Not for `deployment_alarms`: scale-in's is on whenever a service is idle."
  value = tomap(merge(
    { for key, one in aws_cloudwatch_metric_alarm.out : key => one.alarm_name },
    { for key, one in aws_cloudwatch_metric_alarm.further : key => one.alarm_name },
    { joint = aws_cloudwatch_metric_alarm.in.alarm_name },
  ))
}

output "policy_arns" {
  description = "ARNs of the step policies, by the same keys."
  value = tomap(merge(
    { for key, one in aws_appautoscaling_policy.out : key => one.arn },
    { joint = aws_appautoscaling_policy.in.arn },
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
