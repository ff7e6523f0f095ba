"""The cluster, its services and the revisions they run. Environment values stop here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from trimtab.aws.api import CallFailed, one_by_one, pages
from trimtab.errors import AccountError
from trimtab.fleet.left_out import LeftOut, LeftOutReason
from trimtab.redaction import redact
from trimtab.snapshot.answers import Raw
from trimtab.snapshot.parse import name_of, without_values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimtab.aws.api import Api, Json
    from trimtab.progress import Progress

SERVICES_A_CALL: Final = 10
"""DescribeServices takes no more (API reference)."""
SERVICES_A_PAGE: Final = 100
"""ListServices gives no more."""

EVENTS: Final = re.compile(
    r"(?i)unable|fail|unhealthy|stopped|error|exceed|impaired|throttl|rolling back|could not|steady state"
)
"""Service events worth keeping: what went wrong, and when it was well again."""


def read_cluster(api: Api, cluster: str) -> Raw:
    """Read the cluster itself.

    Raises:
        AccountError: there is no such cluster, or it may not be read.

    """
    answer = api.call(
        "ecs", "DescribeClusters", clusters=[cluster], include=["SETTINGS", "CONFIGURATIONS", "TAGS"]
    )
    there = [each for each in answer.get("clusters", ()) if each.get("status") != "INACTIVE"]
    if not there:
        raise AccountError(
            f"there is no cluster {cluster!r} in {api.region}",
            advice="check --cluster, --region and --profile",
        )
    return Raw(region=api.region, cluster=there[0])


def read_services(api: Api, raw: Raw, progress: Progress) -> None:
    """Read every service; one that cannot be read is left out with its reason."""
    arns: list[str] = sorted(
        pages(
            api,
            "ecs",
            "ListServices",
            "serviceArns",
            cursor="nextToken",
            cluster=raw.name,
            maxResults=SERVICES_A_PAGE,
        ),
        key=name_of,
    )
    progress(f"{len(arns)} services in {raw.name}")

    def ask(batch: Sequence[str]) -> Sequence[Json]:
        answer = api.call("ecs", "DescribeServices", cluster=raw.name, services=list(batch), include=["TAGS"])
        for failure in answer.get("failures", ()):
            raw.skipped.append(_missing(failure))
        services: list[Json] = answer.get("services", [])
        return services

    def refused(arn: str, failed: CallFailed) -> None:
        raw.skip(name_of(arn), failed)

    for service in one_by_one(ask, arns, SERVICES_A_CALL, refused):
        if service.get("status") == "INACTIVE":
            continue
        service["events"] = [
            one for one in service.get("events", ()) if EVENTS.search(one.get("message", ""))
        ]
        raw.services.append(service)


def read_definitions(api: Api, raw: Raw, progress: Progress, *, with_environment: bool) -> None:
    """Read the revision each service runs, once each."""
    kept: list[Json] = []
    for number, service in enumerate(raw.services, start=1):
        arn = service.get("taskDefinition")
        if arn and arn not in raw.definitions:
            try:
                answer = api.call("ecs", "DescribeTaskDefinition", taskDefinition=arn, include=["TAGS"])
            except CallFailed as failed:
                raw.skip(service["serviceName"], failed)
                continue
            definition = answer["taskDefinition"]
            definition["tags"] = answer.get("tags", [])
            raw.definitions[arn] = definition if with_environment else without_values(definition)
        kept.append(service)
        if number % 100 == 0:
            progress(f"  {number} of {len(raw.services)} task definitions", number, len(raw.services))
    raw.services = kept


def _missing(failure: Json) -> LeftOut:
    """Return what DescribeServices lists among its failures, as left out."""
    return LeftOut(
        service=name_of(failure.get("arn", "?")),
        reason=LeftOutReason.NOT_FOUND if failure.get("reason") == "MISSING" else LeftOutReason.CALL_FAILED,
        detail=f"ecs:DescribeServices: {redact(failure.get('reason') or 'no reason was given')}",
    )
