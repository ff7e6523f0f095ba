"""What a rollout reads: the sizes that ``optimize`` wrote, and the revisions Terraform registered."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from trimtab.catalog.size import TaskSize
from trimtab.decoding import decoded
from trimtab.document.name import DOCUMENT_FILE
from trimtab.document.read import read_document
from trimtab.errors import RolloutError
from trimtab.files import read_given
from trimtab.rollout.model import WantedRevision

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from trimtab.document.schema import ServicePart

_ARN = re.compile(r"arn:[^:]+:ecs:[^:]+:\d{12}:task-definition/[A-Za-z0-9_-]{1,255}:[1-9]\d*")

_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommended:
    """The sizes to roll out."""

    cluster: str
    region: str
    account: str | None
    """None: the snapshot did not know it."""
    services: tuple[WantedRevision, ...]

    @property
    def digest(self) -> str:
        """Name these sizes and signals of this cluster, whatever else the document says."""
        wanted = sorted(
            (one.name, one.size.cpu_units, one.size.memory_mib, *("fast",) * one.fast_signals)
            for one in self.services
        )
        content = msgspec.json.encode((self.cluster, self.region, wanted))
        return hashlib.sha256(content).hexdigest()[:16]


def read_recommendation(folder: Path) -> Recommended:
    """Read ``recommendation.json`` of a folder that ``optimize -o`` wrote.

    Raises:
        UsageError: it is not there, or not such a document.
        RolloutError: it names what cannot be a service.

    """
    path = folder / DOCUMENT_FILE
    document = read_document(path)
    if not document.services:
        raise RolloutError(
            "no service is in it", where=str(path), advice="trimtab report says why each was left out"
        )
    wanted = tuple(_wanted(service) for service in document.services)
    for name in (document.cluster, *(one.name for one in wanted)):
        if not _NAME.fullmatch(name):
            raise RolloutError(f"{name!r} is no name in ECS", where=str(path))
    _refuse_twice([one.name for one in wanted], path)
    return Recommended(
        cluster=document.cluster, region=document.region, account=document.account, services=wanted
    )


def _wanted(service: ServicePart) -> WantedRevision:
    size = TaskSize(cpu_units=service.cpu_units, memory_mib=service.memory_mib)
    today = TaskSize(cpu_units=service.deployed.cpu_units, memory_mib=service.deployed.memory_mib)
    return WantedRevision(
        name=service.name,
        size=size,
        today=today,
        cpu_limit_percent=service.choice.cpu_percent,
        busy_hours=service.work.busy_hours,
        fast_signals=service.scaling.fast_signals,
        cost_usd_month=service.cost.before_usd_month,
    )


def read_task_definitions(path: Path) -> dict[str, str]:
    """Return the revision's ARN by service, from ``terraform output -json [task_definitions]``.

    Raises:
        RolloutError: it cannot be read, or names something else than revisions.

    """
    content = read_given(path, "write it with `terraform output -json task_definitions`", RolloutError)
    try:
        outputs: Any = decoded(content)
    except msgspec.DecodeError as error:
        raise RolloutError(f"is not JSON ({error})", where=str(path)) from error
    if isinstance(outputs, dict) and isinstance(outputs.get("task_definitions"), dict):
        outputs = outputs["task_definitions"].get("value")
    if not isinstance(outputs, dict) or not outputs:
        raise RolloutError(
            "holds no revision by service",
            where=str(path),
            advice="write it with `terraform output -json task_definitions`",
        )
    _refuse_other_than_arns(outputs, path)
    return outputs


def _refuse_other_than_arns(outputs: Mapping[str, object], path: Path) -> None:
    for name, arn in outputs.items():
        if not isinstance(arn, str) or not _ARN.fullmatch(arn):
            raise RolloutError(
                f"{name}: {arn!r} is not the ARN of a revision",
                where=str(path),
                advice="a revision ends in its number",
            )


def _refuse_twice(names: list[str], path: Path) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise RolloutError(f"names {', '.join(twice)} more than once", where=str(path))
