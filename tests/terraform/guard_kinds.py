"""Kinds of edits that people make, each with what is true of it and why: written by hand, from AWS's pages.

Nothing here asks the guard's facts. ``hurts`` is said of what interrupts and of what a plan cannot tell.
"""

# A kind a line, so that like can be seen beside like.
# ruff: noqa: E501

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from guard_edits import (
    BOUNDS,
    DENY,
    GROUP,
    HIGH,
    IN,
    LOW,
    OUT,
    ROLE,
    SERVICE,
    UNCALLED,
    add,
    cut,
    inner,
    put,
    rename,
)

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from guard_edits import Step

SAFE, HURTS = "safe", "hurts"
TARGET, RULE, LISTENER = (
    'resource "aws_cloudwatch_event_target" "stopped"',
    'resource "aws_cloudwatch_event_rule" "stopped"',
    'resource "aws_lb_listener" "http"',
)
PATHS, LOGS, TOPIC = (
    'resource "aws_lb_listener_rule" "main"',
    'resource "aws_cloudwatch_log_group" "main"',
    'resource "aws_sns_topic" "ops"',
)
ENTERS, LEAVES, MAY = (
    'resource "aws_vpc_security_group_ingress_rule" "main"',
    'resource "aws_vpc_security_group_egress_rule" "main"',
    'resource "aws_iam_role_policy" "task"',
)
SPACE = 'resource "aws_service_discovery_http_namespace" "main"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of edit."""

    name: str
    truth: str
    why: str
    touches: frozenset[str]
    """Two edits that touch the same are not made together: what is true of both is not what is of each."""
    make: Callable[[random.Random], tuple[Step, ...]]
    deploys: bool = False
    """ECS replaces the tasks of the service."""
    with_deployment: bool = False
    """Hurts where the same plan replaces the tasks."""


def kind(
    name: str,
    truth: str,
    why: str,
    touches: str,
    make: Callable[[random.Random], tuple[Step, ...]],
    *flags: str,
) -> Kind:
    """Return a kind; flags are ``deploys`` and ``with_deployment``."""
    return Kind(
        name=name,
        truth=truth,
        why=why,
        touches=frozenset(touches.split()),
        make=make,
        deploys="deploys" in flags,
        with_deployment="with_deployment" in flags,
    )


def number(head: str, old: str, *choices: object) -> Callable[[random.Random], tuple[Step, ...]]:
    """Replace a value after ``head`` by one of the choices; what stays of ``old`` is before its last word."""
    start = old.rpartition(" ")[0]
    return lambda dice: (put(head, old, f"{start} {dice.choice(choices)}"),)


def steps(*given: Step) -> Callable[[random.Random], tuple[Step, ...]]:
    """Do always the same."""
    return lambda _: given


def new(block: str) -> Callable[[random.Random], tuple[Step, ...]]:
    """Add a block; ``NEW`` in it is a name of its own."""
    return lambda dice: (add(block.replace("NEW", f"n{dice.randrange(10**9)}")),)


def resource(type_: str, body: str) -> Callable[[random.Random], tuple[Step, ...]]:
    """Add a resource with these lines."""
    return new(f'resource "{type_}" "NEW" {{\n{body}\n}}')


DOCUMENT = 'jsonencode({{ Version = "2012-10-17", Statement = [{{ Effect = "{}", Action = ["s3:GetObject"], Resource = "*" }}] }})'
WATCH = 'alarm_name = "NEW"\ncomparison_operator = "GreaterThanThreshold"\nnamespace = "AWS/ECS"\nmetric_name = "MemoryUtilization"\nstatistic = "Maximum"\nperiod = 60\nevaluation_periods = 3\nthreshold = 95\ndimensions = { ServiceName = "orders" }\nalarm_actions = [aws_sns_topic.ops.arn]'
ANSWER = 'listener_arn = aws_lb_listener.http.arn\npriority = 1\naction {\n type = "fixed-response"\n fixed_response {\n content_type = "text/plain"\n status_code = "503"\n }\n}\ncondition {\n path_pattern {\n values = ["/*"]\n }\n}'
SENDS = 'listener_arn = aws_lb_listener.http.arn\npriority = 2\naction {\n type = "forward"\n target_group_arn = aws_lb_target_group.main.arn\n}\ncondition {\n path_pattern {\n values = ["/v2/*"]\n }\n}'
NIGHT = 'name = "NEW"\nservice_namespace = "ecs"\nscalable_dimension = "ecs:service:DesiredCount"\nresource_id = aws_appautoscaling_target.main.resource_id\nschedule = "cron(0 20 * * ? *)"\nscalable_target_action {\n min_capacity = 0\n max_capacity = 0\n}'
SCRIPT = 'provisioner "local-exec" {\n command = "true"\n}'
CHECK = 'check "NEW" {{\n assert {{\n condition = aws_ecs_service.main.desired_count > {}\n error_message = "few"\n }}\n}}'
TO_FIXED = 'type = "fixed-response"\n    fixed_response {\n      content_type = "text/plain"\n      status_code = "503"\n    }\n  }\n}\n'

# fmt: off
KINDS = (
    kind("nothing", SAFE, "no change", "", steps()),
    kind("a new image", SAFE, "a rolling deployment", "task", lambda dice: (put("", "orders:1", f"orders:{dice.randint(2, 99)}"),), "deploys"),
    kind("another value of the environment", SAFE, "a rolling deployment", "task", lambda dice: (put("", "first-hunter2", f"next-hunter{dice.randint(3, 99)}"),), "deploys"),
    kind("a larger task", SAFE, "a rolling deployment", "task", steps(put("", "= 512", "= 1024"), put("", "= 1024\n  network", "= 2048\n  network")), "deploys"),
    kind("a forced deployment", SAFE, "a rolling deployment", "force", steps(inner(SERVICE, "force_new_deployment = true")), "deploys"),
    kind("logs kept for longer", SAFE, "writing goes on", "log", number(LOGS, "retention_in_days = 30", 60, 90, 365, 400)),
    kind("logs kept for less long", SAFE, "writing goes on; a caution says what is deleted", "log", number(LOGS, "retention_in_days = 30", 1, 7, 14)),
    kind("logs with a tag", SAFE, "nothing goes by it", "log", steps(inner(LOGS, 'tags = { CostCenter = "1" }'))),
    kind("less drain", SAFE, "no task leaves", "drain", number(GROUP, "deregistration_delay = 120", 0, 15, 60), "with_deployment"),
    kind("more drain", SAFE, "tasks only leave later", "drain", number(GROUP, "deregistration_delay = 120", 180, 300)),
    kind("less grace", SAFE, "no task starts", "grace", number(SERVICE, "health_check_grace_period_seconds  = 120", 0, 10, 60), "with_deployment"),
    kind("more grace", SAFE, "tasks only get more time", "grace", number(SERVICE, "health_check_grace_period_seconds  = 120", 180, 300)),
    kind("a lower floor", SAFE, "no task is replaced", "floor", number(SERVICE, "deployment_minimum_healthy_percent = 100", 0, 10, 40), "with_deployment"),
    kind("a lower ceiling", SAFE, "no task is replaced", "ceiling", number(SERVICE, "deployment_maximum_percent         = 200", 150, 175)),
    kind("a higher maximum", SAFE, "only allows more", "max", number(BOUNDS, "max_capacity       = 12", 13, 20, 40)),
    kind("a lower maximum that allows the count", SAFE, "four run", "max", number(BOUNDS, "max_capacity       = 12", 4, 5, 8)),
    kind("a higher minimum", SAFE, "only starts more", "min", number(BOUNDS, "min_capacity       = 2", 3)),
    kind("a lower minimum", SAFE, "stops nothing by itself", "min", number(BOUNDS, "min_capacity       = 2", 1)),
    kind("a higher count", SAFE, "only starts more", "count max", number(SERVICE, "desired_count                      = 4", 5, 6, 8)),
    kind("a threshold tuned", SAFE, "still within what tasks reach", "high", number(HIGH, "threshold           = 70", 55, 60, 65, 75, 80)),
    kind("an alarm a minute later", SAFE, "a minute", "high", number(HIGH, "evaluation_periods  = 2", 1, 3)),
    kind("a lower low threshold", SAFE, "takes away less", "low", number(LOW, "threshold           = 30", 15, 20, 25)),
    kind("larger steps out", SAFE, "adds more", "out", number(OUT, "scaling_adjustment          = 2", 3, 4, 5)),
    kind("another cooldown", SAFE, "a few minutes", "out", number(OUT, "cooldown        = 60", 30, 90, 120)),
    kind("larger steps in", SAFE, "one more", "in", number(IN, "scaling_adjustment          = -1", -2)),
    kind("a longer cooldown in", SAFE, "takes away later", "in", number(IN, "cooldown        = 300", 400, 600)),
    kind("a policy renamed", SAFE, "its alarm follows", "out high", steps(put(OUT, "orders-out", "orders-more"))),
    kind("an alarm renamed", SAFE, "the new one watches at once", "high", steps(put(HIGH, "orders-high", "orders-hot"))),
    kind("an alarm described", SAFE, "words", "high", steps(inner(HIGH, 'alarm_description = "load"'))),
    kind("an alarm that also tells somebody", SAFE, "a message more", "high", steps(put(HIGH, "policy.out.arn]", "policy.out.arn, aws_sns_topic.ops.arn]"))),
    kind("the policy in gone", SAFE, "only costs; a caution says so", "in low", steps(cut(IN), put(LOW, "[aws_appautoscaling_policy.in.arn]", "[]"))),
    kind("an address moved", SAFE, "a moved block", "out high", steps(rename('"aws_appautoscaling_policy" "out"', '"aws_appautoscaling_policy" "up"'), rename("policy.out.arn", "policy.up.arn"), add("moved {\n from = aws_appautoscaling_policy.out\n to = aws_appautoscaling_policy.up\n}"))),
    kind("a tag for the bill", SAFE, "splits a bill", "tags", steps(put(SERVICE, 'version = "1"', 'version = "1", CostCenter = "7"'))),
    kind("another tag of a service", SAFE, "no policy here goes by it", "tags", steps(put(SERVICE, 'version = "1"', 'version = "2"'))),
    kind("commands in containers", SAFE, "starts no deployment (UpdateService)", "exec", steps(inner(SERVICE, "enable_execute_command = true"))),
    kind("tags of ECS", SAFE, "starts no deployment (UpdateService)", "managed", steps(inner(SERVICE, "enable_ecs_managed_tags = true"))),
    kind("a check less often", SAFE, "decides later", "check", steps(put(GROUP, "interval = 30", "interval = 60"))),
    kind("a slow start", SAFE, "new tasks get fewer requests at first", "slow", steps(inner(GROUP, "slow_start = 30"))),
    kind("a role that may do more", SAFE, "only allows more", "may", steps(put("", '["s3:GetObject"]', '["s3:GetObject", "s3:PutObject"]'))),
    kind("a role described", SAFE, "words", "role", steps(inner(ROLE, 'description = "of orders"'))),
    kind("a rule more", SAFE, "only lets more in", "", resource("aws_vpc_security_group_ingress_rule", 'security_group_id = aws_security_group.main.id\nip_protocol = "tcp"\nfrom_port = 8080\nto_port = 8080\ncidr_ipv4 = "172.16.0.0/12"')),
    kind("a policy more that allows", SAFE, "only allows more", "", resource("aws_iam_role_policy", f'name = "NEW"\nrole = aws_iam_role.task.id\npolicy = {DOCUMENT.format("Allow")}')),
    kind("a new topic", SAFE, "nobody sends to it", "", resource("aws_sns_topic", 'name = "NEW"')),
    kind("a new queue", SAFE, "nobody sends to it", "", resource("aws_sqs_queue", 'name = "NEW"')),
    kind("a new group of logs", SAFE, "nobody writes to it", "", resource("aws_cloudwatch_log_group", 'name = "/ecs/NEW"')),
    kind("a new alarm", SAFE, "tells somebody", "", resource("aws_cloudwatch_metric_alarm", WATCH)),
    kind("a new role", SAFE, "nobody has it", "", resource("aws_iam_role", 'name = "NEW"\nassume_role_policy = aws_iam_role.task.assume_role_policy')),
    kind("a new policy", SAFE, "nobody has it", "", resource("aws_iam_policy", f'name = "NEW"\npolicy = {DOCUMENT.format("Deny")}')),
    kind("a new security group", SAFE, "nothing has it", "", resource("aws_security_group", 'name = "NEW"\nvpc_id = var.vpc_id')),
    kind("a new target group", SAFE, "no listener sends to it", "", resource("aws_lb_target_group", 'name = "NEW"\nport = 80\nprotocol = "HTTP"\ntarget_type = "ip"\nvpc_id = var.vpc_id')),
    kind("a new task definition", SAFE, "nothing runs it", "", resource("aws_ecs_task_definition", 'family = "NEW"\ncontainer_definitions = aws_ecs_task_definition.main.container_definitions')),
    kind("a new dashboard", SAFE, "for people", "", resource("aws_cloudwatch_dashboard", 'dashboard_name = "NEW"\ndashboard_body = jsonencode({ widgets = [] })')),
    kind("a new count of what is logged", SAFE, "only counts", "log", resource("aws_cloudwatch_log_metric_filter", 'name = "NEW"\nlog_group_name = aws_cloudwatch_log_group.main.name\npattern = "ERROR"\nmetric_transformation {\n name = "errors"\n namespace = "orders"\n value = "1"\n}')),
    kind("a saved query", SAFE, "for people", "", resource("aws_cloudwatch_query_definition", 'name = "NEW"\nquery_string = "fields @message"')),
    kind("an archive of events", SAFE, "only keeps", "", resource("aws_cloudwatch_event_archive", 'name = "NEW"\nevent_source_arn = aws_cloudwatch_event_rule.stopped.arn')),
    kind("a new subscriber", SAFE, "one more is told", "", resource("aws_sns_topic_subscription", 'topic_arn = aws_sns_topic.ops.arn\nprotocol = "email"\nendpoint = "ops@example.com"')),
    kind("a rule of events described", SAFE, "words", "rule", steps(inner(RULE, 'description = "stopped tasks"'))),
    kind("a topic named for people", SAFE, "words", "topic", steps(inner(TOPIC, 'display_name = "Operations"'))),
    kind("events tried again", SAFE, "only more tries", "target", steps(inner(TARGET, "retry_policy {\n maximum_event_age_in_seconds = 600\n maximum_retry_attempts = 5\n }"))),
    kind("a namespace described", SAFE, "words", "space", steps(inner(SPACE, 'description = "names"'))),
    kind("a value", SAFE, "Terraform's own", "", resource("terraform_data", 'input = "a"')),
    kind("a condition that holds", SAFE, "it holds", "count", new(CHECK.format(1))),

    kind("a maximum below the count", HURTS, "tasks are stopped at once (RegisterScalableTarget)", "max count", number(BOUNDS, "max_capacity       = 12", 2, 3)),
    kind("a minimum of none", HURTS, "the last task may go", "min", number(BOUNDS, "min_capacity       = 2", 0)),
    kind("a lower count", HURTS, "tasks are stopped at once", "count max", number(SERVICE, "desired_count                      = 4", 0, 1, 2, 3)),
    kind("no count", HURTS, "the provider sends none", "count max", steps(rename("desired_count ", "# "))),
    kind("scaling out suspended", HURTS, "nothing adds tasks", "suspended", steps(inner(BOUNDS, "suspended_state {\n dynamic_scaling_out_suspended = true\n }"))),
    kind("a threshold nothing reaches", HURTS, "a share of 100", "high", number(HIGH, "threshold           = 70", 100, 101, 700)),
    kind("an alarm the other way round", HURTS, "adds tasks when none are needed", "high", steps(put(HIGH, "GreaterThanThreshold", "LessThanThreshold"))),
    kind("an alarm on something else", HURTS, "does not tell of the load", "high", steps(put(HIGH, "CPUUtilization", "MemoryUtilization"))),
    kind("an alarm of another service", HURTS, "does not tell of the load", "high", steps(put(HIGH, 'ServiceName = "orders"', 'ServiceName = "other"'))),
    kind("an alarm an hour later", HURTS, "decides too late", "high", number(HIGH, "evaluation_periods  = 2", 60)),
    kind("an alarm gone", HURTS, "nobody calls the policy", "high", steps(cut(HIGH))),
    kind("an alarm off", HURTS, "nobody calls the policy", "high", steps(inner(HIGH, "actions_enabled = false"))),
    kind("an alarm that calls nobody", HURTS, "nobody calls the policy", "high", steps(UNCALLED)),
    kind("a low alarm that always holds", HURTS, "takes tasks away every minute", "low", number(LOW, "threshold           = 30", 101, 200)),
    kind("a low alarm at thrice the load", HURTS, "takes away what is needed", "low", number(LOW, "threshold           = 30", 70, 90)),
    kind("steps that add nothing", HURTS, "nothing adds tasks", "out", number(OUT, "scaling_adjustment          = 2", 0, -1)),
    kind("steps far from the threshold", HURTS, "the load between gets nothing", "out", number(OUT, "metric_interval_lower_bound = 0", 20, 40)),
    kind("a cooldown of an hour", HURTS, "adds too late", "out", number(OUT, "cooldown        = 60", 3600, 7200)),
    kind("steps to nothing", HURTS, "takes all", "in", number(IN, "scaling_adjustment          = -1", -50, -100)),
    kind("steps of another kind", HURTS, "two percent are no two tasks", "out", steps(put(OUT, "ChangeInCapacity", "PercentChangeInCapacity"))),
    kind("the policy out gone", HURTS, "nothing adds tasks", "out high", steps(cut(OUT), UNCALLED)),
    kind("a policy renamed, its alarm keeps the ARN", HURTS, "the alarm calls nothing", "out high", steps(put(OUT, "orders-out", "orders-more"), put(HIGH, "aws_appautoscaling_policy.out.arn", '"OLD_ARN"'))),
    kind("an address moved without a block", HURTS, "destroyed and made, in no order", "out high", steps(rename('"aws_appautoscaling_policy" "out"', '"aws_appautoscaling_policy" "up"'), rename("policy.out.arn", "policy.up.arn"))),
    kind("all scaling gone", HURTS, "nothing adds tasks", "max min out in high low suspended", steps(cut(BOUNDS), cut(OUT), cut(IN), cut(HIGH), cut(LOW))),
    kind("another path of the check", HURTS, "only the application knows", "check", lambda dice: (put(GROUP, '"/health"', f'"/{dice.choice(["ready", "live", ""])}"'),)),
    kind("a check that waits less", HURTS, "only the application knows", "check", number(GROUP, "timeout  = 10", 2, 5)),
    kind("another answer of the check", HURTS, "only the application knows", "check", steps(put(GROUP, "timeout  = 10", 'timeout  = 10\n    matcher = "204"'))),
    kind("a target group of another port", HURTS, "replaced, with tasks in it", "check drain slow", steps(put(GROUP, "port                 = 8080", "port                 = 9090"))),
    kind("a target group of another name", HURTS, "replaced, with tasks in it", "check drain slow", steps(put(GROUP, '"orders"', '"orders-b"'))),
    kind("sticky clients", HURTS, "sessions", "sticky", steps(inner(GROUP, 'stickiness {\n type = "lb_cookie"\n cookie_duration = 60\n }'))),
    kind("another path of a rule", HURTS, "requests go elsewhere", "paths", steps(put(PATHS, "/orders/*", "/v1/*"))),
    kind("another priority of a rule", HURTS, "another rule may come first", "paths", number(PATHS, "priority     = 10", 5, 99)),
    kind("a rule gone", HURTS, "requests go elsewhere", "paths", steps(cut(PATHS))),
    kind("a rule that answers all", HURTS, "takes every request", "", resource("aws_lb_listener_rule", ANSWER)),
    kind("a rule more of a listener", HURTS, "takes requests of others", "", resource("aws_lb_listener_rule", SENDS)),
    kind("a listener that answers by itself", HURTS, "requests reach no task", "listener", steps(lambda text: text[: (at := text.index('type             = "forward"', text.index(LISTENER)))] + TO_FIXED + text[text.index("\n}\n", at) + 3 :])),
    kind("a narrower rule", HURTS, "who is let in no more", "enters", lambda dice: (put(ENTERS, "10.0.0.0/8", f"10.{dice.randint(0, 99)}.0.0/16"),)),
    kind("a rule of another port", HURTS, "requests are refused", "enters", steps(put(ENTERS, "from_port         = 8080", "from_port         = 8081"), put(ENTERS, "to_port           = 8080", "to_port           = 8081"))),
    kind("no way in", HURTS, "requests are refused", "enters", steps(cut(ENTERS))),
    kind("no way out", HURTS, "tasks reach nothing", "leaves", steps(cut(LEAVES))),
    kind("a group described otherwise", HURTS, "replaced, with tasks in it", "group", steps(inner('resource "aws_security_group" "main"', 'description = "of orders"'))),
    kind("a service without its group", HURTS, "another group decides who is let in", "network", steps(put(SERVICE, "[aws_security_group.main.id]", "[]")), "deploys"),
    kind("a tag of a role gone", HURTS, "policies go by tags of roles", "role", steps(put(ROLE, 'team = "pay"', ""))),
    kind("a role of another name", HURTS, "replaced", "role may", steps(put(ROLE, "orders-task", "orders-tasks"))),
    kind("a role that others may take", HURTS, "tasks may not", "role", steps(put(ROLE, "ecs-tasks.amazonaws.com", "ec2.amazonaws.com"))),
    kind("a role with a boundary", HURTS, "what it may is cut", "role", steps(inner(ROLE, 'permissions_boundary = "arn:aws:iam::aws:policy/ReadOnlyAccess"'))),
    kind("a role that may do something else", HURTS, "what it may no longer", "may", steps(put(MAY, "s3:GetObject", "s3:ListBucket"))),
    kind("a role's policy gone", HURTS, "what it may no longer", "may", steps(cut(MAY))),
    kind("a denial", HURTS, "outweighs all", "", resource("aws_iam_role_policy", f'name = "NEW"\nrole = aws_iam_role.task.id\n{DENY}')),
    kind("a policy of somebody else", HURTS, "may deny", "", resource("aws_iam_role_policy_attachment", 'role = aws_iam_role.task.name\npolicy_arn = "arn:aws:iam::aws:policy/AWSDenyAll"')),
    kind("only listed policies", HURTS, "takes the others away", "", resource("aws_iam_role_policies_exclusive", "role_name = aws_iam_role.task.name\npolicy_names = []")),
    kind("a group of logs of another name", HURTS, "log events are deleted", "log", steps(put(LOGS, "/ecs/orders", "/ecs/orders-b"))),
    kind("no group of logs", HURTS, "log events are deleted", "log", steps(cut(LOGS))),
    kind("a service of another name", HURTS, "replaced", "count max min out in high low suspended", steps(put(SERVICE, '"orders"', '"orders-b"')), "deploys"),
    kind("a service on Spot", HURTS, "the provider replaces it", "launch", steps(put(SERVICE, 'launch_type                        = "FARGATE"', 'capacity_provider_strategy {\n capacity_provider = "FARGATE_SPOT"\n weight = 1\n }')), "deploys"),
    kind("a service without its target group", HURTS, "requests find no target", "balanced", steps(lambda text: text[: (at := text.index("  load_balancer {", text.index(SERVICE)))] + text[text.index("  }\n", at) + 4 :]), "deploys"),
    kind("a night without tasks", HURTS, "stops all at its time", "min", resource("aws_appautoscaling_scheduled_action", NIGHT)),
    kind("an events' rule off", HURTS, "events reach nobody", "rule", steps(inner(RULE, 'state = "DISABLED"'))),
    kind("an events' rule of other events", HURTS, "events reach nobody", "rule", steps(put(RULE, "aws.ecs", "aws.ec2"))),
    kind("an events' target gone", HURTS, "events reach nobody", "target", steps(cut(TARGET))),
    kind("a script", HURTS, "does anything", "", resource("terraform_data", SCRIPT)),
    kind("a condition that does not hold", HURTS, "it does not hold", "count", new(CHECK.format(99))),
    kind("a topic of the same name here", HURTS, "written over", "topic", resource("aws_sns_topic", 'name = "ops"')),
    kind("settings of the account", HURTS, "of every service", "", resource("aws_ecs_account_setting_default", 'name = "containerInsights"\nvalue = "enabled"')),
    kind("the VPC's own group", HURTS, "takes its rules away", "", resource("aws_default_security_group", "vpc_id = var.vpc_id")),
    kind("only listed records", HURTS, "deletes the others", "", resource("aws_route53_records_exclusive", 'zone_id = "Z0123456789ABCDEFGHIJ"')),
    kind("an endpoint with private names", HURTS, "names lead to it", "", resource("aws_vpc_endpoint", 'vpc_id = var.vpc_id\nservice_name = "com.amazonaws.us-east-1.ecr.api"\nvpc_endpoint_type = "Interface"\nprivate_dns_enabled = true\nsubnet_ids = var.subnet_ids')),
    kind("a schedule", HURTS, "does something at its time", "", resource("aws_scheduler_schedule", 'schedule_expression = "rate(1 hours)"\nflexible_time_window {\n mode = "OFF"\n}\ntarget {\n arn = "arn:aws:scheduler:::aws-sdk:ecs:updateService"\n role_arn = aws_iam_role.task.arn\n}')),
)
# fmt: on
