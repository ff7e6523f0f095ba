"""What AWS answered about a fleet, before it is made into nouns.

A live account and a Terraform state fill the same shapes, those of the AWS API, so that the
one understanding of them (``trimtab.snapshot.understand.fleet``) serves both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from trimtab.aws.api import CallFailed
from trimtab.fleet.left_out import LeftOut, LeftOutReason
from trimtab.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from trimtab.aws.api import Json
    from trimtab.fleet.account import Leftover
    from trimtab.fleet.model import AlarmChange, Failure, NotScaled, ScalingActivity, StartSample


@dataclass(frozen=True, slots=True, kw_only=True)
class TagNames:
    """What a fleet calls the tags that are read, however their letters are written."""

    environment: tuple[str, ...] = ("environment", "env", "stage")
    """Of the cluster."""
    cost_center: tuple[str, ...] = ("cost-center", "cost-centre")
    """Of a service or its task definition."""

    kept: tuple[str, ...] = ()
    """Of whatever else: their values are kept too."""

    @classmethod
    def called(cls, *, environment: str | None, cost_center: str | None, kept: str | None = None) -> TagNames:
        """Return the names with those that the user gave. ``kept`` has commas between its keys."""
        given = {"environment": environment, "cost_center": cost_center}
        names = {name: (one,) for name, one in given.items() if one}
        more = tuple(filter(None, map(str.strip, (kept or "").split(","))))
        return cls(**names, kept=more)

    def keeps(self, key: str) -> bool:
        """Tell whether the value of a tag may be kept; of any other the key says enough."""
        known = (*self.environment, *self.cost_center, *self.kept, *SET_BY_US)
        return _letters(key) in map(_letters, known)


SET_BY_US: Final = ("Environment", "Service", "CostCenter")
"""What the modules tag everything with."""
DEFAULT_TAGS = TagNames()


def find_tag(tags: Mapping[str, str], names: Sequence[str]) -> str | None:
    """Return the tag of the first name that is there, hyphens and capitals aside."""
    plain = {_letters(key): value for key, value in tags.items()}
    return next((plain[_letters(name)] for name in names if _letters(name) in plain), None)


def _letters(name: str) -> str:
    return re.sub(r"[\W_]", "", name.casefold())


@dataclass(slots=True, kw_only=True)
class Raw:
    """Answers, gathered part by part."""

    region: str
    cluster: Json
    tag_names: TagNames = DEFAULT_TAGS
    services: list[Json] = field(default_factory=list)
    """Of DescribeServices."""
    definitions: dict[str, Json] = field(default_factory=dict)
    """Of DescribeTaskDefinition, by ARN. Environment values are gone already, unless asked for."""
    targets: dict[str, Json] = field(default_factory=dict)
    """Of DescribeScalableTargets, by resource id."""
    policies: dict[str, list[Json]] = field(default_factory=dict)
    """Of DescribeScalingPolicies, by resource id."""
    scheduled: dict[str, list[Json]] = field(default_factory=dict)
    """Of DescribeScheduledActions, by resource id."""
    alarms: list[Json] = field(default_factory=list)
    """Of DescribeAlarms: those of the cluster's services or policies."""
    balancers: list[Json] = field(default_factory=list)
    """Of DescribeLoadBalancers, with ``Attributes`` as a mapping, ``Listeners``, and in these ``Rules``."""
    target_groups: dict[str, Json] = field(default_factory=dict)
    """Of DescribeTargetGroups, by ARN, with ``Attributes`` as a mapping where they could be read."""
    log_groups: list[Json] = field(default_factory=list)
    namespaces: list[Json] = field(default_factory=list)
    """Of ListNamespaces, with ``VpcId`` where it could be read."""
    discovery: list[Json] = field(default_factory=list)
    """Of ListServices or GetService, with ``NamespaceId``."""
    vpc_id: str | None = None
    zones: dict[str, str] = field(default_factory=dict)
    """Availability zones by subnet, those that were read."""
    nat_gateways: list[Json] = field(default_factory=list)
    """Of DescribeNatGateways: those of the VPC that are there or are being made."""
    routed: frozenset[str] | None = None
    """Ids of the NAT gateways that routes of the VPC lead to; ``None``: not read."""
    addresses: list[Json] = field(default_factory=list)
    """Of DescribeAddresses: those of the region that hang on nothing."""
    strays: list[Json] = field(default_factory=list)
    """Of DescribeLoadBalancers: those of the VPC behind which nothing is; ``TargetGroups`` says how many."""
    security_groups: list[Json] = field(default_factory=list)
    interfaces: Mapping[str, int] | None = None
    """Network interfaces by security group; ``None``: not read."""
    tags: dict[str, dict[str, str]] = field(default_factory=dict)
    """Tags by ARN, of everything but ECS services and task definitions."""
    leftovers: list[Leftover] = field(default_factory=list)
    starts: dict[str, list[StartSample]] = field(default_factory=dict)
    """By service name."""
    failures: dict[str, list[Failure]] = field(default_factory=dict)
    activities: dict[str, list[ScalingActivity]] = field(default_factory=dict)
    not_scaled: dict[str, list[NotScaled]] = field(default_factory=dict)
    alarm_changes: dict[str, list[AlarmChange]] = field(default_factory=dict)
    skipped: list[LeftOut] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def account_id(self) -> str:
        """The account, from the cluster's ARN."""
        return str(self.cluster["clusterArn"]).split(":")[4]

    @property
    def name(self) -> str:
        """The cluster's name."""
        return str(self.cluster["clusterName"])

    def resource_id(self, service: str) -> str:
        """Return what Application Auto Scaling calls a service."""
        return f"service/{self.name}/{service}"

    def skip(self, service: str, failed: CallFailed) -> None:
        """Leave a service out because a call that it needs failed."""
        self.skipped.append(skipped_by(service, failed))

    def optional(self, what: str, read: Callable[[], Any]) -> None:
        """Read something that a recommendation can do without; say so where it cannot be read."""
        try:
            read()
        except CallFailed as failed:
            self.notes.append(redact(f"{what} could not be read ({failed.call}: {failed.code})"))


def skipped_by(service: str, failed: CallFailed) -> LeftOut:
    """Return the service as left out, with the reason of a failed call."""
    detail = redact(failed.one_line())
    if failed.denied:
        return LeftOut(service=service, reason=LeftOutReason.ACCESS_DENIED, detail=detail)
    if failed.throttled:
        return LeftOut(service=service, reason=LeftOutReason.THROTTLED, detail=detail)
    if "NotFound" in failed.code:
        return LeftOut(service=service, reason=LeftOutReason.NOT_FOUND, detail=detail)
    return LeftOut(service=service, reason=LeftOutReason.CALL_FAILED, detail=detail)
