"""``trimtab optimize``: size, policies and timing of each service."""

from __future__ import annotations

from pathlib import Path  # typer reads the annotations when it runs
from typing import Annotated

import typer

from trimtab.cli.options import (  # typer reads the annotations when it runs
    P95,
    AllowZero,
    Cluster,
    Cpu,
    FastSignals,
    Jobs,
    Memory,
    MinTasks,
    ObjectiveFile,
    OptimizeMetrics,
    Over,
    Prices,
    Reversals,
    Seed,
    Services,
    Timezone,
)
from trimtab.cli.screen import replaying, say, show, warn, write_out
from trimtab.errors import EXIT_PARTIAL
from trimtab.report.formats import Form  # typer reads the annotations when it runs


def optimize(  # noqa: PLR0913, PLR0917  # one a flag
    snapshot: Annotated[
        str,
        typer.Argument(
            metavar="SNAPSHOT", help="Folder with fleet.json and metrics.parquet; s3://BUCKET/FOLDER too."
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="DIR", help="Write the values and the recommendation here."),
    ] = None,
    service: Services = None,
    objective: ObjectiveFile = None,
    over_percent: Over = None,
    cpu_percent: Cpu = None,
    memory_percent: Memory = None,
    p95_ms: P95 = None,
    min_tasks: MinTasks = None,
    reversals: Reversals = None,
    seed: Seed = None,
    fast_signals: FastSignals = None,
    allow_zero: AllowZero = None,
    timezone: Timezone = None,
    metric: OptimizeMetrics = None,
    prices: Prices = None,
    jobs: Jobs = None,
    scheduler: Cluster = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Search every service, also one that DIR keeps the answer of.")
    ] = False,
    no_report: Annotated[
        bool, typer.Option("--no-report", help="Do not write report.html, the page to forward.")
    ] = False,
    form: Annotated[
        Form, typer.Option("--format", help="For a person, a change request or a program.")
    ] = Form.TABLE,
) -> None:
    """Choose each service's task size, scaling policies and health-check timing.

    Cost is minimised by replay under the objective; what is chosen on the first part of the
    history is judged on the last. Prints before and after; trimtab report DIR SERVICE tells why.

    With -o, writes services.auto.tfvars, recommendation.json and report.html, a page to forward.
    From a snapshot of an account or a state also imports.tf, adopt.auto.tfvars and not-owned.md,
    which take the running fleet over; what was edited of these stays (trimtab write).

    With --service too, the other services stay as an earlier run left them. Answers are kept in
    DIR/.trimtab as they are found: a run that was stopped goes on, and a later one searches what
    changed. Exits with 3 when a service had to be left out; the others are written all the same.
    """
    from trimtab.snapshot.place.named import place_of, refuse_bucket  # noqa: PLC0415

    place = place_of(snapshot)
    refuse_bucket(output, "-o")
    from trimtab.advice.case.objective import objective_of, on_metrics  # noqa: PLC0415
    from trimtab.commands import optimize as optimizing  # noqa: PLC0415
    from trimtab.report.optimize import terminal  # noqa: PLC0415
    from trimtab.workers.spread import cores  # noqa: PLC0415

    cluster = None
    if scheduler is not None:
        from trimtab.workers.cluster import DaskScheduler  # noqa: PLC0415

        cluster = DaskScheduler(scheduler)
    promise = objective_of(
        objective,
        over_percent=over_percent,
        cpu_percent=cpu_percent,
        memory_percent=memory_percent,
        p95_ms=p95_ms,
        min_tasks=min_tasks,
        direction_changes_day=reversals,
        seed=seed,
        fast_signals=fast_signals,
        allow_zero=allow_zero,
        timezone=timezone,
    )
    promise = on_metrics(promise, metric or ())
    with replaying() as told:
        outcome = optimizing.optimize(
            place,
            output,
            objective=promise,
            services=service or (),
            prices_file=prices,
            jobs=jobs or cores(),
            scheduler=cluster,
            fresh=fresh,
            page=not no_report,
            progress=told,
        )
    if form is Form.TABLE:
        show(terminal.render(outcome.report))
    else:
        from trimtab.commands.report import text_of  # noqa: PLC0415

        write_out(text_of(outcome.document, output, None, markdown=form is Form.MARKDOWN))
    if outcome.adoption.said:
        say(outcome.adoption.said)
    for left in outcome.adoption.left:
        warn(f"not taken over: {left.service}: {left.detail}")
    if output is None:
        say("nothing was written: name a folder with -o to get the values")
    if outcome.partial:
        raise typer.Exit(EXIT_PARTIAL)
