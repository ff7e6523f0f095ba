"""Terraform of a page, and what a service in it is to get."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trimtab.advice.case.proposal import Proposal
from trimtab.document.parts import ContainerTimingPart, StartupPart, TargetTimingPart, TimingPart
from trimtab.fleet.model import TaskSize
from trimtab.patch.patch import patch_of
from trimtab.patch.wishes import WantedService
from trimtab.terraform_module import InStep, Ladder, Ladders, OutStep

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from trimtab.patch.model import Patch

SERVICE = """
resource "aws_ecs_task_definition" "{name}" {{
  family                = "{name}"
  cpu                   = {cpu}
  memory                = {memory}
  container_definitions = jsonencode([{{ name = "{name}", image = "{name}:1" }}])
}}

resource "aws_ecs_service" "{name}" {{
  name            = "{name}"
  cluster         = "shop"
  task_definition = aws_ecs_task_definition.{name}.arn
  desired_count   = {count}
}}
"""


def service(name: str = "api", *, cpu: str = "1024", memory: str = "2048", count: str = "2") -> str:
    return SERVICE.format(name=name, cpu=cpu, memory=memory, count=count)


def wanted(name: str = "api", **given: Any) -> WantedService:
    """Return 256/512 and two tasks, unless given otherwise."""
    timing = TimingPart(
        startup=StartupPart(
            seconds=given.get("start_s", 20),
            samples=30,
            quantile=0.95,
            measured_s=10.0,
            slowest_s=12.0,
            warning="",
            needed_s=20,
            slower="",
        ),
        container=ContainerTimingPart(start_period_s=40, interval_s=10, timeout_s=5, retries=3),
        target=TargetTimingPart(
            interval_s=15,
            timeout_s=10,
            healthy_threshold=2,
            unhealthy_threshold=3,
            grace_period_s=given.get("grace_s", 70),
            deregistration_delay_s=given.get("delay_s", 30),
            deregistration_reason="",
        )
        if given.get("balanced")
        else None,
        stop_timeout_s=30,
        longest_request_s=None,
        grounds=(),
        warnings=(),
    )
    ladders = Ladders(
        min_tasks=given.get("least", 2),
        max_tasks=given.get("most", 2),
        cpu=Ladder(
            high=given.get("high", 60), low=30, steps=(OutStep(above=0, add=1), OutStep(above=20, add=3))
        ),
        memory=Ladder(high=90, low=70, steps=(OutStep(above=0, add=1),)),
        scale_in=(InStep(below=1.0, remove=1),),
        tracking=given.get("tracking"),
        schedule=given.get("schedule"),
        fast_signals=given.get("fast", False),
    )
    return WantedService(
        service=name,
        cluster="shop",
        proposal=Proposal(
            size=TaskSize(cpu_units=given.get("cpu", 256), memory_mib=given.get("memory", 512)),
            architecture="X86_64",
            ladders=ladders,
            deregistration_delay_s=given.get("delay_s", 30) if given.get("balanced") else 0,
            stop_timeout_s=30,
        ),
        timing=timing,
        retention_days=given.get("days", 30),
    )


def patched(
    folder: Path,
    files: Mapping[str, str | bytes],
    *services: WantedService,
    var_files: tuple[str, ...] = (),
    environment: Mapping[str, str] | None = None,
) -> Patch:
    """Write the files, and return the patch of the root in ``folder``."""
    root, working = folder / "root", folder / "working"
    root.mkdir()
    working.mkdir()
    (root / ".git").mkdir()
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    given = [root / one for one in var_files]
    patch, _ = patch_of(services or (wanted(),), root, given, environment or {}, working)
    return patch


def edits(patch: Patch) -> dict[str, list[tuple[int, str, str]]]:
    """Return file, line, old and new of each literal that is exchanged."""
    found: dict[str, list[tuple[int, str, str]]] = {}
    for one in patch.edits:
        entry = (one.place.line, one.before.decode(), one.after.decode())
        found.setdefault(one.path.relative_to(patch.root.resolve()).as_posix(), []).append(entry)
    return found


def stays(patch: Patch) -> dict[str, str]:
    """Return why each attribute stays."""
    return {one.what: one.why for one in patch.left}
