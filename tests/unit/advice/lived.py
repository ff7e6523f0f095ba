"""Snapshots of services that scaled by the replay's own rules, with open fields that the test knows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from fleet import made
from replay import made as replay_made

from trimtab.advice.case.case import starts_of
from trimtab.fleet.model import Scaling, ScalingActivity, StartSample, Step, StepPolicy
from trimtab.ladders.convert import policy_of_service
from trimtab.replay.inputs import Model
from trimtab.replay.run import replay
from trimtab.snapshot.folder import snapshot_of, write_snapshot

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from trimtab.fleet.model import Service
    from trimtab.snapshot.contract import Snapshot

DAYS = 2
PHASE_S = 23.4
KNOWN = Model(publication_delay_s=180, in_activity_s=120)
FIRST = 6


def _policy(name: str, *, out: bool, threshold: float) -> StepPolicy:
    return StepPolicy(
        name=name,
        metric="cpu",
        comparison="greater" if out else "less",
        threshold=threshold,
        evaluation_periods=1,
        datapoints_to_alarm=1,
        adjustment_type="ChangeInCapacity",
        cooldown_s=120 if out else 300,
        steps=(Step(lower=0.0, adjustment=2) if out else Step(upper=0.0, adjustment=-1),),
    )


SCALING = Scaling(
    min_tasks=2,
    max_tasks=30,
    policies=(_policy("out", out=True, threshold=70.0), _policy("in", out=False, threshold=40.0)),
)


def stated(activities: Sequence[tuple[float, int]]) -> tuple[ScalingActivity, ...]:
    """Word (second, new count) as a snapshot has it, newest first."""
    return tuple(
        ScalingActivity(
            start=(made.START + timedelta(seconds=at_s)).isoformat(timespec="milliseconds"),
            status="Successful",
            description=f"Setting desired count to {count}. Successfully set it.",
        )
        for at_s, count in reversed(activities)
    )


def lived_with_own(
    idle_vcpu: float, boot_vcpu_s: float, *, seed: int = 0, days: int = 10
) -> tuple[Service, pl.DataFrame]:
    """Return a service whose tasks use CPU of their own, and its rows, with the requests that made the work.

    What a request costs drifts. A start is RUNNING after a minute, so that recorded counts, which are whole,
    are those of the minute, and serves after two.
    """
    rng, minutes = np.random.default_rng(seed), days * made.DAY
    drift, push = np.zeros(minutes), rng.standard_normal(minutes)
    for k in range(1, minutes):
        drift[k] = 0.97 * drift[k - 1] + np.sqrt(1 - 0.97**2) * push[k]
    wave = 300 * (1.2 + np.sin(2 * np.pi * np.arange(minutes) / made.DAY))
    requests = np.round(wave * (1 + 0.05 * rng.standard_normal(minutes)))
    work = requests / 60 * np.maximum(0.1, 1 + 0.05 * drift)
    starts = (StartSample(placement_s=10, pull_s=12, boot_s=38, ready_s=60),) * 40
    one = made.service("web", scaling=SCALING, start_samples=starts)
    policy = policy_of_service(SCALING, initial_tasks=FIRST, start=made.START, minutes=minutes)
    task = replace(replay_made.TASK, idle_vcpu=idle_vcpu, boot_vcpu=boot_vcpu_s / 60)
    ran = replay(replay_made.inputs(work, starts=starts_of(starts), task=task), policy, KNOWN)
    cpu = ran.minutes.cpu_average_percent
    rows = made.metrics(one, days=days).with_columns(
        cpu_average_percent=pl.Series(cpu),
        cpu_maximum_percent=pl.Series(np.minimum(100, cpu * 1.01)),
        running_tasks=pl.Series(np.round(ran.minutes.running).astype(np.int64)),
        requests=pl.Series(requests),
    )
    told = stated([(act.second + PHASE_S, act.after) for act in ran.activities])
    return made.service("web", scaling=SCALING, start_samples=starts, scaling_activities=told), rows


def lived(name: str, model: Model = KNOWN, days: int = DAYS) -> tuple[Service, pl.DataFrame]:
    """Return a service that scaled up and down, and its rows."""
    times = np.arange(days * made.DAY)
    noise = np.random.default_rng(5).normal(0, 0.15, times.size)
    work = 3.0 * (1.3 + np.sin(2 * np.pi * times / 180)) + noise
    one = made.service(name, scaling=SCALING, start_samples=made.starts(20))
    policy = policy_of_service(SCALING, initial_tasks=FIRST, start=made.START, minutes=times.size)
    ran = replay(replay_made.inputs(work, starts=starts_of(one.start_samples)), policy, model)
    told = stated([(act.second + PHASE_S, act.after) for act in ran.activities])
    minutes = ran.minutes
    cpu = minutes.cpu_average_percent
    rows = made.metrics(one, days=days).with_columns(
        cpu_average_percent=pl.Series(cpu),
        cpu_maximum_percent=pl.Series(np.minimum(100, cpu * 1.01)),
        running_tasks=pl.Series(np.round(minutes.running).astype(np.int64)),
    )
    changed = made.service(name, scaling=SCALING, start_samples=made.starts(20), scaling_activities=told)
    return changed, rows


def snapshot(*services: tuple[Service, pl.DataFrame], days: int = DAYS) -> Snapshot:
    """Put services and their rows together."""
    table = pl.concat([rows for _, rows in services]).sort("service", "timestamp")
    return snapshot_of(made.fleet(*(one for one, _ in services), days=days), table)


def written(folder: Path) -> Path:
    """Write a snapshot of a service that scaled and of one that never did."""
    quiet = made.service("quiet")
    write_snapshot(snapshot(lived("web"), (quiet, made.metrics(quiet, days=DAYS))), folder)
    return folder
