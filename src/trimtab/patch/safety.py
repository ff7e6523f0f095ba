"""What a size and its bounds need around them, so that what is patched alone does no harm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.patch.model import Bundle
from trimtab.patch.text import amount
from trimtab.terraform_module import FAST_SIGNAL_POINTS, FAST_SIGNAL_S

if TYPE_CHECKING:
    from trimtab.patch.decide import Decided
    from trimtab.patch.wishes import Found


def unsafe(found: Found, decision: Decided) -> str:
    """Return why the size of a service may not go in with what stays; empty where it may."""
    wanted = found.wanted
    now = next(
        (
            amount(one.now)
            for one in decision.wishes
            if one.service == wanted.service and one.where == ("cpu",) and one.part is Bundle.CAPACITY
        ),
        None,
    )
    why = _scheduled(found) or _slow_to_grow(found, decision)
    if now is not None and wanted.proposal.size.cpu_units >= now:
        return why  # no start gets slower
    return why or _killed_at_start(found, decision)


def _scheduled(found: Found) -> str:
    """Say where scheduled actions, proposed or there, set other bounds than those that are patched."""
    if found.wanted.proposal.ladders.schedule is not None:
        return (
            "was replayed with scheduled actions that move the bounds by the clock, which are not added here"
        )
    if (place := found.scheduled) is not None:
        where = f"{place.file}:{place.line}"
        return f"the scheduled action at {where} sets bounds of its own, for the size of before"
    return ""


def _slow_to_grow(found: Found, decision: Decided) -> str:
    ladders = found.wanted.proposal.ladders
    if ladders.min_tasks == ladders.max_tasks:
        return ""
    tracking = ladders.tracking
    name, part = ("threshold", Bundle.CPU_OUT) if tracking is None else ("target_value", Bundle.TRACKING)
    high = decision.becomes(found.wanted.service, name, part)
    high = amount(found.scaled.high) if high is None else high
    wanted = float(ladders.cpu.high if tracking is None else tracking.cpu)
    if high is None:
        return f"was replayed with tasks added above {wanted:g} % CPU, and here nothing is seen to add any"
    if high > wanted:
        return f"was replayed with tasks added above {wanted:g} % CPU, and here they are above {high:g} %"
    if (late := _late(found, decision)) is not None:
        now_s, replayed_s = late
        over = "over its threshold, and here after"
        return f"was replayed with an alarm after {replayed_s:g} s {over} {now_s:g} s"
    low = amount(found.scaled.low)
    if low is not None and low >= high:
        return f"tasks would be taken under {low:g} % CPU and added above {high:g} %: it would flap"
    return ""


def _late(found: Found, decision: Decided) -> tuple[float, float] | None:
    """Return after how long the alarm out rings, and rang in the replay [s], where it has become later."""
    service, ladders = found.wanted.service, found.wanted.proposal.ladders
    periods = decision.becomes(service, "evaluation_periods", Bundle.CPU_OUT)
    if periods is None:
        return None  # target tracking, whose alarms are AWS's
    points = decision.becomes(service, "datapoints_to_alarm", Bundle.CPU_OUT) or periods
    period = decision.becomes(service, "period", Bundle.CPU_OUT) or ladders.period_s
    now_s, replayed_s = points * period, float(ladders.out_datapoints[0] * ladders.period_s)
    if ladders.fast_signals:
        replayed_s = min(replayed_s, float(FAST_SIGNAL_S * FAST_SIGNAL_POINTS))
    return (now_s, replayed_s) if now_s > replayed_s else None


def _killed_at_start(found: Found, decision: Decided) -> str:
    """Say where a start at less CPU takes longer than the checks that stay allow."""
    service, timing = found.wanted.service, found.wanted.timing
    needed = timing.startup.seconds
    if timing.target is not None:
        grace = decision.becomes(service, "health_check_grace_period_seconds", Bundle.GRACE) or 0
        checks = [
            decision.becomes(service, name, Bundle.TARGET_CHECK)
            for name in ("interval", "unhealthy_threshold")
        ]
        interval, unhealthy = checks[0] or _INTERVAL_S, checks[1] or _UNHEALTHY
        allowed = grace + interval * unhealthy
        if allowed < needed:
            return (
                f"a start may take {needed} s at the new size, and the load balancer's checks that stay "
                f"(grace {grace:g} s, {unhealthy:g} checks of {interval:g} s) give up after {allowed:g} s"
            )
    inside = [
        decision.becomes(service, f"healthCheck.{name}", Bundle.CONTAINER_CHECK)
        for name in ("startPeriod", "interval", "retries")
    ]
    if inside[1] is not None or inside[2] is not None:
        allowed = (inside[0] or 0) + (inside[1] or _CONTAINER_INTERVAL_S) * (inside[2] or _RETRIES)
        if allowed < needed:
            return (
                f"a start may take {needed} s at the new size, and the container's check that stays gives "
                f"up after {allowed:g} s"
            )
    return ""


_INTERVAL_S, _UNHEALTHY = 30, 3
"""A target group's own defaults; the provider's threshold (aws_lb_target_group, 5.x)."""
_CONTAINER_INTERVAL_S, _RETRIES = 30, 3
"""ECS's own (HealthCheck)."""
