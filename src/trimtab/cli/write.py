"""``trimtab write``: what takes the running fleet over, or a patch to the Terraform that is there."""

from __future__ import annotations

from pathlib import Path  # typer reads the annotations when it runs
from typing import TYPE_CHECKING, Annotated

import typer

from trimtab.cli.screen import progress, say, warn, write_out
from trimtab.errors import EXIT_PARTIAL, UsageError

if TYPE_CHECKING:
    from trimtab.commands.into import Patched
    from trimtab.patch.model import Patch


def write(  # noqa: PLR0913, PLR0917 - each is a flag
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder that optimize -o wrote, from a snapshot.")
    ],
    into: Annotated[
        Path | None,
        typer.Option("--into", metavar="PATH", help="Patch the Terraform in this folder, in place."),
    ] = None,
    var_file: Annotated[
        list[Path] | None,
        typer.Option("--var-file", metavar="FILE", help="Values of its variables; may be repeated."),
    ] = None,
    diff: Annotated[
        bool, typer.Option("--diff", help="With --into: show and prove the patch, write nothing.")
    ] = False,
    plan: Annotated[
        bool, typer.Option("--plan/--no-plan", help="With --into: prove it by two plans.")
    ] = True,
    refresh: Annotated[
        bool, typer.Option("--refresh/--no-refresh", help="With --into: have the plans ask AWS.")
    ] = True,
    by_hand: Annotated[
        Path | None,
        typer.Option(
            "--by-hand", metavar="FILE", help="With --into: write the HCL that no patch can say here."
        ),
    ] = None,
) -> None:
    """Write what adopts the running fleet, replacing nothing, beside the values in DIR.

    imports.tf imports what exists, adopt.auto.tfvars keeps what must stay as it is, and not-owned.md
    lists the rest. Exits with 3 when a service cannot be taken over and is left as it is.

    With --into nothing is adopted: the literals of your own Terraform get the proposed values, and two
    plans, before and after, prove that nothing else changes. Exits with 3 when something stays as it is,
    with 12 when it is unproven, with 13 when the plans differ by more: then nothing is written.
    """
    if into is not None:
        _patch(folder, into, var_file or [], diff=diff, plan=plan, refresh=refresh, by_hand=by_hand)
        return
    if var_file or diff or by_hand is not None or not plan or not refresh:
        raise UsageError("these flags go with --into", advice="name the folder that terraform is run in")
    from trimtab.commands import write as adopting  # noqa: PLC0415

    with progress() as told:
        done = adopting.write(folder, progress=told)
    for path in (done.written.imports, done.written.adopt, done.written.not_owned):
        write_out(f"{path}\n")
    say(f"{len(done.takeover.services)} services taken over by {done.imports} imports")
    say("they are for terraform/platform; trimtab init DIR writes it where there is no checkout")
    for left in done.takeover.left:
        warn(f"left as it is: {left.service}: {left.detail}")
    for cut in done.cuts:
        warn(f"once adopt's security groups and load_balancer go: {cut.caller}: {cut.what}; {cut.fix}")
    for name, said in done.undeployed:
        warn(f"{name} is deployed otherwise than the values have it: to keep that, give it {said}")
    if done.unseen:
        say(f"cannot tell whom {done.unseen} variables call: the snapshot has no values (--with-environment)")
    if done.partial:
        raise typer.Exit(EXIT_PARTIAL)


def _patch(  # noqa: PLR0913 - each is a flag
    folder: Path,
    root: Path,
    var_files: list[Path],
    *,
    diff: bool,
    plan: bool,
    refresh: bool,
    by_hand: Path | None,
) -> None:
    """Patch, show the patch, and say what stays and what is proven."""
    from trimtab.commands import into as patching  # noqa: PLC0415

    with progress() as told:
        done = patching.into(
            folder,
            root,
            var_files=var_files,
            plan=plan,
            refresh=refresh,
            dry=diff,
            by_hand=by_hand,
            progress=told,
        )
    write_out(done.diff)
    _tell_stays(done.patch, by_hand)
    _tell_written(done, dry=diff)
    if done.exit_code:
        raise typer.Exit(done.exit_code)


def _tell_stays(patch: Patch, by_hand: Path | None) -> None:
    """Say what stays as it is, and why."""
    from trimtab.patch.told import left_lines  # noqa: PLC0415

    for line in left_lines(patch):
        warn(f"cannot be patched: {line}")
    for note in patch.notes:
        say(note)
    blocks = sum(bool(one.block) for one in patch.left)
    if by_hand is not None:
        say(f"{blocks} blocks to write by hand: {by_hand}")
    elif blocks:
        say(f"{blocks} blocks to write by hand; --by-hand FILE writes them out")
    if patch.left and patch.edits:
        say("where something stays, a service is not what was replayed: it may cost more than reported")


def _tell_written(done: Patched, *, dry: bool) -> None:
    """Say what goes in, what proves it, and where it was written."""
    from trimtab.patch.told import proof_lines  # noqa: PLC0415

    edits = done.patch.edits
    values = len({(one.service, one.address, one.where) for edit in edits for one in edit.wishes})
    say(f"{values} values in {len(edits)} places of {len(done.patch.contents)} files")
    if not edits:
        return
    for line in proof_lines(done.proof):
        warn(line)
    if done.written:
        say(f"written: {', '.join(map(str, done.written))}")
    else:
        say("nothing was written (--diff)" if dry else "nothing was written")
