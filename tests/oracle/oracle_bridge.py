"""A case as the kernel takes it. The only file here that knows the names of ``trimtab.replay``."""

from __future__ import annotations

import numpy as np
import oracle_case as oc

from trimtab.demand.schedule import Bounds
from trimtab.replay import inputs as tm
from trimtab.replay import policy as ta


def inputs(case: oc.Case) -> tm.Inputs:
    """Return all of the case but its policy and choices."""
    pull, running, serving = np.array(case.starts, dtype=np.int64).T.copy()
    return tm.Inputs(
        load=tm.Load(
            cpu_vcpu=np.array(case.cpu_vcpu),
            memory_mib=np.array(case.memory_mib),
            hottest_ratio=np.array(case.hottest_ratio),
            memory_slope_mib_per_vcpu=case.memory_slope_mib_per_vcpu,
            requests=np.array(case.requests) if case.requests else None,
        ),
        task=tm.Task(
            vcpu=case.vcpu,
            memory_mib=float(case.size_mib),
            price_usd_hour=case.price_usd_hour,
            overhead_vcpu=case.overhead_vcpu,
            overhead_mib=case.overhead_mib,
            idle_vcpu=case.idle_vcpu,
            boot_vcpu=case.boot_vcpu,
        ),
        starts=tm.Starts(pull_s=pull, running_s=running, serving_s=serving),
        objective=tm.ReplayLimits(cpu_share=case.cpu_share, memory_share=case.memory_share),
        deregistration_delay_s=case.deregistration_delay_s,
        shutdown_s=case.shutdown_s,
        seed=case.seed,
        no_scale_in=np.array(case.no_scale_in, dtype=np.bool_),
        interruptions=_interruptions(case),
    )


def _interruptions(case: oc.Case) -> tm.Interruptions | None:
    if not case.share_percent:
        return None
    share = np.array(case.share_percent, dtype=np.int64)
    return tm.Interruptions(share_percent=share, capacity_wait_s=case.capacity_wait_s)


def policy(case: oc.Case) -> ta.Policy:
    """Return the case's alarms and policies."""
    return ta.Policy(
        min_tasks=case.min_tasks,
        max_tasks=case.max_tasks,
        initial_tasks=case.initial_tasks,
        alarms=tuple(_alarm(one) for one in case.alarms),
        policies=tuple(_scaling(one) for one in case.policies),
        changes=tuple(Bounds(minute=k, min_tasks=low, max_tasks=high) for k, low, high in case.changes),
    )


def model(case: oc.Case) -> tm.Model:
    """Return the case's choices."""
    c = case.choices
    return tm.Model(
        publication_delay_s=c.publication_delay_s,
        fast_delay_s=c.fast_delay_s,
        evaluation_extra=c.evaluation_extra,
        aggregate="latest" if c.aggregate == "latest" else "alarm",
        in_activity_s=c.in_activity_s,
        launch_rate_per_min=c.launch_rate_per_min,
        cooldown_blocks_in=c.cooldown_blocks_in,
        queue_limit_vcpu_min=c.queue_limit_vcpu_min,
    )


def _alarm(alarm: oc.Alarm) -> ta.PolicyAlarm:
    return ta.PolicyAlarm(
        metric=ta.Metric[alarm.metric],
        comparison=ta.Comparison(alarm.comparison),
        threshold=alarm.threshold,
        periods=alarm.n,
        datapoints=alarm.m,
        policy=alarm.policy,
        period_min=alarm.period,
        fast=alarm.fast,
        phase_s=alarm.phase_s,
        missing=ta.Missing[alarm.missing],
        cpu_low=alarm.cpu_low,
        memory_low=alarm.memory_low,
        requests_low=alarm.requests_low,
    )


def _scaling(one: oc.Policy) -> ta.ScalingPolicy:
    if isinstance(one, oc.Tracking):
        return ta.TargetTracking(
            target=one.target,
            out_cooldown_s=one.out_cooldown_s,
            in_cooldown_s=one.in_cooldown_s,
            scale_in_enabled=one.scale_in_enabled,
        )
    return ta.StepScaling(
        steps=tuple(
            ta.StepAdjustment(adjustment=s.adjustment, lower=s.lower, upper=s.upper) for s in one.steps
        ),
        cooldown_s=one.cooldown_s,
        adjustment_type=ta.AdjustmentType[one.adjustment_type],
        min_magnitude=one.min_magnitude,
        aggregation=ta.Aggregation[one.aggregation],
    )
