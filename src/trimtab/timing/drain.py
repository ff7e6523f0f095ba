"""How long a task that goes has for the requests it still serves, from the longest ones recorded.

Two clocks run one after the other: the load balancer's deregistration delay, then the stop
timeout between SIGTERM and SIGKILL. Callers over Cloud Map have only the second. Limits: delay
0 to 3600 s (ALB target groups), stop timeout 2 to 120 s (Fargate).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from trimtab.terraform_module import DEFAULT_CHECK_TIMEOUT_S, DEFAULT_LONGEST_REQUEST_S
from trimtab.timing.ground import NOTHING, Evidence, Ground, Setting, ground, on_grid

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trimtab.fleet.model import Exposure, ResponseTimes, Service, Traffic

RULE_S: Mapping[Exposure, int] = MappingProxyType({"public": 30, "internal": 60})
"""Deregistration delay where no durations were recorded: who calls stands in for how long [s]."""
REQUEST_MARGIN = 1.5
"""Over the longest request [ratio]. It was measured to the first byte of its answer, and the
longest one seen is not the longest there will be."""
MIN_REQUESTS = 1000
"""Fewer do not show the longest one: below, p99.9 is the maximum by another name."""
LEAST_DELAY_S = 10
"""A load balancer's nodes learn of a target that goes within seconds; how many is not documented."""
MOST_DELAY_S = 3600
MOST_STOP_S = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Drain:
    """The end of a task [s]."""

    deregistration_delay_s: int | None
    """None where no load balancer sends traffic. The whole of it is billed at each scale-in."""
    reason: str
    stop_timeout_s: int
    longest_request_s: int | None
    """What the module is told the longest request is; None leaves it its default."""
    grounds: tuple[Ground, ...]
    warnings: tuple[str, ...]
    """Where what is laid down, or what Fargate allows, is less than the requests need."""


def drain_of(service: Service, laid_down_s: int | None = None) -> Drain:
    """Return how long the service's tasks drain and stop.

    ``laid_down_s`` is the deregistration delay that the objective lays down [s]: data does not move
    it, it warns.
    """
    times = service.traffic.response_times if service.traffic else None
    stop_s, stop_ground = _stop(service, times)
    if service.traffic is None:
        return Drain(
            deregistration_delay_s=None,
            reason="no load balancer sends traffic",
            stop_timeout_s=stop_s,
            longest_request_s=_told(None, stop_s, None),
            grounds=(stop_ground,),
            warnings=(),
        )
    delay, reason = _delay(service.traffic, laid_down_s)
    return Drain(
        deregistration_delay_s=delay,
        reason=reason,
        stop_timeout_s=stop_s,
        longest_request_s=_told(times, stop_s, delay),
        grounds=(ground(Setting.DEREGISTRATION_DELAY, delay, _evidence(times), reason), stop_ground),
        warnings=tuple(_warnings(service, times, delay, stop_s, laid_down=laid_down_s is not None)),
    )


def _delay(traffic: Traffic, laid_down_s: int | None) -> tuple[int, str]:
    """Return the deregistration delay [s] and why."""
    times, rule = traffic.response_times, RULE_S[traffic.exposure]
    wanted, reason = rule, _rule_reason(traffic.exposure)
    if times is not None:
        wanted = min(MOST_DELAY_S, max(LEAST_DELAY_S, on_grid(REQUEST_MARGIN * times.max_s)))
        reason = (
            f"the longest of {times.requests:,} requests took {times.max_s:g} s; with half again as much, "
            f"in steps of 5 s and at least {LEAST_DELAY_S}, {wanted} s"
        )
        if times.requests < MIN_REQUESTS and wanted < rule:
            wanted = rule
            reason = f"only {times.requests:,} requests were recorded, so no less than {rule} s"
    if laid_down_s is None:
        return wanted, reason
    by_data = "no durations were recorded" if times is None else f"by the data: {reason}"
    return laid_down_s, f"set to {laid_down_s} s by the objective; {by_data}"


def _rule_reason(exposure: Exposure) -> str:
    if exposure == "internal":
        return "internal callers send longer requests; no durations were recorded"
    return "public requests are short; no durations were recorded"


def _stop(service: Service, times: ResponseTimes | None) -> tuple[int, Ground]:
    """Return the stop timeout [s]: as deployed, longer where a request needs it, never shorter.

    How long the application takes to stop is not recorded, so there is nothing to shorten it by.
    """
    kept = service.stop_timeout_s
    needed = 0 if times is None else min(MOST_STOP_S, on_grid(REQUEST_MARGIN * times.max_s))
    if times is None or needed <= kept:
        sentence = "as deployed: how long the application takes to stop is not recorded"
        return kept, ground(Setting.STOP_TIMEOUT, kept, NOTHING, sentence)
    sentence = (
        f"raised from {kept} s: the longest of {times.requests:,} requests took {times.max_s:g} s, and "
        "callers over Cloud Map have only this long"
    )
    return needed, ground(Setting.STOP_TIMEOUT, needed, _evidence(times), sentence)


def _told(times: ResponseTimes | None, stop_s: int, delay_s: int | None) -> int | None:
    """Return the ``longest_request`` to write. The module refuses one that a drain or a stop would cut."""
    allowed = stop_s if delay_s is None else min(stop_s, delay_s)
    if times is None:
        # Today's tasks are killed after their stop timeout, so no longer request survives one now either.
        return allowed if allowed < DEFAULT_LONGEST_REQUEST_S else None
    longest = min(max(1, math.ceil(times.max_s)), allowed)
    return None if longest == DEFAULT_LONGEST_REQUEST_S else longest


def _warnings(
    service: Service, times: ResponseTimes | None, delay_s: int, stop_s: int, *, laid_down: bool
) -> Iterator[str]:
    given = f"set to {delay_s} s by the objective" if laid_down else f"at most {delay_s} s"
    if times is None:
        if laid_down and delay_s < DEFAULT_LONGEST_REQUEST_S:
            yield (
                f"the deregistration delay is {given}, and how long requests take is not recorded: "
                "what takes longer is cut when a task goes"
            )
        return
    needed = on_grid(REQUEST_MARGIN * times.max_s)
    longest = f"the longest of {times.requests:,} requests took {times.max_s:g} s"
    if needed > delay_s:
        cut = (
            "what takes longer is cut when a task goes" if times.max_s > delay_s else "that leaves no margin"
        )
        yield f"the deregistration delay is {given}, and {longest}: {cut}"
    if needed > stop_s and service.callers:
        yield (
            f"{longest}, and Fargate kills a task {stop_s} s after SIGTERM: callers over Cloud Map, whom no "
            "load balancer drains, lose theirs"
        )
    if times.p99_s > DEFAULT_CHECK_TIMEOUT_S:
        yield (
            f"1 % of requests take {times.p99_s:g} s or more, and the load balancer's health check waits "
            f"{DEFAULT_CHECK_TIMEOUT_S} s: its path must not wait for the same work"
        )


def _evidence(times: ResponseTimes | None) -> Evidence:
    if times is None:
        return NOTHING
    return Evidence(quantile=1.0, measured_s=times.max_s, samples=times.requests)
