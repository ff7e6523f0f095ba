"""Load balancing: the scheme AWS assumes, and a delete that can be asked for twice.

Source: Elastic Load Balancing API reference, CreateLoadBalancer (Scheme) and DeleteTargetGroup,
whose only error is ResourceInUse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.elbv2.models import ELBv2Backend

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimtab.sandbox.patching import Patches

DEFAULT_SCHEME = "internet-facing"


def install(patches: Patches) -> None:
    """Extend moto's load balancing."""
    patches.wrap(ELBv2Backend, "create_load_balancer", _create_load_balancer)
    patches.wrap(ELBv2Backend, "delete_target_group", _delete_target_group)


def _create_load_balancer(original: Callable[..., Any], self: ELBv2Backend, **given: Any) -> Any:  # noqa: ANN401
    """Fill in the scheme, which moto leaves empty."""
    return original(self, **{**given, "scheme": given.get("scheme") or DEFAULT_SCHEME})


def _delete_target_group(original: Callable[..., Any], self: ELBv2Backend, target_group_arn: str) -> Any:  # noqa: ANN401
    """Accept a group that is gone: a client repeats a delete whose answer it lost."""
    return original(self, target_group_arn) if target_group_arn in self.target_groups else None
