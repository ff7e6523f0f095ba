"""Load balancing: the scheme AWS assumes, ARNs of network load balancers, what a target group hangs on.

Source: Elastic Load Balancing API reference, CreateLoadBalancer (Scheme; the ARN of a network
load balancer has ``net``), TargetGroup (LoadBalancerArns: each once), ModifyTargetGroupAttributes
(a deregistration delay up to 3600 s) and DeleteTargetGroup, whose only error is ResourceInUse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.elbv2.models import ELBv2Backend

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimtab.sandbox.patching import Patches

DEFAULT_SCHEME = "internet-facing"
SECURE = ("HTTPS", "TLS")
DELAY, LONGEST_DELAY = "deregistration_delay.timeout_seconds", "3600"


def install(patches: Patches) -> None:
    """Extend moto's load balancing."""
    patches.wrap(ELBv2Backend, "create_load_balancer", _create_load_balancer)
    patches.wrap(ELBv2Backend, "delete_load_balancer", _delete_load_balancer)
    patches.wrap(ELBv2Backend, "create_listener", _create_listener)
    patches.wrap(ELBv2Backend, "create_listener", _each_once)
    patches.wrap(ELBv2Backend, "create_rule", _each_once)
    patches.wrap(ELBv2Backend, "delete_target_group", _delete_target_group)
    patches.wrap(ELBv2Backend, "modify_target_group_attributes", _modify_attributes)


def _create_load_balancer(original: Callable[..., Any], self: ELBv2Backend, **given: Any) -> Any:  # noqa: ANN401
    """Fill in the scheme, which moto leaves empty; name the kind in the ARN, as AWS does."""
    made = original(self, **{**given, "scheme": given.get("scheme") or DEFAULT_SCHEME})
    if given.get("loadbalancer_type") == "network":
        before = made.arn
        made.arn = before.replace(":loadbalancer/app/", ":loadbalancer/net/")
        self.load_balancers[made.arn] = self.load_balancers.pop(before)
        self.tagging_service.copy_tags(before, made.arn)
    return made


def _delete_load_balancer(original: Callable[..., None], self: ELBv2Backend, arn: str) -> None:
    """Take it off its target groups, which moto leaves pointing at nothing."""
    original(self, arn)
    for group in self.target_groups.values():
        group.load_balancer_arns[:] = [one for one in group.load_balancer_arns if one != arn]


def _create_listener(original: Callable[..., Any], self: ELBv2Backend, *args: Any, **given: Any) -> Any:  # noqa: ANN401
    """Take the TLS policy off a listener without TLS; moto gives each one the default."""
    made = original(self, *args, **given)
    if made.protocol not in SECURE:
        made.ssl_policy = None
    return made


def _each_once(original: Callable[..., Any], self: ELBv2Backend, *args: Any, **given: Any) -> Any:  # noqa: ANN401
    """Name a load balancer once in each target group; moto names it for each rule."""
    made = original(self, *args, **given)
    for group in self.target_groups.values():
        group.load_balancer_arns[:] = dict.fromkeys(group.load_balancer_arns)
    return made


def _modify_attributes(
    original: Callable[..., None], self: ELBv2Backend, target_group_arn: str, attributes: dict[str, Any]
) -> None:
    """Take the longest delay too, which moto refuses."""
    longest = attributes.get(DELAY) == LONGEST_DELAY
    rest = {key: value for key, value in attributes.items() if not (longest and key == DELAY)}
    original(self, target_group_arn, rest)
    if longest:
        self.target_groups[target_group_arn].attributes[DELAY] = LONGEST_DELAY


def _delete_target_group(original: Callable[..., Any], self: ELBv2Backend, target_group_arn: str) -> Any:  # noqa: ANN401
    """Accept a group that is gone: a client repeats a delete whose answer it lost."""
    return original(self, target_group_arn) if target_group_arn in self.target_groups else None
