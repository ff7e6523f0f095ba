"""A fleet of the sandbox, read and taken over: what both adoption tests do."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest

import load_metrics
from trimtab.assets import assets_folder
from trimtab.commands import guard as guarding
from trimtab.commands import optimize as optimizing
from trimtab.commands import write as adopting
from trimtab.commands.snapshot import SnapshotRequest, take_snapshot
from trimtab.ladders.search import Effort
from trimtab.report.guard.formats import GuardForm
from trimtab.snapshot.contract import Snapshot
from trimtab.snapshot.folder import read_snapshot
from trimtab.snapshot.live.read import PUBLICATION_S

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import polars as pl

    from trimtab.commands.guard import Guarded
    from trimtab.engine.engine import Workspace
    from trimtab.engine.plan import Change, Plan
    from trimtab.sandbox.server import Sandbox

QUICK = Effort(drawn=120, rounds=2, varied=40)
"""What is adopted does not depend on how good the ladders are, if no count is fixed below what runs and no
step takes a dozen tasks at once: with hardly any search one does, and the guard finds it."""
LATEST = timedelta(seconds=PUBLICATION_S)
"""The newest minutes are in no snapshot."""

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
    folder: Path
    adoption: adopting.Adoption
    plan: Plan

    def planned(self, out: Path, **variables: object) -> Plan:
        return self.workspace.plan(out / "a.tfplan", (), {**self.given, **variables})

    def changed(self, out: Path, **variables: object) -> Plan:
        """Return the plan of an edit. Nothing else happened since the last plan: no need to look."""
        unread = {**self.workspace.environment, "TF_CLI_ARGS_plan": "-refresh=false"}
        return replace(self, workspace=replace(self.workspace, environment=unread)).planned(out, **variables)


def read_fleet(sandbox: Sandbox, cluster: str, metrics: Mapping[str, pl.DataFrame], folder: Path) -> Path:
    """Put ``metrics`` (by service) into the sandbox, and take a snapshot as ``trimtab snapshot`` does."""
    example = read_snapshot(assets_folder() / "examples" / "fleet").fleet
    with pytest.MonkeyPatch.context() as patched:
        for name, value in sandbox.environment.items():
            patched.setenv(name, value)
        session = boto3.Session()
        groups = load_metrics.groups_of(session.client("ecs"), session.client("elbv2"), cluster)
        now = datetime.now(UTC).replace(second=0, microsecond=0)
        put = Snapshot(fleet=example, metrics=dict(metrics))
        assert load_metrics.load(sandbox, put, cluster, groups, now - LATEST)
        # By its ARN here, by its name in the tests of the command.
        (known,) = session.client("ecs").describe_clusters(clusters=[cluster])["clusters"]
        taken = take_snapshot(SnapshotRequest(cluster=known["clusterArn"]), folder, now=now)
    assert not taken.partial, taken.lines()
    return folder


def take_over(
    snapshot: Path,
    folder: Path,
    workspaces: Callable[[str], Workspace],
    given: dict[str, Any],
) -> Taken:
    """Optimise, write and plan."""
    outcome = optimizing.optimize(snapshot, folder, effort=QUICK)
    assert not outcome.partial
    return planned(folder, workspaces, given)


def planned(folder: Path, workspaces: Callable[[str], Workspace], given: dict[str, Any]) -> Taken:
    """Write what a folder of results takes over, and plan it."""
    adoption = adopting.write(folder)
    platform = workspaces("terraform/platform")
    for name in WRITTEN:
        shutil.copy(folder / name, platform.directory)
    plan = platform.plan(platform.directory / "first.tfplan", (), given)
    return Taken(workspace=platform, given=given, folder=folder, adoption=adoption, plan=plan)


def guard(taken: Taken) -> Guarded:
    """Judge the plan as ``trimtab guard`` does, from what ``terraform show -json`` prints."""
    shown = taken.workspace.directory / "plan.json"
    environment = {**os.environ, **taken.workspace.environment, "CHECKPOINT_DISABLE": "1"}
    command = [taken.workspace.engine.path, "show", "-json", "first.tfplan"]
    with shown.open("wb") as out:
        subprocess.run(command, cwd=shown.parent, env=environment, stdout=out, check=True)
    return guarding.guard(shown, GuardForm.TABLE, shown.with_suffix(".txt"))


def starts_tasks(change: Change) -> list[str]:
    """Return the attributes by which a change of a service would start new tasks."""
    assert change.before is not None
    assert change.after is not None
    return [name for name in STARTS_TASKS if change.before[name] != change.after.get(name)]
