"""Flags that several commands have, or that are many: the objective, prices, names of tags."""

from __future__ import annotations

from pathlib import Path  # typer reads the annotations when it runs
from typing import Annotated, Any, TypeAlias

import typer


def settable(flag: str, metavar: str, words: str, *, name: str = "", **more: Any) -> Any:  # noqa: ANN401 - typer's own
    """Return an option that ``TRIMTAB_...`` and ``trimtab.toml`` may give too (docs/settings.md)."""
    variable = f"TRIMTAB_{name or flag.strip('-').upper()}"
    return typer.Option(flag, metavar=metavar, envvar=variable, show_envvar=False, help=words, **more)


Prices: TypeAlias = Annotated[
    Path | None, settable("--prices", "FILE", "Your own prices and discounts, instead of list prices.")
]
Region: TypeAlias = Annotated[str | None, settable("--region", "NAME", "AWS region.")]
Profile: TypeAlias = Annotated[str | None, settable("--profile", "NAME", "AWS profile.")]
Jobs: TypeAlias = Annotated[
    int | None,
    typer.Option("--jobs", metavar="N", min=1, help="Processes that share the search. [default: one a core]"),
]
Cluster: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--scheduler", metavar="ADDRESS", help="Dask scheduler to search by, not --jobs: tls://HOST:PORT."
    ),
]
Services: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--service", metavar="NAME", help="Only this service; may be repeated."),
]
EnvironmentTag: TypeAlias = Annotated[
    str | None,
    settable(
        "--environment-tag",
        "KEY",
        "Tag of the cluster that says production, staging ... [default: environment]",
        name="TAGS_ENVIRONMENT",
    ),
]
CostCenterTag: TypeAlias = Annotated[
    str | None,
    settable(
        "--cost-center-tag",
        "KEY",
        "Tag of a service for who pays. [default: cost-center]",
        name="TAGS_COST_CENTER",
    ),
]
KeepTags: TypeAlias = Annotated[
    str | None,
    settable(
        "--keep-tags",
        "KEYS",
        "Tags whose values are kept too, with commas; of any other only the key is.",
        name="TAGS_KEEP",
    ),
]
ObjectiveFile: TypeAlias = Annotated[
    Path | None, settable("--objective", "FILE", "The objective as JSON; flags go over it.")
]
Over: TypeAlias = Annotated[
    float | None,
    typer.Option(
        "--over-percent", metavar="X", help="Share of minutes allowed above --cpu-percent. [default: 1]"
    ),
]
Cpu: TypeAlias = Annotated[
    float | None,
    typer.Option("--cpu-percent", metavar="U", help="CPU that a minute should not exceed. [default: 80]"),
]
Memory: TypeAlias = Annotated[
    float | None,
    typer.Option("--memory-percent", metavar="M", help="Memory that no minute may exceed. [default: 90]"),
]
P95: TypeAlias = Annotated[
    float | None,
    typer.Option(
        "--p95-ms",
        metavar="MS",
        help="p95 response time of a minute, at most, where a load balancer measures it.",
    ),
]
MinTasks: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--min-tasks",
        metavar="N",
        help="Least tasks. [default: 2 behind a load balancer, else today's minimum, 1 or 2]",
    ),
]
Reversals: TypeAlias = Annotated[
    float | None,
    typer.Option(
        "--reversals",
        metavar="N",
        help="Reversals a day, at most: from scaling out to in, or back. [default: 24]",
    ),
]
OptimizeMetrics: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--metric",
        metavar="METRIC",
        help="Search steps on this metric too, beside CPU and memory: requests, of a target. Repeatable.",
    ),
]
FastSignals: TypeAlias = Annotated[
    bool | None,
    typer.Option(
        "--fast-signals",
        help="Search alarms of 20 s too, and take them where they save more than CloudWatch charges.",
    ),
]
AllowZero: TypeAlias = Annotated[
    bool | None,
    typer.Option(
        "--allow-zero",
        help="Run no task in hours that were empty every recorded day, by requests or by the recorded "
        "count, never by CPU alone: a caller gets 503 then.",
    ),
]
Timezone: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--timezone",
        metavar="ZONE",
        help="Clock of your users, such as Europe/Zurich: search minima by the time of day on it too. Hours "
        "without a task follow it. [default: no such minima; hours in UTC]",
    ),
]
Seed: TypeAlias = Annotated[
    int | None,
    typer.Option("--seed", metavar="N", help="Of the search: the same gives the same. [default: 0]"),
]
