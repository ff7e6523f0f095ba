"""One wrong value for each requirement of the configuration, and the test that must notice it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutation:
    """A text of a file under ``terraform/`` and what takes its place."""

    test: str
    """Part of the name of the test that must fail."""
    file: str
    old: str
    new: str


SERVICE = "modules/service"
SCALING = "modules/scaling"
VALUES = "platform/services.auto.tfvars"


def drain(path: str, before: int, after: int) -> tuple[str, str]:
    """Return what the service at ``path`` says of how long it drains [s], as it is and another."""
    lines = f'["{path}"]\n      health_path          = "/health"\n      deregistration_delay = '
    return f"{lines}{before}\n", f"{lines}{after}\n"


REQUIREMENTS = (
    Mutation(
        "all_twelve",
        "modules/fleet/adoption.tf",
        "if !contains(var.adopt.leave, name) }",
        'if name != "quotes" }',
    ),
    Mutation(
        "in_all_three_zones",
        f"{SERVICE}/service.tf",
        "= local.subnet_ids",
        "= slice(tolist(local.subnet_ids), 0, 2)",
    ),
    Mutation(
        "r1_task_size",
        VALUES,
        "memory          = 512\n    startup_seconds = 73\n",
        "memory          = 1024\n    startup_seconds = 73\n",
    ),
    Mutation(
        "r1_tasks_run_on_fargate",
        f"{SERVICE}/task_definition.tf",
        'requires_compatibilities = ["FARGATE"]',
        'requires_compatibilities = ["EC2"]',
    ),
    Mutation("r1_tasks_run_on_fargate", f"{SERVICE}/task_definition.tf", '"awsvpc"', '"bridge"'),
    Mutation("r1_tasks_run_on_fargate", f"{SERVICE}/service.tf", 'null : "FARGATE"', 'null : "EXTERNAL"'),
    Mutation("r2_", f"{SERVICE}/variables_traffic.tf", "optional(number, 15)", "optional(number, 30)"),
    Mutation(
        "r2_",
        f"{SERVICE}/variables_traffic.tf",
        "health_timeout       = optional(number, 10)",
        "health_timeout       = optional(number, 5)",
    ),
    Mutation(
        "r2_",
        f"{SERVICE}/variables_traffic.tf",
        " healthy_threshold    = optional(number, 2)",
        " healthy_threshold    = optional(number, 3)",
    ),
    Mutation(
        "r3_ladder_out",
        f"{SCALING}/autoscaling.tf",
        "try(each.value[step_adjustment.key + 1].above, null)",
        "step_adjustment.value.above + 5",
    ),
    Mutation(
        "r3_alarm_out",
        f"{SCALING}/autoscaling.tf",
        'metric = "MemoryUtilization"',
        'metric = "CPUUtilization"',
    ),
    Mutation(
        "r3_alarm_out",
        f"{SCALING}/alarms.tf",
        'statistic           = "Average"\n  comparison_operator = "GreaterThanThreshold"\n'
        "  threshold           = each.value.high",
        'statistic           = "Average"\n  comparison_operator = "LessThanThreshold"\n'
        "  threshold           = each.value.high",
    ),
    Mutation(
        "r3_there_is_one",
        f"{SCALING}/alarms.tf",
        '"MAX([$',
        '"MIN([$',
    ),
    Mutation("r3_there_is_one", f"{SCALING}/autoscaling.tf", "= -step_adjustment", "= step_adjustment"),
    Mutation(
        "r3_ladder_in",
        f"{SCALING}/autoscaling.tf",
        'tonumber(format("%.9f", local.scale_in_steps[step_adjustment.key + 1].below - 1)), null',
        "-1",
    ),
    Mutation("r3_removing", f"{SCALING}/metrics.tf", '"${key} / ${one.low}"', '"${key} / 65"'),
    Mutation(
        "r3_alarms_are_wired",
        f"{SCALING}/alarms.tf",
        "alarm_actions       = [aws_appautoscaling_policy.in[0].arn]",
        "alarm_actions       = []",
    ),
    Mutation(
        "r3_alarms_are_wired",
        f"{SCALING}/alarms.tf",
        "aws_appautoscaling_policy.out[each.key].arn]\n  tags                = var.tags\n}",
        'aws_appautoscaling_policy.out["cpu"].arn]\n  tags                = var.tags\n}',
    ),
    Mutation("r4_", VALUES, *drain("/jobs/*", 60, 300)),
    Mutation("r4_", VALUES, *drain("/api/*", 30, 31)),
    Mutation("r5_", f"{SERVICE}/service.tf", "rollback = true", "rollback = false"),
    Mutation("r5_", f"{SERVICE}/service.tf", "enable   = true", "enable   = false"),
    Mutation(
        "r7_production", "platform/variables_watching.tf", "optional(number, 30)", "optional(number, 90)"
    ),
    Mutation(
        "r7_production",
        f"{SERVICE}/tracing.tf",
        "aws_cloudwatch_log_group.debug.name",
        "local.application_log_group",
    ),
    Mutation(
        "r7_elsewhere",
        f"{SERVICE}/logs.tf",
        'count = var.environment == "production"',
        'count = var.environment != ""',
    ),
    Mutation(
        "r7_exec",
        "modules/cluster/logs.tf",
        '/exec"\n  retention_in_days = var.debug_retention_days',
        '/exec"\n  retention_in_days = 30',
    ),
    Mutation("r8_every", f"{SERVICE}/locals.tf", "CostCenter  = var.cost_center", 'CostCenter  = ""'),
    Mutation("r8_the_provider", "platform/providers.tf", "CostCenter  = var.cost_center", ""),
    Mutation(
        "r8_a_services",
        f"{SERVICE}/logs.tf",
        "= try(var.adopt.log_group.kms_key_id, null)\n  tags              = local.tags\n",
        "= try(var.adopt.log_group.kms_key_id, null)\n",
    ),
    Mutation("r8_tags_reach", f"{SERVICE}/service.tf", 'propagate_tags          = "SERVICE"', ""),
    Mutation("r8_tags_reach", f"{SERVICE}/service.tf", "enable_ecs_managed_tags = true", ""),
    Mutation(
        "r8_cost_allocation",
        "platform/variables.tf",
        "until then AWS refuses.\n  EOT\n  type        = bool\n  default     = false",
        "until then AWS refuses.\n  EOT\n  type        = bool\n  default     = true",
    ),
    Mutation("r8_cost_allocation", "modules/fleet/cluster.tf", '"CostCenter"]', '"Team"]'),
    Mutation("o1_", "modules/cluster/main.tf", "var.container_insights\n", '"enabled"\n'),
    Mutation("o1_", "modules/cluster/logs.tf", 'var.container_insights == "disabled" ? 0 : 1', "1"),
    Mutation(
        "o2_the_collector",
        f"{SERVICE}/task_definition.tf",
        "var.task.memory - local.sidecar_memory\n",
        "var.task.memory\n",
    ),
    Mutation("o2_the_collector", f"{SERVICE}/tracing.tf", "essential = false", "essential = true"),
    Mutation("o2_traces", f"{SERVICE}/tracing.tf", 'exporters = ["awsxray"]', "exporters  = []"),
    Mutation("o2_traces", f"{SERVICE}/tracing.tf", '"http://127.0.0.1:4318/v1', '"http://127.0.0.1:4317/v1'),
    Mutation("o2_the_task_role", f"{SERVICE}/iam.tf", ', "xray:PutTraceSegments"', ""),
    Mutation("o2_one_share", f"{SERVICE}/tracing.tf", "100 * var.cluster.tracing.sampling_rate", "100"),
    Mutation(
        "o2_tracing_can",
        f"{SERVICE}/task_definition.tf",
        "var.tracing.enabled ? [local.collector]",
        "true ? [local.collector]",
    ),
    Mutation("o3_", "modules/cluster/events.tf", '"ECS Task State Change"', '"ECS Service Action"'),
    Mutation(
        "o3_",
        "modules/cluster/events.tf",
        "arn       = aws_sns_topic.alerts.arn",
        "arn       = aws_sqs_queue.undelivered.arn",
    ),
    Mutation(
        "c1_",
        f"{SERVICE}/task_definition.tf",
        "condition = local.fargate_valid",
        "condition = local.full_name != null",
    ),
    Mutation("c1_", f"{SERVICE}/fargate.tf", "sort(flatten(", "reverse(flatten("),
    Mutation(
        "c2_cooldowns",
        f"{SCALING}/autoscaling.tf",
        "cooldown                = var.scaling.in_cooldown",
        "cooldown                = 30",
    ),
    Mutation(
        "c2_cooldowns",
        f"{SCALING}/autoscaling.tf",
        "cooldown                = var.scaling.out_cooldown",
        "cooldown                = null",
    ),
    Mutation(
        "c2_other", f"{SCALING}/variables.tf", "var.scaling.in_cooldown >= 60", "var.scaling.in_cooldown >= 0"
    ),
    Mutation(
        "c2_other",
        f"{SCALING}/variables.tf",
        "var.scaling.out_cooldown > 0 &&",
        "var.scaling.out_cooldown >= 0 &&",
    ),
    Mutation(
        "c3_",
        f"{SERVICE}/variables_deployment.tf",
        "minimum_percent       = optional(number, 100)",
        "minimum_percent       = optional(number, 50)",
    ),
    Mutation(
        "c3_",
        f"{SERVICE}/variables_deployment.tf",
        "maximum_percent       = optional(number, 200)",
        "maximum_percent       = optional(number, 150)",
    ),
    Mutation("c4_every", f"{SERVICE}/health.tf", "floor(local.check_interval / 2)", "local.check_interval"),
    Mutation("c4_the_health", f"{SERVICE}/health.tf", "ceil(1.5 * var.task.startup_seconds / 5) * 5", "60"),
    Mutation(
        "c5_timing",
        f"{SERVICE}/service.tf",
        "var.traffic.deregistration_delay >= var.task.longest_request",
        "var.traffic.deregistration_delay >= 0",
    ),
    Mutation(
        "c5_timing",
        f"{SERVICE}/service.tf",
        "var.task.stop_timeout >= var.task.longest_request",
        "var.task.stop_timeout >= 0",
    ),
    Mutation(
        "c5_timing",
        f"{SERVICE}/service.tf",
        "local.grace_period >= local.least_grace_period",
        "local.grace_period >= 0",
    ),
    Mutation("c5_the_grace", f"{SERVICE}/health.tf", "local.start_period + 2 *", "local.start_period + 0 *"),
    Mutation("c6_no_log", f"{SERVICE}/logs.tf", "  retention_in_days = var.logs.debug_days\n", ""),
    Mutation(
        "c6_every",
        "modules/cluster/logs.tf",
        "/aws/ecs/containerinsights/${local.cluster_name}/performance",
        "/ecs/${local.cluster_name}/performance",
    ),
    Mutation("e1_https", "modules/load-balancer/main.tf", '"HTTP_301"', '"HTTP_302"'),
    Mutation(
        "e1_https",
        "modules/load-balancer/main.tf",
        'local.https && var.adopt.redirect\n    ? "redirect"\n    : "fixed-response"',
        '"fixed-response"',
    ),
    Mutation(
        "e1_plain",
        "modules/load-balancer/main.tf",
        "local.https || var.allow_plain_http",
        "local.https || true",
    ),
    Mutation(
        "e1_load", "modules/load-balancer/main.tf", "= var.attributes.drop_invalid_header_fields", "= null"
    ),
    Mutation("e1_load", "modules/load-balancer/main.tf", 'var.environment == "production"', "false"),
    Mutation(
        "e2_no_policy", f"{SERVICE}/iam.tf", '"logs:CreateLogStream", "logs:PutLogEvents"]', '"logs:*"]'
    ),
    Mutation(
        "e2_a_wildcard",
        f"{SERVICE}/iam.tf",
        "Resource = local.repository_arns",
        'Resource = ["*"]',
    ),
    Mutation(
        "e2_task_and",
        f"{SERVICE}/iam.tf",
        "aws_iam_role.task[0].arn",
        "aws_iam_role.execution[0].arn",
    ),
    Mutation("e2_roles", f"{SERVICE}/iam.tf", '"aws:SourceAccount" = local.account_id', ""),
    Mutation(
        "e2_nobody",
        f"{SERVICE}/security.tf",
        "referenced_security_group_id = var.traffic.security_group_id",
        'cidr_ipv4 = "0.0.0.0/0"',
    ),
    Mutation("e3_every", f"{SERVICE}/discovery.tf", "try(var.adopt.discovery.name, var.name)", '"x"'),
    Mutation(
        "e3_a_target",
        f"{SERVICE}/target_group.tf",
        'target_type          = "ip"',
        'target_type          = "instance"',
    ),
    Mutation(
        "e3_the_worker", "modules/fleet/network.tf", "internal        = true", "internal        = false"
    ),
)
