"""Replay recorded demand under a policy. The kernel does the work; this is its front."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from trimtab.catalog.limits import MAX_TASKS
from trimtab.replay.batch import Batches
from trimtab.replay.kernel import encode
from trimtab.replay.kernel.kernel import kernel, kernel_python
from trimtab.replay.kernel.rules import OOM_BIT, OVER_CPU_BIT, OVER_MEMORY_BIT
from trimtab.replay.kernel.tables import TOTALS
from trimtab.replay.result import Activity, Minutes, Replay, Summaries, Summary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from trimtab.replay.inputs import I64, Inputs, Model
    from trimtab.replay.kernel.kernel import Kernel
    from trimtab.replay.kernel.tables import Scratch, Trace
    from trimtab.replay.policy import Policy

CHUNK = 256
"""Candidates encoded and replayed at a time."""


def replay(inputs: Inputs, policy: Policy, model: Model | None = None, *, compiled: bool = True) -> Replay:
    """Return what ``policy`` would have done on the demand, minute by minute.

    Where AWS leaves something open the ``model`` says how, by default the inputs' own.

    ``compiled=False`` runs the kernel's plain Python source, some hundred times slower.
    """
    minutes, model = inputs.load.minutes, model or inputs.model
    ticks = policy.ticks
    scratch = encode.scratch_of(minutes, policy.most_tasks, fast=ticks > 1)
    trace = encode.trace_of(minutes, ticks)
    totals = _run(kernel() if compiled else kernel_python, inputs, [policy], model, (scratch, trace))
    return Replay(
        summary=summaries_of(totals, inputs)[0],
        minutes=_minutes(inputs, len(policy.alarms), scratch, trace),
        activities=_activities(trace, int(totals[0, TOTALS.index("activities")])),
    )


def summary_of(inputs: Inputs, policy: Policy) -> Summary:
    """Return the summary of ``replay`` alone, without the work of its minutes and activities."""
    space = encode.scratch_of(inputs.load.minutes, policy.most_tasks, fast=policy.ticks > 1)
    totals = _run(kernel(), inputs, [policy], inputs.model, (space, encode.trace_of(0)))
    return summaries_of(totals, inputs)[0]


def replay_many(
    inputs: Inputs, policies: Iterable[Policy], model: Model | None = None, *, compiled: bool = True
) -> Summaries:
    """Return the summaries of many candidates on the same demand, in their order.

    ``policies`` may be a generator: a chunk at a time is taken from it, and apart from the
    summaries memory does not grow with their number. A candidate's result does not depend on
    the others or the order. ``compiled=False`` runs the kernel's plain source.
    """
    model = model or inputs.model
    if compiled:
        batches = Batches(inputs, model)
        totals = [batches.totals(encode.candidates_of(chunk, model)) for chunk in _chunks(policies)]
    else:
        space = encode.scratch_of(inputs.load.minutes, MAX_TASKS, fast=True), encode.trace_of(0)
        totals = [_run(kernel_python, inputs, chunk, model, space) for chunk in _chunks(policies)]
    return summaries_of(np.concatenate([encode.totals_of(0), *totals]), inputs)


def _chunks(policies: Iterable[Policy]) -> Iterator[tuple[Policy, ...]]:
    waiting = iter(policies)
    while chunk := tuple(itertools.islice(waiting, CHUNK)):
        yield chunk


def _run(
    run: Kernel, inputs: Inputs, policies: Sequence[Policy], model: Model, space: tuple[Scratch, Trace]
) -> I64:
    """Return the totals of a batch, shape (len(policies), len(TOTALS))."""
    totals = encode.totals_of(len(policies))
    book = encode.candidates_of(policies, model)
    # The draws wrap around at 2**64 on purpose; only plain Python's numpy scalars warn of it.
    with np.errstate(over="ignore"):
        run(encode.recording_of(inputs), encode.site_of(inputs, model), book, *space, totals)
    return totals


def summaries_of(totals: I64, inputs: Inputs) -> Summaries:
    """Return the totals of a batch, shape (C, len(TOTALS)), by name and with their cost."""
    columns = {name: totals[:, column].copy() for column, name in enumerate(TOTALS)}
    cost = columns["billed_s"] / 3600 * inputs.task.price_usd_hour
    return Summaries(cost_usd=cost, **columns)


def _minutes(inputs: Inputs, alarms: int, scratch: Scratch, trace: Trace) -> Minutes:
    return Minutes(
        demand_vcpu=inputs.load.cpu_vcpu,
        served_vcpu=trace.served,
        backlog_vcpu_min=trace.backlog,
        running=trace.running,
        serving=trace.serving,
        desired=trace.desired,
        cpu_average_percent=scratch.metrics[0],
        cpu_maximum_percent=scratch.metrics[1],
        memory_average_percent=scratch.metrics[2],
        billed_s=trace.billed_s[:-1],
        alarm_state=trace.alarm_state[:alarms],
        over_cpu=(trace.over & OVER_CPU_BIT).astype(np.bool_),
        over_memory=(trace.over & OVER_MEMORY_BIT).astype(np.bool_),
        oom=(trace.over & OOM_BIT).astype(np.bool_),
    )


def _activities(trace: Trace, count: int) -> tuple[Activity, ...]:
    rows = zip(trace.activity[:count].tolist(), trace.activity_value[:count].tolist(), strict=True)
    return tuple(
        Activity(
            minute=second // 60,
            second=second,
            before=before,
            after=after,
            alarm=alarm,
            policy=policy,
            value=value,
        )
        for (second, before, after, alarm, policy), value in rows
    )
