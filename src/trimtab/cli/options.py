"""Flags that several commands have, or that are many: the objective, prices, names of tags."""

from __future__ import annotations

from pathlib import Path  # typer reads the annotations when it runs
from typing import Annotated, TypeAlias

import typer

Prices: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--prices",
        metavar="FILE",
        envvar="TRIMTAB_PRICES",
        show_envvar=False,
        help="Your own prices and discounts, instead of list prices.",
    ),
]
Region: TypeAlias = Annotated[
    str | None,
    typer.Option("--region", metavar="NAME", envvar="TRIMTAB_REGION", show_envvar=False, help="AWS region."),
]
Profile: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--profile", metavar="NAME", envvar="TRIMTAB_PROFILE", show_envvar=False, help="AWS profile."
    ),
]
Services: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--service", metavar="NAME", help="Only this service; may be repeated."),
]
EnvironmentTag: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--environment-tag",
        metavar="KEY",
        envvar="TRIMTAB_TAGS_ENVIRONMENT",
        show_envvar=False,
        help="Tag of the cluster that says production, staging ... [default: environment]",
    ),
]
CostCenterTag: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--cost-center-tag",
        metavar="KEY",
        envvar="TRIMTAB_TAGS_COST_CENTER",
        show_envvar=False,
        help="Tag of a service for who pays. [default: cost-center]",
    ),
]

ObjectiveFile: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--objective",
        metavar="FILE",
        envvar="TRIMTAB_OBJECTIVE",
        show_envvar=False,
        help="The objective as JSON; flags go over it.",
    ),
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
