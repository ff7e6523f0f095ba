"""A fleet of the sandbox, read and taken over: what both adoption tests do."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from trimtab import adopting, pipeline
from trimtab.assets import assets_folder
from trimtab.fleet.aws import Account
from trimtab.fleet.live import Wish, read_deployed
from trimtab.fleet.shape import fleet_of
from trimtab.fleet.snapshot import read_snapshot, write_snapshot
from trimtab.fleet.source import Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from trimtab.adoption.engine import Workspace
    from trimtab.adoption.plan import Change, Plan
    from trimtab.fleet.model import Fleet
    from trimtab.sandbox.server import Sandbox

WRITTEN = ("services.auto.tfvars", "adopt.auto.tfvars", "imports.tf")
STARTS_TASKS = (
    "capacity_provider_strategy",
    "launch_type",
    "load_balancer",
    "network_configuration",
    "service_registries",
    "task_definition",
)
"""Attributes of a service of which each change starts new tasks."""


@dataclass(frozen=True)
class Taken:
    """A fleet taken over, on paper."""

    workspace: Workspace
    given: dict[str, Any]
    fleet: Fleet
    folder: Path
    adoption: adopting.Adoption
    plan: Plan

    def planned(self, out: Path, **variables: object) -> Plan:
        return self.workspace.plan(out / "a.tfplan", (), {**self.given, **variables})


def read_fleet(sandbox: Sandbox, cluster: str) -> Fleet:
    """Read the fleet by AWS's API, as ``trimtab snapshot`` does, but for its metrics."""
    with pytest.MonkeyPatch.context() as patched:
        for name, value in sandbox.environment.items():
            patched.setenv(name, value)
        account = Account.open(region="us-east-1", profile=None)
        raw = read_deployed(account, Wish(cluster=cluster), datetime.now(UTC), lambda _: None)
    fleet, skipped = fleet_of(raw, start="2026-11-02T00:00:00Z", days=14.0, provenance="sandbox")
    assert fleet is not None
    assert not skipped
    return fleet


def take_over(
    fleet: Fleet,
    recorded: Mapping[str, str],
    folder: Path,
    workspaces: Callable[[str], Workspace],
    given: dict[str, Any],
) -> Taken:
    """Optimise, write and plan. ``recorded`` names the example's series that each service gets."""
    example = read_snapshot(assets_folder() / "examples" / "fleet")
    metrics = {service.name: example.metrics[recorded[service.name]] for service in fleet.services}
    write_snapshot(Snapshot(fleet=fleet, metrics=metrics), folder / "snapshot")
    written = folder / "written"
    pipeline.optimize(folder / "snapshot", written)
    adoption = adopting.write(written)
    platform = workspaces("terraform/platform")
    for name in WRITTEN:
        shutil.copy(written / name, platform.directory)
    plan = platform.plan(platform.directory / "first.tfplan", (), given)
    return Taken(workspace=platform, given=given, fleet=fleet, folder=written, adoption=adoption, plan=plan)


def starts_tasks(change: Change) -> list[str]:
    """Return the attributes by which a change of a service would start new tasks."""
    assert change.before is not None
    assert change.after is not None
    return [name for name in STARTS_TASKS if change.before[name] != change.after.get(name)]
