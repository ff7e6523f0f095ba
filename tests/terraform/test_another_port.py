"""A port changes under a running service by the steps of the README: each succeeds, none can be left out."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from trimtab.errors import TrimtabError
from trimtab.sandbox.timing import TaskTiming

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trimtab.engine.engine import Workspace
    from trimtab.sandbox.server import Sandbox

REFUSED = r"port 9090 is to be served, and api has 8080 .*former_port"


class Deployed:
    """The service of ``examples/existing-load-balancer``, as AWS has it."""

    def __init__(self, sandbox: Sandbox, client: Callable[[str], Any]) -> None:
        self.sandbox = sandbox
        self.ecs, self.elb, self.ec2 = client("ecs"), client("elbv2"), client("ec2")

    def service(self) -> dict[str, Any]:
        (service,) = self.ecs.describe_services(cluster="shop", services=["api"])["services"]
        return dict(service)

    def balanced(self) -> tuple[str, int]:
        (one,) = self.service()["loadBalancers"]
        return one["targetGroupArn"], one["containerPort"]

    def deployments(self) -> list[tuple[str, str]]:
        return [(one["id"], one["rolloutState"]) for one in self.service()["deployments"]]

    def let_in(self) -> set[int]:
        return {
            one["FromPort"]
            for one in self.ec2.describe_security_group_rules()["SecurityGroupRules"]
            if not one["IsEgress"] and one.get("Description", "").startswith("Requests and health checks")
        }

    def healthy(self) -> Counter[int]:
        """Count the healthy targets by their port."""
        found = self.elb.describe_target_health(TargetGroupArn=self.balanced()[0])["TargetHealthDescriptions"]
        return Counter(one["Target"]["Port"] for one in found if one["TargetHealth"]["State"] == "healthy")

    def move(self, port: int, **more: str) -> None:
        """Do what the README has an operator do."""
        balancer = {"targetGroupArn": self.balanced()[0], "containerName": "api", "containerPort": port}
        self.ecs.update_service(cluster="shop", service="api", loadBalancers=[balancer], **more)

    def second_by_second(self) -> list[Counter[int]]:
        """Let the deployment come to its end, with who is healthy meanwhile."""
        moments = [self.healthy()]
        while {state for _, state in self.deployments()} != {"COMPLETED"}:
            assert len(moments) < 600, moments[-1]
            self.sandbox.clock.advance(1.0)
            moments.append(self.healthy())
        return moments


@pytest.fixture
def deployed(sandbox: Sandbox, client: Callable[[str], Any]) -> Deployed:
    return Deployed(sandbox, client)


@pytest.mark.slow
def test_another_port_is_deployed_in_one_update_and_nothing_is_cut_off_meanwhile(
    example_root: Callable[[str], Workspace],
    given: dict[str, Any],
    listener: dict[str, str],
    deployed: Deployed,
    tmp_path: Path,
) -> None:
    root, before = example_root("existing-load-balancer"), {**given, **listener}
    root.apply(variables=before)
    group, port = deployed.balanced()
    assert (port, deployed.let_in(), deployed.healthy()) == (8080, {8080}, {8080: 2})
    made = deployed.deployments()

    # Told nothing else, the plan refuses: the revision that runs has no such port.
    after = {**before, "port": 9090}
    with pytest.raises(TrimtabError, match=REFUSED):
        root.plan(tmp_path / "a.tfplan", (), after)

    root.apply(variables={**after, "former_port": 8080})
    assert (deployed.balanced(), deployed.let_in()) == ((group, 8080), {8080, 9090})
    assert (deployed.deployments(), deployed.healthy()) == (made, {8080: 2})
    with pytest.raises(TrimtabError, match=REFUSED):
        root.plan(tmp_path / "b.tfplan", (), after)
    with pytest.raises(ClientError, match="container port 9090"):
        deployed.move(9090)

    with pytest.MonkeyPatch.context() as patched:  # Terraform waits by the machine's clock
        patched.setattr(deployed.sandbox.scheduler, "timing", TaskTiming.fargate())
        deployed.move(9090, taskDefinition=root.outputs()["revision"])
        moments = deployed.second_by_second()
    assert len(moments) > 30
    assert (moments[0], moments[-1]) == ({8080: 2}, {9090: 2})
    assert min(one.total() for one in moments) == 2
    moved = deployed.deployments()

    root.apply(variables=after)
    assert (deployed.balanced(), deployed.let_in()) == ((group, 9090), {9090})
    assert (deployed.deployments(), deployed.healthy()) == (moved, {9090: 2})
    assert [one.address for one in root.plan(tmp_path / "c.tfplan", (), after).changed] == []
    (kept,) = deployed.elb.describe_target_groups(TargetGroupArns=[group])["TargetGroups"]
    assert kept["Port"] == 80
    root.destroy(variables=after)
