"""An account with a credential in every place that a person, a task or AWS can write into.

Each place takes what stands for it in ``says``; which of them were asked for at all is in ``asked``, for a
place that nobody reads would prove nothing.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from snapshot.generated_api import ACCOUNT, CLUSTER, NETWORK, NOW, REGION, Generated, arn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from leaks.corpus import Credential

PLACES: Final = (
    "environment value", "environment value of a sidecar", "environment name", "command", "entry point",
    "health check, a script", "health check, words", "label", "log option", "name of a log option",
    "where a secret is", "image of a sidecar", "host entry", "environment file",
    "service tag", "cost center", "name of a tag", "tag of a load balancer", "cluster tag",
    "event", "stopped reason", "reason of a container", "reason of a deployment",
    "scaling description", "scaling message", "alarm description", "alarm metric",
    "code of an activity not scaled", "cause of an activity not scaled",
    "reason of an alarm", "summary of an alarm", "data of an alarm", "time of an alarm",
    "group name", "group description", "health path", "rule path", "rule host", "rule header",
    "fixed response", "redirect path", "redirect query", "load balancer attribute", "target group attribute",
    "description of a namespace", "description of a registry", "error of AWS", "failure of AWS",
)  # fmt: skip
"""Those of an account. Each name of a service begins a place of its own, so that none hides another."""
NAMED: Final = ("environment value", "environment value of a sidecar")
"""Where a credential has a name beside it, and stands alone."""
PLAIN: Final = "plain"
SERVICES: Final = (PLAIN, "checked", "worded", "health", "path", "host", "header", "pictured")


class Planted(Generated):
    """Eight services: one that is plain, and others of which one thing is not."""

    def __init__(self, says: Mapping[str, Credential]) -> None:
        super().__init__(0, points=1440)
        self.names = list(SERVICES)
        self.says = says
        self.asked: set[str] = set()

    def at(self, place: str) -> str:
        """Return what stands in a place."""
        self.asked.add(place)
        said = self.says[place]
        return said.value if place in NAMED else said.text

    def name_at(self, place: str) -> str:
        """Return the name beside it."""
        return self.says[place].name

    def _describe_clusters(self, **_: Any) -> dict[str, Any]:
        (cluster,) = super()._describe_clusters()["clusters"]
        tags = [
            {"key": "Environment", "value": "production"},
            {"key": "Team", "value": self.at("cluster tag")},
        ]
        return {"clusters": [cluster | {"tags": tags}]}

    def _describe_services(self, *, services: list[str], **_: Any) -> dict[str, Any]:
        answer = super()._describe_services(services=services)
        failure = {"arn": arn("ecs", f"service/{CLUSTER}/gone"), "reason": self.at("failure of AWS")}
        return {**answer, "failures": [failure]}

    def _service(self, name: str) -> dict[str, Any]:
        made = super()._service(name)
        message = f"(service {name}) was unable to start a task: pull failed, {self.at('event')}."
        deployment = {
            "id": "ecs-svc/1",
            "status": "PRIMARY",
            "rolloutState": "IN_PROGRESS",
            "rolloutStateReason": self.at("reason of a deployment"),
        }
        made |= {
            "events": [{"id": "1", "createdAt": NOW - timedelta(hours=2), "message": message}],
            "deployments": [deployment],
            "tags": [
                {"key": "CostCenter", "value": self.at("cost center")},
                {"key": "Owner", "value": self.at("service tag")},
                {"key": self.at("name of a tag"), "value": "x"},
            ],
        }
        return made

    def _describe_task_definition(self, **given: Any) -> dict[str, Any]:
        answer = super()._describe_task_definition(**given)
        definition = answer["taskDefinition"]
        (container,) = definition["containerDefinitions"]
        sidecar = {"name": "side", "essential": False, "image": self.at("image of a sidecar")}
        for one, place in ((container, NAMED[0]), (sidecar, NAMED[1])):
            one["environment"] = [
                {"name": self.name_at(place), "value": self.at(place)},
                {"name": "LOG_LEVEL", "value": "debug"},
                {"name": self.at("environment name"), "value": "1"},
            ]
        checks = {
            "checked": ["CMD-SHELL", f"curl -H '{self.at('health check, a script')}' localhost"],
            "worded": ["CMD", "check", "--with", self.at("health check, words")],
        }
        family = definition["family"]
        container |= {
            "image": f"registry.example/{family}:1.2.3",
            "command": ["serve", "--with", self.at("command")],
            "entryPoint": ["sh", "-c", f"exec app {self.at('entry point')}"],
            "dockerLabels": {"com.example.note": self.at("label")},
            "logConfiguration": {
                "logDriver": "awslogs",
                "options": {
                    "awslogs-group": f"/ecs/{family}",
                    "splunk-url": self.at("log option"),
                    self.at("name of a log option"): "x",
                },
            },
            "secrets": [{"name": "KEY", "valueFrom": self.at("where a secret is")}],
            "extraHosts": [{"hostname": self.at("host entry"), "ipAddress": "10.0.0.1"}],
            "environmentFiles": [{"type": "s3", "value": self.at("environment file")}],
            "portMappings": [{"containerPort": 80}],
        }
        if family in checks:
            container["healthCheck"] = {"command": checks[family]}
        return {"taskDefinition": {**definition, "containerDefinitions": [container, sidecar]}}

    def _list_tasks(self, **given: Any) -> dict[str, Any]:
        arns = [arn("ecs", f"task/{CLUSTER}/{PLAIN}-{given['desiredStatus']}")]
        return self._page("taskArns", arns, given["maxResults"], "nextToken", given)

    def _describe_tasks(self, *, tasks: list[str], **_: Any) -> dict[str, Any]:
        began = NOW - timedelta(minutes=9)
        stamps = ("createdAt", "pullStartedAt", "pullStoppedAt", "startedAt")
        made = {name: began + timedelta(seconds=9 * number) for number, name in enumerate(stamps)}
        ended = {
            "lastStatus": "STOPPED",
            "stopCode": "EssentialContainerExited",
            "stoppedAt": NOW,
            "stoppedReason": f"Essential container in task exited: {self.at('stopped reason')}",
            "containers": [{"name": "app", "reason": self.at("reason of a container"), "exitCode": 3}],
        }
        group = {"group": f"service:{PLAIN}"}
        return {
            "tasks": [{"taskArn": one, **group, **made, **(ended if "STOP" in one else {})} for one in tasks]
        }

    def _describe_scaling_activities(self, **_: Any) -> dict[str, Any]:
        said = self.at("scaling description")
        return {
            "ScalingActivities": [
                {
                    "StartTime": NOW - timedelta(hours=1),
                    "StatusCode": "Failed",
                    "Description": f"Setting desired count to 3. {said}",
                    "StatusMessage": f"Failed to set desired count: {self.at('scaling message')}",
                },
                {
                    "StartTime": NOW - timedelta(hours=2),
                    "StatusCode": "Failed",
                    "Description": said,
                    "Cause": f"monitor alarm {self.at('cause of an activity not scaled')} in state ALARM "
                    "triggered policy x",
                    "NotScaledReasons": [
                        {"Code": self.at("code of an activity not scaled"), "MaxCapacity": 3},
                    ],
                },
            ]
        }

    def _describe_alarm_history(self, **_: Any) -> dict[str, Any]:
        said = self.at("reason of an alarm")
        data = {
            "version": said,
            "queryDate": self.at("time of an alarm"),
            "statistic": said,
            "unit": said,
            "period": 60,
            "recentDatapoints": [71.5, self.at("data of an alarm")],
            "evaluatedDatapoints": [{"timestamp": said, "value": said}],
            "threshold": said,
            said: said,
        }
        state = {"stateValue": "OK", "stateReason": said, "stateReasonData": json.dumps(data)}
        item = {
            "AlarmName": f"{PLAIN}-out",
            "AlarmType": "MetricAlarm",
            "Timestamp": NOW - timedelta(hours=1),
            "HistoryItemType": "StateUpdate",
            "HistorySummary": f"Alarm updated from OK to ALARM {self.at('summary of an alarm')}",
        }
        told = {"oldState": state, "newState": {**state, "stateValue": "ALARM"}, "said": said}
        foreign = {**item, "AlarmName": said, "HistoryData": json.dumps(told)}
        return {"AlarmHistoryItems": [{**item, "HistoryData": json.dumps(told)}, foreign]}

    def _describe_alarms(self, **given: Any) -> dict[str, Any]:
        answer = super()._describe_alarms(**given)
        for one in answer["MetricAlarms"]:
            one["AlarmDescription"] = self.at("alarm description")
        watched = {"Name": "ServiceName", "Value": "plain"}
        answer["MetricAlarms"].append(
            {
                "AlarmName": "queue",
                "AlarmArn": arn("cloudwatch", "alarm:queue"),
                "AlarmActions": [self._policy("worded", "out")["PolicyARN"]],
                "Namespace": "Shop",
                "MetricName": self.at("alarm metric"),
                "Dimensions": [watched],
                "Statistic": "Average",
                "Period": 60,
                "EvaluationPeriods": 1,
                "Threshold": 50.0,
                "ComparisonOperator": "GreaterThanThreshold",
            }
        )
        return answer

    def _describe_subnets(self, **_: Any) -> dict[str, Any]:
        made = {"SubnetId": "subnet-1", "VpcId": "vpc-1", "AvailabilityZone": f"{REGION}a"}
        return {"Subnets": [made]}

    def _describe_security_groups(self, **_: Any) -> dict[str, Any]:
        told = {"GroupName": self.at("group name"), "Description": self.at("group description")}
        return {"SecurityGroups": [{"GroupId": "sg-1", "VpcId": "vpc-1", **told}]}

    def _describe_target_groups(self, **given: Any) -> dict[str, Any]:
        answer = super()._describe_target_groups(**given)
        for group in answer["TargetGroups"]:
            group |= {"Port": 80, "TargetType": "ip"}
            if group["TargetGroupName"] == "health":
                group["HealthCheckPath"] = f"/health/{self.at('health path')}"
        return answer

    def _describe_target_group_attributes(self, **_: Any) -> dict[str, Any]:
        said = self.at("target group attribute")
        return {"Attributes": [{"Key": "stickiness.app_cookie.cookie_name", "Value": said}]}

    def _describe_load_balancer_attributes(self, **_: Any) -> dict[str, Any]:
        logs = {"enabled": "true", "bucket": "logs", "prefix": self.at("load balancer attribute")}
        return {
            "Attributes": [{"Key": f"access_logs.s3.{name}", "Value": said} for name, said in logs.items()]
        }

    def _describe_listeners(self, **_: Any) -> dict[str, Any]:
        (first,) = super()._describe_listeners()["Listeners"]
        answered = {
            "Type": "fixed-response",
            "FixedResponseConfig": {"StatusCode": "404", "MessageBody": self.at("fixed response")},
        }
        where = {
            "StatusCode": "HTTP_301",
            "Path": f"/{self.at('redirect path')}",
            "Query": self.at("redirect query"),
        }
        secure = {"ListenerArn": f"{first['ListenerArn']}2", "Port": 443, "Protocol": "HTTPS"}
        return {
            "Listeners": [
                {**first, "DefaultActions": [{"Type": "redirect", "RedirectConfig": where}]},
                {**secure, "DefaultActions": [answered]},
            ]
        }

    def _describe_rules(self, **given: Any) -> dict[str, Any]:
        if given["ListenerArn"].endswith("2"):
            return {"Rules": []}
        answer = super()._describe_rules(**given)
        for rule in answer["Rules"]:
            name = rule["RuleArn"].rpartition("/")[2]
            (condition,) = rule["Conditions"]
            if name == "path":
                condition["PathPatternConfig"]["Values"].append(f"/in/{self.at('rule path')}")
            if name == "host":
                host = {"Field": "host-header", "HostHeaderConfig": {"Values": [self.at("rule host")]}}
                rule["Conditions"].append(host)
            if name == "header":
                sent = {"HttpHeaderName": "X-Origin", "Values": [self.at("rule header")]}
                rule["Conditions"].append({"Field": "http-header", "HttpHeaderConfig": sent})
        return answer

    def _describe_tags(self, **given: Any) -> dict[str, Any]:
        tag = {"Key": "Owner", "Value": self.at("tag of a load balancer")}
        return {"TagDescriptions": [{"ResourceArn": one, "Tags": [tag]} for one in given["ResourceArns"]]}

    def _list_namespaces(self, **_: Any) -> dict[str, Any]:
        made = {
            "Id": "ns-1",
            "Arn": arn("servicediscovery", "namespace/ns-1"),
            "Name": "shop",
            "Type": "HTTP",
        }
        return {"Namespaces": [{**made, "Description": self.at("description of a namespace")}]}

    def _list_services(self, **given: Any) -> dict[str, Any]:
        if "cluster" in given:
            return super()._list_services(**given)
        made = {"Id": "srv-1", "Arn": arn("servicediscovery", "service/srv-1"), "Name": "plain"}
        said = self.at("description of a registry")
        return {"Services": [{**made, "NamespaceId": "ns-1", "Description": said}]}

    def _describe_log_groups(self, **_: Any) -> dict[str, Any]:
        from trimtab.aws.api import CallFailed  # noqa: PLC0415

        raise CallFailed("logs:DescribeLogGroups", "AccessDenied", self.at("error of AWS"))

    def _get_metric_data(self, **given: Any) -> dict[str, Any]:
        answer = super()._get_metric_data(**given)
        asked = {one["Id"]: one.get("MetricStat", {}) for one in given["MetricDataQueries"]}
        for one in answer["MetricDataResults"]:
            stat = asked[one["Id"]]
            if stat.get("Stat") == "SampleCount":
                one["Values"] = [2.0] * self.points
        return answer


__all__ = ["ACCOUNT", "NAMED", "NETWORK", "PLACES", "PLAIN", "REGION", "SERVICES", "Planted"]
