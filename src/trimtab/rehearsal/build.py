"""What every part of the making needs: the fleet, the calls, and what became of each id."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trimtab.fleet.identity import FleetIdentity, ServiceIdentity
    from trimtab.fleet.model import Fleet, Service
    from trimtab.rehearsal.layout import Layout
    from trimtab.rehearsal.told import Told
    from trimtab.sandbox.client import ApiCalls
    from trimtab.sandbox.server import Sandbox


@dataclass(slots=True, kw_only=True)
class Build:
    """A fleet on its way into the sandbox."""

    sandbox: Sandbox
    call: ApiCalls
    told: Told
    fleet: Fleet
    """With an identity for everything (``trimtab.rehearsal.completed``)."""
    layout: Layout
    tasks: Mapping[str, int]
    """How many tasks are to run, by service."""
    ids: dict[str, str] = field(default_factory=dict)
    """What the sandbox calls a thing, by the id or ARN the snapshot has for it."""
    subnets: dict[str, list[str]] = field(default_factory=dict)
    """New subnets by new VPC."""
    private: list[str] = field(default_factory=list)
    """New private subnets of the fleet's VPC; at least three."""
    public: list[str] = field(default_factory=list)
    made: set[str] = field(default_factory=set)
    """Names of the services that run."""

    @property
    def identity(self) -> FleetIdentity:
        """The account."""
        return known(self.fleet.identity)

    def services(self) -> Iterator[tuple[Service, ServiceIdentity]]:
        """Give each service and what it is called."""
        for service in self.fleet.services:
            if service.identity is not None:
                yield service, service.identity

    def new(self, old: str) -> str:
        """Return what the sandbox calls a thing; the same where it has none of its own."""
        return self.ids.get(old, old)


def known(identity: FleetIdentity | None) -> FleetIdentity:
    """Return the identity of a completed fleet."""
    if identity is None:
        raise TypeError("the fleet was not completed")
    return identity


def tags(given: Mapping[str, str]) -> list[dict[str, str]] | None:
    """Return tags as most services take them; ECS has small letters."""
    return [{"Key": key, "Value": value} for key, value in given.items()] or None


def small_tags(given: Mapping[str, str]) -> list[dict[str, str]] | None:
    """Return tags as ECS takes them."""
    return [{"key": key, "value": value} for key, value in given.items()] or None


def some(values: Any) -> Any:  # noqa: ANN401 - whatever it is, or nothing
    """Return a parameter, or None where it is empty: absent and empty differ to some services."""
    return values or None
