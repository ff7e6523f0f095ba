"""A record of a task that answers requests, by the simulator beside, and the model that is made of it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from demand.made import run
from fleet import made

from trimtab.demand.answers import Answers
from trimtab.demand.latency import latency_of

if TYPE_CHECKING:
    from demand.made import Answered

    from trimtab.demand.latency import Fit, Latency
    from trimtab.demand.series import F64, Demand

MINUTES = 2 * made.DAY
LAWS = ("exponential", "fixed", "lognormal")
STEPS = np.repeat(np.linspace(0.05, 0.65, 13), 20)
"""Utilisations at which another size is tried, twenty minutes each."""


@cache
def busy(minutes: int = MINUTES) -> F64:
    """Return days of one wave each between idle and busy [ratio]."""
    noise = np.random.default_rng(1).normal(0, 0.05, minutes)
    wave = 0.375 + 0.28 * np.sin(np.arange(minutes) / made.DAY * 2 * np.pi)
    return np.asarray(np.clip(wave + noise, 0.03, 0.8), dtype=np.float64)


@cache
def recorded(vcpu: float = 1.0, cpu_ms: float = 20.0, law: Any = "exponential", **how: Any) -> Answered:
    return run(busy(), vcpu, cpu_ms=cpu_ms, law=law, **how)


def demand(of: Answered, vcpu: float = 1.0, **changes: F64) -> Demand:
    times = {"p50_s": of.p50_s, "p95_s": of.p95_s, "p99_s": of.p99_s, "failed": np.zeros_like(of.busy)}
    plain = made.demand(of.busy * vcpu, tasks=1)
    requests = changes.pop("requests", of.requests)
    return replace(plain, requests=requests, answers=Answers(**(times | changes)))


def fitted(of: Answered, vcpu: float = 1.0) -> tuple[Latency, Fit]:
    model = latency_of(demand(of, vcpu), vcpu)
    assert model.fit is not None, model.why
    return model, model.fit
