"""IAM: the policies that AWS manages, of which moto carries a copy it does not load by default."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, IAMBackend

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimtab.sandbox.patching import Patches


def install(patches: Patches) -> None:
    """Extend moto's IAM."""
    patches.wrap(IAMBackend, "_init_aws_policies", _load)


def _load(original: Callable[..., list[AWSManagedPolicy]], self: IAMBackend) -> list[AWSManagedPolicy]:
    loaded = original(self)
    if loaded:
        return loaded
    policies = json.loads(aws_managed_policies_data)
    return [
        AWSManagedPolicy.from_data(name, self.account_id, self.region_name, policy)
        for name, policy in policies.items()
    ]
