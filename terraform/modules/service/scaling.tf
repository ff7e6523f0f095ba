locals {
  # What scaling is for, where there is none: the count at first. Not 0 for both absent, which a precondition refuses.
  initial_count = var.scaling != null ? var.scaling.min : coalesce(var.desired_count, 1)
}

module "scaling" {
  source = "../scaling"
  count  = var.scaling == null ? 0 : 1

  cluster_name       = var.cluster.name
  service_name       = aws_ecs_service.this.name
  service_id         = aws_ecs_service.this.id
  name               = local.full_name
  tags               = local.tags
  container_insights = var.cluster.container_insights
  scaling            = var.scaling
}

# Deployments of before modules/scaling: nothing of theirs is made anew.

moved {
  from = aws_appautoscaling_target.this
  to   = module.scaling[0].aws_appautoscaling_target.this
}

moved {
  from = aws_appautoscaling_policy.out
  to   = module.scaling[0].aws_appautoscaling_policy.out
}

moved {
  from = aws_appautoscaling_policy.in
  to   = module.scaling[0].aws_appautoscaling_policy.in[0]
}

moved {
  from = aws_cloudwatch_metric_alarm.out
  to   = module.scaling[0].aws_cloudwatch_metric_alarm.out
}

moved {
  from = aws_cloudwatch_metric_alarm.in
  to   = module.scaling[0].aws_cloudwatch_metric_alarm.in[0]
}
