"""A fleet in a sandbox whose time stands still until a test moves it."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any

from botocore.config import Config

from made_client import client

if TYPE_CHECKING:
    from trimtab.sandbox.server import Sandbox

CLUSTER = "shop"
BREAKER = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
RUNNING_S = 10.3 + 9.3 + 0.8
HEALTHY_S = RUNNING_S + 5 + 15
NAMES = (f"s{number}" for number in itertools.count())


class Fleet:
    """One sandbox, whose time stands still, with a cluster and a load balancer."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.ecs, self.elb = self.client("ecs"), self.client("elbv2")
        ec2 = self.client("ec2")
        self.vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.subnets = [
            ec2.create_subnet(VpcId=self.vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"us-east-1{z}")[
                "Subnet"
            ]["SubnetId"]
            for n, z in enumerate("ab")
        ]
        self.network = {"awsvpcConfiguration": {"subnets": self.subnets, "securityGroups": []}}
        balancer = self.elb.create_load_balancer(Name="alb", Subnets=self.subnets)["LoadBalancers"][0]
        self.balancer = balancer["LoadBalancerArn"]
        self.ports = itertools.count(80)
        self.ecs.create_cluster(clusterName=CLUSTER)

    def client(self, service: str) -> Any:
        return client(self.sandbox.environment, service, config=Config(retries={"total_max_attempts": 1}))

    def register(self, family: str, **container: object) -> str:
        made = self.ecs.register_task_definition(
            family=family,
            cpu="256",
            memory="512",
            networkMode="awsvpc",
            requiresCompatibilities=["FARGATE"],
            containerDefinitions=[
                {"name": "app", "image": "nginx:1", "portMappings": [{"containerPort": 8080}], **container}
            ],
        )
        arn: str = made["taskDefinition"]["taskDefinitionArn"]
        return arn

    def target_group(self) -> str:
        name = next(NAMES)
        made = self.elb.create_target_group(
            Name=name, Protocol="HTTP", Port=80, VpcId=self.vpc, TargetType="ip"
        )
        arn: str = made["TargetGroups"][0]["TargetGroupArn"]
        self.elb.modify_target_group_attributes(
            TargetGroupArn=arn, Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": "60"}]
        )
        self.elb.create_listener(
            LoadBalancerArn=self.balancer,
            Protocol="HTTP",
            Port=next(self.ports),
            DefaultActions=[{"Type": "forward", "TargetGroupArn": arn}],
        )
        return arn

    def service(self, desired: int = 2, *, settle: bool = True, group: str = "", **given: object) -> str:
        """Create a service and, unless told otherwise, wait until it has settled."""
        name = next(NAMES)
        balancers = [{"targetGroupArn": group, "containerName": "app", "containerPort": 8080}]
        arguments: dict[str, Any] = {
            "launchType": "FARGATE",
            "networkConfiguration": self.network,
            "deploymentConfiguration": BREAKER,
            "loadBalancers": balancers if group else [],
            **given,
        }
        arguments.setdefault("taskDefinition", self.register(name))
        self.ecs.create_service(cluster=CLUSTER, serviceName=name, desiredCount=desired, **arguments)
        if settle:
            self.wait(61)
        return name

    def deploy(self, name: str) -> str:
        """Deploy a new revision; return the deployment's id."""
        answer = self.ecs.update_service(cluster=CLUSTER, service=name, taskDefinition=self.register(name))
        found: str = answer["service"]["deployments"][0]["id"]
        return found

    def wait(self, seconds: float) -> None:
        # A clock counts in floats: a hair more than asked for, so that what is due then has happened.
        self.sandbox.clock.advance(seconds + 0.001)

    def read(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.ecs.describe_services(cluster=CLUSTER, services=[name])["services"][0]
        return found

    def deployment(self, name: str, number: int = 0) -> dict[str, Any]:
        found: dict[str, Any] = self.read(name)["deployments"][number]
        return found

    def tasks(self, name: str, status: str = "RUNNING", **given: str) -> list[dict[str, Any]]:
        arns = self.ecs.list_tasks(cluster=CLUSTER, serviceName=name, desiredStatus=status, **given)[
            "taskArns"
        ]
        return self.ecs.describe_tasks(cluster=CLUSTER, tasks=arns)["tasks"] if arns else []

    def events(self, name: str) -> list[str]:
        """Return the service's events, oldest first, ids and ARNs left out."""
        return [plain(event["message"], name) for event in reversed(self.read(name)["events"])]

    def health(self, group: str) -> list[tuple[str, str | None]]:
        found = self.elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
        return [(t["TargetHealth"]["State"], t["TargetHealth"].get("Reason")) for t in found]


def plain(message: str, name: str) -> str:
    message = message.replace(f"(service {name})", "").replace(f"(service {name}, ", "(")
    message = re.sub(r"ecs-svc/\d+", "ID", re.sub(r"arn:\S+?(?=\))", "ARN", message))
    return re.sub(r"\(task [0-9a-f]{32}\)", "(task T)", message).strip()
