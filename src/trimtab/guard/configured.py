"""What the configuration in a plan says of a resource: its provisioners, its provider, what it refers to."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any

from trimtab.guard.read import block, blocks, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trimtab.engine.plan import Change

    Key = tuple[tuple[str, ...], str, str]


class Configured:
    """The resource blocks of a configuration, as Terraform prints them."""

    def __init__(self, configuration: Mapping[str, Any]) -> None:
        self._configuration = configuration

    @cached_property
    def _blocks(self) -> Mapping[Key, Mapping[str, Any]]:
        return dict(_blocks(block(self._configuration.get("root_module")), ()))

    def block(self, change: Change) -> Mapping[str, Any] | None:
        """Return a thing's block, or nothing where the plan lacks it."""
        return self._blocks.get((modules_of(change.module), change.type, change.name))

    def provisions(self, change: Change) -> bool | None:
        """Tell whether a provisioner may run with it; nothing where the plan lacks its block.

        Terraform does not print whether one runs when the thing is made or when it is destroyed.
        """
        block = self.block(change)
        return None if block is None else bool(block.get("provisioners"))

    def provider(self, change: Change) -> str:
        """Return the key of its provider's configuration, ``aws.eu``; empty where it is not known."""
        return str((self.block(change) or {}).get("provider_config_key") or "")

    def region(self, provider: str) -> str:
        """Return the region a provider's configuration names; empty where it names none, or not plainly."""
        config = block(block(self._configuration.get("provider_config")).get(provider))
        return str(block(block(config.get("expressions")).get("region")).get("constant_value") or "")

    def references(self, change: Change, attribute: str) -> tuple[str, ...]:
        """Return what an attribute's expression refers to."""
        found = block(block((self.block(change) or {}).get("expressions")).get(attribute)).get("references")
        return tuple(one for one in listed(found) if isinstance(one, str))


def _blocks(module: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[tuple[Key, Mapping[str, Any]]]:
    for one in blocks(module.get("resources")):
        yield (path, str(one.get("type")), str(one.get("name"))), one
    for name, call in block(module.get("module_calls")).items():
        yield from _blocks(block(block(call).get("module")), (*path, name))


def modules_of(address: str) -> tuple[str, ...]:
    """Return the names in ``module.a["b"].module.c``, without keys."""
    return tuple(re.findall(r"(?:^|\.)module\.([^.\[]+)", re.sub(r'\["(?:[^"\\]|\\.)*"\]', "", address)))
