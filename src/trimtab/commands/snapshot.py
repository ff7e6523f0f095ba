"""``trimtab snapshot``: a running fleet, or a Terraform state of one, becomes a folder.

The step before ``trimtab.pipeline``. Nothing here prints; the clock is handed in.
"""

from __future__ import annotations

import shutil
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trimtab.errors import UsageError
from trimtab.folders.output import OWN, only_one
from trimtab.progress import silent
from trimtab.snapshot.answers import DEFAULT_TAGS, TagNames
from trimtab.snapshot.further import further_of
from trimtab.snapshot.live.read import MAX_DAYS, Wish, read_live
from trimtab.snapshot.state.read import read_state

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from trimtab.fleet.model import Fleet
    from trimtab.progress import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotRequest:
    """The flags of the command."""

    cluster: str | None = None
    region: str | None = None
    profile: str | None = None
    days: int = 14
    terraform: Path | None = None
    with_environment: bool = False
    tag_names: TagNames = DEFAULT_TAGS
    metrics: tuple[str, ...] = ()
    """A metric more of a service, as ``snapshot.further`` reads it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A snapshot that was written, and what is said of it."""

    output: Path
    fleet: Fleet
    calls: Counter[str] = field(default_factory=Counter)
    """By ``service:Operation``; empty where nothing was asked."""
    retries: int = 0
    measured: bool = True
    """Whether there are metrics; a Terraform state has none."""

    @property
    def partial(self) -> bool:
        """Whether a service, or all metrics, are missing."""
        return bool(self.fleet.skipped) or not self.measured

    def missing(self) -> tuple[str, ...]:
        """Return what is missing or assumed, a line each."""
        notes = [f"note: {note}" for note in self.fleet.notes]
        return (
            *notes,
            *(f"left out: {one.service}: {one}" for one in self.fleet.skipped),
        )

    def lines(self) -> tuple[str, ...]:
        """Return the calls that were made, and where the snapshot is."""
        counted = ", ".join(f"{count:,} {name}" for name, count in sorted(self.calls.items()))
        total = sum(self.calls.values())
        asked = [f"{total:,} calls, {self.retries:,} of them tried again: {counted}"] if self.calls else []
        return (*asked, f"{len(self.fleet.services)} services in {self.output}")


def take_snapshot(
    asked: SnapshotRequest, output: Path, *, now: datetime, progress: Progress = silent
) -> Taken:
    """Read the fleet and write its snapshot to the folder ``output``.

    Raises:
        UsageError: the flags do not go together, or ``output`` is a file.
        AccountError: the account cannot be asked, or nothing of the fleet can be read.
        SnapshotError: the state cannot be believed, or the output cannot be written.

    """
    _check(asked, output)
    with _alone(output):
        return _take(asked, output, now, progress)


def _take(asked: SnapshotRequest, output: Path, now: datetime, progress: Progress) -> Taken:
    if asked.terraform is not None:
        progress(f"reading {asked.terraform}")
        fleet = read_state(
            asked.terraform,
            output,
            now,
            cluster=asked.cluster,
            with_environment=asked.with_environment,
            tag_names=asked.tag_names,
        )
        return Taken(output=output, fleet=fleet, measured=False)
    further = further_of(asked.metrics)
    from trimtab.aws.connection import Connection  # noqa: PLC0415 - boto3 takes a second, and a state needs none of it

    account = Connection.open(region=asked.region, profile=asked.profile)
    wish = Wish(
        cluster=asked.cluster or "",
        days=asked.days,
        with_environment=asked.with_environment,
        tag_names=asked.tag_names,
        further=further,
    )
    fleet = read_live(account, wish, output, now, progress)
    return Taken(output=output, fleet=fleet, calls=account.calls, retries=account.retries)


@contextmanager
def _alone(output: Path) -> Iterator[None]:
    """Hold the output against other runs. One that was made for a run that came to nothing goes again."""
    made, held = not output.exists(), False
    try:
        with only_one(output):
            held = True
            yield
    finally:
        if made and held and [one.name for one in output.iterdir()] == [OWN]:
            shutil.rmtree(output / OWN)
            output.rmdir()


def _check(asked: SnapshotRequest, output: Path) -> None:
    """Refuse what cannot work before anything is read."""
    if not asked.cluster and asked.terraform is None:
        raise UsageError("nothing says what to read", advice="name a --cluster, or a --terraform file")
    if asked.terraform is not None and (asked.region or asked.profile):
        raise UsageError("--terraform reads a file alone", advice="leave --region and --profile out")
    if asked.terraform is not None and asked.metrics:
        raise UsageError("--terraform has no metrics", advice="leave --metric out")
    if not 1 <= asked.days <= MAX_DAYS:
        raise UsageError(
            f"--days is {asked.days}",
            advice=f"take 1 to {MAX_DAYS}: CloudWatch keeps single minutes no longer",
        )
    if output.exists() and not output.is_dir():
        raise UsageError("this is a file", where=str(output), advice="name a folder with -o")
    if not output.resolve().name:
        raise UsageError("nothing can be kept beside this", where=str(output), advice="name a folder in it")
