"""After a move the service is watched against its record: a fault for each gate, and the way back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from rollout.made import Killed, Shop, of, outcomes
from rollout.scaled import Scaled

from trimtab.rollout.bake.bake import next_peak
from trimtab.rollout.bake.gates import RecordBefore, Seen, before_of, worse
from trimtab.rollout.journal.journal import open_journal
from trimtab.rollout.journal.lines import Baked, Baking, GoingBack
from trimtab.rollout.model import Outcome
from trimtab.sandbox.past import Series

if TYPE_CHECKING:
    from collections.abc import Callable

BAKE_S = 720.0
HALF = (512, 1024)
"""A cut that goes in one stage."""


class Metrics:
    """What CloudWatch gets of a service: a day of record, then a point a minute as the clock goes."""

    def __init__(self, shop: Shop, name: str) -> None:
        self.shop, self.name = shop, name
        self.client = shop.world.client("cloudwatch")
        self.now: dict[str, float] = {"cpu": 40.0, "requests": 1000.0, "errors": 1.0}
        self.times: list[tuple[float, float]] = []
        """When, and the p95 of that minute [s], where it is recorded."""
        group = next(iter(shop.read(name)["loadBalancers"]), None)
        self.balanced: list[dict[str, str]] = []
        if group is not None:
            arn = group["targetGroupArn"]
            (found,) = shop.elb.describe_target_groups(TargetGroupArns=[arn])["TargetGroups"]
            balancer = found["LoadBalancerArns"][0].partition(":loadbalancer/")[2]
            self.balanced = [
                {"Name": "TargetGroup", "Value": arn.rsplit(":", maxsplit=1)[-1]},
                {"Name": "LoadBalancer", "Value": balancer},
            ]
        self.last = self.minute() - timedelta(days=1)
        self.catch_up()

    def minute(self) -> datetime:
        return self.shop.clock.now().replace(second=0, microsecond=0)

    def catch_up(self) -> None:
        """Put the minutes that have passed since."""
        minutes = []
        while self.last < self.minute():
            minutes.append(self.last)
            self.last += timedelta(minutes=1)
        own = [
            {"Name": "ClusterName", "Value": self.shop.cluster},
            {"Name": "ServiceName", "Value": self.name},
        ]
        self._put("AWS/ECS", "CPUUtilization", own, minutes, self.now["cpu"])
        if self.balanced:
            self._put("AWS/ApplicationELB", "RequestCount", self.balanced, minutes, self.now["requests"])
            self._put(
                "AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", self.balanced, minutes, self.now["errors"]
            )
            self._answer(minutes)

    def _answer(self, minutes: list[datetime]) -> None:
        """Record response times: of what is put by the call, CloudWatch tells no percentile."""
        if "p95" not in self.now:
            return
        self.times += [(one.timestamp(), self.now["p95"]) for one in minutes]
        at, p95 = np.array(self.times).T
        self.shop.world.sandbox.record(
            [
                Series(
                    namespace="AWS/ApplicationELB",
                    metric="TargetResponseTime",
                    dimensions=tuple((one["Name"], one["Value"]) for one in self.balanced),
                    at=at,
                    total=p95,
                    count=np.ones_like(at),
                    least=p95,
                    most=p95,
                    percentiles={"p95": p95},
                )
            ]
        )

    def _put(
        self, space: str, metric: str, where: list[dict[str, str]], at: list[datetime], value: float
    ) -> None:
        data = [{"MetricName": metric, "Dimensions": where, "Timestamp": one, "Value": value} for one in at]
        for first in range(0, len(data), 500):
            self.client.put_metric_data(Namespace=space, MetricData=data[first : first + 500])


@pytest.fixture
def watched(shop: Shop) -> Callable[[str], Metrics]:
    def build(name: str) -> Metrics:
        shop.size = HALF
        shop.build(name)
        metrics = Metrics(shop, name)
        shop.clock.meanwhile = metrics.catch_up
        return metrics

    return build


def lines(shop: Shop, kind: type) -> list[Any]:
    return [line for line in open_journal(shop.folder).lines if isinstance(line, kind)]


def when_moved(shop: Shop, then: Callable[[], None]) -> None:
    """Run ``then`` once the bake has begun."""
    before = shop.clock.meanwhile

    def meanwhile() -> None:
        before()
        if lines(shop, Baking):
            then()

    shop.clock.meanwhile = meanwhile


def test_a_service_that_is_as_before_is_kept_after_its_bake(
    shop: Shop, watched: Callable[[str], Metrics]
) -> None:
    watched("web")
    began = shop.clock.monotonic()
    assert outcomes(shop.rollout(bake=BAKE_S)) == {"web": Outcome.MOVED}
    assert shop.clock.monotonic() - began > BAKE_S
    (baked,) = lines(shop, Baked)
    assert (baked.outcome, baked.reason) == (
        Outcome.MOVED,
        "as before; cannot tell, for nothing reported: p95",
    )
    assert shop.runs("web") == 2
    shop.recorder.made.clear()
    began = shop.clock.monotonic()
    assert outcomes(shop.rollout(bake=BAKE_S)) == {"web": Outcome.ALREADY}
    assert shop.clock.monotonic() - began < 60


@pytest.mark.parametrize(
    ("metric", "value", "said"),
    [
        ("errors", 50.0, "target 5xx: "),
        ("cpu", 97.0, "minutes short of CPU (above"),
    ],
)
def test_what_is_clearly_worse_is_taken_back_and_stops(
    shop: Shop, watched: Callable[[str], Metrics], metric: str, value: float, said: str
) -> None:
    metrics = watched("web")
    when_moved(shop, lambda: metrics.now.update({metric: value}))
    done = shop.rollout(bake=BAKE_S)
    assert of(done, "web").outcome is Outcome.TAKEN_BACK
    assert f"it was clearly worse: {said}" in of(done, "web").detail
    assert done.exit_code == 27
    assert shop.runs("web") == 1
    (deployment,) = shop.read("web")["deployments"]
    assert deployment["rolloutState"] == "COMPLETED"
    # And an undo has nothing left to do.
    assert outcomes(shop.rollout(undo=True)) == {"web": Outcome.ALREADY}


def test_slower_answers_are_taken_back(shop: Shop, watched: Callable[[str], Metrics]) -> None:
    metrics = watched("web")
    metrics.now["p95"], metrics.last = 0.2, metrics.last - timedelta(hours=6)
    metrics.catch_up()
    when_moved(shop, lambda: metrics.now.update(p95=0.9))
    done = shop.rollout(bake=BAKE_S)
    assert of(done, "web").outcome is Outcome.TAKEN_BACK
    assert "it was clearly worse: p95: 900 ms, at most 200 ms" in of(done, "web").detail
    assert shop.runs("web") == 1


def test_tasks_killed_for_memory_are_taken_back(shop: Shop, watched: Callable[[str], Metrics]) -> None:
    watched("web")
    killed: list[str] = []

    def kill() -> None:
        if not killed:
            killed.append("web")
            shop.inject.out_of_memory(f"{shop.cluster}/web")

    when_moved(shop, kill)
    done = shop.rollout(bake=BAKE_S)
    assert of(done, "web").outcome is Outcome.TAKEN_BACK
    assert "out-of-memory kills: 1 tasks of the new revision" in of(done, "web").detail
    assert shop.runs("web") == 1


def test_a_count_at_its_maximum_is_worse_if_it_was_not_before(
    shop: Shop, watched: Callable[[str], Metrics]
) -> None:
    watched("jobs")
    Scaled(shop, "jobs")

    def full() -> None:
        shop.ecs.update_service(cluster=shop.cluster, service="jobs", desiredCount=8)

    when_moved(shop, full)
    done = shop.rollout(bake=BAKE_S)
    assert of(done, "jobs").outcome is Outcome.TAKEN_BACK
    assert "count at its maximum: " in of(done, "jobs").detail


@pytest.mark.slow
def test_the_next_service_is_not_reached_after_one_was_taken_back(shop: Shop) -> None:
    shop.size = HALF
    shop.build("jobs", "web")
    metrics = Metrics(shop, "jobs")
    shop.clock.meanwhile = metrics.catch_up
    when_moved(shop, lambda: metrics.now.update(cpu=99.0))
    done = shop.rollout(bake=BAKE_S)
    assert outcomes(done) == {"jobs": Outcome.TAKEN_BACK, "web": Outcome.NOT_REACHED}
    assert shop.runs("web") == 1


def test_a_bake_that_was_killed_goes_on_to_its_own_end(shop: Shop, watched: Callable[[str], Metrics]) -> None:
    watched("web")

    def die() -> None:
        raise Killed

    when_moved(shop, die)
    with pytest.raises(Killed):
        shop.rollout(bake=BAKE_S)
    (began,) = lines(shop, Baking)
    shop.clock.meanwhile = lambda: None
    assert outcomes(shop.rollout(bake=BAKE_S)) == {"web": Outcome.ALREADY}
    assert lines(shop, Baking) == [began]
    assert abs((shop.clock.now() - datetime.fromisoformat(began.until)).total_seconds()) <= 120
    assert shop.updates() == {"web": 1}


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["die_before", "die_after"])
def test_a_way_back_that_was_killed_is_gone_to_its_end(
    shop: Shop, watched: Callable[[str], Metrics], moment: str
) -> None:
    metrics = watched("web")
    when_moved(shop, lambda: metrics.now.update(cpu=99.0))

    def arm(call: str) -> None:
        if call == "ecs:UpdateService" and lines(shop, GoingBack):
            setattr(shop.recorder, moment, len(shop.recorder.made))
            if moment == "die_before":
                raise Killed

    shop.recorder.before_write = arm
    with pytest.raises(Killed):
        shop.rollout(bake=BAKE_S)
    shop.recorder.before_write = lambda _: None
    shop.recorder.die_before = shop.recorder.die_after = -1
    assert outcomes(shop.rollout()) == {"web": Outcome.TAKEN_BACK}
    assert shop.runs("web") == 1
    assert [one.outcome for one in lines(shop, Baked)] == [Outcome.TAKEN_BACK]


def test_the_next_peak_of_the_recording_is_waited_for(shop: Shop, watched: Callable[[str], Metrics]) -> None:
    """Two days from now, whatever CloudWatch's last days say."""
    peak = (shop.clock.now() + timedelta(days=2)).replace(minute=0, second=0, microsecond=0)
    shop.busy_hours = (peak.weekday() * 24 + peak.hour,)
    watched("web")

    def die() -> None:
        raise Killed  # two days of looks prove no more than the first

    when_moved(shop, die)
    with pytest.raises(Killed):
        shop.rollout(bake="peak")
    (began,) = lines(shop, Baking)
    assert datetime.fromisoformat(began.until) == peak + timedelta(hours=1)
    assert any(told.endswith("over the next peak of the recording") for told in shop.told)


NOW = datetime(2026, 11, 4, 10, 20, tzinfo=UTC)
"""A Wednesday."""


@pytest.mark.parametrize(
    ("busy", "hours"),
    [
        ((2 * 24 + 11, 3 * 24 + 11), 12),  # today at 11
        ((2 * 24 + 10, 3 * 24 + 11), 36),  # this hour has begun: tomorrow's is seen whole
        ((2 * 24 + 10,), 11 + 7 * 24),
        ((0,), 5 * 24 + 1),  # Monday from midnight
    ],
)
def test_a_peak_is_seen_whole(busy: tuple[int, ...], hours: int) -> None:
    assert next_peak(busy, NOW) == NOW.replace(hour=0, minute=0) + timedelta(hours=hours)


@pytest.mark.slow
def test_without_one_the_peak_of_the_last_days_is_waited_for_and_said(
    shop: Shop, watched: Callable[[str], Metrics]
) -> None:
    metrics = watched("web")
    peak = (metrics.minute() - timedelta(hours=5)).replace(minute=0)
    at = [peak + timedelta(minutes=minute) for minute in range(60)]
    metrics._put("AWS/ApplicationELB", "RequestCount", metrics.balanced, at, 9000.0)  # noqa: SLF001
    shop.rollout(bake="peak")
    (began,) = lines(shop, Baking)
    assert datetime.fromisoformat(began.until).astimezone(UTC) == peak + timedelta(days=1, hours=1)
    assert any("over the next peak of CloudWatch's last 7 days: the recommendation" in x for x in shop.told)


def minutes(*values: float) -> tuple[tuple[datetime, float], ...]:
    first = datetime(2026, 11, 2, tzinfo=UTC)
    return tuple((first + timedelta(minutes=place), value) for place, value in enumerate(values))


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (Seen(out_of_memory=1), ["out-of-memory kills: 1"]),
        (Seen(p95_s=minutes(*[0.6] * 6)), ["p95: 600 ms"]),
        (Seen(p95_s=minutes(*[0.6] * 4)), []),
        # Slower, and within what the record had.
        (Seen(p95_s=minutes(*[0.34] * 20)), []),
        (Seen(requests=minutes(*[100.0] * 10), errors=minutes(*[2.0] * 10)), ["target 5xx: 2.00%"]),
        # Nine failed requests are no rate.
        (Seen(requests=minutes(10.0), errors=minutes(9.0)), []),
        (Seen(looks=12, looks_at_most=4), []),
        (Seen(looks=12, looks_at_most=5), ["count at its maximum: 5 of 12"]),
        (Seen(cpu_percent=minutes(*[95.0] * 5, *[10.0] * 5)), ["minutes short of CPU (above 80 %): 50%"]),
        (Seen(cpu_percent=minutes(*[95.0] * 4)), []),
    ],
)
def test_each_gate_opens_at_clearly_worse_and_not_at_a_flutter(seen: Seen, said: list[str]) -> None:
    before = RecordBefore(errors_share=0.001, p95_s=0.2, short_share=0.01)
    found = list(worse(before, seen, 80.0))
    assert [one[: len(begins)] for one, begins in zip(found, said, strict=True)] == said


def test_what_the_record_had_itself_is_not_worse() -> None:
    record = Seen(
        requests=minutes(*[100.0] * 90),
        errors=minutes(*[5.0] * 90),
        p95_s=minutes(*[0.9] * 90),
        cpu_percent=minutes(*[90.0] * 90),
    )
    before = before_of(record, 80.0, at_most=True)
    assert list(worse(before, record, 80.0)) == []
    assert list(worse(before, Seen(looks=20, looks_at_most=20), 80.0)) == []
