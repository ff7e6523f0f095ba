"""The minutes of a replay as one parquet file: long, one row a service and minute."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from trimtab.snapshot.contract import STEP_S

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from trimtab.advice.case.outcome import Judged
    from trimtab.replay.result import Minutes


def encode(judged: Iterable[Judged]) -> bytes:
    """Return the file's bytes. A point that is missing is null."""
    tables = [_table(one.verdict.service, one.replay.minutes, one.start) for one in judged]
    out = io.BytesIO()
    pl.concat(tables).write_parquet(out, compression="zstd")
    return out.getvalue()


def _table(service: str, minutes: Minutes, start: datetime) -> pl.DataFrame:
    count = minutes.demand_vcpu.size
    last = start + timedelta(seconds=STEP_S * (count - 1))
    times = pl.datetime_range(start, last, timedelta(seconds=STEP_S), time_unit="ms", eager=True)
    return pl.DataFrame(
        {
            "service": pl.repeat(service, count, eager=True),
            "timestamp": times,
            "demand_vcpu": minutes.demand_vcpu,
            "served_vcpu": minutes.served_vcpu,
            "backlog_vcpu_min": minutes.backlog_vcpu_min,
            "running_tasks": minutes.running,
            "serving_tasks": minutes.serving,
            "desired_tasks": minutes.desired,
            "cpu_average_percent": minutes.cpu_average_percent,
            "cpu_maximum_percent": minutes.cpu_maximum_percent,
            "memory_average_percent": minutes.memory_average_percent,
            "billed_s": minutes.billed_s,
            "alarm_states": minutes.alarm_state.T.tolist(),
            "over_cpu": minutes.over_cpu,
            "over_memory": minutes.over_memory,
            "out_of_memory": minutes.oom,
        },
        schema_overrides={"alarm_states": pl.List(pl.Int8)},
        nan_to_null=True,
    )
