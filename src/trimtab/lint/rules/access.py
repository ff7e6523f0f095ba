"""Rules about permissions and security groups."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from trimtab.lint.containers import listed
from trimtab.lint.evaluation.values import Encoded, Ref, Unknown, Value, key_text
from trimtab.lint.model import Hit, LintRule, Severity
from trimtab.lint.resource import CannotTell
from trimtab.lint.rules.logs import options_of
from trimtab.lint.rules.tasks import on_fargate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.lint.hcl.syntax import SourcePlace
    from trimtab.lint.resource import Piece, Resource
    from trimtab.lint.world import World

_IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide"
_GUIDE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide"
_VPC = "https://docs.aws.amazon.com/vpc/latest/userguide"
POLICIES = ("aws_iam_policy", "aws_iam_role_policy", "data.aws_iam_policy_document")
OPEN = frozenset({"0.0.0.0/0", "::/0"})
WEB_PORTS = (80, 443)
_OF_VPC = re.compile(r"\baws_(?:default_)?(?:vpc|subnet)\.")
_EVERYTHING = frozenset({"*", "*:*"})


def _statements(policy: Resource) -> Iterator[tuple[list[Value], list[Value], Piece | Resource]]:
    """Yield actions and resources of what is allowed without a condition."""
    if policy.kind.startswith("data."):
        for one in policy.blocks("statement"):
            if one.text("effect", "Allow") == "Allow" and not one.blocks("condition"):
                yield one.several("actions"), one.several("resources"), one
        return
    document = _document(policy.get("policy"))
    several = document.get("Statement") if isinstance(document, dict) else None
    for said in several if isinstance(several, list) else [several]:
        if isinstance(said, Unknown):
            raise CannotTell(said)
        if isinstance(said, dict) and said.get("Effect") == "Allow" and not said.get("Condition"):
            yield _several(said.get("Action")), _several(said.get("Resource")), policy


def _document(value: Value) -> Value:
    if isinstance(value, Encoded):
        return value.content
    if isinstance(value, Ref) and value.address.startswith("data."):
        return None  # the document has its own turn
    if isinstance(value, Unknown):
        raise CannotTell(value)
    try:
        return json.loads(value) if isinstance(value, str) else None
    except (ValueError, RecursionError):
        return None


def _several(value: Value) -> list[Value]:
    if isinstance(value, Unknown):
        raise CannotTell(value)
    return value if isinstance(value, list) else [] if value is None else [value]


def _everything(policy: Resource, world: World) -> Iterator[Hit]:
    del world
    for actions, resources, piece in _statements(policy):
        if _EVERYTHING.intersection(one for one in actions if isinstance(one, str)) and "*" in resources:
            yield Hit("it allows every action on everything", _place(policy, piece))
            return


def _wildcard(policy: Resource, world: World) -> Iterator[Hit]:
    del world
    for actions, resources, piece in _statements(policy):
        wide = [one for one in actions if isinstance(one, str) and one.endswith(":*")]
        if wide and "*" in resources:
            yield Hit(f"it allows {', '.join(wide)} on everything", _place(policy, piece))
            return


def _place(policy: Resource, piece: Piece | Resource) -> SourcePlace:
    return policy.at("policy") if piece is policy else piece.place


def _administrator(attachment: Resource, world: World) -> Iterator[Hit]:
    del world
    if str(attachment.get("policy_arn")).endswith(":policy/AdministratorAccess"):
        yield Hit("AdministratorAccess allows every action on everything", attachment.at("policy_arn"))


def _one_role(definition: Resource, world: World) -> Iterator[Hit]:
    del world
    execution, task = definition.get("execution_role_arn"), definition.get("task_role_arn")
    if execution and task and key_text(execution) == key_text(task):
        yield Hit("execution role and task role are one", definition.at("task_role_arn"))


def _no_execution_role(definition: Resource, world: World) -> Iterator[Hit]:
    if not on_fargate(definition, world) or definition.get("execution_role_arn") is not None:
        return
    for container in world.containers(definition):
        log = options_of(container)
        needs = "logs by awslogs" if log is not None and log[0] == "awslogs" else ""
        needs = needs or ("reads secrets" if listed(container, "secrets") else "")
        if needs:
            yield Hit(f"a container {needs}, and there is no execution_role_arn", definition.place)
            return


def _cannot_log(definition: Resource, world: World) -> Iterator[Hit]:
    role = world.referred(definition.get("execution_role_arn"), "aws_iam_role")
    logs = [options_of(one) for one in world.containers(definition)] if role is not None else []
    if role is None or not any(one is not None and one[0] == "awslogs" for one in logs):
        return
    if role.get("managed_policy_arns") is not None or role.blocks("inline_policy"):
        return
    mine = (role.address, role.get("name"))
    inline = [one for one in world.of("aws_iam_role_policy") if _of_role(one, mine)]
    attached = [
        one
        for kind in ("aws_iam_role_policy_attachment", "aws_iam_policy_attachment")
        for one in world.of(kind)
        if _of_role(one, mine) or one.get("roles") is not None
    ]
    # A managed policy, of AWS or of this configuration, may allow it: only what is written out is judged.
    if (
        attached
        or any(isinstance(one.get("policy"), Unknown) for one in inline)
        or world.of("aws_iam_role_policies_exclusive")
    ):
        return
    if not any(_writes(action) for one in inline for actions, _, _ in _statements(one) for action in actions):
        yield Hit(f"{role.address} may not write the logs", definition.at("execution_role_arn"))


def _of_role(policy: Resource, role: tuple[str, Value]) -> bool:
    value = policy.get("role")
    return (isinstance(value, Ref) and value.address == role[0]) or (value is not None and value == role[1])


def _writes(action: Value) -> bool:
    return isinstance(action, Unknown) or action in {"*", "logs:*", "logs:Put*", "logs:PutLogEvents"}


def _unattached(policy: Resource, world: World) -> Iterator[Hit]:
    if not world.mentioned(policy):
        yield Hit("nothing here is given it", policy.place)


def _rules(item: Resource) -> Iterator[Piece | Resource]:
    if item.kind == "aws_security_group":
        yield from item.blocks("ingress")
    elif item.kind == "aws_vpc_security_group_ingress_rule" or item.text("type") == "ingress":
        yield item


def _open(item: Resource, world: World) -> Iterator[Hit]:
    del world
    for rule in _rules(item):
        names = ("cidr_blocks", "ipv6_cidr_blocks", "cidr_ipv4", "cidr_ipv6")
        if not OPEN & {one for name in names for one in _ranges(rule, name)}:
            continue
        first, last = rule.number("from_port"), rule.number("to_port")
        every = key_text(rule.get("protocol") or rule.get("ip_protocol")) == "-1"
        if not every and first is not None and first == last and first in WEB_PORTS:
            continue
        ports = (
            "every port"
            if every or first is None
            else f"port {first:g}"
            if first == last
            else f"ports {first:g} to {last:g}"
        )
        yield Hit(f"the whole internet reaches {ports}", rule.place)


def _ranges(rule: Piece | Resource, name: str) -> Iterator[str]:
    """Yield the address ranges that are known; a VPC's own is never the whole internet."""
    value = rule.get(name)
    if isinstance(value, Unknown) and _OF_VPC.search(value.origin):
        return
    yield from (one for one in rule.several(name) if isinstance(one, str))


def _unused_group(group: Resource, world: World) -> Iterator[Hit]:
    if not world.mentioned(group):
        yield Hit("nothing here is in it", group.place)


RULES = (
    LintRule(
        id="allows-everything",
        severity=Severity.ERROR,
        title="A policy that allows everything",
        why="Whoever gets into one task that has it has the account.",
        fix="Name the actions and the resources that the application uses.",
        source=f"{_IAM}/best-practices.html",
        kinds=POLICIES,
        check=_everything,
    ),
    LintRule(
        id="administrator-access",
        severity=Severity.ERROR,
        title="AdministratorAccess",
        why="Whoever gets into one task that has it has the account.",
        fix="A policy of its own, with the actions and resources that are used.",
        source=f"{_IAM}/best-practices.html",
        kinds=("aws_iam_role_policy_attachment", "aws_iam_policy_attachment"),
        check=_administrator,
    ),
    LintRule(
        id="wildcard-permission",
        severity=Severity.WARNING,
        title="All actions of a service on everything",
        why="Whoever gets into one service reads every secret, bucket and queue of all of them.",
        fix="Name the actions and the resources that the application uses.",
        source=f"{_IAM}/best-practices.html",
        kinds=POLICIES,
        check=_wildcard,
    ),
    LintRule(
        id="one-role-for-both",
        severity=Severity.WARNING,
        title="One role for ECS and the application",
        why="The application then may pull images and read every secret that only ECS has to read for it.",
        fix="An execution role for ECS, a task role for each application.",
        source=f"{_GUIDE}/security-iam-roles.html",
        kinds=("aws_ecs_task_definition",),
        check=_one_role,
    ),
    LintRule(
        id="no-execution-role",
        severity=Severity.ERROR,
        title="No execution role",
        why="ECS writes logs and reads secrets with it: without it the task does not start.",
        fix="execution_role_arn of a role with AmazonECSTaskExecutionRolePolicy or less.",
        source=f"{_GUIDE}/task_execution_IAM_role.html",
        kinds=("aws_ecs_task_definition",),
        check=_no_execution_role,
    ),
    LintRule(
        id="execution-role-cannot-log",
        severity=Severity.WARNING,
        title="An execution role that may not write logs",
        why="awslogs writes with the execution role: without the permission the task does not start.",
        fix="Allow logs:CreateLogStream and logs:PutLogEvents on its log group.",
        source=f"{_GUIDE}/task_execution_IAM_role.html",
        kinds=("aws_ecs_task_definition",),
        check=_cannot_log,
    ),
    LintRule(
        id="unattached-policy",
        severity=Severity.NOTE,
        title="A policy that nobody has",
        why="It is one attachment away from whatever it allows, and nobody looks after it.",
        fix="Take it away.",
        source=f"{_IAM}/best-practices.html",
        kinds=("aws_iam_policy",),
        check=_unattached,
    ),
    LintRule(
        id="open-to-the-world",
        severity=Severity.WARNING,
        title="Open to the whole internet",
        why="Nothing separates what is behind it from anyone, and one service from the next.",
        fix="Let in the security group of who calls; the world at most on 443 of a load balancer.",
        source=f"{_VPC}/vpc-security-groups.html",
        kinds=("aws_security_group", "aws_vpc_security_group_ingress_rule", "aws_security_group_rule"),
        check=_open,
    ),
    LintRule(
        id="unused-security-group",
        severity=Severity.NOTE,
        title="A security group that nothing is in",
        why="Whatever is put into it next is open as it says.",
        fix="Take it away.",
        source=f"{_VPC}/vpc-security-groups.html",
        kinds=("aws_security_group",),
        check=_unused_group,
    ),
)
