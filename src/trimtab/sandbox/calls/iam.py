"""IAM: the policies that AWS manages, of which moto carries a copy it does not load by default."""

from __future__ import annotations

import copy
import functools
import json
from typing import TYPE_CHECKING

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, IAMBackend
from moto.utilities.utils import get_partition

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimtab.sandbox.patching import Patches


def install(patches: Patches, region: str) -> None:
    """Extend moto's IAM where the sandbox's region has it."""
    patches.wrap(IAMBackend, "_init_aws_policies", functools.partial(_load, get_partition(region)))


def _load(
    partition: str, original: Callable[..., list[AWSManagedPolicy]], self: IAMBackend
) -> list[AWSManagedPolicy]:
    loaded = original(self)
    # To tell whose an access key is, moto makes IAM of every partition; of the others nobody asks.
    if loaded or self.region_name != partition:
        return loaded
    # Copies, for how often a policy is attached is counted on it.
    return [copy.copy(policy) for policy in _managed(self.account_id, self.region_name)]


@functools.lru_cache
def _managed(account: str, partition: str) -> tuple[AWSManagedPolicy, ...]:
    """Read them once: moto makes a backend for each account and partition, and again at each reset."""
    policies = json.loads(aws_managed_policies_data)
    return tuple(
        AWSManagedPolicy.from_data(name, account, partition, policy) for name, policy in policies.items()
    )
