"""A metric that the user names for a service, beside those that every service has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.errors import UsageError
from trimtab.fleet.model import FurtherMetric
from trimtab.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Iterable

SYNTAX = (
    "write SERVICE=NAMESPACE/NAME/DIMENSION=VALUE,..., such as "
    "worker=AWS/SQS/ApproximateNumberOfMessagesVisible/QueueName=orders"
)
STATISTIC = "Average"


def further_of(given: Iterable[str]) -> dict[str, FurtherMetric]:
    """Return what the flags name, by service.

    Raises:
        UsageError: one of them cannot be read, or names a second metric of a service.

    """
    named: dict[str, FurtherMetric] = {}
    for text in given:
        service, found, rest = text.partition("=")
        if not found:
            raise UsageError("names no metric", where=f"--metric {text}", advice=SYNTAX)
        if service in named:
            raise UsageError(f"a second metric of {service!r}", where="--metric", advice="keep one a service")
        named[service] = _metric(rest, service)
    return named


def _metric(text: str, service: str) -> FurtherMetric:
    """Return the metric of ``NAMESPACE/NAME/DIMENSION=VALUE,...``; a namespace may hold slashes."""
    before, dimensioned, after = text.partition("=")
    *namespace, name, first = (*before.split("/"), *([] if dimensioned else [""]))
    pairs = [pair.partition("=") for pair in f"{first}={after}".split(",")] if dimensioned else []
    dimensions = {key: value for key, _, value in pairs}
    whole_pairs = len(dimensions) == len(pairs) and all(key and value for key, value in dimensions.items())
    if not name or not all(namespace) or not namespace or not whole_pairs:
        raise UsageError("names no metric", where=f"--metric {service}=...", advice=SYNTAX)
    # Not the names: those of AWS run on without a break, as keys do.
    if any(redact(value) != value for value in dimensions.values()):
        raise UsageError(
            "holds what looks like a credential, which no snapshot keeps",
            where=f"--metric {service}=...",
            advice="name another metric, or another dimension of it",
        )
    return FurtherMetric(namespace="/".join(namespace), name=name, dimensions=dimensions, statistic=STATISTIC)
