"""``snapshot``, ``write``, ``guard``, ``rollout``: a running fleet, read, taken over and moved."""

from __future__ import annotations

from pathlib import Path  # typer reads the annotations when it runs
from typing import Annotated

import typer

from trimtab.cli.common import typed
from trimtab.cli.options import (  # typer reads the annotations when it runs
    CostCenterTag,
    EnvironmentTag,
    Profile,
    Region,
    Services,
)
from trimtab.cli.screen import progress, say, show, warn
from trimtab.errors import EXIT_PARTIAL
from trimtab.report.guard_words import Form  # typer reads the annotations when it runs


def snapshot(  # noqa: PLR0913 - one parameter a flag
    context: typer.Context,
    *,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Write the snapshot here.")],
    cluster: Annotated[
        str | None, typer.Option("--cluster", metavar="NAME", help="Read this cluster as it runs.")
    ] = None,
    region: Region = None,
    profile: Profile = None,
    days: Annotated[int, typer.Option("--days", metavar="N", help="Days of metrics, 1 to 15.")] = 14,
    terraform: Annotated[
        Path | None,
        typer.Option(
            "--terraform", metavar="FILE", help="Read terraform show -json of a state or plan instead."
        ),
    ] = None,
    with_environment: Annotated[
        bool, typer.Option("--with-environment", help="Keep values of environment variables.")
    ] = False,
    environment_tag: EnvironmentTag = None,
    cost_center_tag: CostCenterTag = None,
) -> None:
    """Read a running fleet, or a Terraform state of one, into a snapshot folder.

    Only reads; docs/iam-snapshot-policy.json is all it needs. Run again after an interruption to go
    on. Exits with 3 when a service had to be left out; the rest is written all the same.
    """
    from datetime import UTC, datetime  # noqa: PLC0415

    from trimtab import snapshotting  # noqa: PLC0415
    from trimtab.fleet.raw import TagNames  # noqa: PLC0415

    if terraform is not None:  # what is set for every run is no contradiction, what is typed is one
        region = region if typed(context, "region") else None
        profile = profile if typed(context, "profile") else None
    asked = snapshotting.Asked(
        cluster=cluster,
        region=region,
        profile=profile,
        days=days,
        terraform=terraform,
        with_environment=with_environment,
        tag_names=TagNames.called(environment=environment_tag, cost_center=cost_center_tag),
    )
    with progress() as told:
        taken = snapshotting.take_snapshot(asked, output, now=datetime.now(UTC), progress=told)
    for line in taken.missing():
        warn(line)
    for line in taken.lines():
        say(line)
    if taken.partial:
        raise typer.Exit(EXIT_PARTIAL)


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

    with progress() as told:
        done = adopting.write(folder, progress=told)
    for path in (done.written.imports, done.written.adopt, done.written.not_owned):
        typer.echo(path)
    say(f"{len(done.takeover.services)} services taken over by {done.imports} imports")
    say("they are for terraform/platform; trimtab init DIR writes it where there is no checkout")
    for left in done.takeover.left:
        warn(f"left as it is: {left.name}: {left.reason}")
    for cut in done.cuts:
        warn(f"once adopt's security groups and load_balancer go: {cut.caller}: {cut.what}; {cut.fix}")
    if done.unseen:
        say(f"cannot tell whom {done.unseen} variables call: the snapshot has no values (--with-environment)")
    if done.partial:
        raise typer.Exit(EXIT_PARTIAL)


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder, or an empty one.")],
) -> None:
    """Write the Terraform configuration that the values are for into DIR.

    The modules and the root of the installed version, without anybody's values: terraform/platform
    takes what optimize and write have written.
    """
    from trimtab.assets import start_configuration  # noqa: PLC0415

    root = start_configuration(folder)
    typer.echo(root)
    say(f"copy the .tfvars and imports.tf that trimtab wrote into {root}, then terraform init and plan there")


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
        say(f"{found.report.headline} Written: {output}")
    elif isinstance(found.shown, str):
        typer.echo(found.shown, nl=False)
    else:
        show(found.shown)
    if found.exit_code:
        raise typer.Exit(found.exit_code)


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
    service: Services = None,
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
    region: Region = None,
    profile: Profile = None,
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
        tell=say,
    )
    show(rollout_terminal.render(done))
    if done.exit_code:
        raise typer.Exit(done.exit_code)
