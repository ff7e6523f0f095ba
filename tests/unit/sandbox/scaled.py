"""A service of a sandbox that scales for days: Application Auto Scaling by docs/replay.md, written anew.

The sandbox starts and stops the tasks, by its own clock and timing. CPU and alarms are worked out here, for
nothing runs in its tasks. No line of the replay is used: what it says is held against this.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sandbox.made import CLUSTER, Fleet

from trimtab.sandbox.past import Series

if TYPE_CHECKING:
    from trimtab.sandbox.ecs.service_state import SandboxService
    from trimtab.sandbox.server import Sandbox

NAME: Final = "web"
SAMPLE_S: Final = 10
RUNNING_S, SERVING_S = 40, 60
"""From the decision, by the timing that ``scaled`` asks for: place 10, pull 10, boot 20, ready 20."""
HIGH, LOW = 70.0, 40.0
OUT, IN = (2, 120), (-1, 300)
"""Tasks, and seconds of cooldown."""
BOUNDS: Final = (2, 30)


@dataclass(frozen=True, kw_only=True)
class Known:
    """What AWS leaves open."""

    delay_s: int
    phase_s: float
    in_activity_s: int


@dataclass
class Autoscaler:
    """The target's clock and what is watched, minute by minute."""

    sandbox: Sandbox
    known: Known
    begun: float
    cloudwatch: Any
    cpu: list[float] = field(default_factory=list)
    tasks: list[int] = field(default_factory=list)
    kind: str = ""
    base: int = 0
    until: float = 0.0
    complete: float = 0.0
    states: dict[str, str] = field(default_factory=lambda: {"high": "OK", "low": "OK"})

    @property
    def state(self) -> SandboxService:
        self.sandbox.scheduler.catch_up()
        found = self.sandbox.scheduler.find(NAME)
        assert found is not None
        return found

    def running(self) -> list[float]:
        """When each task that runs became so."""
        tasks = [task for task in self.state.tasks if task.is_running]
        return [task.started_at.timestamp() for task in tasks]

    def live(self, work: float) -> None:
        """Let a minute pass that wants ``work`` vCPU, deciding ``phase_s`` into it."""
        minute = len(self.cpu)
        start = self.begun + 60 * minute
        decided, run, serving = False, 0, 0
        for sample in range(60 // SAMPLE_S):
            at = start + sample * SAMPLE_S
            if not decided and self.known.phase_s < (sample + 1) * SAMPLE_S:
                self._until(start + self.known.phase_s)
                self._decide(minute)
                decided = True
            self._until(at + SAMPLE_S - 0.001)
            since = self.running()
            run += len(since)
            serving += sum(at - one >= SERVING_S - RUNNING_S for one in since)
        a_minute = 60 / SAMPLE_S
        served = min(work, serving / a_minute)
        self.cpu.append(100 * served / (run / a_minute))
        self.tasks.append(len(self.running()))

    def _until(self, at: float) -> None:
        self.sandbox.clock.advance(max(0.0, at - self.sandbox.clock.now()))

    def _decide(self, minute: int) -> None:
        newest = minute - 1 - self.known.delay_s // 60
        if newest < 0:
            return
        value, now = self.cpu[newest], self.sandbox.clock.now()
        high, low = self._told("high", value > HIGH, newest), self._told("low", value < LOW, newest)
        running, desired = len(self.running()), self.state.desired
        if high:
            credit = self.kind == "out" and now < self.until
            target = max(desired, (self.base if credit else running) + OUT[0])
            self._out(min(target, BOUNDS[1]), running, now, credit=credit)
        elif low and now >= self.until:
            target = min(desired, max(BOUNDS[0], running + IN[0]))
            if target < desired:
                self._scale(target, "low")
                self.kind, self.until = "in", now + self.known.in_activity_s + IN[1]

    def _out(self, target: int, running: int, now: float, *, credit: bool) -> None:
        if target == self.state.desired:
            self._scale(target, "high")  # in vain, and told so
            return
        self._scale(target, "high")
        complete = now + RUNNING_S
        if credit:
            complete = max(complete, self.complete)
        else:
            self.base = running
        self.kind, self.complete, self.until = "out", complete, complete + OUT[1]

    def _scale(self, target: int, alarm: str) -> None:
        cause = f"monitor alarm {alarm} in state ALARM triggered policy {alarm}"
        self.sandbox.scale(NAME, target, cause)

    def _told(self, alarm: str, breaching: bool, newest: int) -> bool:
        state = "ALARM" if breaching else "OK"
        if state != self.states[alarm]:
            self.states[alarm] = state
            data = {
                "queryDate": stamp(self.sandbox.clock.now()),
                "startDate": stamp(self.begun + 60 * newest),
                "period": 60,
                "recentDatapoints": [self.cpu[newest]],
                "threshold": HIGH if alarm == "high" else LOW,
            }
            said = {"StateReason": "Threshold Crossed", "StateReasonData": json.dumps(data)}
            self.cloudwatch.set_alarm_state(AlarmName=alarm, StateValue=state, **said)
        return breaching


def stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"


def scaled(sandbox: Sandbox, known: Known, work: list[float]) -> Autoscaler:
    """Let a service live through ``work`` [vCPU], a minute each, and put its metrics into CloudWatch."""
    fleet = Fleet(sandbox)
    check = {"command": ["CMD-SHELL", "curl -f http://localhost:8080/ || exit 1"]}
    fleet.ecs.create_service(
        cluster=CLUSTER,
        serviceName=NAME,
        taskDefinition=_register(fleet, check),
        desiredCount=6,
        launchType="FARGATE",
        networkConfiguration=fleet.network,
    )
    scaling, cloudwatch = fleet.client("application-autoscaling"), fleet.client("cloudwatch")
    _policies(scaling, cloudwatch)
    begun = 60.0 * (sandbox.clock.now() // 60 + 10)
    sandbox.clock.advance(begun - sandbox.clock.now())
    lived = Autoscaler(sandbox, known, begun, cloudwatch)
    for one in work:
        lived.live(one)
    at, count = begun + 60.0 * np.arange(len(work)), np.array(lived.tasks, dtype=np.float64)
    for metric, values in (
        ("CPUUtilization", np.array(lived.cpu)),
        ("MemoryUtilization", np.full(at.size, 30.0)),
    ):
        dimensions = (("ClusterName", CLUSTER), ("ServiceName", NAME))
        sandbox.record([Series("AWS/ECS", metric, dimensions, at, values * count, count, values, values)])
    return lived


def _register(fleet: Fleet, check: dict[str, Any]) -> str:
    made = fleet.ecs.register_task_definition(
        family=NAME,
        cpu="1024",
        memory="2048",
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        containerDefinitions=[{"name": "app", "image": "nginx:1", "healthCheck": check}],
    )
    arn: str = made["taskDefinition"]["taskDefinitionArn"]
    return arn


def _policies(scaling: Any, cloudwatch: Any) -> None:
    target = {
        "ServiceNamespace": "ecs",
        "ResourceId": f"service/{CLUSTER}/{NAME}",
        "ScalableDimension": "ecs:service:DesiredCount",
    }
    scaling.register_scalable_target(**target, MinCapacity=BOUNDS[0], MaxCapacity=BOUNDS[1])
    for alarm, (tasks, cooldown_s), operator, threshold, bound in (
        ("high", OUT, "GreaterThanThreshold", HIGH, "MetricIntervalLowerBound"),
        ("low", IN, "LessThanThreshold", LOW, "MetricIntervalUpperBound"),
    ):
        policy = scaling.put_scaling_policy(
            **target,
            PolicyName=alarm,
            PolicyType="StepScaling",
            StepScalingPolicyConfiguration={
                "AdjustmentType": "ChangeInCapacity",
                "Cooldown": cooldown_s,
                "StepAdjustments": [{bound: 0.0, "ScalingAdjustment": tasks}],
            },
        )
        cloudwatch.put_metric_alarm(
            AlarmName=alarm,
            AlarmActions=[policy["PolicyARN"]],
            Namespace="AWS/ECS",
            MetricName="CPUUtilization",
            Dimensions=[{"Name": "ClusterName", "Value": CLUSTER}, {"Name": "ServiceName", "Value": NAME}],
            Statistic="Average",
            Period=60,
            EvaluationPeriods=1,
            Threshold=threshold,
            ComparisonOperator=operator,
        )
