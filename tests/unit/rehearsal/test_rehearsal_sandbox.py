"""What the sandbox learnt for rehearsals, each as AWS has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from snapshot.made import CLUSTER, Made

from trimtab.sandbox.client import ApiCalls, Refused
from trimtab.sandbox.past import Past, PastTask
from trimtab.sandbox.server import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def account() -> Iterator[Made]:
    with Sandbox.start() as sandbox:
        yield Made(sandbox)


def test_a_listener_without_tls_has_no_tls_policy(account: Made) -> None:
    (listener,) = account.elb.describe_listeners(LoadBalancerArn=account.balancer)["Listeners"]
    assert not listener.get("SslPolicy")


def test_a_network_load_balancer_says_so_in_its_arn_and_keeps_its_tags(account: Made) -> None:
    made = account.elb.create_load_balancer(
        Name="lines", Type="network", Subnets=account.subnets, Tags=[{"Key": "a", "Value": "b"}]
    )["LoadBalancers"][0]["LoadBalancerArn"]
    assert ":loadbalancer/net/lines/" in made
    (found,) = account.elb.describe_tags(ResourceArns=[made])["TagDescriptions"]
    assert found["Tags"] == [{"Key": "a", "Value": "b"}]


def test_a_target_group_names_its_load_balancer_once_and_not_when_it_is_gone(account: Made) -> None:
    group = account.target_group("api", "/api/*", 100)
    account.elb.create_rule(
        ListenerArn=account.listener,
        Priority=200,
        Conditions=[{"Field": "path-pattern", "Values": ["/again"]}],
        Actions=[{"Type": "forward", "TargetGroupArn": group}],
    )

    def named() -> list[str]:
        (found,) = account.elb.describe_target_groups(TargetGroupArns=[group])["TargetGroups"]
        arns: list[str] = found.get("LoadBalancerArns", [])
        return arns

    assert named() == [account.balancer]
    account.elb.delete_load_balancer(LoadBalancerArn=account.balancer)
    assert named() == []


def test_the_longest_deregistration_delay_is_an_hour(account: Made) -> None:
    group = account.target_group("api", "/api/*", 100)
    delay = {"Key": "deregistration_delay.timeout_seconds", "Value": "3600"}
    account.elb.modify_target_group_attributes(TargetGroupArn=group, Attributes=[delay])
    assert delay in account.elb.describe_target_group_attributes(TargetGroupArn=group)["Attributes"]


def test_a_private_namespace_has_its_zone_in_its_vpc(account: Made) -> None:
    discovery = account.client("servicediscovery")
    discovery.create_private_dns_namespace(Name="shop.local", Vpc=account.vpc)
    (space,) = discovery.list_namespaces()["Namespaces"]
    zone = space["Properties"]["DnsProperties"]["HostedZoneId"]
    found = account.client("route53").get_hosted_zone(Id=zone)
    assert found["VPCs"] == [{"VPCRegion": "us-east-1", "VPCId": account.vpc}]


def test_tags_of_cloud_map_and_of_scaling_targets_are_found_by_the_tagging_api(account: Made) -> None:
    tags = [{"Key": "Team", "Value": "shop"}]
    account.client("servicediscovery").create_http_namespace(Name="shop", Tags=tags)
    account.register("api")
    account.service("api")
    account.scaling.register_scalable_target(
        ServiceNamespace="ecs",
        ResourceId=f"service/{CLUSTER}/api",
        ScalableDimension="ecs:service:DesiredCount",
        MinCapacity=1,
        MaxCapacity=2,
        Tags={"Team": "shop"},
    )
    found = account.client("resourcegroupstaggingapi").get_resources(
        ResourceTypeFilters=["servicediscovery", "application-autoscaling"]
    )["ResourceTagMappingList"]
    assert [one["Tags"] for one in found] == [tags, tags]
    assert [one["ResourceARN"].split(":")[2] for one in found] == [
        "servicediscovery",
        "application-autoscaling",
    ]


def test_a_family_goes_on_from_the_revision_it_is_said_to_have_had(account: Made) -> None:
    account.sandbox.next_revision("shop-prod-api", 41)
    assert account.register("api").endswith(":41")
    account.sandbox.next_revision("shop-prod-api", 7)
    given = {"name": "api", "image": "api:2", "memory": 256}
    again = account.ecs.register_task_definition(family="shop-prod-api", containerDefinitions=[given])
    assert again["taskDefinition"]["revision"] == 42


def test_what_happened_before_is_listed_among_what_happened(account: Made) -> None:
    account.register("api")
    account.service("api", count=1)
    now = account.sandbox.clock.now()
    task = PastTask(
        created_at=now - 100,
        pull_started_at=now - 90,
        pull_stopped_at=now - 80,
        started_at=now - 70,
        stopped_at=now - 60,
        stop_code="EssentialContainerExited",
        stopped_reason="Essential container in task exited",
        exit_codes={"api": 137},
        reasons={"api": "OutOfMemoryError"},
    )
    activity = {"StartTime": now - 50, "StatusCode": "Successful", "Description": "to 1"}
    past = Past(events=((now - 200, "(service api) was unhealthy"),), tasks=(task,), activities=(activity,))
    account.sandbox.remember(f"{CLUSTER}/api", past)
    (service,) = account.ecs.describe_services(cluster=CLUSTER, services=["api"])["services"]
    assert service["events"][-1]["message"] == "(service api) was unhealthy"
    assert service["runningCount"] == 1
    arns = account.ecs.list_tasks(cluster=CLUSTER, desiredStatus="STOPPED")["taskArns"]
    (stopped,) = account.ecs.describe_tasks(cluster=CLUSTER, tasks=arns)["tasks"]
    (container,) = stopped["containers"]
    assert (container["exitCode"], container["reason"]) == (137, "OutOfMemoryError")
    (listed,) = account.scaling.describe_scaling_activities(ServiceNamespace="ecs")["ScalingActivities"]
    assert listed["Description"] == "to 1"


def test_a_refused_call_is_one_line(account: Made) -> None:
    with pytest.raises(Refused, match="ecs CreateService: "):
        ApiCalls(account.sandbox)(
            "ecs", "CreateService", cluster="nowhere", serviceName="x", taskDefinition="y"
        )
