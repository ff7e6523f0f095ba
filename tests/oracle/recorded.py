"""Cases from the example fleet: recorded demand under the deployed bounds and a usual set of alarms."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import oracle_case as oc

from trimtab.demand.fill import held
from trimtab.demand.free import demand_of
from trimtab.snapshot.folder import read_snapshot

if TYPE_CHECKING:
    from trimtab.fleet.model import Service
    from trimtab.snapshot.contract import Snapshot

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "fleet"
OUT = oc.StepPolicy(
    adjustment_type="CHANGE",
    cooldown_s=60,
    steps=(oc.Step(lower=0.0, upper=10.0, adjustment=1), oc.Step(lower=10.0, adjustment=3)),
)
IN = oc.StepPolicy(
    adjustment_type="CHANGE",
    cooldown_s=300,
    steps=(oc.Step(lower=-0.5, upper=0.0, adjustment=-1), oc.Step(upper=-0.5, adjustment=-2)),
)
HALF = oc.StepPolicy(adjustment_type="PERCENT", cooldown_s=120, steps=(oc.Step(lower=0.0, adjustment=50),))


def services() -> Snapshot:
    """Read the example."""
    return read_snapshot(EXAMPLE)


def case(snapshot: Snapshot, service: Service, first: int, minutes: int) -> oc.Case:
    """Return the service's recorded minutes first to first + minutes - 1 on its deployed size."""
    demand = held(demand_of(service, snapshot.metrics[service.name]))
    span = slice(first, first + minutes)
    cpu, tasks = demand.cpu_vcpu[span], demand.tasks[span]
    average = cpu / tasks.clip(min=1)
    vcpu = service.size.cpu_units / 1024
    high = max(2, round(2 * float(cpu.max()) / vcpu))
    return oc.Case(
        cpu_vcpu=tuple(cpu.tolist()),
        memory_mib=tuple(demand.memory_mib[span].tolist()),
        hottest_ratio=tuple((demand.hottest_cpu_vcpu[span] / average.clip(min=1e-6)).clip(min=1).tolist()),
        no_scale_in=tuple(k % 720 < 20 for k in range(minutes)),
        vcpu=vcpu,
        size_mib=service.size.memory_mib,
        overhead_vcpu=0.01,
        starts=tuple(_row(one) for one in service.start_samples) or ((12, 30, 75),),
        min_tasks=1,
        max_tasks=high,
        initial_tasks=max(1, high // 3),
        deregistration_delay_s=300,
        shutdown_s=service.stop_timeout_s,
        alarms=(
            oc.Alarm(metric=oc.CPU_AVERAGE, comparison=">", threshold=60.3, n=3, m=2, policy=0),
            oc.Alarm(metric=oc.CPU_MAXIMUM, comparison=">", threshold=88.7, n=1, m=1, period=5, policy=2),
            oc.Alarm(metric=oc.MEMORY_AVERAGE, comparison=">", threshold=90.1, n=3, m=2, policy=0),
            oc.Alarm(
                metric=oc.JOINT,
                comparison="<",
                threshold=1.0,
                n=10,
                m=10,
                policy=1,
                cpu_low=40.3,
                memory_low=80.1,
            ),
        ),
        policies=(OUT, IN, HALF),
    )


def _row(sample: object) -> tuple[int, int, int]:
    """Return a start's seconds from the decision, rounded one by one so that their order stays."""
    parts = [getattr(sample, name) for name in ("placement_s", "pull_s", "boot_s", "ready_s")]
    pull = round(parts[0])
    runs = pull + round(parts[1] + parts[2])
    return pull, runs, runs + round(parts[3])
