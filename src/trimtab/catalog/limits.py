"""Limits that AWS documents as a rule, not as a table."""

from __future__ import annotations

import math

BREAKER_LEAST, BREAKER_MOST = 3, 200


def breaker_threshold(desired_tasks: int) -> int:
    """Return how many failed tasks make the deployment circuit breaker fail a deployment [tasks].

    Half the desired count, at least 3 and at most 200. So a service of one or two tasks fails
    three times first. Source: ECS developer guide, "deployment-circuit-breaker" (copy of 2026).
    """
    return min(BREAKER_MOST, max(BREAKER_LEAST, math.ceil(0.5 * desired_tasks)))


MAX_STEPS = 20
"""Step adjustments per policy (Application Auto Scaling quota)."""


MAX_TASKS = 5_000
"""Tasks per service (ECS quota)."""
