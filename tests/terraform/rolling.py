"""A fleet that was taken over, rolled out by ``trimtab rollout`` with the sandbox's time."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from trimtab.aws.connection import Connection
from trimtab.rollout.run import run_rollout
from trimtab.rollout.scope import Options

sys.path.append(str(Path(__file__).parents[1] / "unit"))

from rollout.made import SandboxClock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from trimtab.rollout.model import Rollout
    from trimtab.sandbox.server import Sandbox


class Rolling:
    """A folder with a recommendation, and the cluster that it is about."""

    def __init__(
        self,
        sandbox: Sandbox,
        client: Callable[[str], Any],
        cluster: str,
        folder: Path,
        registered: Mapping[str, str],
    ) -> None:
        self.sandbox, self.cluster, self.folder = sandbox, cluster, folder
        self.registered = dict(registered)
        """Revision that Terraform made, by service."""
        self.ecs, self.elb = client("ecs"), client("elbv2")
        self.before = self.runs()

    def run(self, **options: Any) -> Rollout:
        with pytest.MonkeyPatch.context() as patched:
            for name, value in self.sandbox.environment.items():
                patched.setenv(name, value)
            clock = SandboxClock(self.sandbox.clock)
            return run_rollout(Options(folder=self.folder, **options), _open, clock)

    def runs(self) -> dict[str, str]:
        """Return the revision that each service is at."""
        return {one["serviceName"]: one["taskDefinition"] for one in self.services()}

    def services(self) -> list[dict[str, Any]]:
        """Return the services that were taken over."""
        names = self.ecs.list_services(cluster=self.cluster, maxResults=100)["serviceArns"]
        return [
            one
            for first in range(0, len(names), 10)
            for one in self.ecs.describe_services(cluster=self.cluster, services=names[first : first + 10])[
                "services"
            ]
            if one["serviceName"] in self.registered
        ]

    def is_well(self) -> None:
        """Assert that every service is steady, its tasks at its revision, and its targets healthy."""
        for service in self.services():
            assert [one["rolloutState"] for one in service["deployments"]] == ["COMPLETED"]
            arns = self.ecs.list_tasks(cluster=self.cluster, serviceName=service["serviceName"])["taskArns"]
            tasks = self.ecs.describe_tasks(cluster=self.cluster, tasks=arns)["tasks"]
            assert [one["lastStatus"] for one in tasks] == ["RUNNING"] * service["desiredCount"]
            assert {one["taskDefinitionArn"] for one in tasks} == {service["taskDefinition"]}
            for balanced in service["loadBalancers"]:
                found = self.elb.describe_target_health(TargetGroupArn=balanced["targetGroupArn"])
                states = [one["TargetHealth"]["State"] for one in found["TargetHealthDescriptions"]]
                assert states.count("healthy") == service["desiredCount"]


def _open(region: str) -> Connection:
    return Connection.open(region=region, reads_only=False)
