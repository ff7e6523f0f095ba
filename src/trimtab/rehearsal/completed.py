"""A fleet with a name for everything in it: what its snapshot does not say is made up here.

So whoever makes the fleet has one way to go, whether its snapshot was read from an account or
written by hand. Ids and ARNs made up here stand for those the sandbox gives.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import msgspec

from trimtab.fleet.account import (
    Alarm,
    ClusterIdentity,
    DiscoveryService,
    LogGroup,
    Namespace,
    ScalingPolicy,
    ScalingTarget,
    SecurityGroup,
    TargetGroup,
)
from trimtab.fleet.identity import Attachment, FleetIdentity, Registration, ServiceIdentity, TaskDefinition
from trimtab.rehearsal.names import MOST_BALANCER, MOST_GROUP, MOST_LABEL, MOST_ROLE, MadeNames, plain, short
from trimtab.rehearsal.parts.routes import VPC, Routes, zone_subnets
from trimtab.rehearsal.parts.scaling import SUSPENSIONS, TRACKING
from trimtab.sandbox.server import ACCOUNT

if TYPE_CHECKING:
    from trimtab.fleet.model import Fleet, Insights, Service
    from trimtab.rehearsal.told import Told

NAMESPACE: Final = "made-up-namespace"
DEFAULT_PORT: Final = 80


def completed(fleet: Fleet, told: Told, *, insights: bool) -> Fleet:
    """Return the fleet with an identity for itself and each service; ``insights`` where none says."""
    identity = fleet.identity
    if identity is None:
        setting = fleet.container_insights or ("enabled" if insights else "disabled")
        identity = _bare(fleet, setting)
        told.made_up("VPC")
    filling = _Filling(fleet, identity, told)
    services = tuple(filling.of(service) for service in fleet.services)
    return msgspec.structs.replace(fleet, services=services, identity=filling.identity())


def _bare(fleet: Fleet, setting: Insights) -> FleetIdentity:
    arn = f"arn:aws:ecs:{fleet.region}:{ACCOUNT}:cluster/{fleet.cluster}"
    cluster = ClusterIdentity(
        name=fleet.cluster,
        arn=arn,
        container_insights=setting,
        tags={"Environment": fleet.environment},
    )
    return FleetIdentity(account_id=ACCOUNT, cluster=cluster, vpc_id=VPC)


@dataclass(slots=True)
class _Filling:
    """Gathers what is made up beside what there is."""

    fleet: Fleet
    known: FleetIdentity
    told: Told
    routes: Routes = field(init=False)
    _names: dict[str, MadeNames] = field(default_factory=dict)
    _groups: list[TargetGroup] = field(default_factory=list)
    _registered: list[DiscoveryService] = field(default_factory=list)
    _log_groups: dict[str, LogGroup] = field(default_factory=dict)
    _targets: list[ScalingTarget] = field(default_factory=list)
    _alarms: list[Alarm] = field(default_factory=list)
    _security: list[SecurityGroup] = field(default_factory=list)

    def __post_init__(self) -> None:
        known = self.known
        self.routes = Routes(self.fleet, known)
        self._names = {
            "target group": MadeNames({one.name for one in known.target_groups}),
            "alarm": MadeNames({one.name for one in known.alarms}),
            "security group": MadeNames({one.name for one in known.security_groups}),
            "discovery": MadeNames(),
        }

    def of(self, service: Service) -> Service:
        """Return the service with an identity, and something in front of it if it has traffic."""
        identity = service.identity or self._identity(service)
        self._group(service, identity)
        if service.traffic is not None and identity.attachments:
            arn = identity.attachments[0].target_group_arn
            if not self.routes.leads_to(arn):
                self.routes.add(service, service.traffic, arn)
        return msgspec.structs.replace(service, identity=identity)

    def identity(self) -> FleetIdentity:
        """Return the account with everything made up."""
        known = self.known
        space = Namespace(
            id=NAMESPACE,
            arn=self._arn("servicediscovery", f"namespace/{NAMESPACE}"),
            name=f"{plain(known.cluster.name).lower()}.local",
            type="DNS_PRIVATE",
            vpc_id=self.routes.vpc_id,
        )
        balancers = self.routes.balancers()
        for what, count in (
            ("target group", len(self._groups)),
            ("load balancer", len(balancers)),
            ("certificate", int(bool(balancers))),
            ("Cloud Map namespace", int(bool(self._registered))),
            ("Cloud Map service", len(self._registered)),
            ("log group", len(self._log_groups)),
            ("scaling target", len(self._targets)),
            ("alarm", len(self._alarms)),
            ("security group", len(self._security)),
        ):
            self.told.made_up(what, count)
        made = [space] if self._registered else []
        security = [self.routes.group, *self._security] if balancers else self._security
        return msgspec.structs.replace(
            known,
            namespaces=(*known.namespaces, *made),
            discovery_services=(*known.discovery_services, *self._registered),
            load_balancers=(*known.load_balancers, *balancers),
            target_groups=tuple(map(self._hung, (*known.target_groups, *self._groups))),
            log_groups=(*known.log_groups, *self._log_groups.values()),
            scaling_targets=(*known.scaling_targets, *self._targets),
            alarms=(*known.alarms, *self._alarms),
            security_groups=(*known.security_groups, *security),
        )

    def _identity(self, service: Service) -> ServiceIdentity:
        """Make up what a service is called, and what only it uses."""
        name = service.name
        group = SecurityGroup(
            id=f"made-up-group-{name}",
            name=self._names["security group"].free(f"{self.fleet.cluster}-{name}", MOST_GROUP),
            description=f"Tasks of {name}",
        )
        self._security.append(group)
        self._scaling(service)
        traffic = service.traffic
        attachments: tuple[Attachment, ...] = ()
        if traffic is not None:
            arn = self._arn("elasticloadbalancing", f"targetgroup/made-up-{name}/0")
            port = service.port or DEFAULT_PORT
            attachments = (Attachment(target_group_arn=arn, container_name=name, container_port=port),)
        return ServiceIdentity(
            arn=self._arn("ecs", f"service/{self.fleet.cluster}/{name}"),
            task_definition=self._definition(service),
            launch_type="FARGATE",
            platform_version="LATEST",
            subnet_ids=zone_subnets("private"),
            security_group_ids=(group.id,),
            attachments=attachments,
            registrations=(self._registration(name),),
            grace_period_s=(traffic.grace_period_s or None) if traffic else None,
        )

    def _definition(self, service: Service) -> TaskDefinition:
        name, cluster = service.name, self.fleet.cluster
        family = short(name if name.startswith(cluster) else f"{cluster}-{name}", MOST_GROUP)
        group = f"/ecs/{name}"
        self._log_groups[group] = LogGroup(
            name=group, arn=self._arn("logs", f"log-group:{group}"), retention_days=service.log_retention_days
        )
        execution, task = (
            f"arn:aws:iam::{ACCOUNT}:role/{short(f'{cluster}-{kind}', MOST_ROLE)}"
            for kind in ("execution", "task")
        )
        return TaskDefinition(
            arn=self._arn("ecs", f"task-definition/{family}:1"),
            family=family,
            container_name=name,
            container_names=(name,),
            execution_role_arn=execution,
            task_role_arn=task,
            environment_names=tuple(sorted(service.environment)),
            secret_names=tuple(sorted(service.secrets)),
            log_driver="awslogs",
            log_group=group,
        )

    def _registration(self, name: str) -> Registration:
        label = self._names["discovery"].free(plain(name).lower(), MOST_LABEL)
        arn = self._arn("servicediscovery", f"service/made-up-{label}")
        self._registered.append(
            DiscoveryService(
                id=f"made-up-{label}",
                arn=arn,
                name=label,
                namespace_id=NAMESPACE,
                routing_policy="MULTIVALUE",
                record_types=("A",),
                ttl_s=60,
            )
        )
        return Registration(registry_arn=arn)

    def _scaling(self, service: Service) -> None:
        """Make up a scaling target, and an alarm for each of its policies' steps."""
        resource = f"service/{self.fleet.cluster}/{service.name}"
        if any(one.resource_id == resource for one in self.known.scaling_targets):
            return
        named: dict[str, list[str]] = {}
        for policy in service.scaling.policies:
            stem = policy.name if policy.name.startswith(service.name) else f"{service.name}-{policy.name}"
            named.setdefault(policy.name, []).append(self._names["alarm"].free(stem, MOST_GROUP))
        policies: list[ScalingPolicy] = []
        for name, alarms in named.items():
            arn = self._arn("autoscaling", f"scalingPolicy:0:resource/ecs/{resource}:policyName/{name}")
            policies.append(
                ScalingPolicy(name=name, arn=arn, type="StepScaling", alarm_names=tuple(sorted(alarms)))
            )
            self._alarms += [
                Alarm(
                    name=alarm,
                    arn=self._arn("cloudwatch", f"alarm:{alarm}"),
                    service=service.name,
                    actions=(arn,),
                )
                for alarm in alarms
            ]
        for one in service.scaling.tracking:
            place = f"scalingPolicy:0:resource/ecs/{resource}:policyName/{one.name}"
            policies.append(ScalingPolicy(name=one.name, arn=self._arn("autoscaling", place), type=TRACKING))
        self._targets.append(
            ScalingTarget(
                resource_id=resource,
                arn=self._arn("application-autoscaling", f"scalable-target/made-up-{service.name}"),
                policies=tuple(sorted(policies, key=lambda one: one.name)),
                scheduled_actions=tuple(sorted(one.name for one in service.scaling.scheduled)),
                suspended=tuple(sorted(SUSPENSIONS[word] for word in service.scaling.suspended)),
            )
        )

    def _group(self, service: Service, identity: ServiceIdentity) -> None:
        """Make up the target groups that an identity names and nothing tells of."""
        there = {one.arn for one in (*self.known.target_groups, *self._groups)}
        for attachment in identity.attachments:
            if attachment.target_group_arn in there:
                continue
            there.add(attachment.target_group_arn)
            name = plain(service.name)
            stem = name if service.identity is None else attachment.target_group_arn.split("/")[-2:][0]
            self._groups.append(
                TargetGroup(
                    arn=attachment.target_group_arn,
                    name=self._names["target group"].free(plain(stem), MOST_BALANCER),
                    port=attachment.container_port,
                    protocol="HTTP",
                    vpc_id=self.routes.vpc_id,
                    health_path=service.traffic.health_check.path if service.traffic else "/",
                )
            )

    def _hung(self, group: TargetGroup) -> TargetGroup:
        """Say of a target group what made-up load balancer it hangs on."""
        balancer = self.routes.balancer_of(group.arn)
        if balancer is None or balancer in group.load_balancer_arns:
            return group
        return msgspec.structs.replace(group, load_balancer_arns=(balancer,))

    def _arn(self, service: str, rest: str) -> str:
        return f"arn:aws:{service}:{self.fleet.region}:{ACCOUNT}:{rest}"
