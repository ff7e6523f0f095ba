"""EventBridge of the sandbox: which recorded ECS events reach which target, and in what form."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from made_client import client
from trimtab.sandbox.calls.policies import allows
from trimtab.sandbox.server import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

PATTERN = {
    "source": ["aws.ecs"],
    "detail-type": ["ECS Task State Change"],
    "detail": {
        "lastStatus": ["STOPPED"],
        "$or": [
            {"stopCode": ["TaskFailedToStart", "EssentialContainerExited"]},
            {"stoppedReason": [{"prefix": "Task failed "}]},
        ],
    },
}
ACCOUNT = "123456789012"
SERVICES = ["events.amazonaws.com", "delivery.logs.amazonaws.com"]
LOG_ACTIONS = ["logs:CreateLogStream", "logs:PutLogEvents"]


def statement(service: object, action: object, resource: str, effect: str = "Allow") -> str:
    body = {"Effect": effect, "Principal": {"Service": service}, "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [body]})


@dataclass
class Bus:
    """A rule for failed tasks, and what its targets got. Names carry the test's number."""

    sandbox: Sandbox
    number: int
    clients: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.group = f"/aws/events/ecs-{self.number}"
        self.before = len(self.sandbox.undelivered)

    def close(self) -> None:
        events = self.client("events")
        for rule in events.list_rules()["Rules"]:
            events.remove_targets(Rule=rule["Name"], Ids=["it"])
            events.delete_rule(Name=rule["Name"])
        for policy in self.client("logs").describe_resource_policies()["resourcePolicies"]:
            self.client("logs").delete_resource_policy(policyName=policy["policyName"])

    @property
    def undelivered(self) -> tuple[str, ...]:
        return self.sandbox.undelivered[self.before :]

    def client(self, name: str) -> Any:
        if name not in self.clients:
            self.clients[name] = client(self.sandbox.environment, name)
        return self.clients[name]

    def target(self, **target: object) -> None:
        events = self.client("events")
        events.put_rule(Name="failed", EventPattern=json.dumps(PATTERN))
        answer = events.put_targets(Rule="failed", Targets=[{"Id": "it", **target}])
        assert answer["FailedEntryCount"] == 0

    def log_group(self, services: list[str] | None = None, resource: str | None = None) -> str:
        logs = self.client("logs")
        logs.create_log_group(logGroupName=self.group)
        arn = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{self.group}"
        document = statement(services or SERVICES, LOG_ACTIONS, resource or f"{arn}:*")
        logs.put_resource_policy(policyName="events", policyDocument=document)
        return arn

    def queue(self, name: str, *, open_to_events: bool = True) -> str:
        arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}-{self.number}"
        policy = {"Policy": statement(SERVICES[0], "sqs:SendMessage", arn)} if open_to_events else {}
        self.client("sqs").create_queue(QueueName=f"{name}-{self.number}", Attributes=policy)
        return arn

    def put(self, source: str = "aws.ecs", **detail: str) -> None:
        entry = {
            "Source": source,
            "DetailType": "ECS Task State Change",
            "Detail": json.dumps({"lastStatus": "STOPPED", **detail}),
            "Time": 1_760_000_000,
            "Resources": ["arn:task"],
        }
        assert self.client("events").put_events(Entries=[entry])["FailedEntryCount"] == 0

    def logged(self) -> list[str]:
        return [
            e["message"] for e in self.client("logs").filter_log_events(logGroupName=self.group)["events"]
        ]

    def queued(self, name: str) -> list[str]:
        url = f"{self.sandbox.endpoint}/{ACCOUNT}/{name}-{self.number}"
        answer = self.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        return [message["Body"] for message in answer.get("Messages", [])]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.start() as running:
        yield running
        assert running.calls_not_implemented == ()
        assert running.faults == ()


NUMBERS = itertools.count(1)


@pytest.fixture
def bus(sandbox: Sandbox) -> Iterator[Bus]:
    opened = Bus(sandbox, next(NUMBERS))
    yield opened
    opened.close()


def test_only_events_the_pattern_names_reach_the_log_group(bus: Bus) -> None:
    bus.target(Arn=bus.log_group())
    bus.put(stopCode="EssentialContainerExited", stoppedReason="Essential container in task exited")
    bus.put(stopCode="ServiceSchedulerInitiated", stoppedReason="Task failed ELB health checks in (x)")
    bus.put(stopCode="ServiceSchedulerInitiated", stoppedReason="Scaling activity initiated by (x)")
    bus.put(stopCode="EssentialContainerExited", lastStatus="RUNNING")
    bus.put(source="my.app", stopCode="EssentialContainerExited")

    assert [json.loads(message)["detail"]["stoppedReason"] for message in bus.logged()] == [
        "Essential container in task exited",
        "Task failed ELB health checks in (x)",
    ]
    assert bus.undelivered == ()


def test_a_target_receives_the_whole_event(bus: Bus) -> None:
    bus.target(Arn=bus.log_group())
    bus.put(stopCode="TaskFailedToStart")
    event = json.loads(bus.logged()[0])

    assert event.pop("id")
    assert event == {
        "version": "0",
        "detail-type": "ECS Task State Change",
        "source": "aws.ecs",
        "account": ACCOUNT,
        "time": "2025-10-09T08:53:20Z",
        "region": "us-east-1",
        "resources": ["arn:task"],
        "detail": {"lastStatus": "STOPPED", "stopCode": "TaskFailedToStart"},
    }


@pytest.mark.parametrize("missing", SERVICES)
def test_a_log_group_whose_policy_lacks_a_principal_gets_nothing(bus: Bus, missing: str) -> None:
    bus.target(Arn=bus.log_group(services=[name for name in SERVICES if name != missing]))
    bus.put(stopCode="TaskFailedToStart")

    assert bus.logged() == []
    assert bus.undelivered == (
        f"failed/it: no resource policy lets {missing} do logs:CreateLogStream on {bus.group}",
    )


def test_what_no_target_took_lands_in_the_dead_letter_queue(bus: Bus) -> None:
    group = bus.log_group(resource="arn:aws:logs:us-east-1:123456789012:log-group:/other:*")
    bus.target(Arn=group, DeadLetterConfig={"Arn": bus.queue("dead")})
    bus.put(stopCode="TaskFailedToStart")

    assert [json.loads(body)["detail"]["stopCode"] for body in bus.queued("dead")] == ["TaskFailedToStart"]


def test_a_dead_letter_queue_without_leave_is_told_too(bus: Bus) -> None:
    queue = bus.queue("dead", open_to_events=False)
    bus.target(Arn=f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/absent", DeadLetterConfig={"Arn": queue})
    bus.put(stopCode="TaskFailedToStart")

    assert [line.split(": ", 1)[1] for line in bus.undelivered] == [
        "log group /absent does not exist",
        f"the policy of queue dead-{bus.number} does not let events.amazonaws.com do sqs:SendMessage",
    ]


def test_a_topic_receives_the_text_of_an_input_transformer(bus: Bus) -> None:
    sns = bus.client("sns")
    topic = sns.create_topic(Name=f"alerts-{bus.number}")["TopicArn"]
    queue = bus.queue("inbox")
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    transformer = {
        "InputPathsMap": {"reason": "$.detail.stoppedReason"},
        "InputTemplate": '"stopped: <reason>"',
    }
    bus.target(Arn=topic, InputTransformer=transformer)
    bus.put(stopCode="TaskFailedToStart", stoppedReason="no image")
    assert bus.queued("inbox") == []

    policy = statement(SERVICES[0], "sns:Publish", topic)
    conditional = json.loads(policy)
    conditional["Statement"][0]["Condition"] = {"ArnLike": {"aws:SourceArn": "*"}}
    # EventBridge takes no conditions in a topic's policy.
    for given in (json.dumps(conditional), policy):
        sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=given)
        bus.put(stopCode="TaskFailedToStart", stoppedReason="no image")
    assert [json.loads(body)["Message"] for body in bus.queued("inbox")] == ["stopped: no image"]
    assert len(bus.undelivered) == 2


def test_a_disabled_rule_and_a_scheduled_one_send_nothing(bus: Bus) -> None:
    group = bus.log_group()
    bus.target(Arn=group)
    events = bus.client("events")
    events.disable_rule(Name="failed")
    events.put_rule(Name="hourly", ScheduleExpression="rate(1 hour)")
    events.put_targets(Rule="hourly", Targets=[{"Id": "it", "Arn": group}])
    bus.put(stopCode="TaskFailedToStart")

    assert bus.logged() == []
    assert bus.undelivered == ()


def test_a_denial_outweighs_a_permission() -> None:
    allowed, denied = (statement("a", "sqs:*", "arn:q*", effect) for effect in ("Allow", "Deny"))

    assert allows([allowed], "a", "sqs:SendMessage", "arn:queue")
    assert not allows([allowed, denied], "a", "sqs:SendMessage", "arn:queue")
    assert not allows([allowed], "b", "sqs:SendMessage", "arn:queue")
    assert not allows([allowed], "a", "sns:Publish", "arn:queue")
    assert not allows([allowed], "a", "sqs:SendMessage", "arn:topic")
    assert not allows([], "a", "sqs:SendMessage", "arn:queue")
