"""EventBridge: what a target receives, and which targets may receive anything.

Real EventBridge accepts no ``source`` that begins with ``aws.`` from a customer; here it does,
so that recorded ECS events can be put in. moto matches patterns well (``$or`` and ``prefix``
too), but sends the wrong event, to too few kinds of target, and asks nobody's leave.

Sources: EventBridge User Guide, "Using resource-based policies", "Input transformation" and
"Dead-letter queues"; Amazon CloudWatch Logs needs a policy for both
``events.amazonaws.com`` and ``delivery.logs.amazonaws.com``.
"""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from moto.core.utils import unix_time_millis
from moto.events.models import Rule, events_backends
from moto.events.utils import EventTemplateParser
from moto.logs.models import logs_backends
from moto.moto_api._internal import mock_random
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends
from moto.utilities.arns import parse_arn

from trimtab.sandbox.calls.policies import allows

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimtab.sandbox.patching import Patches

_BUS = "events.amazonaws.com"
_LOG_DELIVERY = "delivery.logs.amazonaws.com"


class _Refused(Exception):  # noqa: N818 - a reason, never seen outside this file
    """A target did not take an event."""


def install(patches: Patches) -> None:
    """Extend moto's EventBridge."""
    patches.wrap(Rule, "send_to_targets", _send)


def undelivered() -> list[str]:
    """Return what no target took, as ``rule/target: reason``, in order."""
    undelivered: list[str] = []
    for regions in events_backends.values():
        for backend in regions.values():
            undelivered += vars(backend).get("sandbox_undelivered", [])
    return undelivered


def _send(
    original: Callable[..., None], self: Rule, original_event: dict[str, Any], transform_input: bool = True
) -> None:
    """Deliver to log groups, queues and topics ourselves; leave other targets to moto."""
    # A rule with a schedule only has no pattern, which moto takes as matching everything.
    if self.state == "DISABLED" or not self.event_pattern.get_pattern():
        return
    if not self.event_pattern.matches_event(original_event):  # type: ignore[arg-type]
        return
    others = []
    for target in self.targets:
        deliver = _DELIVERIES.get(parse_arn(target["Arn"]).service)
        if deliver is None or "SqsParameters" in target:
            others.append(target)
            continue
        try:
            deliver(self, target["Arn"], _input(target, original_event))
        except _Refused as refusal:
            _dead_letter(self, target, original_event, str(refusal))
    if others:
        rest = copy.copy(self)
        rest.targets = others
        original(rest, original_event, transform_input)


def _input(target: dict[str, Any], event: dict[str, Any]) -> Any:  # noqa: ANN401 - any JSON
    """Return what the target is to receive."""
    if "Input" in target:
        return json.loads(target["Input"])
    if transformer := target.get("InputTransformer"):
        paths = transformer.get("InputPathsMap", {})
        try:
            return EventTemplateParser.parse(transformer["InputTemplate"], paths, event)  # type: ignore[arg-type]
        except json.JSONDecodeError as error:
            raise _Refused(f"the input template does not give JSON ({error})") from error
    return _envelope(event)


def _envelope(event: dict[str, Any]) -> dict[str, Any]:
    """Return the whole event, its time as EventBridge writes it."""
    when = event["time"]
    if not isinstance(when, str):
        when = datetime.fromtimestamp(float(when), tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {**{key: value for key, value in event.items() if key != "ingestion-time"}, "time": when}


def _to_logs(rule: Rule, arn: str, message: Any) -> None:  # noqa: ANN401 - any JSON
    backend = logs_backends[rule.account_id][rule.region_name]
    name = arn.split(":log-group:", 1)[1].removesuffix(":*")
    if name not in backend.groups:
        raise _Refused(f"log group {name} does not exist")
    documents = [policy.policy_document for policy in backend.resource_policies.values()]
    group_arn = arn.removesuffix(":*")
    for service in (_BUS, _LOG_DELIVERY):
        for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
            # A stream's ARN, for policies name the group with :* behind it.
            if not allows(documents, service, action, f"{group_arn}:log-stream:x"):
                raise _Refused(f"no resource policy lets {service} do {action} on {name}")
    stamp, text = int(unix_time_millis()), json.dumps(message)
    if isinstance(message, dict) and set(message) == {"timestamp", "message"}:
        # The only form an input transformer may give a log group.
        text = message["message"] if isinstance(message["message"], str) else json.dumps(message["message"])
    stream = str(mock_random.uuid4())
    backend.create_log_stream(name, stream)
    backend.put_log_events(name, stream, [{"timestamp": stamp, "message": text}])


def _to_queue(rule: Rule, arn: str, message: Any) -> None:  # noqa: ANN401 - any JSON
    backend = sqs_backends[rule.account_id][rule.region_name]
    name = arn.rsplit(":", 1)[-1]
    queue = backend.queues.get(name)
    if queue is None:
        raise _Refused(f"queue {name} does not exist")
    if not allows([queue.policy] if queue.policy else [], _BUS, "sqs:SendMessage", arn):
        raise _Refused(f"the policy of queue {name} does not let {_BUS} do sqs:SendMessage")
    backend.send_message(queue_name=name, message_body=json.dumps(message))


def _to_topic(rule: Rule, arn: str, message: Any) -> None:  # noqa: ANN401 - any JSON
    backend = sns_backends[rule.account_id][rule.region_name]
    topic = backend.topics.get(arn)
    if topic is None:
        raise _Refused(f"topic {arn} does not exist")
    # "Condition blocks in Amazon SNS topic policies are not supported for EventBridge" (user guide, 2023).
    if not allows([topic.policy], _BUS, "sns:Publish", arn, conditions=False):
        raise _Refused(f"the policy of topic {arn} does not let {_BUS} do sns:Publish")
    backend.publish(message if isinstance(message, str) else json.dumps(message), arn=arn)


_DELIVERIES: dict[str, Callable[[Rule, str, Any], None]] = {
    "logs": _to_logs,
    "sqs": _to_queue,
    "sns": _to_topic,
}


def _dead_letter(rule: Rule, target: dict[str, Any], event: dict[str, Any], why: str) -> None:
    """Remember a refusal, and send the event to the target's dead-letter queue if it has one."""
    backend = events_backends[rule.account_id][rule.region_name]
    refusals: list[str] = vars(backend).setdefault("sandbox_undelivered", [])
    refusals.append(f"{rule.name}/{target['Id']}: {why}")
    if queue := target.get("DeadLetterConfig", {}).get("Arn"):
        try:
            _to_queue(rule, queue, _envelope(event))
        except _Refused as refusal:
            refusals.append(f"{rule.name}/{target['Id']} dead letter: {refusal}")
