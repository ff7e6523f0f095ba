"""``optimize``, ``replay``, ``explain``: from a snapshot to what is advised, and why."""

from __future__ import annotations

import enum
from pathlib import Path  # typer reads the annotations when it runs
from typing import Annotated

import typer

from trimtab.cli.options import (  # typer reads the annotations when it runs
    Cpu,
    Memory,
    MinTasks,
    ObjectiveFile,
    Over,
    Prices,
    Seed,
    Services,
    Turns,
)
from trimtab.cli.screen import replaying, say, show
from trimtab.errors import EXIT_PARTIAL


def optimize(  # noqa: PLR0913, PLR0917  # one a flag
    snapshot: Annotated[
        Path, typer.Argument(metavar="SNAPSHOT", help="Folder with fleet.json and metrics.parquet.")
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
    min_tasks: MinTasks = None,
    turns: Turns = None,
    seed: Seed = None,
    prices: Prices = None,
) -> None:
    """Choose each service's task size, scaling policies and health-check timing.

    Cost is minimised by replay under the objective; what is chosen on the first part of the
    history is judged on the last. Prints before and after. With -o, writes services.auto.tfvars
    and recommendation.json; trimtab explain tells why. With --service too, the other services stay
    as an earlier run left them. Exits with 3 when a service had to be left out; the others are
    written all the same.
    """
    from trimtab.fleet.folder import refuse_absent  # noqa: PLC0415

    refuse_absent(snapshot)
    from trimtab import pipeline  # noqa: PLC0415
    from trimtab.evidence.objective import objective_of  # noqa: PLC0415
    from trimtab.report import terminal  # noqa: PLC0415

    promise = objective_of(
        objective,
        over_percent=over_percent,
        cpu_percent=cpu_percent,
        memory_percent=memory_percent,
        min_tasks=min_tasks,
        direction_changes_day=turns,
        seed=seed,
    )
    with replaying() as told:
        outcome = pipeline.optimize(
            snapshot, output, objective=promise, services=service or (), prices_file=prices, progress=told
        )
    show(terminal.render(outcome.report))
    if output is None:
        say("nothing was written: name a folder with -o to get the values")
    if outcome.partial:
        raise typer.Exit(EXIT_PARTIAL)


def replay(  # noqa: PLR0913, PLR0917  # one a flag
    snapshot: Annotated[
        Path, typer.Argument(metavar="SNAPSHOT", help="Folder with fleet.json and metrics.parquet.")
    ],
    service: Services = None,
    policy: Annotated[
        Path | None,
        typer.Option("--policy", metavar="FILE", help="Values as optimize writes them, to replay instead."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write every minute here, as parquet."),
    ] = None,
    objective: ObjectiveFile = None,
    prices: Prices = None,
) -> None:
    """Replay the recorded demand through the scaling policies, minute by minute.

    Through those that are configured, or through the sizes and policies of a services.auto.tfvars.
    Exits with 3 when a service could not be replayed; the others are shown all the same.
    """
    from trimtab.fleet.folder import refuse_absent  # noqa: PLC0415

    refuse_absent(snapshot)
    from trimtab.evidence.objective import objective_of  # noqa: PLC0415
    from trimtab.replaying import replay as replayed  # noqa: PLC0415
    from trimtab.report import replay_terminal  # noqa: PLC0415

    with replaying() as told:
        done = replayed(
            snapshot,
            services=tuple(service or ()),
            values=policy,
            objective=objective_of(objective),
            prices_file=prices,
            output=output,
            progress=told,
        )
    show(replay_terminal.render(done.report))
    if done.partial:
        raise typer.Exit(EXIT_PARTIAL)


def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder that optimize -o wrote.")],
) -> None:
    """Show a result again as optimize showed it, without searching again.

    Reads recommendation.json and nothing else. Exits with 3 when a service was left out.
    """
    from trimtab.adoption.write import DOCUMENT_FILE  # noqa: PLC0415
    from trimtab.evidence.document import read_document  # noqa: PLC0415
    from trimtab.report import terminal  # noqa: PLC0415
    from trimtab.report.data import report_of  # noqa: PLC0415

    document = read_document(folder / DOCUMENT_FILE)
    show(terminal.render(report_of(document, folder)))
    if document.left_out:
        raise typer.Exit(EXIT_PARTIAL)


class Form(enum.Enum):
    """How a page is shown."""

    TABLE = "table"
    MARKDOWN = "markdown"


def explain(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder that optimize -o wrote.")],
    service: Annotated[str, typer.Argument(metavar="SERVICE", help="Name of the service.")],
    form: Annotated[
        Form, typer.Option("--format", help="For a person, or for a change request.")
    ] = Form.TABLE,
) -> None:
    """Tell on a page why a service has its size and its ladders.

    With what else there was, what that would have cost or broken, and how to try an edit. Reads
    recommendation.json and nothing else.
    """
    from trimtab.adoption.write import DOCUMENT_FILE, VALUES_FILE  # noqa: PLC0415
    from trimtab.evidence.document import read_document  # noqa: PLC0415
    from trimtab.report import explain_markdown, explain_terminal  # noqa: PLC0415
    from trimtab.report.explain_data import explanation_of  # noqa: PLC0415

    document = read_document(folder / DOCUMENT_FILE)
    page = explanation_of(document, service, folder / VALUES_FILE)
    if form is Form.MARKDOWN:
        typer.echo(explain_markdown.render(page), nl=False)
    else:
        show(explain_terminal.render(page))
