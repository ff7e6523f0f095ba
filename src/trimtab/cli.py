"""Flags to pipeline to screen: the only module that prints or exits.

What a command needs is imported inside it, so that ``--help`` does not wait for numpy.
"""

from __future__ import annotations

import shlex
import signal
import sys
from pathlib import Path  # typer reads the annotations when it runs
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from trimtab.errors import EXIT_OK, EXIT_PARTIAL, EngineMissing, TrimtabError
from trimtab.report.guard_words import Form  # typer reads the annotations when it runs

if TYPE_CHECKING:
    from types import FrameType

    from rich.console import Group

    from trimtab.report.data import Report

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
    typer.Option("--min-tasks", metavar="N", help="Least tasks. [default: 2 behind a load balancer, else 1]"),
]
Turns: TypeAlias = Annotated[
    float | None,
    typer.Option("--turns", metavar="N", help="Direction changes a day, at most. [default: 24]"),
]
Seed: TypeAlias = Annotated[
    int | None,
    typer.Option("--seed", metavar="N", help="Of the search: the same gives the same. [default: 0]"),
]

app = typer.Typer(
    name="trimtab",
    help="Right-size an ECS Fargate fleet and write the Terraform values that adopt it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def main() -> int:
    """Run the command. What a user can mend is one line on stderr; anything else a traceback."""
    try:
        app()
    except TrimtabError as error:
        _say(f"error: {' '.join(error.one_line().splitlines())}")
        return error.exit_code
    return EXIT_OK


def _say(words: str) -> None:
    """Write words or progress, which go to stderr."""
    typer.echo(words, err=True)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415

        typer.echo(f"trimtab {version('trimtab')}")
        raise typer.Exit


@app.callback()
def _root(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    """Hold the options that belong to no command."""
    del version  # the callback has acted on it


@app.command()
def snapshot(  # noqa: PLR0913 - one parameter a flag
    *,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Write the snapshot here.")],
    cluster: Annotated[
        str | None, typer.Option("--cluster", metavar="NAME", help="Read this cluster as it runs.")
    ] = None,
    region: Annotated[str | None, typer.Option("--region", help="AWS region.")] = None,
    profile: Annotated[str | None, typer.Option("--profile", help="AWS profile.")] = None,
    days: Annotated[int, typer.Option("--days", help="Days of metrics, 1 to 15.")] = 14,
    terraform: Annotated[
        Path | None,
        typer.Option(
            "--terraform", metavar="FILE", help="Read terraform show -json of a state or plan instead."
        ),
    ] = None,
    with_environment: Annotated[
        bool, typer.Option("--with-environment", help="Keep values of environment variables.")
    ] = False,
) -> None:
    """Read a running fleet, or a Terraform state of one, into a snapshot folder.

    Only reads; docs/iam-snapshot-policy.json is all it needs. Run again after an interruption to go
    on. Exits with 3 when a service had to be left out; the rest is written all the same.
    """
    from datetime import UTC, datetime  # noqa: PLC0415

    from trimtab import snapshotting  # noqa: PLC0415

    asked = snapshotting.Asked(
        cluster=cluster,
        region=region,
        profile=profile,
        days=days,
        terraform=terraform,
        with_environment=with_environment,
    )
    taken = snapshotting.take_snapshot(asked, output, now=datetime.now(UTC), progress=_say)
    for line in taken.lines():
        _say(line)
    if taken.partial:
        raise typer.Exit(EXIT_PARTIAL)


@app.command()
def optimize(  # noqa: PLR0913, PLR0917  # one a flag
    snapshot: Annotated[
        Path, typer.Argument(metavar="SNAPSHOT", help="Folder with fleet.json and metrics.parquet.")
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="DIR", help="Write the values and the recommendation here."),
    ] = None,
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
    and recommendation.json; trimtab explain tells why. Exits with 3 when a service had to be left
    out; the others are written all the same.
    """
    from trimtab import pipeline  # noqa: PLC0415
    from trimtab.evidence.objective import objective_of  # noqa: PLC0415

    promise = objective_of(
        objective,
        over_percent=over_percent,
        cpu_percent=cpu_percent,
        memory_percent=memory_percent,
        min_tasks=min_tasks,
        direction_changes_day=turns,
        seed=seed,
    )
    outcome = pipeline.optimize(snapshot, output, objective=promise, prices_file=prices, progress=_say)
    _show(outcome.report)
    if output is None:
        _say("nothing was written: name a folder with -o to get the values")
    if outcome.partial:
        raise typer.Exit(EXIT_PARTIAL)


@app.command()
def write(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder that optimize -o wrote, from a snapshot.")
    ],
) -> None:
    """Write what adopts the running fleet, replacing nothing, beside the values in DIR.

    imports.tf imports what exists, adopt.auto.tfvars keeps what must stay as it is, and not-owned.md
    lists the rest. Exits with 3 when a service cannot be taken over and is left as it is.
    """
    from trimtab import adopting  # noqa: PLC0415

    done = adopting.write(folder, progress=_say)
    for path in (done.written.imports, done.written.adopt, done.written.not_owned):
        typer.echo(path)
    _say(f"{len(done.takeover.services)} services taken over by {done.imports} imports")
    for left in done.takeover.left:
        _say(f"left as it is: {left.name}: {left.reason}")
    if done.partial:
        raise typer.Exit(EXIT_PARTIAL)


@app.command()
def replay(  # noqa: PLR0913, PLR0917  # one a flag
    snapshot: Annotated[
        Path, typer.Argument(metavar="SNAPSHOT", help="Folder with fleet.json and metrics.parquet.")
    ],
    service: Annotated[
        str | None, typer.Option("--service", metavar="NAME", help="Only this service.")
    ] = None,
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
    from trimtab import pipeline  # noqa: PLC0415
    from trimtab.evidence.objective import objective_of  # noqa: PLC0415
    from trimtab.report import replay_terminal  # noqa: PLC0415

    done = pipeline.replay(
        snapshot,
        service=service,
        values=policy,
        objective=objective_of(objective),
        prices_file=prices,
        output=output,
        progress=_say,
    )
    _print(replay_terminal.render(done.report))
    if done.partial:
        raise typer.Exit(EXIT_PARTIAL)


@app.command()
def explain(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder that optimize -o wrote.")],
    service: Annotated[str, typer.Argument(metavar="SERVICE", help="Name of the service.")],
    *,
    markdown: Annotated[bool, typer.Option("--markdown", help="As Markdown, for a change request.")] = False,
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
    if markdown:
        typer.echo(explain_markdown.render(page), nl=False)
    else:
        _print(explain_terminal.render(page))


def _show(report: Report) -> None:
    """Print the report of ``optimize``."""
    from trimtab.report import terminal  # noqa: PLC0415

    _print(terminal.render(report))


def _print(rendered: Group) -> None:
    """Print a report: the command's data, so to stdout."""
    from rich.console import Console  # noqa: PLC0415

    from trimtab.report.layout import WIDTH  # noqa: PLC0415

    console = Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False)
    console.print(rendered, crop=False)


@app.command()
def rollout(  # noqa: PLR0913 - one parameter a flag
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder that optimize -o wrote; the journal goes there.")
    ],
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the calls that would be made; make none that write.")
    ] = False,
    undo: Annotated[
        bool, typer.Option("--undo", help="Go back to the revisions that ran before, the last first.")
    ] = False,
    service: Annotated[
        list[str] | None, typer.Option("--service", metavar="NAME", help="Only this one; may be repeated.")
    ] = None,
    wave: Annotated[int, typer.Option("--wave", min=1, metavar="N", help="Services at a time.")] = 1,
    task_definitions: Annotated[
        Path | None,
        typer.Option(
            "--task-definitions", metavar="FILE", help="terraform output -json: which revisions to move to."
        ),
    ] = None,
    timeout: Annotated[
        float, typer.Option("--timeout", min=1, metavar="MINUTES", help="Wait this long for a service.")
    ] = 40,
    region: Annotated[str | None, typer.Option("--region", help="Must be the recommendation's.")] = None,
    profile: Annotated[str | None, typer.Option("--profile", help="AWS profile.")] = None,
) -> None:
    """Move each service to its new revision, the least critical first, and watch it get there.

    Stops at the first deployment that fails. Run again to go on; nothing is done twice.
    Exits with 20 to 25 for what it found; docs/rollout.md says which.
    """
    from trimtab.fleet.aws import Account  # noqa: PLC0415
    from trimtab.report import rollout_terminal  # noqa: PLC0415
    from trimtab.rollout.clock import MachineClock  # noqa: PLC0415
    from trimtab.rollout.run import run_rollout  # noqa: PLC0415
    from trimtab.rollout.scope import Options  # noqa: PLC0415

    options = Options(
        folder=folder,
        services=tuple(service or ()),
        wave=wave,
        task_definitions=task_definitions,
        undo=undo,
        dry_run=dry_run,
        region=region,
        timeout_s=timeout * 60,
    )
    done = run_rollout(
        options,
        lambda where: Account.open(region=where, profile=profile, reads_only=dry_run),
        MachineClock(),
        tell=_say,
    )
    _print(rollout_terminal.render(done))
    if done.exit_code:
        raise typer.Exit(done.exit_code)


@app.command()
def demo(
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="Write the values and the proof here.")
    ] = Path("trimtab-demo"),
) -> None:
    """Optimise the example fleet, then prove the result with real Terraform on a sandbox.

    Needs no AWS account. Without terraform or tofu it does the rest and says what was not proven.
    """
    from trimtab import pipeline  # noqa: PLC0415
    from trimtab.adoption.engine import find_engine  # noqa: PLC0415
    from trimtab.assets import assets_folder  # noqa: PLC0415

    outcome = pipeline.optimize(assets_folder() / "examples" / "fleet", output, progress=_say)
    _show(outcome.report)
    try:
        engine = find_engine()
    except EngineMissing as missing:
        _say(f"not proven: that these values apply and plan clean ({missing.one_line()})")
        return
    from trimtab.demo import PROOF_FILE, prove  # noqa: PLC0415
    from trimtab.report.progress import stages  # noqa: PLC0415

    _say(f"\nThe proof: {engine} and the AWS provider against a sandbox on this machine, a few minutes.")
    values = output / "services.auto.tfvars"
    with stages() as stage:
        proof = prove(values, output, engine, stage)
    _show(outcome.report)
    typer.echo(
        f"\nProven in {proof.seconds:.0f} s with {proof.engine}: the fleet as found "
        f"({proof.resources_before} resources) and as proposed ({proof.resources_after})\n"
        f"apply, and a second plan of the proposal changes nothing. Counted in {output / PROOF_FILE}."
    )


@app.command()
def guard(
    plan: Annotated[
        Path,
        typer.Argument(
            metavar="PLAN.JSON", allow_dash=True, help="Output of terraform show -json, or - to read it."
        ),
    ],
    form: Annotated[
        Form,
        typer.Option("--format", help="For a person, a program or a pull request."),
    ] = Form.TABLE,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write the answer here instead."),
    ] = None,
) -> None:
    """Say which changes of a Terraform plan are safe, redeploy tasks or interrupt.

    Exits with 10 when something interrupts: traffic or data would be lost. With 11 when nothing is
    known to, but something cannot be judged. Redeploying tasks is no interruption: 0.
    """
    from trimtab import guard as guarding  # noqa: PLC0415

    found = guarding.guard(plan, form, output)
    if output is not None:
        _say(f"{found.report.headline} Written: {output}")
    elif isinstance(found.shown, str):
        typer.echo(found.shown, nl=False)
    else:
        _print(found.shown)
    if found.exit_code:
        raise typer.Exit(found.exit_code)


@app.command()
def sandbox(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 takes a free one.")] = 0,
) -> None:
    """Run an AWS on this machine until Ctrl-C. Prints the environment that leads to it."""
    from trimtab.sandbox.server import Sandbox  # noqa: PLC0415

    # Set here because a shell starts background jobs with Ctrl-C ignored.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        with Sandbox.start(port=port) as running:
            for name, value in running.environment.items():
                typer.echo(f"export {name}={shlex.quote(value)}")
            sys.stdout.flush()
            _say(f"the sandbox answers at {running.endpoint}; Ctrl-C stops it and forgets everything")
            while True:
                signal.pause()
    except KeyboardInterrupt:
        _say("the sandbox has stopped")


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
