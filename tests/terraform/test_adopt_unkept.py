"""What a snapshot does not keep, because it may hold a credential, stays as it runs through a takeover.

A rule's path, a health check's path, a host, a header, a fixed response and where a redirect sends: real
Terraform and provider against the sandbox, which says before and after what it serves.
The tests of this module run in their order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from adoption import Taken, guard, read_fleet, starts_tasks, take_over

from leaks.corpus import corpus
from trimtab.assets import assets_folder
from trimtab.snapshot.folder import read_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trimtab.engine.engine import Workspace
    from trimtab.sandbox.server import Sandbox

pytestmark = pytest.mark.slow

CLUSTER = "webhooks"
HOOK = next(one.value for one in corpus() if one.kind == "github personal").lower().replace("_", "-")
"""Made up: what a webhook's path or a tenant's host is told apart by."""
PUBLIC = ("plain", "path", "health", "host", "header")
SERVICES = (*PUBLIC, "answered", "sent")
"""The last two hang on a load balancer of which a listener's own answer is not kept."""


def conditions_of(name: str) -> list[dict[str, Any]]:
    path = f"/in/{HOOK}" if name == "path" else f"/{name}/*"
    made = [{"Field": "path-pattern", "PathPatternConfig": {"Values": [path]}}]
    if name == "host":
        made.append({"Field": "host-header", "HostHeaderConfig": {"Values": [f"{HOOK}.shop.example"]}})
    if name == "header":
        sent = {"HttpHeaderName": "X-Origin", "Values": [HOOK]}
        made.append({"Field": "http-header", "HttpHeaderConfig": sent})
    return made


class Made:
    """The fleet as somebody made it by hand."""

    def __init__(self, client: Callable[[str], Any], network: dict[str, Any]) -> None:
        self.client, self.network = client, network
        self.elb = client("elbv2")
        self.group = client("ec2").create_security_group(
            GroupName="hooks", Description="hooks", VpcId=network["vpc_id"]
        )["GroupId"]
        client("ecs").create_cluster(clusterName=CLUSTER)
        answer = {"StatusCode": "404", "ContentType": "text/plain", "MessageBody": f"token={HOOK}"}
        where = {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301", "Query": f"key={HOOK}"}
        plain = {"StatusCode": "404", "ContentType": "text/plain", "MessageBody": "Not found"}
        certificate = client("acm").request_certificate(DomainName="shop.example")["CertificateArn"]
        secure = {"Protocol": "HTTPS", "Port": 443, "Certificates": [{"CertificateArn": certificate}]}
        public, inside, third = (
            self._balancer(*one)
            for one in (
                ("hooks", "internet-facing"),
                ("hooks-answers", "internal"),
                ("hooks-sends", "internet-facing"),
            )
        )
        first = self._listener(public, {"Type": "fixed-response", "FixedResponseConfig": plain})
        answering = self._listener(inside, {"Type": "fixed-response", "FixedResponseConfig": answer})
        self._listener(third, {"Type": "redirect", "RedirectConfig": where})
        sending = self._listener(third, {"Type": "fixed-response", "FixedResponseConfig": plain}, **secure)
        listeners = {**dict.fromkeys(PUBLIC, first), "answered": answering, "sent": sending}
        for number, name in enumerate(SERVICES, start=1):
            self._service(name, number * 10, listeners[name])

    def _balancer(self, name: str, scheme: str) -> str:
        subnets = self.network["private_subnet_ids" if scheme == "internal" else "public_subnet_ids"]
        made = self.elb.create_load_balancer(
            Name=name, Scheme=scheme, Subnets=subnets, SecurityGroups=[self.group]
        )
        return str(made["LoadBalancers"][0]["LoadBalancerArn"])

    def _listener(self, balancer: str, action: dict[str, Any], **more: Any) -> str:
        asked = {"Protocol": "HTTP", "Port": 80, **more}
        made = self.elb.create_listener(LoadBalancerArn=balancer, DefaultActions=[action], **asked)
        return str(made["Listeners"][0]["ListenerArn"])

    def _service(self, name: str, priority: int, listener: str) -> None:
        ecs, container = self.client("ecs"), [{"containerPort": 8080, "protocol": "tcp"}]
        path = f"/health/{HOOK}" if name == "health" else "/health"
        group = self.elb.create_target_group(
            Name=f"hooks-{name}",
            Port=8080,
            Protocol="HTTP",
            VpcId=self.network["vpc_id"],
            TargetType="ip",
            HealthCheckPath=path,
        )["TargetGroups"][0]["TargetGroupArn"]
        self.elb.create_rule(
            ListenerArn=listener,
            Priority=priority,
            Conditions=conditions_of(name),
            Actions=[{"Type": "forward", "TargetGroupArn": group}],
        )
        definition = ecs.register_task_definition(
            family=f"hooks-{name}",
            cpu="512",
            memory="1024",
            networkMode="awsvpc",
            requiresCompatibilities=["FARGATE"],
            containerDefinitions=[
                {"name": name, "image": f"hooks/{name}:1", "essential": True, "portMappings": container}
            ],
        )["taskDefinition"]["taskDefinitionArn"]
        ecs.create_service(
            cluster=CLUSTER,
            serviceName=name,
            taskDefinition=definition,
            desiredCount=2,
            launchType="FARGATE",
            healthCheckGracePeriodSeconds=90,
            networkConfiguration={
                "awsvpcConfiguration": {
                    "subnets": self.network["private_subnet_ids"],
                    "securityGroups": [self.group],
                }
            },
            loadBalancers=[{"targetGroupArn": group, "containerName": name, "containerPort": 8080}],
        )
        self.client("application-autoscaling").register_scalable_target(
            ServiceNamespace="ecs",
            ResourceId=f"service/{CLUSTER}/{name}",
            ScalableDimension="ecs:service:DesiredCount",
            MinCapacity=2,
            MaxCapacity=6,
        )


def served(client: Callable[[str], Any]) -> dict[str, Any]:
    """Return what AWS says of each load balancer, listener, rule and target group, by its ARN."""
    elb, found = client("elbv2"), {}
    for balancer in elb.describe_load_balancers()["LoadBalancers"]:
        found[balancer["LoadBalancerName"]] = balancer
        for listener in elb.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]:
            found[f"{balancer['LoadBalancerName']}:{listener['Port']}"] = listener
            for rule in elb.describe_rules(ListenerArn=listener["ListenerArn"])["Rules"]:
                found[f"{balancer['LoadBalancerName']}:{listener['Port']}:{rule['Priority']}"] = rule
    for group in elb.describe_target_groups()["TargetGroups"]:
        arn = group["TargetGroupArn"]
        attributes = elb.describe_target_group_attributes(TargetGroupArn=arn)["Attributes"]
        found[group["TargetGroupName"]] = (group, sorted(attributes, key=lambda one: one["Key"]))
    return found


@pytest.fixture(scope="module")
def taken(
    workspaces: Callable[[str], Workspace],
    network: dict[str, Any],
    sandbox: Sandbox,
    client: Callable[[str], Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> Taken:
    Made(client, network)
    recorded = read_snapshot(assets_folder() / "examples" / "fleet").metrics["api"]
    folder = tmp_path_factory.mktemp("taken")
    snapshot = read_fleet(sandbox, CLUSTER, dict.fromkeys(SERVICES, recorded), folder / "snapshot")
    given = {**network, "deletion_protection": False}
    return take_over(snapshot, folder / "written", workspaces, given)


def test_none_of_it_is_kept(taken: Taken) -> None:
    """Else the module would simply be told, and nothing of this were proven."""
    texts = [path.read_text("utf-8") for path in taken.folder.rglob("*") if path.suffix in {".json", ".tf"}]
    texts += [path.read_text("utf-8") for path in taken.folder.glob("*.tfvars")]
    assert not [text for text in texts if HOOK in text]
    fleet = read_snapshot(taken.folder.parent / "snapshot").fleet
    assert sum("is no plain words" in note for note in fleet.notes) == 2  # path and health
    assert {one.name for one in fleet.services if one.traffic is None} == {"path", "health"}


def test_every_service_is_taken_over_and_starts_no_tasks(taken: Taken) -> None:
    services = taken.plan.of_type("aws_ecs_service")
    assert len(services) == len(SERVICES)
    assert {change.address: starts_tasks(change) for change in services if starts_tasks(change)} == {}
    assert [change.address for change in taken.plan.changed if "delete" in change.actions] == []
    assert guard(taken).exit_code == 0


def test_a_grace_period_that_only_the_running_one_knows_is_kept(taken: Taken) -> None:
    for change in taken.plan.of_type("aws_ecs_service"):
        assert change.before is not None
        assert change.after is not None
        if change.after["name"] in {"path", "health"}:
            assert change.before["health_check_grace_period_seconds"] == 90
            assert change.after["health_check_grace_period_seconds"] == 90


def test_what_is_not_kept_is_as_before_after_the_apply(
    taken: Taken, client: Callable[[str], Any], tmp_path: Path
) -> None:
    before = served(client)
    taken.workspace.apply(taken.workspace.directory / "first.tfplan")
    after = served(client)
    assert set(after) == set(before)  # no rule beside, no group beside
    unkept = [name for name in before if name.split(":")[0] in {"hooks-answers", "hooks-sends"}]
    unkept += ["hooks:80:20", "hooks:80:30", "hooks:80:40", "hooks:80:50", "hooks-path", "hooks-health"]
    assert {name: after[name] for name in unkept} == {name: before[name] for name in unkept}
    assert HOOK in repr([before[name] for name in unkept])
    again = taken.planned(tmp_path)
    assert [change.address for change in again.changed] == []
    assert again.is_clean


def test_what_stays_is_said(taken: Taken) -> None:
    listed = (taken.folder / "not-owned.md").read_text("utf-8")
    for name in ("hooks:80 priority 20", "hooks:80 priority 30", "hooks:80 priority 40", "hooks-path"):
        assert name in listed, name
    for name in ("hooks-health", "hooks-answers", "hooks-sends"):
        assert name in listed, name
