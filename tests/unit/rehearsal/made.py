"""A fleet rehearsed and read again, and what of it may differ: all in one place, each with its reason."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl
import pytest

from trimtab.commands.snapshot import SnapshotRequest, take_snapshot
from trimtab.redaction import is_credential
from trimtab.rehearsal.run import rehearse
from trimtab.sandbox.clock import SandboxTime
from trimtab.sandbox.server import Sandbox
from trimtab.snapshot.contract import METRIC_COLUMNS, span_of
from trimtab.snapshot.folder import read_snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from trimtab.fleet.model import Service
    from trimtab.rehearsal.run import Rehearsal
    from trimtab.snapshot.contract import Snapshot

DAY = timedelta(days=1)

NEVER_READ = {
    "log_bytes_day": "no call tells it",
    "response_times": "no call tells it",
}
"""Fields that a snapshot of a running fleet never has."""

AWS_SAYS = {
    "dns_name": "AWS gives it",
    "interfaces": "tasks of that minute",
    "stored_bytes": "the log groups are empty",
    "account_id": "the sandbox has one account",
}
"""Fields of an identity that nobody can choose."""

NO_DATES = ("at", "start", "end")
"""Failures and scaling activities are moved in time."""

BY_NAME_ALONE = ("scheduled", "suspended", "unmodelled")
"""Of a service's scaling: an identity may name what its numbers were not read of."""

OF_THE_NETWORK = ("aws_nat_gateway", "aws_eip", "aws_lb")
"""Kinds of leftovers that a snapshot says too little of to make them; the rehearsal says so. A network
load balancer that only a leftover target group hangs on is read back as one."""

OTHERS = """
- ids and ARNs are the sandbox's (``Rehearsal.ids`` says which); in other ARNs the account is
- egress: AWS has no name for a rule of a security group, so a snapshot numbers them
- environment: a value that looks like a credential enters no snapshot
- start_samples of a service that nothing checks: nothing tells when its tasks were ready
- attributes of load balancers and target groups: those the snapshot has, and AWS's defaults besides
- alarms of target tracking: Application Auto Scaling makes and names them
- zones of subnets, where the snapshot says none
- schedules, suspensions and policies of which a snapshot has the name alone are there, made up
- security groups: one that a service has and nobody describes is the VPC's default, or made up
- ssl_policy of a listener without TLS: AWS has none; older sandboxes said so
- metrics: as Float32, which is what a snapshot has; a minute moves by whole days
"""
_TRACKING = "TargetTracking-"


@contextmanager
def rehearsed(snapshot: Snapshot, now: datetime, failing: tuple[str, ...] = ()) -> Iterator[Rehearsed]:
    """Let the snapshot's fleet run in a sandbox whose time begins at ``now``. Nothing may break in it."""
    clock = SandboxTime(start=now.timestamp())
    with Sandbox.start(region=snapshot.fleet.region, clock=clock) as sandbox:
        yield Rehearsed(snapshot, rehearse(sandbox, snapshot, now, failing), sandbox, now)
        assert sandbox.calls_not_implemented == ()
        assert sandbox.faults == ()


@dataclass
class Rehearsed:
    """A fleet that runs in a sandbox, and where it came from."""

    snapshot: Snapshot
    rehearsal: Rehearsal
    sandbox: Sandbox
    now: datetime

    def read(self, folder: Path, days: int = 14) -> Snapshot:
        """Take a snapshot of it, as ``trimtab snapshot`` does."""
        cluster = self.snapshot.fleet.cluster
        return read(self.sandbox, cluster, folder, self.now, days)

    def is_the_same(self, taken: Snapshot) -> None:
        """Assert that a snapshot of it is the one it was made from."""
        found = self.differences(taken)
        assert not found, "\n".join(found)

    def differences(self, taken: Snapshot) -> list[str]:
        """Return what a snapshot of it has otherwise than the one it was made from."""
        found = [*self._services(taken), *self._identity(taken), *self._metrics(taken)]
        assert len(taken.fleet.services) == len(self.snapshot.fleet.services)
        return found

    def _services(self, taken: Snapshot) -> Iterator[str]:
        there = {service.name: service for service in taken.fleet.services}
        for service in self.rehearsal.fleet.services:
            before, after = self._translated(_comparable(service)), _plain(_comparable(there[service.name]))
            for name in BY_NAME_ALONE:
                if not before["scaling"][name]:
                    after["scaling"][name] = before["scaling"][name]
            if not before["identity"]["subnet_zones"]:
                after["identity"]["subnet_zones"] = []
            yield from _unlike(before, after, service.name)

    def _identity(self, taken: Snapshot) -> Iterator[str]:
        before, after = (_built(one.identity) for one in (self.rehearsal.fleet, taken.fleet))
        invented = {one.id for one in self.rehearsal.fleet.identity.security_groups}  # type: ignore[union-attr]
        known = {self.rehearsal.ids.get(one, one) for one in invented}
        after["security_groups"] = [one for one in after.get("security_groups", ()) if one["id"] in known]
        for one in (before, after):
            one["leftovers"] = [left for left in one["leftovers"] if left["kind"] not in OF_THE_NETWORK]
        before, after = self._translated(before), _plain(after)
        for name in ("load_balancers", "target_groups"):
            _only_told(before.get(name, ()), after.get(name, ()))
        yield from _unlike(before, after, "identity")

    def _translated(self, value: Any) -> Any:
        """Put the sandbox's ids in the place of the snapshot's."""
        return _plain(_each_text(value, lambda text: self.rehearsal.ids.get(text, text)))

    def _metrics(self, taken: Snapshot) -> Iterator[str]:
        for name, table in self.snapshot.metrics.items():
            before, after = self.moved(table), _reported(taken.metrics.get(name))
            if not before.equals(after):
                yield f"{name}: {before.height} minutes became {after.height}"

    def moved(self, table: pl.DataFrame) -> pl.DataFrame:
        """Return a record where it must be: moved by whole days to end within the last one.

        What the window of its own length would lose at the beginning comes at the end.
        """
        start, minutes = span_of(self.snapshot.fleet)
        newest = (self.now - timedelta(minutes=5)).replace(second=0, microsecond=0)
        shift = (newest - start - timedelta(minutes=minutes)) // DAY * DAY
        period = -(-timedelta(minutes=minutes) // DAY) * DAY
        at = pl.col("timestamp") + shift
        placed = pl.when(at < newest - period).then(at + period).otherwise(at)
        return _reported(table.with_columns(placed.alias("timestamp")).sort("timestamp"))


def read(sandbox: Sandbox, cluster: str, folder: Path, now: datetime, days: int = 14) -> Snapshot:
    with pytest.MonkeyPatch.context() as patched:
        for name, value in sandbox.environment.items():
            patched.setenv(name, value)
        asked = SnapshotRequest(cluster=cluster, days=days, with_environment=True)
        take_snapshot(asked, folder, now=now)
    return read_snapshot(folder)


def _reported(table: pl.DataFrame | None) -> pl.DataFrame:
    if table is None:
        return pl.DataFrame(schema={"timestamp": pl.Datetime("ms", "UTC")})
    cast = [pl.col(name).cast(pl.Float32) for name in METRIC_COLUMNS]
    some = pl.any_horizontal(pl.col(METRIC_COLUMNS).is_not_null())
    return table.select(pl.col("timestamp").cast(pl.Datetime("ms", "UTC")), *cast).filter(some)


def _comparable(service: Service) -> Any:
    """Return what must be the same of a service."""
    value = _built(service)
    value["scaling"]["policies"] = sorted(value["scaling"]["policies"], key=lambda one: one["name"])
    for name in ("failures", "scaling_activities"):
        value[name] = [_without(one, NO_DATES) for one in value[name]]
    value["environment"] = {k: v for k, v in service.environment.items() if v and not is_credential(k, v)}
    for one in value["egress"] or ():
        del one["name"]
    attached = service.identity is not None and service.identity.attachments
    if not attached and service.health_check is None:
        del value["start_samples"]
    return value


def _built(value: Any) -> Any:
    """Return structs as dictionaries, defaults and all."""
    if isinstance(value, msgspec.Struct):
        return {name: _built(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, dict):
        return {key: _built(one) for key, one in value.items()}
    return [_built(one) for one in value] if isinstance(value, tuple) else value


def _plain(value: Any) -> Any:
    """Leave out what nobody can choose, and put lists in an order of their own."""
    if isinstance(value, dict):
        left_out = {*NEVER_READ, *AWS_SAYS, *(("ssl_policy",) if value.get("protocol") == "HTTP" else ())}
        return {key: _plain(one) for key, one in value.items() if key not in left_out}
    if isinstance(value, list | tuple):
        kept = [one for one in map(_plain, value) if not _is_tracking(one)]
        return sorted(kept, key=lambda one: str(msgspec.json.encode(one)))
    if isinstance(value, str):
        return re.sub(r"^(arn:[^:]*:[^:]*:[^:]*):\d{12}:", r"\1:123456789012:", value)
    return value


def _is_tracking(one: object) -> bool:
    name = one.get("name", "") if isinstance(one, dict) else one
    return isinstance(name, str) and name.startswith(_TRACKING)


def _each_text(value: Any, change: Any) -> Any:
    if isinstance(value, dict):
        return {key: _each_text(one, change) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_each_text(one, change) for one in value]
    return change(value) if isinstance(value, str) else value


def _without(value: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {key: one for key, one in value.items() if key not in names}


def _only_told(before: Any, after: Any) -> None:
    """Keep of the attributes after those there were before."""
    told = {one["arn"]: one.get("attributes", {}) for one in before}
    for one in after:
        kept = told.get(one["arn"], {})
        one["attributes"] = {key: value for key, value in one["attributes"].items() if key in kept}


def _unlike(before: Any, after: Any, where: str) -> Iterator[str]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted({*before, *after}):
            yield from _unlike(before.get(key), after.get(key), f"{where}.{key}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from _unlike(one, other, f"{where}[{number}]")
    elif before != after:
        yield f"{where}: {before!r} became {after!r}"
