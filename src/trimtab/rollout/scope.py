"""What a run is about: its services and their goals, in order, from the folder, the journal and AWS."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from trimtab.errors import RolloutError, UsageError
from trimtab.rollout.cloud.aws import Aws
from trimtab.rollout.goals import NewSize, UndoGoal
from trimtab.rollout.journal.forgotten import not_known
from trimtab.rollout.journal.lines import Begin
from trimtab.rollout.model import Outcome, Result, family_of
from trimtab.rollout.plan import order
from trimtab.rollout.recommendation import read_recommendation, read_task_definitions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from trimtab.aws.api import Api
    from trimtab.rollout.cloud.contract import Cloud
    from trimtab.rollout.goals import Goal
    from trimtab.rollout.journal.journal import Journal
    from trimtab.rollout.model import ServiceState, WantedRevision
    from trimtab.rollout.recommendation import Recommended

    OpenApi: TypeAlias = Callable[[str], Api]
    """Given a region, an account ready to be asked."""

_Kind = TypeVar("_Kind")

DEFAULT_TIMEOUT_S = 40 * 60.0
"""A task that cannot start is tried three times before the breaker ends its deployment, with
growing pauses: about a quarter of an hour has been seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the user asked for."""

    folder: Path
    services: tuple[str, ...] = ()
    """Only these; empty means all."""
    wave: int = 1
    """Services that move at a time."""
    task_definitions: Path | None = None
    undo: bool = False
    journal: str | None = None
    """``s3://BUCKET/KEY``; None: a file of the folder."""
    dry_run: bool = False
    region: str | None = None
    suspend_out: bool = False
    """Whether to suspend scaling out while a deployment goes on."""
    bake: float | str = 0.0
    """How long moved services are watched [s], or ``peak``; 0: not at all."""
    account: str | None = None
    """Id of the account to roll out in, where the recommendation knows none."""
    timeout_s: float = DEFAULT_TIMEOUT_S
    """For each wait: for a steady state, and for a deployment's end."""


def bake_of(text: str) -> float | str:
    """Return how long moves are watched [s], or ``peak``.

    Raises:
        RolloutError: it is neither minutes nor ``peak``.

    """
    if text == "peak":
        return text
    if not re.fullmatch(r"[0-9]{1,5}(\.[0-9]+)?", text) or float(text) == 0:
        raise RolloutError(
            f"{text!r} is no time", where="--bake", advice="give minutes, or peak; --no-bake leaves it out"
        )
    return float(text) * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class RunScope:
    """What is to be done, in order, and who is left out from the start."""

    begin: Begin
    cluster: str
    cloud: Cloud
    goals: tuple[Goal, ...]
    refused: tuple[Result, ...] = ()
    unknown: tuple[str, ...] = ()
    """What an undo cannot know, in sentences."""


def forward(options: Options, open_api: OpenApi, journal: Journal, at: str) -> RunScope:
    """Return the scope of a rollout.

    Raises:
        RolloutError: the folder, its files or the options do not fit together.

    """
    recommended = read_recommendation(options.folder)
    named = read_task_definitions(options.task_definitions) if options.task_definitions else None
    wanted = _chosen(options, {one.name: one for one in recommended.services}, "the recommendation")
    _refuse_region(options, recommended.region, "the recommendation is for")
    account = _account(options, recommended.account, "the recommendation is for")
    cloud = _opened(open_api, recommended.region, account)
    arn = _cluster(cloud, recommended.cluster, journal)
    begin = Begin(
        at=at,
        kind="rollout",
        cluster_arn=arn,
        recommendation=recommended.digest,
        bake=str(options.bake or ""),
    )
    states = cloud.services(recommended.cluster, [one.name for one in wanted])
    groups = [balanced.target_group for state in states.values() for balanced in state.balanced]
    families = _families(states)
    goals: list[Goal] = []
    refused: list[Result] = []
    for revision in order(wanted, states, cloud.exposures(groups)):
        known = journal.pending(begin, revision.name) is not None
        why = "" if known else _left_alone(revision, states, named)
        if why:
            refused.append(Result(service=revision.name, outcome=Outcome.REFUSED, detail=why))
        else:
            goals.append(
                NewSize(
                    wanted=revision,
                    named=(named or {}).get(revision.name),
                    families=families,
                    in_stages=bool(options.bake),
                )
            )
    return RunScope(
        begin=begin,
        cluster=recommended.cluster,
        cloud=cloud,
        goals=tuple(goals),
        refused=tuple(refused),
    )


def journal_region(options: Options) -> str:
    """Return the region to ask for a journal in S3: the rollout's own.

    Raises:
        RolloutError: nothing says which.

    """
    recommended = _still_there(options.folder)
    region = recommended.region if recommended is not None else options.region
    if region is None:
        raise RolloutError(
            "no recommendation says the region", where=str(options.folder), advice="name it with --region"
        )
    return region


def _left_alone(
    wanted: WantedRevision, states: Mapping[str, ServiceState], named: Mapping[str, str] | None
) -> str:
    """Return why nothing is begun with the service; empty if it may be."""
    state = states.get(wanted.name)
    if state is None:
        return "the cluster has no service of that name"
    if state.status != "ACTIVE":
        return f"the service is {state.status}"
    if named is not None and wanted.name not in named:
        return "the file of --task-definitions does not name its revision"
    return ""


def backward(options: Options, open_api: OpenApi, journal: Journal, at: str) -> RunScope:
    """Return the scope of an undo: what the last rollout moved and no undo took back, the last first.

    Raises:
        RolloutError: there was no rollout, or the options do not fit.

    """
    last, moves = journal.last_rollout(), journal.moves()
    if last is None:
        raise RolloutError(
            "holds no rollout that could be undone",
            where=journal.store.where,
            advice="it is written by a rollout of this folder",
        )
    region, cluster = last.cluster_arn.split(":")[3], last.cluster_arn.rsplit("/", maxsplit=1)[-1]
    chosen = _chosen(options, moves, "the last rollout")
    _refuse_region(options, region, "the rollout was in")
    account = _account(options, last.cluster_arn.split(":")[4], "the rollout was in")
    cloud = _opened(open_api, region, account)
    arn = _cluster(cloud, cluster, journal)
    recommended = _still_there(options.folder)
    names = {*moves, *(one.name for one in recommended.services)} if recommended else {*moves}
    states = cloud.services(cluster, sorted(names))
    families = _families(states)
    return RunScope(
        begin=Begin(at=at, kind="undo", cluster_arn=arn, recommendation=last.recommendation),
        cluster=cluster,
        cloud=cloud,
        goals=tuple(UndoGoal(move=move, families=families) for move in reversed(chosen)),
        unknown=tuple(not_known(cloud, journal, last, recommended, states)),
    )


def _still_there(folder: Path) -> Recommended | None:
    """Return the folder's recommendation; an undo goes without where it cannot be read."""
    try:
        return read_recommendation(folder)
    except (UsageError, RolloutError):
        return None


def _families(states: Mapping[str, ServiceState]) -> dict[str, str]:
    return {family_of(one.task_definition): one.name for one in states.values() if one.status == "ACTIVE"}


def _chosen(options: Options, known: Mapping[str, _Kind], where: str) -> list[_Kind]:
    """Return what the user named, or everything."""
    unknown = [name for name in options.services if name not in known]
    if unknown:
        raise RolloutError(
            f"there is no service {', '.join(map(repr, unknown))} in {where}",
            where="--service",
            advice=f"known: {', '.join(sorted(known))}",
        )
    return [one for name, one in known.items() if not options.services or name in options.services]


def _refuse_region(options: Options, region: str, whose: str) -> None:
    if options.region is not None and options.region != region:
        raise RolloutError(f"{whose} {region}, not {options.region}", where="--region", advice="leave it out")


def _account(options: Options, known: str | None, whose: str) -> str:
    """Return the account that a rollout is bound to.

    Raises:
        RolloutError: nothing says which, or two things say two.

    """
    if options.account is not None and not re.fullmatch(r"[0-9]{12}", options.account):
        raise RolloutError(
            f"{options.account!r} is no account", where="--account", advice="give its 12 digits"
        )
    if known is not None and options.account not in {None, known}:
        raise RolloutError(
            f"{whose} account {known}, not {options.account}", where="--account", advice="leave it out"
        )
    account = known or options.account
    if account is None:
        raise RolloutError(
            "the recommendation does not know its account",
            where=str(options.folder),
            advice="name it with --account: a rollout writes to no other",
        )
    return account


def _opened(open_api: OpenApi, region: str, account: str) -> Aws:
    """Return the account, once it is sure that it is the one.

    Raises:
        RolloutError: the credentials are another account's; nothing was changed.

    """
    cloud = Aws(open_api(region))
    there = cloud.account()
    if there != account:
        raise RolloutError(
            f"the credentials are of account {there}, this is for {account}",
            where="AWS",
            advice="check --profile; nothing was changed",
        )
    return cloud


def _cluster(cloud: Cloud, cluster: str, journal: Journal) -> str:
    """Return the cluster's ARN; it must be the one that the journal is about."""
    arn = cloud.cluster_arn(cluster)
    if arn is None:
        raise RolloutError(
            "there is no such active cluster", where=cluster, advice="check --profile: is this its account?"
        )
    _refuse_other(
        arn, (line.cluster_arn for line in journal.lines if isinstance(line, Begin)), journal.store.where
    )
    return arn


def _refuse_other(arn: str, known: Iterable[str], where: str) -> None:
    other = next((one for one in known if one != arn), None)
    if other is not None:
        raise RolloutError(
            f"is about {other}, not {arn}",
            where=where,
            advice="check --profile, or roll out from another folder",
        )
