locals {
  # What scaling is for, where there is none: the count at first. Not 0 for both absent, which a precondition refuses.
  initial_count = var.scaling != null ? var.scaling.min : coalesce(var.desired_count, 1)

  # A metric of a load balancer without a dimension means the target group that is made here: nobody knows its suffix
  # before the first apply.
  own_group = { for group in aws_lb_target_group.this : "TargetGroup" => group.arn_suffix }
  metrics = try(var.scaling.metrics, null) == null ? null : { for key, one in var.scaling.metrics : key => merge(one, {
    sources = { for id, source in one.sources : id => merge(source, {
      dimensions = try(length(source.dimensions), 0) > 0 ? source.dimensions : tomap(
        source.namespace == "AWS/ApplicationELB" ? local.own_group : {}
      )
    }) }
  }) }
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
  scaling            = var.scaling == null ? null : merge(var.scaling, { metrics = local.metrics })
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
