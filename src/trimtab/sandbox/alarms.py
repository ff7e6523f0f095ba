"""What CloudWatch refuses of an alarm on metric math, which moto keeps unread.

Source: botocore's ``cloudwatch`` service model (PutMetricAlarm; MetricDataQuery: at most 20 in an
alarm, 10 that retrieve a metric and 10 expressions; Id).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from moto.cloudwatch.exceptions import ValidationError
from moto.cloudwatch.responses import CloudWatchResponse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from moto.core.responses import ActionResult

    from trimtab.sandbox.patching import Patches

MOST_OF_A_KIND: Final = 10
_ID: Final = re.compile(r"[a-z][A-Za-z0-9_]*")
_STRING: Final = re.compile(r"'[^']*'|\"[^\"]*\"")
_NAME: Final = re.compile(r"\b[a-z][A-Za-z0-9_]*")
"""Functions and keywords of metric math are in capitals."""


def install(patches: Patches) -> None:
    """Have moto read what it keeps."""
    patches.wrap(CloudWatchResponse, "put_metric_alarm", _put)


def _put(original: Callable[..., ActionResult], self: CloudWatchResponse) -> ActionResult:
    for fault in faults(self._get_param("Metrics") or []):
        raise ValidationError(fault)
    return original(self)


def faults(queries: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Yield what is wrong with an alarm's queries."""
    if not queries:
        return
    ids = [query.get("Id", "") for query in queries]
    yield from (f"Invalid id {one!r} in Metrics" for one in ids if not _ID.fullmatch(one))
    yield from (f"The id {one!r} in Metrics is not unique" for one in set(ids) if ids.count(one) > 1)
    expressions = [query["Expression"] for query in queries if query.get("Expression")]
    metrics = [query for query in queries if query.get("MetricStat")]
    for what, count in (("MetricStat", len(metrics)), ("Expression", len(expressions))):
        if count > MOST_OF_A_KIND:
            yield f"Metrics has {count} structures with {what}, the most is {MOST_OF_A_KIND}"
    # Absent means true (MetricDataQuery, ReturnData).
    returned = [query for query in queries if query.get("ReturnData", True) is not False]
    if len(returned) != 1:
        yield f"Exactly one of Metrics must have ReturnData true, not {len(returned)}"
    for expression in expressions:
        for name in _NAME.findall(_STRING.sub("", expression)):
            if name not in ids:
                yield f"The expression {expression!r} refers to {name!r}, which is no id in Metrics"
        if "SEARCH" in expression:
            yield f"The expression {expression!r} searches, which an alarm cannot"
