"""A recommendation as the text of ``services.auto.tfvars``: entries first, then the template."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

from trimtab.advice.case.outcome import Basis
from trimtab.advice.cost import dollars
from trimtab.ladders.traits import told
from trimtab.terraform_module import (
    DEFAULT_ARCHITECTURE,
    DEFAULT_MATCHER,
    DEFAULT_SCHEME,
    DEFAULT_STOP_TIMEOUT_S,
)
from trimtab.values.deployment import deployment
from trimtab.values.hcl import COLUMNS, Attribute, key, listed, quoted, template, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trimtab.advice.calls import Calls, NamedCall
    from trimtab.advice.case.proposal import Proposal
    from trimtab.advice.model import Advice, Recommendation
    from trimtab.fleet.left_out import LeftOut
    from trimtab.fleet.model import Egress, Service, Traffic
    from trimtab.terraform_module import Ladders
    from trimtab.timing.startup import TargetTiming, Timing

TEMPLATE = "services.auto.tfvars.j2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One service in the map."""

    name: str
    comment: tuple[str, ...]
    attributes: tuple[Attribute, ...]


def render(recommendation: Recommendation) -> str:
    """Return the file's text, as ``terraform fmt`` would leave it."""
    left_out = frozenset(left.service for left in recommendation.left_out)
    return template(TEMPLATE).render(
        header=wrapped(_header(recommendation)),
        left_out=wrapped(_left_out(recommendation.left_out)),
        entries=[_entry(advice, left_out) for advice in recommendation.services],
    )


def _header(recommendation: Recommendation) -> Iterator[str]:
    fleet, cost = recommendation, recommendation.cost
    yield f"Written by trimtab {version('trimtab')} from {fleet.days:g} days of {fleet.cluster}"
    yield f"(environment {fleet.environment}, region {fleet.region}, from {fleet.start})."
    if recommendation.services:
        yield (
            f"Fargate at {fleet.price_basis}: ${cost.before.compute_usd_month:,} a month today, "
            f"${cost.after.compute_usd_month:,} with these values in replay, a saving of "
            f"{dollars(cost.compute_saving_usd_month)}."
        )
        yield (
            "Net of logs, Container Insights, alarms, load balancers and tracing, beside the replay: "
            f"${cost.before_usd_month:,}, ${cost.after_usd_month:,} and {dollars(cost.saving_usd_month)}."
        )
    if any(_checked_twice(advice.service) for advice in fleet.services):
        yield (
            "Where live_path is not given, health_path answers the container's health check too. "
            "ECS replaces a task that fails either: a path that asks a database has the fleet replaced while "
            "that is down."
        )
    yield "Reasons, candidates and cautions: recommendation.json."


def _checked_twice(service: Service) -> bool:
    """Tell whether the module makes the container's check from the path that the load balancer asks."""
    return service.traffic is not None and service.port is not None and service.health_check is None


def _left_out(left_out: tuple[LeftOut, ...]) -> Iterator[str]:
    if left_out:
        yield (
            "LEFT OUT: these services run on as they are. Where Terraform manages one already, add its "
            "entry before you plan, or the plan removes it."
        )
    for left in left_out:
        yield f"- {left.service}: {left}"


def _entry(advice: Advice, left_out: frozenset[str]) -> Entry:
    service, cost = advice.service, advice.cost
    known = " as recorded" if advice.deployed.basis is Basis.RECORD else ""
    summary = (
        f"{service.size} to {advice.sizing.size}, ${cost.before.compute_usd_month:,}{known} to "
        f"${cost.after.compute_usd_month:,} a month, replayed."
    )
    cautions = (f"Caution: {caution.text}." for caution in advice.cautions)
    comment = wrapped((summary, f"{advice.sizing.sentence}.", *_of_one(advice), *cautions))
    return Entry(name=key(service.name), comment=comment, attributes=tuple(_attributes(advice, left_out)))


def _of_one(advice: Advice) -> Iterator[str]:
    """Yield what one copy becomes in a deployment, where nothing else was found of it."""
    identity, ladders = advice.service.identity, advice.ladders
    told = identity is not None and (identity.minimum_percent, identity.maximum_percent) != (None, None)
    if ladders.max_tasks == 1 and not told:
        yield (
            "One copy, and two for a while in each deployment, as ECS has it by default: where two must "
            "never run, deployment = { minimum_percent = 0, maximum_percent = 100 }."
        )


def _attributes(advice: Advice, left_out: frozenset[str]) -> Iterator[Attribute]:
    service, size = advice.service, advice.sizing.size
    yield Attribute(key="image", value=quoted(service.image))
    yield Attribute(key="cpu", value=str(size.cpu_units))
    yield Attribute(key="memory", value=str(size.memory_mib))
    yield Attribute(key="startup_seconds", value=str(advice.timing.startup.seconds))
    yield from _capacity(advice.proposal)
    yield from _as_deployed(service)
    yield from _stopping(advice.timing)
    yield from _calls(service, advice.calls, left_out)
    yield from _map("secrets", _secrets(service))
    if egress := (*(service.egress or ()), *advice.calls.egress):
        rules = tuple(Attribute(key=key(rule.name), value=_rule(rule)) for rule in egress)
        yield Attribute(key="egress", inner=rules)
    if service.traffic is not None and advice.timing.target is not None:
        block = _traffic(service.traffic, advice.timing.target, advice.timing.grace_period_given_s)
        yield Attribute(key="traffic", inner=tuple(block))
    yield Attribute(key="scaling", inner=tuple(_scaling(advice.ladders)))


def _calls(service: Service, calls: Calls, left_out: frozenset[str]) -> Iterator[Attribute]:
    """Yield who calls it, whom it calls, and the variables that the module does not make itself."""
    callers = [name for name in (*service.callers, *calls.callers) if name not in left_out]
    if callers:
        yield Attribute(key="callers", value=listed(callers))
    if calls.named:
        named = tuple(
            Attribute(key=key(name), value=_named(call)) for name, call in sorted(calls.named.items())
        )
        yield Attribute(key="calls", inner=named)
    kept = {name: text for name, text in service.environment.items() if name not in calls.named}
    yield from _map("environment", kept)


def _named(call: NamedCall) -> str:
    parts = [f"service = {quoted(call.service)}"]
    parts += [f"scheme = {quoted(call.scheme)}"] if call.scheme != DEFAULT_SCHEME else []
    parts += [f"path = {quoted(call.path)}"] if call.path else []
    return f"{{ {', '.join(parts)} }}"


def _capacity(proposal: Proposal) -> Iterator[Attribute]:
    """Yield what the tasks run on, where it is not the module's default."""
    if proposal.architecture != DEFAULT_ARCHITECTURE:
        yield Attribute(key="architecture", value=quoted(proposal.architecture))
    if proposal.spot is not None:
        yield Attribute(key="spot", value="true")


def _secrets(service: Service) -> dict[str, str]:
    """Return the secrets that the module takes: by ARN.

    A bare parameter name is left to ``adopt.definition``, which carries the running revision's on.
    """
    if service.identity is None:
        return service.secrets
    return {name: where for name, where in service.secrets.items() if where.startswith("arn:")}


def _as_deployed(service: Service) -> Iterator[Attribute]:
    """Yield what stays as it is and differs from the module's defaults."""
    if service.port is not None:
        yield Attribute(key="port", value=str(service.port))
    if service.cost_center:
        yield Attribute(key="cost_center", value=quoted(service.cost_center))
    # One that is redacted would fail in every task: left out, the module takes the running revision's.
    if service.health_check is not None and not service.health_check.redacted:
        yield Attribute(key="health_command", value=listed(service.health_check.command))
    if service.identity is not None and service.identity.execute_command:
        yield Attribute(key="execute_command", value="true")
    if service.identity is not None and (inner := tuple(deployment(service.identity))):
        yield Attribute(key="deployment", inner=inner)


def _stopping(timing: Timing) -> Iterator[Attribute]:
    if timing.stop_timeout_s != DEFAULT_STOP_TIMEOUT_S:
        yield Attribute(key="stop_timeout", value=str(timing.stop_timeout_s))
    if timing.longest_request_s is not None:
        yield Attribute(key="longest_request", value=str(timing.longest_request_s))


def _traffic(traffic: Traffic, target: TargetTiming, grace_period_s: int | None) -> Iterator[Attribute]:
    """Yield the traffic block. Intervals are the module's to derive, and the grace period unless given."""
    yield Attribute(key="exposure", value=quoted(traffic.exposure))
    yield Attribute(key="priority", value=str(traffic.priority))
    yield Attribute(key="paths", value=listed(traffic.paths))
    yield Attribute(key="health_path", value=quoted(traffic.health_check.path))
    if traffic.health_check.matcher != DEFAULT_MATCHER:
        yield Attribute(key="health_matcher", value=quoted(traffic.health_check.matcher))
    yield Attribute(key="deregistration_delay", value=str(target.deregistration_delay_s))
    if grace_period_s is not None:
        yield Attribute(key="grace_period", value=str(grace_period_s))


def _scaling(ladders: Ladders) -> Iterator[Attribute]:
    """Yield the traits of the scaling, those that differ from the module's or are always said."""
    traits = dict(told(ladders))
    room = COLUMNS - len("      ") - max(map(len, traits)) - len(" = ")
    for name, value in traits.items():
        yield Attribute.of(name, value, room)


def _rule(rule: Egress) -> str:
    peer = ("cidr", rule.cidr) if rule.cidr is not None else ("security_group_id", rule.security_group_id)
    return f"{{ port = {rule.port}, {peer[0]} = {quoted(peer[1] or '')} }}"


def _map(name: str, values: Mapping[str, str]) -> Iterator[Attribute]:
    if values:
        inner = tuple(Attribute(key=key(one), value=quoted(text)) for one, text in sorted(values.items()))
        yield Attribute(key=name, inner=inner)
