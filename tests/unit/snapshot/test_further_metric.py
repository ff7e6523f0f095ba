"""A metric that the user names for a service."""

from __future__ import annotations

import pytest

from trimtab.errors import UsageError
from trimtab.fleet.model import FurtherMetric
from trimtab.snapshot.further import further_of
from trimtab.snapshot.live.metrics import queries_of

DEPTH = "AWS/SQS/ApproximateNumberOfMessagesVisible/QueueName=orders"


def test_a_metric_is_read_as_it_is_written() -> None:
    named = further_of([f"worker={DEPTH}", "api=Shop/Carts", "auth=A/B/C/D=x/y=z,E=1"])
    assert named == {
        "worker": FurtherMetric(
            namespace="AWS/SQS",
            name="ApproximateNumberOfMessagesVisible",
            dimensions={"QueueName": "orders"},
            statistic="Average",
        ),
        "api": FurtherMetric(namespace="Shop", name="Carts", statistic="Average"),
        "auth": FurtherMetric(
            namespace="A/B", name="C", dimensions={"D": "x/y=z", "E": "1"}, statistic="Average"
        ),
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        "worker",
        "worker=",
        "worker=Depth",
        "worker=/Depth",
        "worker=A/B/=x",
        "worker=A/B/C=",
        "worker=A/B/C=1,",
        "worker=A/B/C=1,C=2",
        "worker=B/C=1",
    ],
)
def test_what_names_no_metric_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(UsageError, match=r"names no metric.*SERVICE=NAMESPACE/NAME/DIMENSION=VALUE"):
        further_of([text])


def test_what_looks_like_a_credential_is_not_kept() -> None:
    with pytest.raises(UsageError, match=r"^(?!.*AKIA).*looks like a credential"):
        further_of(["worker=Shop/Carts/Key=AKIAIOSFODNN7EXAMPLE"])


def test_a_second_metric_of_a_service_is_refused() -> None:
    with pytest.raises(UsageError, match="a second metric of 'worker'"):
        further_of([f"worker={DEPTH}", "worker=Shop/Carts"])


def test_it_is_asked_for_where_it_is_named_alone() -> None:
    service = {"serviceName": "worker"}
    usual = queries_of("c", service, {}, insights=False)
    assert "further" not in {query.column for query in usual}
    further = further_of([f"worker={DEPTH}"])["worker"]
    asked = [one for one in queries_of("c", service, {}, insights=False, further=further) if one not in usual]
    assert [(one.column, one.namespace, one.metric, one.dimensions) for one in asked] == [
        ("further", "AWS/SQS", "ApproximateNumberOfMessagesVisible", (("QueueName", "orders"),))
    ]
