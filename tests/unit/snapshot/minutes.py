"""A fleet and its minutes, all alike, for a test to change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
from fleet.made import service

from trimtab.fleet.model import Fleet

START = datetime(2026, 11, 2, tzinfo=UTC)
MINUTES = 2880


def fleet(*names: str) -> Fleet:
    services = tuple(service(name) for name in names)
    return Fleet(
        schema_version=1,
        cluster="c",
        region="us-east-1",
        environment="test",
        start="2026-11-02T00:00:00Z",
        days=MINUTES / 1440,
        services=services,
    )


def rows(name: str, *, minutes: int = MINUTES, **columns: float | None) -> pl.DataFrame:
    plain: dict[str, float | None] = {
        "cpu_average_percent": 40.0,
        "cpu_maximum_percent": 50.0,
        "memory_average_percent": 30.0,
        "memory_maximum_percent": 35.0,
        "requests": 1200.0,
        "running_tasks": 4,
    }
    values = plain | columns
    types = dict.fromkeys(values, pl.Float32()) | {"running_tasks": pl.Int16()}
    return pl.DataFrame(
        {
            "service": [name] * minutes,
            "timestamp": pl.Series(
                [START + timedelta(minutes=i) for i in range(minutes)], dtype=pl.Datetime("ms", "UTC")
            ),
        }
    ).with_columns(pl.lit(value, dtype=types[column]).alias(column) for column, value in values.items())
