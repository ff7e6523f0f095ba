"""Load balancers, their listeners and rules, and the target groups of the fleet's network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trimtab.aws.api import CallFailed, batches, pages
from trimtab.snapshot.parse import groups_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.aws.api import Api, Json
    from trimtab.progress import Progress
    from trimtab.snapshot.answers import Raw

ELB: Final = "elasticloadbalancing"
PAGE: Final = 400
"""Items a page of the load balancing API."""
TAGS_A_CALL: Final = 20
"""DescribeTags takes no more ARNs."""


def read_traffic(api: Api, raw: Raw, progress: Progress) -> None:
    """Read what the services' target groups hang on. Where it fails, services behind one are left out."""
    used = groups_of(raw.services)
    if not used:
        return
    try:
        _read_groups(api, raw, used)
        _read_balancers(api, raw, used)
    except CallFailed as failed:
        _leave_out(raw, used, failed)
        return
    _read_attributes(api, raw, used, progress)
    raw.optional("Tags of the load balancers and target groups", lambda: _read_tags(api, raw))


def _read_groups(api: Api, raw: Raw, used: set[str]) -> None:
    """Keep the fleet's own target groups and the others of their network: a leftover may be among them."""
    groups = {group["TargetGroupArn"]: group for group in _all(api, "DescribeTargetGroups", "TargetGroups")}
    networks = {groups[arn].get("VpcId") for arn in used if arn in groups}
    raw.target_groups = {arn: group for arn, group in groups.items() if group.get("VpcId") in networks}


def _read_balancers(api: Api, raw: Raw, used: set[str]) -> None:
    wanted = {arn for group in used for arn in raw.target_groups.get(group, {}).get("LoadBalancerArns") or ()}
    for balancer in _all(api, "DescribeLoadBalancers", "LoadBalancers"):
        arn = balancer["LoadBalancerArn"]
        if arn not in wanted or balancer.get("Type") != "application":
            continue
        answer = api.call(ELB, "DescribeLoadBalancerAttributes", LoadBalancerArn=arn)
        balancer["Attributes"] = mapping(answer.get("Attributes", ()))
        balancer["Listeners"] = list(_all(api, "DescribeListeners", "Listeners", LoadBalancerArn=arn))
        for listener in balancer["Listeners"]:
            rules = _all(api, "DescribeRules", "Rules", ListenerArn=listener["ListenerArn"])
            listener["Rules"] = list(rules)
        raw.balancers.append(balancer)


def _read_attributes(api: Api, raw: Raw, used: set[str], progress: Progress) -> None:
    """Read each target group's attributes; a service needs its own, a leftover does not."""
    for number, (arn, group) in enumerate(raw.target_groups.items(), start=1):
        try:
            answer = api.call(ELB, "DescribeTargetGroupAttributes", TargetGroupArn=arn)
        except CallFailed as failed:
            if arn in used:
                _leave_out(raw, {arn}, failed)
            continue
        group["Attributes"] = mapping(answer.get("Attributes", ()))
        if number % 100 == 0:
            progress(f"  {number} of {len(raw.target_groups)} target groups", number, len(raw.target_groups))


def _read_tags(api: Api, raw: Raw) -> None:
    arns = list(raw.target_groups)
    for balancer in raw.balancers:
        arns.append(balancer["LoadBalancerArn"])
        for listener in balancer["Listeners"]:
            arns.append(listener["ListenerArn"])
            arns += [rule["RuleArn"] for rule in listener["Rules"] if not rule.get("IsDefault")]
    for batch in batches(sorted(arns), TAGS_A_CALL):
        answer = api.call(ELB, "DescribeTags", ResourceArns=list(batch))
        for one in answer.get("TagDescriptions", ()):
            raw.tags[one["ResourceArn"]] = mapping(one.get("Tags", ()))


def _leave_out(raw: Raw, groups: set[str], failed: CallFailed) -> None:
    kept: list[Json] = []
    for service in raw.services:
        arns = {balancer.get("targetGroupArn") for balancer in service.get("loadBalancers") or ()}
        if arns & groups:
            raw.skip(service["serviceName"], failed)
        else:
            kept.append(service)
    raw.services = kept


def mapping(pairs: object) -> dict[str, str]:
    """Return a list of ``Key`` and ``Value`` as a mapping, sorted, so that equal fleets give equal files."""
    listed = pairs if isinstance(pairs, (list, tuple)) else ()
    return dict(
        sorted(
            (pair.get("Key", pair.get("key")), pair.get("Value", pair.get("value", ""))) for pair in listed
        )
    )


def _all(api: Api, operation: str, items: str, **parameters: object) -> Iterator[Json]:
    return pages(
        api, ELB, operation, items, cursor="Marker", cursor_out="NextMarker", PageSize=PAGE, **parameters
    )
