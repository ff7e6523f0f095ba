"""Faults of ``metrics.parquet``: of its bytes, and of what its columns hold."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

import polars as pl

from fuzz.mutate import HOSTILE, damaged

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

NUMBERS: Final = (float("nan"), float("inf"), float("-inf"), -1.0, 0.0, 3e38, 1e-40, 101.0, None)
TYPES: Final = (
    pl.String,
    pl.Int64,
    pl.Float64,
    pl.Float32,
    pl.Boolean,
    pl.Int8,
    pl.UInt64,
    pl.Null,
    pl.Binary,
)


def spoilt_metrics(content: bytes) -> Callable[[random.Random], bytes]:
    """Return what spoils the table once."""
    table = pl.read_parquet(content)

    def spoil(draw: random.Random) -> bytes:
        kind = draw.choice((_cell, _cell, _cell, _column, _type, _order, _less, _service))
        if draw.random() < 0.1:
            return damaged(content, draw)
        try:
            spoilt = kind(table, draw)
        except pl.exceptions.PolarsError:  # a cast that cannot be
            return damaged(content, draw)
        buffer = io.BytesIO()
        spoilt.write_parquet(buffer)
        return buffer.getvalue()

    return spoil


def _cell(table: pl.DataFrame, draw: random.Random) -> pl.DataFrame:
    """Put another number into a minute, a stretch or all of a column."""
    name, number = draw.choice(table.columns[2:]), draw.choice(NUMBERS)
    first = draw.randrange(table.height)
    last = draw.choice((first + 1, first + 30, table.height))
    row = pl.int_range(pl.len())
    return table.with_columns(
        pl.when((row >= first) & (row < last)).then(pl.lit(number, pl.Float64)).otherwise(pl.col(name))
        .cast(table.schema[name], strict=False).alias(name)
    )  # fmt: skip


def _column(table: pl.DataFrame, draw: random.Random) -> pl.DataFrame:
    name = draw.choice(table.columns)
    return draw.choice(
        (
            table.drop(name),
            table.rename({name: HOSTILE.encode("utf-8", "replace").decode()}),
            table.with_columns(pl.lit(1.0).alias("x\x1b[31m")),
            table.with_columns(pl.lit(None).cast(table.schema[name]).alias(name)),
        )
    )


def _type(table: pl.DataFrame, draw: random.Random) -> pl.DataFrame:
    name = draw.choice(table.columns)
    return table.with_columns(pl.col(name).cast(draw.choice(TYPES), strict=False))


def _order(table: pl.DataFrame, draw: random.Random) -> pl.DataFrame:
    return draw.choice((table.reverse(), table.sort("timestamp"), pl.concat([table, table])))


def _less(table: pl.DataFrame, draw: random.Random) -> pl.DataFrame:
    return table.slice(draw.randrange(table.height + 1), draw.randrange(table.height + 1))


def _service(table: pl.DataFrame, draw: random.Random) -> pl.DataFrame:
    shift = draw.choice((0, 1, 60_000, 2**40, -(2**45), 2**52))
    name = draw.choice(("nobody\x1b[31m\x07", "", "scheduler"))
    if shift:
        return table.with_columns(
            (pl.col("timestamp").cast(pl.Int64) + shift).cast(table.schema["timestamp"])
        )
    return table.with_columns(pl.lit(name).alias("service"))
