"""Why tasks died, from AWS's own words, and what that means for the advice."""

from __future__ import annotations

from typing import Any

import pytest
from fleet import made

from trimtab.advice.failures import cautions_of_failures
from trimtab.fleet.model import ContainerHealthCheck, Failure
from trimtab.snapshot.understand.causes import Cause, cause_of, deaths_of, memory_kills

KILLED = "OutOfMemoryError: Container killed due to memory usage"
ENDED = "EssentialContainerExited: Essential container in task exited; web exited with"
WORDS = {
    KILLED: Cause.OUT_OF_MEMORY,
    f"{ENDED} 137; web: {KILLED}": Cause.OUT_OF_MEMORY,
    "Task failed ELB health checks in (target-group arn:aws:x)": Cause.TARGET_CHECK,
    "(port 8080) is unhealthy in (target-group x) due to (reason Health checks failed)": Cause.TARGET_CHECK,
    "ServiceSchedulerInitiated: Task failed container health checks": Cause.CONTAINER_CHECK,
    "CannotPullContainerError: pull image manifest has been retried 5 time(s)": Cause.PULL,
    "TaskFailedToStart: ResourceInitializationError: unable to pull secrets or registry auth": Cause.START,
    "(service web) was unable to place a task. Reason: Capacity is unavailable.": Cause.PLACEMENT,
    "SpotInterruption: Your Spot Task was interrupted.": Cause.SPOT,
    f"{ENDED} 1": Cause.EXIT,
    "something new": Cause.OTHER,
}


def failure(text: str, at: str = "2026-11-03T04:05:06Z", kind: Any = "stopped task") -> Failure:
    return Failure(at=at, kind=kind, text=text)


@pytest.mark.parametrize(("text", "cause"), WORDS.items())
def test_each_of_awss_words_has_its_cause(text: str, cause: Cause) -> None:
    assert cause_of(failure(text)) is cause


def test_a_scaling_that_failed_is_no_death() -> None:
    assert cause_of(failure("Failed: OutOfMemory", kind="scaling activity")) is Cause.SCALING


def test_causes_are_counted_with_their_first_and_last() -> None:
    oom, spot = "OutOfMemoryError", "Your Spot Task was interrupted"
    found = deaths_of(
        [
            failure(oom, "2026-11-03T00:00:00Z"),
            failure(spot, "2026-11-09T00:00:00Z"),
            failure(oom, "2026-11-02T00:00:00Z"),
        ]
    )
    assert [(one.cause, one.count, one.first[:10], one.last[:10]) for one in found] == [
        (Cause.OUT_OF_MEMORY, 2, "2026-11-02", "2026-11-03"),
        (Cause.SPOT, 1, "2026-11-09", "2026-11-09"),
    ]
    assert memory_kills([failure(oom), failure(spot), failure(oom)]) == 2


def said(text: str, **service: object) -> str:
    (caution,) = cautions_of_failures(made.service(failures=(failure(text),), **service))
    return caution.text


def test_a_caution_says_how_often_when_over_what_span_and_what_it_means() -> None:
    text = said("OutOfMemoryError: killed")
    assert text.startswith(
        "1 task killed for memory, at 2026-11-03 04:05 UTC (AWS keeps the newest 100 events"
    )
    assert text.endswith("no less memory than today's is advised, though the minute's metric is lower")


def test_a_health_check_that_kills_is_named_with_the_settings_that_did_it() -> None:
    target = said("Task failed ELB health checks", traffic=made.traffic(grace_period_s=20))
    assert "its check fails 2 times 5 s apart, and a start is spared for 20 s" in target
    check = ContainerHealthCheck(command=("x",), interval_s=10, timeout_s=3, retries=3, start_period_s=15)
    container = said("Task failed container health checks", health_check=check)
    assert "its check fails 3 times 10 s apart, after a start period of 15 s" in container


def test_every_cause_has_a_meaning() -> None:
    for text in WORDS:
        assert said(text, traffic=None)


def test_without_failures_nothing_is_said() -> None:
    assert list(cautions_of_failures(made.service())) == []
