"""A shop in the sandbox to roll out: its services, its two revisions each, and a clock that never sleeps."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any

import boto3
import msgspec
from document.made import optimized

from trimtab.aws.api import CallFailed
from trimtab.aws.connection import Connection
from trimtab.document.files import files_of
from trimtab.rollout.cloud.aws import WRITES
from trimtab.rollout.run import run_rollout
from trimtab.rollout.scope import Options
from trimtab.sandbox.clock import SandboxTime
from trimtab.sandbox.server import ACCOUNT, Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from trimtab.rollout.model import Outcome, Result, Rollout
    from trimtab.sandbox.timing import TaskTiming

OLD, NEW = (1024, 2048), (256, 512)
COST = {"web": 10.0, "search": 90.0, "cards": 30.0, "jobs": 50.0}
"""``web`` is public, ``search`` and ``cards`` are behind an internal load balancer, ``jobs`` behind none."""
ORDER = ["jobs", "cards", "search", "web"]


class SandboxClock:
    """The rollout's clock: to wait is to move the sandbox's time. ``meanwhile`` runs before each wait."""

    def __init__(self, clock: SandboxTime) -> None:
        self.clock = clock
        self.waited_s: list[float] = []
        self.meanwhile: Callable[[], None] = lambda: None

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.clock.now(), UTC)

    def monotonic(self) -> float:
        return self.clock.now()

    def sleep(self, seconds: float) -> None:
        self.meanwhile()
        self.waited_s.append(seconds)
        self.clock.advance(seconds)


class Killed(BaseException):
    """What a process does not survive."""


@dataclass
class Recorder:
    """An ``Api`` that counts what goes through it, and dies at one call: before it is made, or after."""

    account: Connection
    made: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    die_before: int = -1
    die_after: int = -1
    stale: int = 0
    """Looks at services that answer what the first of them answered."""
    refused: dict[str, str] = field(default_factory=dict)
    """Error code by call."""
    before_write: Callable[[str], None] = lambda _: None
    after_update: Callable[[str], None] = lambda _: None
    _before: dict[str, Any] = field(default_factory=dict)

    def call(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        number, name = len(self.made), f"{service}:{operation}"
        if number == self.die_before:
            raise Killed
        if name in self.refused:
            raise CallFailed(name, self.refused[name], "refused by the test")
        if name in WRITES:
            self.before_write(name)
        self.made.append((name, parameters))
        answer = self.account.call(service, operation, **parameters)
        if name == "ecs:DescribeServices":
            answer = self._stale(answer)
        if name == "ecs:UpdateService":
            self.after_update(name)
        if number == self.die_after:
            raise Killed
        return answer

    def _stale(self, answer: dict[str, Any]) -> dict[str, Any]:
        if self.stale > 0 and self.writes:
            self.stale -= 1
            return self._before
        self._before = answer
        return answer

    @property
    def writes(self) -> list[tuple[str, dict[str, Any]]]:
        return [one for one in self.made if one[0] in WRITES]


class World:
    """One sandbox, its network and load balancers: what several shops share, for it takes seconds to make."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        keys = {"aws_access_key_id": "sandbox", "aws_secret_access_key": "sandbox"}
        self.session = boto3.Session(region_name=sandbox.region, **keys)
        self.ecs, self.elb, ec2 = (
            self.session.client(name, endpoint_url=sandbox.endpoint) for name in ("ecs", "elbv2", "ec2")
        )
        self.account = Connection.open(region=sandbox.region, session=self.session, reads_only=False)
        self.vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.subnets = [
            ec2.create_subnet(VpcId=self.vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=zone)["Subnet"][
                "SubnetId"
            ]
            for n, zone in enumerate(("us-east-1a", "us-east-1b"))
        ]
        self.group = ec2.create_security_group(GroupName="g", Description="g", VpcId=self.vpc)["GroupId"]
        self.listeners = {scheme: self._listener(scheme) for scheme in ("internet-facing", "internal")}
        self._numbers = count(1)

    def client(self, name: str) -> Any:
        """Return a boto3 client."""
        return self.session.client(name, endpoint_url=self.sandbox.endpoint)

    def number(self) -> int:
        """Return a number nobody else has."""
        return next(self._numbers)

    def _listener(self, scheme: str) -> str:
        made = self.elb.create_load_balancer(Name=f"shop-{scheme}", Subnets=self.subnets, Scheme=scheme)
        answer = self.elb.create_listener(
            LoadBalancerArn=made["LoadBalancers"][0]["LoadBalancerArn"],
            Protocol="HTTP",
            Port=80,
            DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}],
        )
        arn: str = answer["Listeners"][0]["ListenerArn"]
        return arn


class Shop:
    """A cluster of its own."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.folder = world, folder
        self.cluster = f"shop{world.number()}"
        self.inject = world.sandbox.inject
        self.clock = SandboxClock(world.sandbox.clock)
        self.ecs, self.elb = world.ecs, world.elb
        self.recorder = Recorder(world.account)
        self.told: list[str] = []
        self.names: tuple[str, ...] = ()
        self.size = NEW
        """What is recommended."""
        self.busy_hours: tuple[int, ...] = ()
        """Of the week, in which the recommendation says that the recorded work was at its peak."""
        self.fast_signals = False
        """Whether its steps are made for CPU every 20 s."""
        self.account: str | None = ACCOUNT
        """What the recommendation says of it."""

    def build(self, *names: str) -> None:
        """Create the named services (all of them by default), running their old revision."""
        self.names = names or tuple(COST)
        self.ecs.create_cluster(clusterName=self.cluster)
        for name in self.names:
            self._service(name)
        self.settle()
        for name in self.names:
            self.register(name, self.size)
        self.recommend(*self.names)

    def settle(self) -> None:
        for _ in range(40):
            self.clock.sleep(30)
            found = self.ecs.describe_services(cluster=self.cluster, services=list(self.names))["services"]
            if all([d["rolloutState"] for d in s["deployments"]] == ["COMPLETED"] for s in found):
                return
        raise AssertionError("the shop does not settle")

    def _service(self, name: str) -> None:
        given: dict[str, Any] = {}
        if name != "jobs":
            group = self._target_group(name, "internet-facing" if name == "web" else "internal")
            given["loadBalancers"] = [{"targetGroupArn": group, "containerName": name, "containerPort": 80}]
        network = {"subnets": self.world.subnets, "securityGroups": [self.world.group]}
        self.ecs.create_service(
            cluster=self.cluster,
            serviceName=name,
            taskDefinition=self.register(name, OLD),
            desiredCount=2,
            launchType="FARGATE",
            networkConfiguration={"awsvpcConfiguration": network},
            deploymentConfiguration={"deploymentCircuitBreaker": {"enable": True, "rollback": True}},
            **given,
        )

    def _target_group(self, name: str, scheme: str) -> str:
        made = self.elb.create_target_group(
            Name=f"{self.cluster}-{name}", Protocol="HTTP", Port=80, VpcId=self.world.vpc, TargetType="ip"
        )
        arn: str = made["TargetGroups"][0]["TargetGroupArn"]
        self.elb.modify_target_group_attributes(
            TargetGroupArn=arn, Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": "30"}]
        )
        self.elb.create_rule(
            ListenerArn=self.world.listeners[scheme],
            Priority=self.world.number(),
            Conditions=[{"Field": "path-pattern", "Values": [f"/{self.cluster}/{name}"]}],
            Actions=[{"Type": "forward", "TargetGroupArn": arn}],
        )
        return arn

    def register(self, name: str, size: tuple[int, int], image: str = "1", **more: Any) -> str:
        """Register a revision, as Terraform does (with its collector at the new size) or CI."""
        containers: list[dict[str, Any]] = [
            {
                "name": name,
                "image": f"repo/{name}:{image}",
                "cpu": size[0] - (64 if size == NEW else 0),
                "essential": True,
                "portMappings": [{"containerPort": 80, "protocol": "tcp"}],
                "environment": [{"name": "PASSWORD", "value": "hunter2"}],
            }
        ]
        if size == NEW:
            containers.append({"name": "collector", "image": "otel:1", "cpu": 64, "essential": False})
        given = {
            "family": f"{self.cluster}-{name}",
            "cpu": str(size[0]),
            "memory": str(size[1]),
            "networkMode": "awsvpc",
            "requiresCompatibilities": ["FARGATE"],
            "containerDefinitions": containers,
        }
        answer = self.ecs.register_task_definition(**{**given, **more})
        arn: str = answer["taskDefinition"]["taskDefinitionArn"]
        return arn

    def recommend(self, *names: str) -> None:
        """Write what ``optimize`` would, as far as a rollout reads it."""
        like = optimized().document
        replaced = msgspec.structs.replace
        services = tuple(
            replaced(
                like.services[0],
                name=name,
                cpu_units=self.size[0],
                memory_mib=self.size[1],
                work=replaced(like.services[0].work, busy_hours=self.busy_hours),
                scaling=replaced(like.services[0].scaling, fast_signals=self.fast_signals),
                cost=replaced(like.services[0].cost, before_usd_month=COST.get(name, 1.0)),
            )
            for name in names
        )
        document = replaced(
            like,
            cluster=self.cluster,
            region=self.world.sandbox.region,
            account=self.account,
            services=services,
        )
        for path, content in files_of(document, {}).items():
            (self.folder / path).parent.mkdir(exist_ok=True)
            (self.folder / path).write_bytes(content)

    def deploy(self, name: str, arn: str, **more: Any) -> None:
        """Deploy as CI or a second operator does."""
        self.ecs.update_service(cluster=self.cluster, service=name, taskDefinition=arn, **more)

    def rollout(self, **options: Any) -> Rollout:
        return run_rollout(
            Options(folder=self.folder, **options), self._open, self.clock, tell=self.told.append
        )

    def _open(self, region: str) -> Recorder:
        assert region == self.world.account.region
        return self.recorder

    def family(self, name: str, number: int) -> str:
        return f"{self.cluster}-{name}:{number}"

    def arn(self, name: str, number: int) -> str:
        return f"arn:aws:ecs:us-east-1:123456789012:task-definition/{self.family(name, number)}"

    def read(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.ecs.describe_services(cluster=self.cluster, services=[name])["services"][
            0
        ]
        return found

    def runs(self, name: str) -> int:
        """Return the number of the revision that the service is at."""
        arn: str = self.read(name)["taskDefinition"]
        return int(arn.rsplit(":", maxsplit=1)[-1])

    def monitoring(self, name: str) -> list[dict[str, Any]]:
        """Return how often the service publishes which metrics, as its newest revision has it."""
        listed = self.ecs.list_service_deployments(cluster=self.cluster, service=name)["serviceDeployments"]
        last = max(listed, key=lambda one: one["createdAt"])
        shown = self.ecs.describe_service_revisions(serviceRevisionArns=[last["targetServiceRevisionArn"]])
        found: list[dict[str, Any]] = (
            shown["serviceRevisions"][0].get("monitoring", {}).get("metricConfigurations", [])
        )
        return found

    def delete(self, name: str) -> None:
        self.ecs.delete_service(cluster=self.cluster, service=name, force=True)

    def definition(self, name: str) -> dict[str, Any]:
        answer = self.ecs.describe_task_definition(taskDefinition=self.read(name)["taskDefinition"])
        found: dict[str, Any] = answer["taskDefinition"]
        return found

    def updates(self) -> Counter[str]:
        """Count UpdateService calls of the rollout by service."""
        calls = self.recorder.writes
        return Counter(given["service"] for name, given in calls if name == "ecs:UpdateService")


def running_world(environ: Callable[[str, str], None], timing: TaskTiming) -> Iterator[World]:
    with Sandbox.start(clock=SandboxTime(speed=0), timing=timing) as sandbox:
        for name, value in sandbox.environment.items():
            environ(name, value)
        yield World(sandbox)
        assert sandbox.faults == ()
        assert sandbox.calls_not_implemented == ()


def outcomes(done: Rollout) -> dict[str, Outcome]:
    return {one.service: one.outcome for one in done.results}


def of(done: Rollout, name: str) -> Result:
    return next(one for one in done.results if one.service == name)
