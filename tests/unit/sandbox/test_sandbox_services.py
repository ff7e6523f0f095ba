"""The smaller services of the sandbox, each asked through its real client."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

import made_client
from trimtab.sandbox.server import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TARGET = {
    "ServiceNamespace": "ecs",
    "ResourceId": "service/shop/web",
    "ScalableDimension": "ecs:service:DesiredCount",
}
STEPS = {
    "AdjustmentType": "ChangeInCapacity",
    "StepAdjustments": [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 1}],
}
RULE = {
    "RuleName": "web",
    "Priority": 100,
    "FixedRate": 0.05,
    "ReservoirSize": 1,
    "Version": 1,
    "Host": "*",
    "HTTPMethod": "*",
    "URLPath": "/api/*",
    "ServiceName": "web",
    "ServiceType": "*",
    "ResourceARN": "*",
}


@pytest.fixture(scope="module")
def client() -> Iterator[Callable[[str], Any]]:
    with Sandbox.start() as sandbox:
        yield partial(made_client.client, sandbox.environment)
        assert sandbox.calls_not_implemented == ()
        assert sandbox.faults == ()


@pytest.fixture(scope="module")
def scaling(client: Callable[[str], Any]) -> Any:
    ecs = client("ecs")
    ecs.create_cluster(clusterName="shop")
    ecs.register_task_definition(
        family="web", containerDefinitions=[{"name": "a", "image": "a", "memory": 1}]
    )
    for name in ("web", "other"):
        ecs.create_service(cluster="shop", serviceName=name, taskDefinition="web")
    return client("application-autoscaling")


def test_a_scalable_target_keeps_its_tags_and_changes_them(scaling: Any) -> None:
    arn = scaling.register_scalable_target(**TARGET, MinCapacity=1, MaxCapacity=4, Tags={"a": "1", "b": "2"})[
        "ScalableTargetARN"
    ]
    assert scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"a": "1", "b": "2"}

    scaling.tag_resource(ResourceARN=arn, Tags={"b": "3", "c": "4"})
    scaling.untag_resource(ResourceARN=arn, TagKeys=["a"])
    # Registering again, which is how bounds are changed, leaves the tags alone.
    scaling.register_scalable_target(**TARGET, MaxCapacity=9)
    assert scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"b": "3", "c": "4"}


def test_tags_of_an_unknown_target_are_not_found(scaling: Any) -> None:
    with pytest.raises(ClientError) as caught:
        scaling.list_tags_for_resource(
            ResourceARN="arn:aws:application-autoscaling:us-east-1:1:scalable-target/x"
        )

    assert caught.value.response["Error"]["Code"] == "ResourceNotFoundException"


def test_a_minimum_above_the_maximum_is_refused(scaling: Any) -> None:
    with pytest.raises(ClientError, match="Maximum capacity cannot be less than minimum capacity"):
        scaling.register_scalable_target(**TARGET, MinCapacity=5, MaxCapacity=4)


def test_a_target_answers_all_three_suspension_switches(scaling: Any) -> None:
    scaling.register_scalable_target(
        **TARGET, MinCapacity=1, MaxCapacity=4, SuspendedState={"DynamicScalingInSuspended": True}
    )
    target = scaling.describe_scalable_targets(ServiceNamespace="ecs", ResourceIds=[TARGET["ResourceId"]])

    assert target["ScalableTargets"][0]["SuspendedState"] == {
        "DynamicScalingInSuspended": True,
        "DynamicScalingOutSuspended": False,
        "ScheduledScalingSuspended": False,
    }


def test_changing_a_policy_keeps_the_arn_that_alarms_name(scaling: Any) -> None:
    scaling.register_scalable_target(**TARGET, MinCapacity=1, MaxCapacity=4)
    put = {**TARGET, "PolicyName": "out", "PolicyType": "StepScaling"}
    first = scaling.put_scaling_policy(**put, StepScalingPolicyConfiguration=STEPS)
    second = scaling.put_scaling_policy(**put, StepScalingPolicyConfiguration={**STEPS, "Cooldown": 60})
    policies = scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]

    assert first["PolicyARN"] == second["PolicyARN"] == policies[0]["PolicyARN"]
    assert policies[0]["StepScalingPolicyConfiguration"]["Cooldown"] == 60


def test_policies_of_a_service_are_not_those_of_one_whose_name_its_own_begins_with(scaling: Any) -> None:
    scaling.register_scalable_target(**TARGET, MinCapacity=1, MaxCapacity=4)
    put = {**TARGET, "PolicyName": "out", "PolicyType": "StepScaling"}
    scaling.put_scaling_policy(**put, StepScalingPolicyConfiguration=STEPS)

    def names(resource: str) -> list[str]:
        found = scaling.describe_scaling_policies(ServiceNamespace="ecs", ResourceId=resource)
        return [one["PolicyName"] for one in found["ScalingPolicies"]]

    assert names("service/shop/web") == ["out"]
    assert names("service/shop/web2") == []


def test_a_policy_without_a_target_is_refused(scaling: Any) -> None:
    with pytest.raises(ClientError, match="No scalable target registered"):
        scaling.put_scaling_policy(
            **{**TARGET, "ResourceId": "service/shop/other"},
            PolicyName="out",
            PolicyType="StepScaling",
            StepScalingPolicyConfiguration=STEPS,
        )


def test_deregistering_a_target_deletes_its_policies(scaling: Any) -> None:
    scaling.register_scalable_target(**TARGET, MinCapacity=1, MaxCapacity=4)
    scaling.put_scaling_policy(
        **TARGET, PolicyName="out", PolicyType="StepScaling", StepScalingPolicyConfiguration=STEPS
    )
    scaling.deregister_scalable_target(**TARGET)

    assert scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"] == []


def test_scaling_activities_are_an_empty_list_while_nothing_scales(scaling: Any) -> None:
    answer = scaling.describe_scaling_activities(ServiceNamespace="ecs", ResourceId="service/shop/never")

    assert answer["ScalingActivities"] == []


def test_a_cost_allocation_tag_is_activated_and_listed(client: Callable[[str], Any]) -> None:
    ce = client("ce")
    for key, status in (("cost_center", "Active"), ("team", "Inactive")):
        answer = ce.update_cost_allocation_tags_status(
            CostAllocationTagsStatus=[{"TagKey": key, "Status": status}]
        )
        assert answer["Errors"] == []

    active = ce.list_cost_allocation_tags(Status="Active")["CostAllocationTags"]
    assert [(tag["TagKey"], tag["Type"]) for tag in active] == [("cost_center", "UserDefined")]
    assert len(ce.list_cost_allocation_tags(TagKeys=["team"])["CostAllocationTags"]) == 1


def test_a_sampling_rule_lives_from_creation_to_deletion(client: Callable[[str], Any]) -> None:
    xray = client("xray")
    made = xray.create_sampling_rule(SamplingRule=RULE, Tags=[{"Key": "a", "Value": "b"}])
    arn = made["SamplingRuleRecord"]["SamplingRule"]["RuleARN"]
    with pytest.raises(ClientError, match="already exists"):
        xray.create_sampling_rule(SamplingRule=RULE)

    xray.update_sampling_rule(SamplingRuleUpdate={"RuleName": "web", "FixedRate": 0.5})
    found = xray.get_sampling_rules()["SamplingRuleRecords"][0]["SamplingRule"]
    assert found == {**RULE, "FixedRate": 0.5, "RuleARN": arn, "Attributes": {}}

    xray.tag_resource(ResourceARN=arn, Tags=[{"Key": "c", "Value": "d"}])
    xray.untag_resource(ResourceARN=arn, TagKeys=["a"])
    assert xray.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "c", "Value": "d"}]

    xray.delete_sampling_rule(RuleARN=arn)
    assert xray.get_sampling_rules()["SamplingRuleRecords"] == []


def test_policies_that_aws_manages_can_be_attached(client: Callable[[str], Any]) -> None:
    iam = client("iam")
    iam.create_role(RoleName="exec", AssumeRolePolicyDocument="{}")
    arn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
    iam.attach_role_policy(RoleName="exec", PolicyArn=arn)

    assert iam.list_attached_role_policies(RoleName="exec")["AttachedPolicies"][0]["PolicyArn"] == arn


def test_a_namespace_is_kept_while_used_and_takes_its_zone_along(client: Callable[[str], Any]) -> None:
    discovery, zones = client("servicediscovery"), client("route53")
    vpc = client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    discovery.create_private_dns_namespace(Name="shop.local", Vpc=vpc, CreatorRequestId="a")
    namespace = discovery.list_namespaces()["Namespaces"][0]["Id"]
    service = discovery.create_service(Name="web", NamespaceId=namespace)["Service"]["Id"]
    with pytest.raises(ClientError, match="still has services"):
        discovery.delete_namespace(Id=namespace)
    assert len(zones.list_hosted_zones()["HostedZones"]) == 1

    discovery.delete_service(Id=service)
    discovery.delete_namespace(Id=namespace)
    assert zones.list_hosted_zones()["HostedZones"] == []


def test_a_deleted_nat_gateway_frees_its_network_interface(client: Callable[[str], Any]) -> None:
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.1.0.0/24")["Subnet"]["SubnetId"]
    made = ec2.create_nat_gateway(SubnetId=subnet, ConnectivityType="private")["NatGateway"]
    assert len(ec2.describe_network_interfaces()["NetworkInterfaces"]) == 1

    ec2.delete_nat_gateway(NatGatewayId=made["NatGatewayId"])
    assert ec2.describe_network_interfaces()["NetworkInterfaces"] == []


def test_the_price_list_is_empty_and_the_connection_goes_on(client: Callable[[str], Any]) -> None:
    pricing = client("pricing")
    filters = [{"Type": "TERM_MATCH", "Field": "regionCode", "Value": "us-east-1"}]
    for _ in range(2):
        answer = pricing.get_products(ServiceCode="AmazonECS", Filters=filters, MaxResults=100)
        assert (answer["PriceList"], answer.get("NextToken")) == ([], None)
