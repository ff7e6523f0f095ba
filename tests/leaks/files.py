"""Files with a credential in every place: a state, a plan, a folder of Terraform."""

from __future__ import annotations

import copy
import json
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from guard.made import ALARM, GROUP, POLICY, SCALING, TARGET, change, document, service

from fuzz.made import STATE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from leaks.corpus import Credential

    Says = Mapping[str, Credential]

OF_STATE: Final = (
    "environment value", "environment name", "command", "health check", "label", "log option", "service tag",
    "cost center", "alarm description", "group description", "health path", "rule path", "rule host",
    "fixed response", "access log prefix", "output", "sensitive value", "cluster tag",
)  # fmt: skip
OF_PLAN: Final = (
    "environment value", "environment value before", "command", "health check", "label", "tag",
    "key of a tag",
    "description", "alarm description", "response", "redirect", "rule path", "rule host", "health path",
    "variable", "sensitive variable", "output", "prior state", "configuration", "key of for_each",
    "drift", "a check's problem", "address of a module", "moved from", "value of a provider", "log group tag",
    "user data", "policy", "import id",
)  # fmt: skip
OF_FOLDER: Final = (
    "environment value", "health check", "label", "tag", "local", "default", "description", "comment",
    "url", "count", "key of for_each", "tfvars", "log option", "response", "alarm description", "name",
)  # fmt: skip


@cache
def _recorded() -> str:
    return STATE.read_text("utf-8")


def state(says: Says) -> str:
    """Return the recorded state with a credential in each of ``OF_STATE``."""
    found: Any = json.loads(_recorded())
    resources = {one["address"]: one["values"] for one in found["values"]["root_module"]["resources"]}

    def of(place: str) -> str:
        return says[place].text

    definition = resources['aws_ecs_task_definition.service["accounts"]']
    (container,) = json.loads(definition["container_definitions"])
    named = says["environment value"]
    container["environment"] += [
        {"name": named.name, "value": named.value},
        {"name": of("environment name"), "value": "x"},
    ]
    container |= {
        "command": ["serve", of("command")],
        "healthCheck": {"command": ["CMD-SHELL", f"curl localhost -H '{of('health check')}'"]},
        "dockerLabels": {"note": of("label")},
    }
    container["logConfiguration"]["options"]["splunk-token"] = of("log option")
    definition["container_definitions"] = json.dumps([container])
    plain = resources['aws_ecs_service.service["scheduler"]']
    resources['aws_ecs_service.service["accounts"]']["tags_all"] = plain["tags_all"] = {
        "Owner": of("service tag"),
        "CostCenter": of("cost center"),
    }
    resources["aws_ecs_cluster.main"]["tags_all"] = {"Team": of("cluster tag")}
    resources["aws_cloudwatch_metric_alarm.api_cpu_critical"]["alarm_description"] = of("alarm description")
    resources["aws_security_group.tasks"]["description"] = of("group description")
    resources["aws_lb.main"]["access_logs"] = [
        {"bucket": "logs", "enabled": True, "prefix": of("access log prefix")}
    ]
    (action,) = resources["aws_lb_listener.http"]["default_action"]
    action["fixed_response"][0]["message_body"] = of("fixed response")
    (condition,) = resources['aws_lb_listener_rule.service["accounts"]']["condition"]
    condition["path_pattern"] = [{"values": [f"/in/{of('rule path')}"]}]
    condition["host_header"] = [{"values": [of("rule host")]}]
    group = resources['aws_lb_target_group.service["accounts"]']
    group["health_check"][0]["path"] = f"/{of('health path')}"
    found["values"]["outputs"] = {"dsn": {"sensitive": False, "value": of("output"), "type": "string"}}
    secret = {"name": "db", "value": of("sensitive value"), "arn": "arn:aws:ssm:::parameter/db"}
    found["values"]["root_module"]["resources"].append(
        {
            "address": "aws_ssm_parameter.db",
            "mode": "managed",
            "type": "aws_ssm_parameter",
            "name": "db",
            "values": secret,
            "sensitive_values": {"value": True},
        }
    )
    return json.dumps(found)


def plan(says: Says) -> str:
    """Return a plan with a credential in each of ``OF_PLAN``."""

    def of(place: str) -> str:
        return says[place].text

    def containers(place: str) -> str:
        named = says[place]
        pairs = [{"name": named.name, "value": named.value}, {"name": "LEVEL", "value": "debug"}]
        more = {"command": ["serve", of("command")], "dockerLabels": {"note": of("label")}}
        check = {"healthCheck": {"command": ["CMD-SHELL", f"curl -H '{of('health check')}' localhost"]}}
        return json.dumps([{"name": "app", "image": "app:1", "environment": pairs, **more, **check}])

    arn = {"arn": "arn:aws:ecs:us-east-1:111122223333:task-definition/api:7"}
    task = change(
        "aws_ecs_task_definition.api",
        "replace",
        {"family": "api", **arn, "container_definitions": containers("environment value before")},
        {"container_definitions": containers("environment value")},
        forced=("container_definitions",),
    )
    listener = {"arn": f"{GROUP['arn']}/l", "port": 80, "protocol": "HTTP"}
    answered = {"type": "fixed-response", "fixed_response": [{"message_body": "a", "status_code": "404"}]}
    answers = copy.deepcopy(answered)
    answers["fixed_response"][0]["message_body"] = of("response")
    redirect = {"type": "redirect", "redirect": [{"query": of("redirect"), "status_code": "HTTP_301"}]}
    rule = {"arn": f"{GROUP['arn']}/r", "priority": 7}
    said = {"path_pattern": [{"values": [of("rule path")]}], "host_header": [{"values": [of("rule host")]}]}
    checked = {**GROUP["health_check"][0], "path": f"/{of('health path')}"}
    keyed = json.dumps(of("key of for_each"))
    changes = [
        task,
        change("aws_ecs_service.api", "update", service(tags={"a": "b"}), {
            "tags": {"a": of("tag"), of("key of a tag"): "b"}, "desired_count": 2,
        }),
        change("aws_security_group.a", "replace", {"id": "sg-1", "description": "a"},
               {"description": of("description")}, forced=("description",)),
        change("aws_cloudwatch_metric_alarm.a", "update", ALARM,
               {"alarm_description": of("alarm description")}),
        change("aws_lb_listener.a", "update", {**listener, "default_action": [answered]},
               {"default_action": [answers]}),
        change("aws_lb_listener.b", "update", {**listener, "default_action": [answered]},
               {"default_action": [redirect]}),
        change("aws_lb_listener_rule.a", "update", {**rule, "condition": []}, {"condition": [said]}),
        change("aws_lb_target_group.a", "update", GROUP, {"health_check": [checked]}),
        change(f"aws_appautoscaling_target.a[{keyed}]", "update", TARGET, {"max_capacity": 4}),
        change("aws_appautoscaling_policy.a", "update", {**POLICY, "arn": f"{SCALING}/a"}, {"name": "b"}),
        change("aws_cloudwatch_log_group.a", "update", {"name": "/a", "retention_in_days": 7},
               {"retention_in_days": 1, "tags": {"note": of("log group tag")}}),
        change("aws_instance.a", "update", {"user_data": "x"}, {"user_data": of("user data")}),
        change("aws_iam_role_policy.a", "update", {"policy": "{}"}, {
            "policy": json.dumps({"Statement": [{"Effect": "Allow", "Resource": of("policy")}]})
        }),
        change("aws_lb.imported", "none", {"name": "a"}, importing=of("import id")),
        {**change("aws_lb.moved", "none", {"name": "a"}), "previous_address": f"aws_lb.old[{keyed}]"},
        {
            **change("module.shop.aws_ecs_service.b", "destroy", service()),
            "module_address": f"module.shop[{json.dumps(of('address of a module'))}]",
        },
    ]  # fmt: skip
    moved = json.dumps(of("moved from"))
    changes[-2]["previous_address"] = f"aws_lb.old[{moved}]"
    drifted = change("aws_ecs_service.c", "update", service(), {"desired_count": 1})
    drifted["change"]["after"]["tags"] = {"note": of("drift")}
    values = {"value": of("variable")}
    root = {
        "variables": {"dsn": {}, "hidden": {"sensitive": True}},
        "resources": [
            {"address": "aws_ecs_service.api", "type": "aws_ecs_service", "name": "api", "mode": "managed",
             "expressions": {"name": {"constant_value": of("configuration")}}},
        ],
    }  # fmt: skip
    provider = {
        "aws": {"name": "aws", "expressions": {"token": {"constant_value": of("value of a provider")}}}
    }
    problem = {
        "address": {"kind": "check", "name": "up", "to_display": "check.up"},
        "status": "fail",
        "instances": [{"address": {"to_display": "check.up"}, "status": "fail",
                       "problems": [{"message": of("a check's problem")}]}],
    }  # fmt: skip
    return document(
        *changes,
        variables={"dsn": values, "hidden": {"value": of("sensitive variable")}},
        output_changes={"dsn": {"actions": ["update"], "before": "a", "after": of("output")}},
        prior_state={"values": {"root_module": {"resources": [], "outputs": {"a": of("prior state")}}}},
        configuration={"root_module": root, "provider_config": provider},
        resource_drift=[drifted],
        checks=[problem],
    )


def _hcl(text: str) -> str:
    return json.dumps(text).replace("${", "$${").replace("%{", "%%{")


def folder(says: Says) -> dict[str, str]:
    """Return the files of a folder of Terraform with a credential in each of ``OF_FOLDER``."""

    def of(place: str) -> str:
        return _hcl(says[place].text)

    named = says["environment value"]
    comment = says["comment"].text.replace("\n", " ")
    main = f"""
# {comment}
variable "dsn" {{
  default     = {of("default")}
  description = {of("description")}
}}
variable "given" {{}}
locals {{
  kept = {of("local")}
  many = {{ {of("key of for_each")} = "a" }}
}}
resource "aws_ecs_task_definition" "api" {{
  family                   = "api"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 300
  memory                   = 512
  container_definitions = jsonencode([{{
    name  = "api"
    image = "api:latest"
    environment = [
      {{ name = {_hcl(named.name)}, value = {_hcl(named.value)} }},
      {{ name = "DSN", value = var.dsn }},
      {{ name = "GIVEN", value = var.given }},
      {{ name = "UPSTREAM", value = {of("url")} }},
      {{ name = "DEBUG", value = "true" }},
    ]
    healthCheck      = {{ command = ["CMD-SHELL", {of("health check")}] }}
    dockerLabels     = {{ note = {of("label")} }}
    logConfiguration = {{ logDriver = "splunk", options = {{ "splunk-url" = {of("log option")} }} }}
  }}])
}}
resource "aws_ecs_service" "api" {{
  name            = {of("name")}
  cluster         = local.kept
  task_definition = aws_ecs_task_definition.api.arn
  desired_count   = {of("count")}
  tags            = {{ note = {of("tag")} }}
}}
resource "aws_lb_listener" "api" {{
  for_each = local.many
  port     = 80
  protocol = "HTTP"
  default_action {{
    type = "fixed-response"
    fixed_response {{
      content_type = "text/plain"
      message_body = {of("response")}
    }}
  }}
}}
resource "aws_cloudwatch_metric_alarm" "api" {{
  for_each            = local.many
  alarm_name          = "a"
  alarm_description   = {of("alarm description")}
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 1
  threshold           = local.kept
}}
resource "aws_cloudwatch_log_group" "api" {{
  name              = local.kept
  retention_in_days = local.kept
}}
"""
    return {"main.tf": main, "terraform.tfvars": f"given = {of('tfvars')}\n"}
