"""A fleet with names of its own for everything: what a rehearsal has to bring back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from fleet import made as made_fleet
from takeover import made

from trimtab.fleet.account import (
    Alarm,
    CapacityProvider,
    ClusterIdentity,
    FixedResponse,
    Leftover,
    LogGroup,
    Namespace,
    Redirect,
    ScalingPolicy,
    ScalingTarget,
    SecurityGroup,
)
from trimtab.fleet.model import (
    ContainerHealthCheck,
    Egress,
    Failure,
    Scaling,
    ScalingActivity,
    Step,
    StepPolicy,
)

if TYPE_CHECKING:
    from trimtab.fleet.model import Fleet, Service


def spot() -> tuple[CapacityProvider, ...]:
    return CapacityProvider(name="FARGATE_SPOT", weight=3), CapacityProvider(name="FARGATE", base=1, weight=1)


def full() -> Fleet:
    """A fleet with names of its own for everything."""
    check = ContainerHealthCheck(
        command=("CMD-SHELL", "true"), interval_s=15, timeout_s=4, retries=2, start_period_s=20
    )
    steps = (Step(lower=0.0, upper=15.0, adjustment=1), Step(lower=15.0, adjustment=3))
    out = StepPolicy(
        name="out",
        metric="joint",
        comparison="greater",
        threshold=1.0,
        evaluation_periods=3,
        datapoints_to_alarm=2,
        adjustment_type="PercentChangeInCapacity",
        cooldown_s=90,
        steps=steps,
        cpu_low=37.5,
        memory_low=60.0,
    )
    api = msgspec.structs.replace(
        made.service("api"),
        scaling=Scaling(min_tasks=2, max_tasks=9, policies=(out,)),
        health_check=check,
        stop_timeout_s=60,
        architecture="ARM64",
        log_retention_days=30,
        egress=(Egress(name="db", port=5432, cidr="10.1.0.0/16"),),
        failures=(
            Failure(
                at="2026-11-03T10:00:05Z",
                kind="stopped task",
                text="EssentialContainerExited: Essential container in task exited; api exited with 137; "
                "api: OutOfMemoryError: Container killed due to memory usage",
            ),
            Failure(
                at="2026-11-03T09:00:00Z",
                kind="service event",
                text="was unable to place a task",
            ),
            Failure(
                at="2026-11-02T09:00:00Z",
                kind="scaling activity",
                text="Failed: Failed to set desired count to 9",
            ),
        ),
        scaling_activities=(
            ScalingActivity(
                start="2026-11-03T08:00:00Z",
                end="2026-11-03T08:01:00Z",
                status="Successful",
                description="Setting desired count to 7.",
            ),
            ScalingActivity(
                start="2026-11-02T09:00:00Z", status="Failed", description="Failed to set desired count to 9"
            ),
        ),
        identity=made.identity("api", security_group_ids=("sg-api",), platform_version="LATEST"),
    )
    worker = msgspec.structs.replace(
        made.service("worker", priority=110),
        callers=("api",),
        scaling=Scaling(min_tasks=0, max_tasks=4),
        identity=made.identity(
            "worker",
            security_group_ids=("sg-worker",),
            task_definition=made.definition(
                "worker",
                arn=made.arn("ecs", "task-definition/worker:417"),
                container_names=("proxy", "worker"),
                environment_names=("LEVEL",),
                secret_names=("KEY",),
                volumes=("scratch",),
            ),
            launch_type=None,
            capacity_providers=spot(),
            platform_version="1.4.0",
            execute_command=True,
            grace_period_s=45,
            minimum_percent=50,
            maximum_percent=150,
            deployment_alarms=("api-rings",),
            alarms_roll_back=True,
            service_connect=True,
            tags={"CostCenter": "retail", "Team": ""},
        ),
        secrets={"KEY": "arn:aws:secretsmanager:us-east-1:111122223333:secret:k"},
        traffic=made_fleet.traffic(
            exposure="internal", priority=110, paths=("/worker/*",), grace_period_s=45
        ),
        port=8080,
    )
    return around(api, worker)


def around(*services: Service) -> Fleet:
    """The account of ``full``: what its services refer to, and what lies beside it."""
    topic = "arn:aws:sns:us-east-1:111122223333:pager"
    steps = made.policy_arn("api", "out")
    tracking = made.policy_arn("worker", "track")
    resource = f"service/{made.CLUSTER}"
    net = made.arn("elasticloadbalancing", "loadbalancer/net/lines/1")
    sign = made.arn("servicediscovery", "namespace/ns-http")
    shop = made.arn("servicediscovery", "namespace/ns-1")
    odd = made.rule(
        "api", 200, hosts=("api.example",), other_conditions=("http-header", "source-ip"), paths=()
    )
    several = made.rule(
        "api", 300, target_group_arns=(made.group_arn("api"), made.group_arn("old")), plain=False
    )
    public = made.listener(
        443,
        made.rule("api"),
        odd,
        several,
        certificate_arn=made.arn("acm", "certificate/1"),
        ssl_policy="ELBSecurityPolicy-TLS13-1-2-2021-06",
        default_response=FixedResponse(status_code="503", content_type="application/json", message_body="{}"),
        tags={"Listener": ""},
    )
    redirect = Redirect(status_code="HTTP_302", protocol="HTTPS", port="443", query="")
    internal = made.listener(
        8080,
        made.rule("worker", 110),
        default_action="forward",
        default_target_group_arns=(made.group_arn("idle"),),
    )
    return made.fleet(
        *services,
        cluster=ClusterIdentity(
            name=made.CLUSTER,
            arn=made.arn("ecs", f"cluster/{made.CLUSTER}"),
            container_insights="enhanced",
            capacity_providers=("FARGATE", "FARGATE_SPOT"),
            default_strategy=spot(),
            exec_log_group="/exec",
            exec_kms_key="arn:aws:kms:us-east-1:111122223333:key/1",
            connect_namespace=sign,
            tags={"env": "production"},
        ),
        namespaces=(
            Namespace(id="ns-1", arn=shop, name="prod.local", type="DNS_PRIVATE", vpc_id="vpc-1"),
            Namespace(id="ns-http", arn=sign, name="prod", type="HTTP", tags={"For": ""}),
            Namespace(
                id="ns-2",
                arn=made.arn("servicediscovery", "namespace/ns-2"),
                name="prod.local",
                type="DNS_PRIVATE",
                vpc_id="vpc-2",
            ),
        ),
        discovery_services=(
            made.discovery("api", routing_policy="WEIGHTED", ttl_s=15, tags={"A": ""}),
            made.discovery("worker", record_types=("SRV",), ttl_s=60, custom_health=True),
        ),
        load_balancers=(
            made.balancer(
                public,
                made.listener(80, default_action="redirect", default_redirect=redirect),
                attributes={"idle_timeout.timeout_seconds": "300"},
                tags={"Service": "edge"},
            ),
            made.balancer(
                internal,
                arn=made.balancer_arn("inside"),
                name="inside",
                scheme="internal",
                subnet_ids=("subnet-1", "subnet-2"),
                security_group_ids=(),
            ),
        ),
        target_groups=(
            made.group(
                "api",
                health_path="/health",
                protocol_version="HTTP2",
                attributes={
                    "deregistration_delay.timeout_seconds": "300",
                    "slow_start.duration_seconds": "30",
                },
                tags={"CostCenter": "retail", "Team": ""},
            ),
            made.group("worker", health_path="/health", load_balancer_arns=(made.balancer_arn("inside"),)),
            made.group("old"),
            made.group("idle", load_balancer_arns=(made.balancer_arn("inside"),), health_port="9000"),
            made.group("nobody", load_balancer_arns=()),
            made.group("line", protocol="TCP", health_protocol="TCP", load_balancer_arns=(net,)),
        ),
        log_groups=(
            LogGroup(name="/ecs/api", arn=made.arn("logs", "log-group:/ecs/api"), retention_days=30),
            LogGroup(name="/ecs/prod-old", arn=made.arn("logs", "log-group:/ecs/prod-old"), tags={"Old": ""}),
        ),
        scaling_targets=(
            ScalingTarget(
                resource_id=f"{resource}/api",
                arn=made.arn("application-autoscaling", "scalable-target/1"),
                policies=(
                    ScalingPolicy(
                        name="out", arn=steps, type="StepScaling", alarm_names=("api-depth", "api-joint")
                    ),
                ),
                scheduled_actions=("night",),
                suspended=("DynamicScalingInSuspended",),
                tags={"CostCenter": "retail", "Team": ""},
            ),
            ScalingTarget(
                resource_id=f"{resource}/worker",
                arn=made.arn("application-autoscaling", "scalable-target/2"),
                policies=(ScalingPolicy(name="track", arn=tracking, type="TargetTrackingScaling"),),
            ),
        ),
        alarms=(
            Alarm(name="api-depth", arn=made.arn("cloudwatch", "alarm:api-depth"), actions=(steps,)),
            Alarm(
                name="api-joint",
                arn=made.arn("cloudwatch", "alarm:api-joint"),
                service="api",
                actions=(steps, topic),
                tags={"CostCenter": "retail", "Team": ""},
            ),
            Alarm(
                name="api-rings",
                arn=made.arn("cloudwatch", "alarm:api-rings"),
                service="api",
                actions=(topic,),
            ),
        ),
        security_groups=(
            SecurityGroup(id="sg-2", name="edge", description="public", world_open=True),
            SecurityGroup(id="sg-api", name="api", description="api"),
            SecurityGroup(id="sg-worker", name="worker", description="worker"),
            SecurityGroup(id="sg-old", name="old", description="of nobody", world_open=True),
        ),
        leftovers=(
            Leftover(
                kind="aws_iam_policy",
                id="arn:aws:iam::111122223333:policy/prod-debug",
                name="prod-debug",
                detail="attached to nothing",
            ),
        ),
    )
