"""A running fleet read from its account, in order: what is deployed, then what it did.

Reads only. ``api.CALLS`` names every call.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from statistics import median
from typing import TYPE_CHECKING, Final

import msgspec
import polars as pl

from trimtab.errors import AccountError, SnapshotError, UsageError
from trimtab.fleet.left_out import LeftOut, LeftOutReason
from trimtab.redaction import redact
from trimtab.snapshot.answers import DEFAULT_TAGS, TagNames, skipped_by
from trimtab.snapshot.live.alarm_history import read_alarm_history
from trimtab.snapshot.live.event_log import read_event_log
from trimtab.snapshot.live.log_volume import with_log_volume
from trimtab.snapshot.live.metrics import calls_needed, queries_of, read_metrics
from trimtab.snapshot.live.prices import read_list_prices
from trimtab.snapshot.live.scaling import read_activities, read_scaling, read_scheduled
from trimtab.snapshot.live.services import read_cluster, read_definitions, read_services
from trimtab.snapshot.live.surroundings import read_surroundings, read_tags
from trimtab.snapshot.live.tasks import read_events, read_tasks
from trimtab.snapshot.live.traffic import read_traffic
from trimtab.snapshot.understand.account import insights_of
from trimtab.snapshot.understand.fleet import fleet_of
from trimtab.snapshot.unfinished import Partial, check_part, stamp_of
from trimtab.snapshot.window import MINUTES_KEPT
from trimtab.units import DAY_MIN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from trimtab.aws.api import Api, CallFailed
    from trimtab.fleet.model import Fleet, FurtherMetric, Service
    from trimtab.progress import Progress
    from trimtab.snapshot.answers import Raw
    from trimtab.snapshot.window import Query


PUBLICATION_S: Final = 300
"""CloudWatch shows a minute up to a few minutes later (undocumented; the reference says 60 to 120 s
and leaves room to 363). The newest minutes are left out, so that none is half there."""
DOUBTFUL: Final = 2.0
"""Ratio of samples to running tasks, over the services, from which a note is made."""
LINES: Final = 20
"""Lines of progress while metrics are read."""
MAX_DAYS: Final = MINUTES_KEPT // DAY_MIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What to read."""

    cluster: str
    days: int = 14
    with_environment: bool = False
    """Whether values of environment variables enter the snapshot."""
    tag_names: TagNames = DEFAULT_TAGS
    further: Mapping[str, FurtherMetric] = field(default_factory=dict)
    """A metric more of a service, by its name."""


def read_live(api: Api, wish: Wish, output: Path, now: datetime, progress: Progress) -> Fleet:
    """Read the fleet and write its snapshot to the folder ``output``.

    Raises:
        AccountError: the account cannot be asked, or nothing of the fleet can be read.
        SnapshotError: the output cannot be written, or no service could be read.

    """
    raw = read_deployed(api, wish, now, progress)
    _check_further(raw, wish)
    end = (now - timedelta(seconds=PUBLICATION_S)).replace(second=0, microsecond=0)
    partial = Partial.open(output, str(raw.cluster["clusterArn"]), wish.days, end)
    since = partial.window.start
    raw.optional("Scaling activities", lambda: read_activities(api, raw, since))
    raw.optional("The history of alarms", lambda: read_alarm_history(api, raw, since))
    raw.optional("The cluster's event log", lambda: read_event_log(api, raw, now, since))
    read_events(raw)
    progress("reading list prices")
    prices, note = read_list_prices(api, now)
    raw.notes += [note] if note else []
    made, skipped = fleet_of(
        raw, start=stamp_of(since), days=float(wish.days), provenance=_provenance(raw, wish)
    )
    if made is None:
        raise _nothing(raw.name, skipped)
    made = msgspec.structs.replace(made, services=_with_further(made, wish))
    parts, without = _read_series(api, raw, made, partial, progress)
    fleet = with_log_volume(api, raw, _less(made, without), partial.window)
    fleet = msgspec.structs.replace(fleet, notes=(*fleet.notes, *_doubt(raw, parts), *_silent(fleet, parts)))
    progress(f"writing {output}")
    partial.finish(fleet, parts, prices)
    return fleet


def read_deployed(api: Api, wish: Wish, now: datetime, progress: Progress) -> Raw:
    """Read everything but metrics and scaling activities."""
    raw = read_cluster(api, wish.cluster)
    raw.tag_names = wish.tag_names
    read_services(api, raw, progress)
    progress("reading task definitions")
    read_definitions(api, raw, progress, with_environment=wish.with_environment)
    progress("reading scaling and alarms")
    read_scaling(api, raw)
    raw.optional("Scheduled actions", lambda: read_scheduled(api, raw))
    progress("reading load balancers and target groups")
    read_traffic(api, raw, progress)
    progress("reading logs, discovery and network")
    read_surroundings(api, raw)
    raw.optional("Tags", lambda: read_tags(api, raw))
    progress("reading recent tasks")
    raw.optional("Recent tasks", lambda: read_tasks(api, raw, now))
    return raw


def _read_series(
    api: Api, raw: Raw, fleet: Fleet, partial: Partial, progress: Progress
) -> tuple[list[tuple[str, Path]], dict[str, LeftOut]]:
    """Read the metrics of every service of ``fleet``, less those that an earlier run has read."""
    asked = _queries(raw, fleet)
    paths = {name: partial.part(queries) for name, queries in asked.items()}
    wanted = [queries for name, queries in asked.items() if not paths[name].is_file()]
    if len(wanted) < len(asked):
        progress(f"metrics of {len(asked) - len(wanted)} services are there from an earlier run")
    total = calls_needed(sum(map(len, wanted)), partial.window)
    without: dict[str, LeftOut] = {}
    kept: list[str] = []
    progress(f"reading metrics of {len(wanted)} services from {fleet.start}, {total} calls")

    def keep(name: str, table: pl.DataFrame) -> None:
        try:
            check_part(name, table, fleet)
        except SnapshotError as error:
            detail = redact(error.one_line())
            without[name] = LeftOut(service=name, reason=LeftOutReason.NOT_UNDERSTOOD, detail=detail)
            return
        partial.keep(paths[name], table)
        kept.append(name)
        if len(kept) % max(1, len(wanted) // LINES) == 0:
            progress(f"  {len(kept)} of {len(wanted)} services", len(kept), len(wanted))

    def refuse(name: str, failed: CallFailed) -> None:
        without[name] = skipped_by(name, failed)

    read_metrics(api, partial.window, wanted, keep, refuse)
    return [(name, path) for name, path in paths.items() if name not in without], without


def _doubt(raw: Raw, parts: Sequence[tuple[str, Path]]) -> tuple[str, ...]:
    """Say so where sample counts are not task counts.

    They were, but AWS no longer promises it (the reference, 2.1). Half the services cannot have
    halved since the last minute, so a typical ratio of two or more is another way of counting.
    """
    running = {service["serviceName"]: int(service.get("runningCount") or 0) for service in raw.services}
    last = {name: _last_tasks(path) for name, path in parts}
    ratios = [tasks / running[name] for name, tasks in last.items() if tasks and running.get(name)]
    if insights_of(raw.cluster) != "disabled" or not ratios or median(ratios) < DOUBTFUL:
        return ()
    words = (
        f"the last minute's samples are {median(ratios):.1f} times the tasks that run: if no scale-in, "
        "counts and demand are that much too high; Container Insights counts tasks"
    )
    return (words,)


def _check_further(raw: Raw, wish: Wish) -> None:
    """Refuse a metric of a service that is not there, before anything long is read."""
    there = sorted(str(service["serviceName"]) for service in raw.services)
    for name in wish.further:
        if name not in there:
            raise UsageError(
                f"{raw.name} has no service {name!r}",
                where=f"--metric {name}=...",
                advice=f"name one of {', '.join(there[:LINES])}",
            )


def _with_further(fleet: Fleet, wish: Wish) -> tuple[Service, ...]:
    return tuple(
        msgspec.structs.replace(service, further=wish.further.get(service.name)) for service in fleet.services
    )


def _silent(fleet: Fleet, parts: Sequence[tuple[str, Path]]) -> Iterator[str]:
    """Say of which metrics that were named there is no point."""
    paths = dict(parts)
    for service in fleet.services:
        if service.further is None:
            continue
        column = pl.read_parquet(paths[service.name], columns=["further"])["further"]
        if not column.count():
            yield (
                f"{service.name}: CloudWatch has no point of {service.further.name} in these days; see that "
                "namespace, name and all its dimensions are written as CloudWatch has them"
            )


def _last_tasks(path: Path) -> int | None:
    """Return how many tasks the last reported minute says."""
    column = pl.read_parquet(path, columns=["running_tasks"])["running_tasks"].drop_nulls()
    return int(column[-1]) if len(column) else None


def _queries(raw: Raw, fleet: Fleet) -> dict[str, tuple[Query, ...]]:
    insights = insights_of(raw.cluster) != "disabled"
    balancers = {
        arn: balancer
        for arn, group in raw.target_groups.items()
        for balancer in group.get("LoadBalancerArns") or ()
        if ":loadbalancer/app/" in balancer
    }
    names = {service.name: service.further for service in fleet.services}
    return {
        service["serviceName"]: queries_of(
            raw.name,
            service,
            balancers,
            insights=insights,
            further=names[service["serviceName"]],
        )
        for service in sorted(raw.services, key=lambda one: str(one["serviceName"]))
        if service["serviceName"] in names
    }


def _less(fleet: Fleet, without: Mapping[str, LeftOut]) -> Fleet:
    """Return the fleet without the services whose metrics could not be read."""
    if not without:
        return fleet
    left = tuple(service for service in fleet.services if service.name not in without)
    skipped = tuple(sorted((*fleet.skipped, *without.values()), key=lambda one: one.service))
    if not left:
        raise _nothing(fleet.cluster, skipped)
    return msgspec.structs.replace(fleet, services=left, skipped=skipped)


def _nothing(cluster: str, skipped: Sequence[LeftOut]) -> AccountError:
    if not skipped:
        return AccountError(f"cluster {cluster} has no services", advice="name another with --cluster")
    first = skipped[0]
    return AccountError(
        f"none of the {len(skipped)} services of {cluster} could be read",
        where=f"{first.service}, for one",
        advice=str(first),
    )


def _provenance(raw: Raw, wish: Wish) -> str:
    tasks = (
        "running tasks from Container Insights, before it was on from CPUUtilization's sample count"
        if insights_of(raw.cluster) != "disabled"
        else "running tasks from CPUUtilization's sample count"
    )
    return f"read by trimtab snapshot from account {raw.account_id}, cluster {wish.cluster}; {tasks}"
