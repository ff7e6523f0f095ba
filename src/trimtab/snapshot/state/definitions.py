"""Which revision of a task definition a service of a Terraform state runs.

The service may name it by ARN, by ``family:revision`` or by the family alone: AWS takes all three,
and the popular modules write the last two. What CI registered is in no state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trimtab.aws.api import Json


def resolve(services: Iterable[Json], definitions: dict[str, Json]) -> list[str]:
    """Give each service the ARN of the revision it runs, and ``definitions`` that revision.

    ``services`` and ``definitions`` (by ARN) are in the shapes of the AWS API. A revision that is not
    in the state is read as the newest of its family that is; the notes returned say so.
    """
    notes = []
    of_family: dict[str, list[Json]] = {}
    for made in definitions.values():
        of_family.setdefault(made["family"], []).append(made)
    for found in of_family.values():
        found.sort(key=lambda one: _revision(one["taskDefinitionArn"]))
    for service in services:
        named = str(service.get("taskDefinition") or "")
        family, _, revision = named.rpartition("/")[2].partition(":")
        if named in definitions or family not in of_family:
            continue
        newest = of_family[family][-1]
        prefix = newest["taskDefinitionArn"].rpartition(":")[0]
        arn = f"{prefix}:{revision}" if revision.isdigit() else newest["taskDefinitionArn"]
        service["taskDefinition"] = arn
        if arn not in definitions:
            definitions[arn] = {**newest, "taskDefinitionArn": arn}
            notes.append(
                f"{service['serviceName']}: runs {family}:{revision}, which is not in the state; "
                f"read as {family}:{_revision(newest['taskDefinitionArn'])}, the newest one there"
            )
    return notes


def _revision(arn: str) -> int:
    number = arn.rpartition(":")[2]
    return int(number) if number.isdigit() else 0
