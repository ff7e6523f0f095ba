"""Flags that several commands have, or that are many: the objective, prices."""

from __future__ import annotations

from pathlib import Path  # typer reads the annotations when it runs
from typing import Annotated, TypeAlias

import typer

Prices: TypeAlias = Annotated[
    Path | None,
    typer.Option("--prices", metavar="FILE", help="Your own prices and discounts, instead of list prices."),
]

ObjectiveFile: TypeAlias = Annotated[
    Path | None,
    typer.Option("--objective", metavar="FILE", help="The objective as JSON; flags go over it."),
]
Over: TypeAlias = Annotated[
    float | None,
    typer.Option("--over-percent", metavar="X", help="Minutes that may be above --cpu-percent. [default: 1]"),
]
Cpu: TypeAlias = Annotated[
    float | None,
    typer.Option("--cpu-percent", metavar="U", help="CPU that a minute should not exceed. [default: 80]"),
]
Memory: TypeAlias = Annotated[
    float | None,
    typer.Option("--memory-percent", metavar="M", help="Memory that no minute may exceed. [default: 90]"),
]
MinTasks: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--min-tasks",
        metavar="N",
        help="Least tasks. [default: 2 behind a load balancer, else today's minimum, 1 or 2]",
    ),
]
Turns: TypeAlias = Annotated[
    float | None,
    typer.Option("--turns", metavar="N", help="Direction changes a day, at most. [default: 24]"),
]
Seed: TypeAlias = Annotated[
    int | None,
    typer.Option("--seed", metavar="N", help="Of the search: the same gives the same. [default: 0]"),
]
