"""``trimtab init``: the Terraform configuration that the package carries."""

from __future__ import annotations

from pathlib import Path  # typer reads the annotations when it runs
from typing import Annotated

import typer

from trimtab.cli.screen import say, write_out


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder, or an empty one.")],
) -> None:
    """Write the Terraform configuration that the values are for into DIR.

    The modules and the root of the installed version, without anybody's values: terraform/platform
    takes what optimize and write have written.
    """
    from trimtab.assets import start_configuration  # noqa: PLC0415

    root = start_configuration(folder)
    write_out(f"{root}\n")
    say(f"copy the .tfvars and imports.tf that trimtab wrote into {root}, then terraform init and plan there")
