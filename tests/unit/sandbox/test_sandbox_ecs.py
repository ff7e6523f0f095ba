"""ECS of the sandbox: it gives back what it was given, and refuses what AWS refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from made_client import client
from trimtab.sandbox.server import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

CLUSTER = "shop"


class Account:
    """Clients of one sandbox, and the network every test needs."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.ecs = self.client("ecs")
        self.elb = self.client("elbv2")
        ec2 = self.client("ec2")
        self.vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.subnets: list[str] = []
        for n, zone in enumerate(("us-east-1a", "us-east-1b")):
            made = ec2.create_subnet(VpcId=self.vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=zone)
            self.subnets.append(made["Subnet"]["SubnetId"])
        self.group = ec2.create_security_group(GroupName="g", Description="g", VpcId=self.vpc)["GroupId"]
        self.network = {"awsvpcConfiguration": {"subnets": self.subnets, "securityGroups": [self.group]}}

    def client(self, service: str) -> Any:
        return client(self.sandbox.environment, service)

    def register(self, family: str, **container: object) -> str:
        answer = self.ecs.register_task_definition(
            family=family,
            cpu="256",
            memory="512",
            networkMode="awsvpc",
            requiresCompatibilities=["FARGATE"],
            containerDefinitions=[{"name": "app", "image": "nginx", **container}],
        )
        arn: str = answer["taskDefinition"]["taskDefinitionArn"]
        return arn

    def create(self, name: str, **given: object) -> dict[str, Any]:
        self.register(name, portMappings=[{"containerPort": 80}])
        arguments = {"taskDefinition": name, "desiredCount": 2, "networkConfiguration": self.network}
        self.ecs.create_service(cluster=CLUSTER, serviceName=name, **{**arguments, **given})
        return self.read(name)

    def update(self, name: str, **given: object) -> dict[str, Any]:
        self.ecs.update_service(cluster=CLUSTER, service=name, **given)
        return self.read(name)

    def read(self, name: str) -> dict[str, Any]:
        answer = self.ecs.describe_services(cluster=CLUSTER, services=[name], include=["TAGS"])
        service: dict[str, Any] = answer["services"][0]
        return service

    def target_group(self, name: str) -> str:
        made = self.elb.create_target_group(
            Name=name, Protocol="HTTP", Port=80, VpcId=self.vpc, TargetType="ip"
        )
        arn: str = made["TargetGroups"][0]["TargetGroupArn"]
        return arn

    def listener(self, balancer: str, **action: object) -> str:
        made = self.elb.create_load_balancer(Name=balancer, Subnets=self.subnets)
        listener = self.elb.create_listener(
            LoadBalancerArn=made["LoadBalancers"][0]["LoadBalancerArn"],
            Protocol="HTTP",
            Port=80,
            DefaultActions=[action],
        )
        arn: str = listener["Listeners"][0]["ListenerArn"]
        return arn


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    with Sandbox.start() as sandbox:
        account = Account(sandbox)
        account.ecs.create_cluster(clusterName=CLUSTER)
        yield account
        assert sandbox.calls_not_implemented == ()
        assert sandbox.faults == ()


GIVEN: dict[str, Any] = {
    "enableECSManagedTags": True,
    "enableExecuteCommand": True,
    "propagateTags": "SERVICE",
    "healthCheckGracePeriodSeconds": 45,
    "availabilityZoneRebalancing": "DISABLED",
    "platformVersion": "1.4.0",
    "tags": [{"key": "cost_center", "value": "a"}],
    "deploymentConfiguration": {
        "deploymentCircuitBreaker": {"enable": True, "rollback": True},
        "maximumPercent": 150,
        "minimumHealthyPercent": 75,
    },
}


def test_a_service_gives_back_what_it_was_created_with(account: Account) -> None:
    service = account.create("whole", launchType="FARGATE", **GIVEN)

    assert {name: service[name] for name in GIVEN} == GIVEN
    assert service["launchType"] == "FARGATE"
    assert service["networkConfiguration"]["awsvpcConfiguration"]["subnets"] == account.subnets


def test_a_service_gives_back_what_it_was_updated_to(account: Account) -> None:
    account.create("plain", launchType="FARGATE")
    changes = {name: value for name, value in GIVEN.items() if name != "tags"}
    service = account.update("plain", **changes)

    assert {name: service[name] for name in changes} == changes


def test_service_connect_and_volumes_are_shown_with_the_deployment(account: Account) -> None:
    connect = {"enabled": True, "namespace": "shop"}
    volumes = [{"name": "data", "managedEBSVolume": {"roleArn": "arn:aws:iam::1:role/ebs", "sizeInGiB": 9}}]
    account.create(
        "meshed",
        launchType="FARGATE",
        serviceConnectConfiguration=connect,
        volumeConfigurations=volumes,
    )
    (deployment,) = account.read("meshed")["deployments"]
    assert deployment["serviceConnectConfiguration"] == connect
    assert deployment["volumeConfigurations"] == volumes
    assert (
        "serviceConnectConfiguration"
        not in account.create("unmeshed", launchType="FARGATE")["deployments"][0]
    )


def test_an_update_of_one_part_of_the_deployment_configuration_keeps_the_others(account: Account) -> None:
    account.create("partly", launchType="FARGATE", **GIVEN)
    service = account.update("partly", deploymentConfiguration={"maximumPercent": 200})

    assert service["deploymentConfiguration"] == {**GIVEN["deploymentConfiguration"], "maximumPercent": 200}


def test_what_is_left_out_is_answered_with_the_defaults_of_ecs(account: Account) -> None:
    service = account.create("bare", launchType="FARGATE")

    assert service["enableECSManagedTags"] is False
    assert service["enableExecuteCommand"] is False
    assert service["propagateTags"] == "NONE"
    assert service["availabilityZoneRebalancing"] == "ENABLED"
    assert service["platformVersion"] == "LATEST"
    assert service["deploymentConfiguration"]["maximumPercent"] == 200
    assert "healthCheckGracePeriodSeconds" not in service


def test_a_bare_family_becomes_the_newest_active_revision(account: Account) -> None:
    first = account.create("family", launchType="FARGATE")["taskDefinition"]
    second, third = account.register("family"), account.register("family")
    account.ecs.deregister_task_definition(taskDefinition=third)
    service = account.update("family", taskDefinition="family")

    assert first.endswith(":task-definition/family:1")
    assert service["taskDefinition"] == second
    assert service["deployments"][0]["taskDefinition"] == second


def test_a_family_whose_revisions_are_all_deregistered_is_not_found(account: Account) -> None:
    account.ecs.deregister_task_definition(taskDefinition=account.register("gone"))

    with pytest.raises(ClientError, match="Unable to describe task definition"):
        account.ecs.describe_task_definition(taskDefinition="gone")


def test_only_an_update_that_deploys_opens_a_deployment(account: Account) -> None:
    created = account.create("deploying", launchType="FARGATE")["deployments"][0]["id"]
    counted = account.update("deploying", desiredCount=5, healthCheckGracePeriodSeconds=9)
    deployed = account.update("deploying", taskDefinition=account.register("deploying"))
    forced = account.update("deploying", forceNewDeployment=True)

    ids = [created, *(s["deployments"][0]["id"] for s in (counted, deployed, forced))]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3
    assert counted["deployments"][0]["desiredCount"] == 5


def test_the_answer_that_asks_for_more_tasks_does_not_say_they_run(account: Account) -> None:
    account.create("counted", launchType="FARGATE")
    service = account.ecs.update_service(cluster=CLUSTER, service="counted", desiredCount=7)["service"]

    assert (service["desiredCount"], service["runningCount"]) == (7, 2)


def test_a_strategy_of_its_own_takes_the_place_of_the_launch_type(account: Account) -> None:
    service = account.create(
        "spot", capacityProviderStrategy=[{"capacityProvider": "FARGATE_SPOT", "weight": 1}]
    )

    assert "launchType" not in service
    assert service["capacityProviderStrategy"] == [
        {"capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 0}
    ]


def test_without_either_the_strategy_of_the_cluster_counts(account: Account) -> None:
    strategy = [{"capacityProvider": "FARGATE", "weight": 1, "base": 1}]
    account.ecs.put_cluster_capacity_providers(
        cluster=CLUSTER, capacityProviders=["FARGATE"], defaultCapacityProviderStrategy=strategy
    )
    service = account.create("default-strategy")

    assert "launchType" not in service
    assert service["capacityProviderStrategy"] == strategy


def test_a_target_group_that_no_load_balancer_uses_is_refused(account: Account) -> None:
    group = account.target_group("unused")
    balancers = [{"targetGroupArn": group, "containerName": "app", "containerPort": 80}]

    with pytest.raises(ClientError) as caught:
        account.create("unreachable", launchType="FARGATE", loadBalancers=balancers)

    assert caught.value.response["Error"] == {
        "Code": "InvalidParameterException",
        "Message": f"The target group with targetGroupArn {group} does not have an associated load balancer.",
    }
    assert account.ecs.describe_services(cluster=CLUSTER, services=["unreachable"])["services"] == []


def test_a_target_group_used_by_a_default_action_is_taken(account: Account) -> None:
    group = account.target_group("by-default")
    account.listener("default", Type="forward", TargetGroupArn=group)
    balancers = [{"targetGroupArn": group, "containerName": "app", "containerPort": 80}]

    service = account.create("reached", launchType="FARGATE", loadBalancers=balancers)
    assert service["loadBalancers"] == balancers


def test_a_target_group_used_by_a_rule_is_taken_until_the_rule_is_gone(account: Account) -> None:
    group = account.target_group("by-rule")
    fixed = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
    rule = account.elb.create_rule(
        ListenerArn=account.listener("ruled", **fixed),
        Priority=1,
        Conditions=[{"Field": "path-pattern", "Values": ["/a/*"]}],
        Actions=[{"Type": "forward", "TargetGroupArn": group}],
    )["Rules"][0]["RuleArn"]
    balancers = [{"targetGroupArn": group, "containerName": "app", "containerPort": 80}]
    account.create("by-rule", launchType="FARGATE", loadBalancers=balancers)

    account.elb.delete_rule(RuleArn=rule)
    with pytest.raises(ClientError, match="does not have an associated load balancer"):
        account.create("by-no-rule", launchType="FARGATE", loadBalancers=balancers)


def test_an_active_name_cannot_be_taken_twice_and_a_deleted_one_can(account: Account) -> None:
    account.create("twice", launchType="FARGATE")
    with pytest.raises(ClientError, match="not idempotent"):
        account.create("twice", launchType="FARGATE")
    account.ecs.delete_service(cluster=CLUSTER, service="twice", force=True)

    assert account.create("twice", launchType="FARGATE")["status"] == "ACTIVE"


def test_what_is_deleted_is_not_listed_and_cannot_be_updated(account: Account) -> None:
    arn = account.create("deleted", launchType="FARGATE")["serviceArn"]
    account.ecs.delete_service(cluster=CLUSTER, service="deleted", force=True)

    assert arn not in account.ecs.list_services(cluster=CLUSTER, maxResults=100)["serviceArns"]
    with pytest.raises(ClientError, match="Service was not ACTIVE"):
        account.update("deleted", desiredCount=1)


def test_a_cluster_with_services_cannot_be_deleted(account: Account) -> None:
    account.ecs.create_cluster(clusterName="other")
    account.register("lonely")
    account.ecs.create_service(
        cluster="other",
        serviceName="lonely",
        taskDefinition="lonely",
        launchType="FARGATE",
        networkConfiguration=account.network,
    )
    with pytest.raises(ClientError) as caught:
        account.ecs.delete_cluster(cluster="other")
    assert caught.value.response["Error"]["Code"] == "ClusterContainsServicesException"

    account.ecs.delete_service(cluster="other", service="lonely", force=True)
    account.ecs.delete_cluster(cluster="other")
    assert not [arn for arn in account.ecs.list_clusters()["clusterArns"] if arn.endswith("/other")]


def test_port_mappings_are_completed_the_way_ecs_answers_them(account: Account) -> None:
    arn = account.register("ports", portMappings=[{"containerPort": 8080}])
    container = account.ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"][
        "containerDefinitions"
    ][0]

    assert container["portMappings"] == [{"containerPort": 8080, "hostPort": 8080, "protocol": "tcp"}]
    assert container["systemControls"] == []


def test_a_load_balancers_port_must_be_one_of_the_revision(account: Account) -> None:
    group = account.target_group("moved")
    account.listener("moved", Type="forward", TargetGroupArn=group)
    there = {"targetGroupArn": group, "containerName": "app", "containerPort": 80}
    account.create("moved", loadBalancers=[there])
    asked: dict[str, Any] = {"loadBalancers": [{**there, "containerPort": 9090}]}
    with pytest.raises(ClientError, match="did not have a container port 9090 defined"):
        account.update("moved", **asked)
    with pytest.raises(ClientError, match="does not exist in the task definition"):
        account.update("moved", loadBalancers=[{**there, "containerName": "web"}])
    # The revision alone would leave the load balancer on a port that is gone.
    next_ = account.register("moved", portMappings=[{"containerPort": 9090}])
    with pytest.raises(ClientError, match="did not have a container port 80 defined"):
        account.update("moved", taskDefinition=next_)
    moved = account.update("moved", taskDefinition=next_, **asked)
    assert moved["taskDefinition"] == next_
