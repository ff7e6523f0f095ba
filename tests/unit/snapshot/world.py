"""The fleet of the snapshot tests in its sandbox, and how a reading of it is begun and broken off."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from fleet import made as made_fleet
from snapshot.made import CLUSTER, REGION, Made, shop
from snapshot.recorded_api import Recorder, Repeater

import load_metrics
from trimtab.aws.connection import Connection
from trimtab.progress import silent
from trimtab.snapshot.live.read import Wish, read_live

if TYPE_CHECKING:
    from pathlib import Path

    from trimtab.fleet.model import Fleet
    from trimtab.sandbox.server import Sandbox

DAYS = 2
PLANTED = {
    "environment": "planted-environment-value",
    "password": "planted-pa55word-in-a-command",
    "url": "planted-userinfo",
    "label": "planted-label-token",
    "option": "planted-splunk-token",
    "tag": "planted-tag-secret",
    "secret": "plantedSecretInPlaceOfAnArn9x",
    "group": "planted-in-a-description",
}


class World:
    """The sandbox with its fleet, the account as a snapshot opens it, and every call it sent."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.made = Made(sandbox)
        shop(self.made)
        self.now = datetime.now(UTC)
        end = (self.now - timedelta(minutes=5)).replace(second=0, microsecond=0)
        self.put = made_fleet.snapshot(*(made_fleet.service(name) for name in ("api", "worker")))
        groups = load_metrics.groups_of(self.made.ecs, self.made.elb, CLUSTER)
        load_metrics.load(self.sandbox, self.put, CLUSTER, groups, end)
        self.sent: set[str] = set()
        self.made.session.events.register("before-call", self._remember)

    def _remember(self, *, model: Any, **_: object) -> None:
        service = {"elbv2": "elasticloadbalancing", "resourcegroupstaggingapi": "tag"}
        name = model.service_model.service_name
        self.sent.add(f"{service.get(name, name)}:{model.name}")

    def account(self) -> Connection:
        return Connection.open(region=REGION, session=self.made.session)


def take(api: Any, world: World, out: Path, **wish: Any) -> Fleet:
    return read_live(api, Wish(cluster=CLUSTER, days=DAYS, **wish), out, world.now, silent)


def planted(answers: dict[str, dict[str, Any]]) -> None:
    """Put a secret into every place of the recorded answers that a person can write into."""
    for name, answer in answers.items():
        if name.startswith("ecs:DescribeTaskDefinition"):
            (container,) = answer["taskDefinition"]["containerDefinitions"]
            container["environment"] = [
                {"name": "LOG_LEVEL", "value": PLANTED["environment"]},
                {"name": "DB_URL", "value": f"postgres://app:{PLANTED['url']}@db/app"},
            ]
            container["command"] = ["run", "--password", PLANTED["password"]]
            container["healthCheck"] = {"command": ["CMD", "check", "--password", PLANTED["password"]]}
            container["dockerLabels"] = {"token": PLANTED["label"]}
            container["logConfiguration"]["options"]["splunk-token"] = PLANTED["option"]
            container["secrets"] = [{"name": "KEY", "valueFrom": PLANTED["secret"]}]
        for one in answer.get("services", ()):
            one["tags"] = [{"key": "DeployToken", "value": PLANTED["tag"]}, {"key": "Team", "value": "shop"}]
            stamp = datetime(2026, 11, 20, tzinfo=UTC)
            said = f"unable to pull https://ci:{PLANTED['url']}@registry.example/api"
            one["events"] = [{"id": "1", "createdAt": stamp, "message": said}]
        for group in answer.get("SecurityGroups", ()):
            group["Description"] = f"password={PLANTED['group']}"


class Killed(BaseException):
    """Nothing may catch it."""


class Killing(Repeater):
    """Is killed instead of making call number ``last``."""

    def __init__(self, recorder: Recorder, last: int) -> None:
        super().__init__(recorder, self.kill)
        self.last = last

    def kill(self, _name: str, _parameters: dict[str, Any]) -> None:
        if sum(self.calls.values()) > self.last:
            raise Killed
