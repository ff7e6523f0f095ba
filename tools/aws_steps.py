"""The acceptance itself: what is done with two services, and what must be so after each step."""

from __future__ import annotations

import time
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from aws_account import Account
    from trimtab.engine.engine import Workspace

NEW_MEMORY_MIB = 1024
NEW_IMAGE = "public.ecr.aws/nginx/nginx:stable-alpine"
NOT_TO_REGISTER = (
    "taskDefinitionArn", "revision", "status", "requiresAttributes", "compatibilities",
    "registeredAt", "registeredBy", "deregisteredAt",
)  # fmt: skip
OK = 200
NOT_TRIED = "not tried"
"""How what a step saw begins where it could see nothing."""


class FailedError(Exception):
    """Something is not as it must be."""


class StoppedError(Exception):
    """Somebody asked the run to end."""


@dataclass
class Acceptance:
    """One run: a root that is applied, and the account that it is applied to."""

    workspace: Workspace
    account: Account
    given: dict[str, object]
    pause_s: float
    """Between two looks."""
    wait_s: float
    """For a service to be steady, at most."""
    answers: bool
    """Whether a load balancer here answers at all."""
    stopped: Callable[[], bool]
    """Whether somebody asked the run to end. An apply is finished first: what it made must be known."""
    began_at: str = ""
    """Revision that api was made with."""

    @property
    def cluster(self) -> str:
        """Return the name of the cluster."""
        return str(self.given["name"])

    def steps(self) -> Iterator[tuple[str, Callable[[], str]]]:
        """Yield each step: what it is, and what does it and returns what was seen."""
        yield "apply", self.apply
        yield "a second plan changes nothing", self.plans_clean
        yield "both services are steady, api's target is healthy", self.settled
        yield "the load balancer answers", self.answers_ok
        yield "alarms carry the three scaling policies of api, two tell the topic of alerts", self.wired
        yield "a new size is registered and moves nothing", self.new_size
        yield "a deployment by CI keeps the new size and replaces the image", self.deploy
        yield "a last plan changes nothing", self.plans_clean

    def apply(self) -> str:
        """Make everything."""
        self.workspace.apply(variables=self.given)
        return ", ".join(sorted(self.workspace.outputs()["task_definitions"].values()))

    def plans_clean(self) -> str:
        """Plan again: nothing may change."""
        changed = [one.address for one in self._plan().changed]
        if changed:
            raise FailedError(f"the plan changes {', '.join(changed)}")
        return "no changes"

    def _plan(self) -> Any:  # noqa: ANN401 - trimtab.engine.plan.Plan, wherever it lives
        out: Path = self.workspace.directory / "again.tfplan"
        return self.workspace.plan(out, variables=self.given)

    def settled(self) -> str:
        """Wait until both services are steady and a target is healthy."""
        for name in ("api", "worker"):
            self._until(f"{name} is steady", lambda name=name: self.account.is_steady(self.cluster, name))
        group = self.workspace.outputs()["target_group_arn"]
        self._until("a target is healthy", lambda: self.account.healthy_targets(group) >= 1)
        self.began_at = self.account.running(self.cluster, "api")["taskDefinitionArn"]
        return f"api at {self.began_at}"

    def _until(self, what: str, holds: Callable[[], bool]) -> None:
        end = time.monotonic() + self.wait_s
        while not holds():
            if self.stopped():
                raise StoppedError
            if time.monotonic() > end:
                raise FailedError(f"after {self.wait_s:.0f} s it is not so that {what}")
            time.sleep(self.pause_s)

    def answers_ok(self) -> str:
        """Ask the service through the load balancer, where one answers."""
        if not self.answers:
            return f"{NOT_TRIED}: no load balancer answers here"
        address = f"http://{self.workspace.outputs()['dns_name']}/"

        def answered() -> bool:
            try:
                with urllib.request.urlopen(address, timeout=10) as answer:
                    return bool(answer.status == OK)
            except OSError:  # its name takes a while to be known
                return False

        self._until(f"{address} answers", answered)
        return f"{address} answers {OK}"

    def wired(self) -> str:
        """Hold the alarms' actions against the policies that there are, and who is told."""
        resource = f"service/{self.cluster}/api"
        policies = {
            one["PolicyARN"]
            for one in self.account.all_of(
                "application-autoscaling",
                "describe_scaling_policies",
                {"ServiceNamespace": "ecs", "ResourceId": resource},
                "ScalingPolicies",
            )
        }
        alarms = self.account.all_of(
            "cloudwatch", "describe_alarms", {"AlarmNamePrefix": f"{self.cluster}-api-"}, "MetricAlarms"
        )
        actions = {action for alarm in alarms for action in alarm["AlarmActions"]}
        told = {action for action in actions if action.startswith("arn:") and ":sns:" in action}
        if len(policies) != 3 or actions - told != policies:  # noqa: PLR2004 - two out, one in
            raise FailedError(f"policies {sorted(policies)}, actions of alarms {sorted(actions)}")
        tell = sorted(one["AlarmName"] for one in alarms if told.intersection(one["AlarmActions"]))
        if len(told) != 1 or tell != [f"{self.cluster}-api-errors", f"{self.cluster}-api-unhealthy"]:
            raise FailedError(f"topics {sorted(told)}, told by {tell}")
        return ", ".join(sorted(alarm["AlarmName"] for alarm in alarms))

    def new_size(self) -> str:
        """Apply another size; the service must stay where it is."""
        self.given["api_memory"] = NEW_MEMORY_MIB
        self.workspace.apply(variables=self.given)
        registered = self.workspace.outputs()["task_definitions"]["api"]
        now = self.account.running(self.cluster, "api")["taskDefinitionArn"]
        if registered == self.began_at or now != self.began_at:
            raise FailedError(f"registered {registered}, began at {self.began_at}, is at {now}")
        return f"registered {registered}; the service is at {now}"

    def deploy(self) -> str:
        """Deploy as docs/ci.md says: the family's newest revision, its image replaced."""
        ecs = self.account.client("ecs")
        family = self.account.running(self.cluster, "api")["family"]
        newest = ecs.describe_task_definition(taskDefinition=family, include=["TAGS"])
        definition = {k: v for k, v in newest["taskDefinition"].items() if k not in NOT_TO_REGISTER}
        (application,) = [one for one in definition["containerDefinitions"] if one["name"] == "api"]
        application["image"] = NEW_IMAGE
        made = ecs.register_task_definition(**definition, tags=newest.get("tags", []))
        revision = made["taskDefinition"]["taskDefinitionArn"]
        ecs.update_service(cluster=self.cluster, service="api", taskDefinition=revision)
        self._until("api is steady", lambda: self.account.is_steady(self.cluster, "api"))
        now = self.account.running(self.cluster, "api")
        images = {one["name"]: one["image"] for one in now["containerDefinitions"]}
        if (now["taskDefinitionArn"], now["memory"], images["api"]) != (
            revision,
            str(NEW_MEMORY_MIB),
            NEW_IMAGE,
        ):
            found = f"{now['taskDefinitionArn']}, {now['memory']} MiB, {images['api']}"
            raise FailedError(f"api is at {found}; not at {revision}")
        return f"api at {revision}: {now['cpu']}/{now['memory']}, {images['api']}"
