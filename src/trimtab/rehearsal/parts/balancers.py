"""Load balancers with their listeners and rules.

A load balancer that only a target group's ARN tells of, a network load balancer for one, gets a
listener on the group's port.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, Final

from trimtab.rehearsal.build import some, tags
from trimtab.rehearsal.conditions import conditions_of
from trimtab.rehearsal.names import plain
from trimtab.rehearsal.parts.groups import set_attributes
from trimtab.rehearsal.parts.routes import NOBODY, led_to

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimtab.fleet.account import FixedResponse, Listener, ListenerRule, LoadBalancer, TargetGroup
    from trimtab.fleet.identity import FleetIdentity
    from trimtab.rehearsal.build import Build

ELB: Final = "elbv2"
_ELSEWHERE: Final = {
    "AuthorizationEndpoint": "https://login.example/authorize",
    "ClientId": "made-up",
    "ClientSecret": "made-up",
    "Issuer": "https://login.example",
    "TokenEndpoint": "https://login.example/token",
    "UserInfoEndpoint": "https://login.example/user",
}
"""Of an action that authenticates, of which a snapshot says only that it is there."""
HTTPS: Final = 443
FORM: Final = 4
"""Parts of the last field of a load balancer's ARN."""


def make_balancers(build: Build) -> None:
    """Make the load balancers; their target groups are there."""
    for balancer in build.identity.load_balancers:
        with build.told.or_left_out(f"load balancer {balancer.name}"):
            _balancer(build, balancer)
    described = {balancer.arn for balancer in build.identity.load_balancers}
    strangers: dict[str, list[TargetGroup]] = {}
    for group in build.identity.target_groups:
        for arn in group.load_balancer_arns:
            if arn not in described and group.arn in build.ids:
                strangers.setdefault(arn, []).append(group)
    for arn, groups in strangers.items():
        with build.told.or_left_out(f"load balancer {_told_by(arn)[1]}"):
            _stranger(build, arn, groups)
    for balancer in build.identity.load_balancers:
        with build.told.or_left_out(f"target groups on {balancer.name}"):
            _hang(build, balancer)


def _balancer(build: Build, balancer: LoadBalancer) -> None:
    public = balancer.scheme == "internet-facing"
    subnets = [build.new(one) for one in balancer.subnet_ids]
    made = build.call(
        ELB,
        "CreateLoadBalancer",
        Name=balancer.name,
        Scheme=balancer.scheme,
        Type="application",
        Subnets=subnets or (build.public if public else build.private),
        SecurityGroups=some([build.new(one) for one in balancer.security_group_ids]),
        Tags=tags(balancer.tags),
    )
    arn = build.ids[balancer.arn] = made["LoadBalancers"][0]["LoadBalancerArn"]
    set_attributes(build, "LoadBalancer", balancer.name, arn, balancer.attributes)
    for listener in balancer.listeners:
        with build.told.or_left_out(f"listener {listener.port} of {balancer.name}"):
            _listener(build, arn, listener)
            for rule in listener.rules:
                with build.told.or_left_out(f"rule {rule.priority} of {balancer.name}:{listener.port}"):
                    _rule(build, listener, rule)


def _listener(build: Build, balancer: str, listener: Listener) -> None:
    secure = listener.protocol == "HTTPS"
    certificates = [{"CertificateArn": _certificate(build, listener)}] if secure else None
    made = build.call(
        ELB,
        "CreateListener",
        LoadBalancerArn=balancer,
        Port=listener.port,
        Protocol=listener.protocol,
        Certificates=certificates,
        SslPolicy=listener.ssl_policy if secure else None,
        DefaultActions=_default_actions(build, listener),
        Tags=tags(listener.tags),
    )
    build.ids[listener.arn] = made["Listeners"][0]["ListenerArn"]


def _certificate(build: Build, listener: Listener) -> str:
    """Return a certificate of the sandbox's for the one a listener has."""
    old = listener.certificate_arn or f"made-up for {listener.arn}"
    if old not in build.ids:
        hosts = [host for rule in listener.rules for host in rule.hosts if "*" not in host]
        answer = build.call(
            "acm", "RequestCertificate", DomainName=hosts[0] if hosts else "rehearsal.example"
        )
        build.ids[old] = answer["CertificateArn"]
    return build.ids[old]


def _default_actions(build: Build, listener: Listener) -> list[dict[str, Any]]:
    groups = _there(build, listener.default_target_group_arns)
    if listener.default_action == "redirect":
        said = listener.default_redirect
        config = {"StatusCode": "HTTP_301", "Protocol": "HTTPS", "Port": str(HTTPS)}
        if said is None:
            build.told.made_up("default action of a listener")
        else:
            names = ("protocol", "port", "host", "path", "query")
            config = {"StatusCode": said.status_code, **{n.title(): getattr(said, n) for n in names}}
        return [{"Type": "redirect", "RedirectConfig": config}]
    if listener.default_action == "other":
        build.told.made_up("default action of a listener")
        end = _forward(groups) if groups else _response(NOBODY)
        if listener.protocol == "HTTPS":
            login = {"Type": "authenticate-oidc", "Order": 1, "AuthenticateOidcConfig": dict(_ELSEWHERE)}
            return [login, {**end, "Order": 2}]
        return [end]
    if listener.default_action == "forward" and groups:
        return [_forward(groups)]
    if listener.default_response is None:
        build.told.made_up("default action of a listener")
    return [_response(listener.default_response or NOBODY)]


def _rule(build: Build, listener: Listener, rule: ListenerRule) -> None:
    groups = _there(build, rule.target_group_arns)
    if rule.plain and len(groups) == 1:
        actions = [_forward(groups)]
    else:
        build.told.made_up("action of a rule")
        actions = [_forward(groups, sticky=True) if groups else _response(NOBODY)]
    made = build.call(
        ELB,
        "CreateRule",
        ListenerArn=build.new(listener.arn),
        Priority=rule.priority,
        Conditions=conditions_of(rule, build.told),
        Actions=actions,
        Tags=tags(rule.tags),
    )
    build.ids[rule.arn] = made["Rules"][0]["RuleArn"]


def _there(build: Build, arns: Sequence[str]) -> list[str]:
    return [build.ids[arn] for arn in arns if arn in build.ids]


def _forward(groups: list[str], *, sticky: bool = False) -> dict[str, Any]:
    if len(groups) == 1 and not sticky:
        return {"Type": "forward", "TargetGroupArn": groups[0]}
    config: dict[str, Any] = {"TargetGroups": [{"TargetGroupArn": arn, "Weight": 1} for arn in groups]}
    if len(groups) == 1:
        config["TargetGroupStickinessConfig"] = {"Enabled": True, "DurationSeconds": 3600}
    return {"Type": "forward", "ForwardConfig": config}


def _response(said: FixedResponse) -> dict[str, Any]:
    config = {
        "StatusCode": said.status_code,
        "ContentType": said.content_type,
        "MessageBody": said.message_body,
    }
    return {"Type": "fixed-response", "FixedResponseConfig": config}


def _stranger(build: Build, arn: str, groups: list[TargetGroup]) -> None:
    """Make a load balancer that is not described: its ARN says name and kind."""
    kind, name = _told_by(arn)
    network = kind == "net"
    build.told.made_up("load balancer")
    made = build.call(
        ELB,
        "CreateLoadBalancer",
        Name=name,
        Scheme="internal",
        Type="network" if network else "application",
        Subnets=build.subnets.get(build.new(groups[0].vpc_id)) or build.private,
    )
    build.ids[arn] = made["LoadBalancers"][0]["LoadBalancerArn"]
    used: set[int] = set()
    for group in groups:
        port = next(one for one in count(group.port or 80) if one not in used)
        used.add(port)
        build.call(
            ELB,
            "CreateListener",
            LoadBalancerArn=build.ids[arn],
            Port=port,
            Protocol=("TCP" if group.protocol == "HTTP" else group.protocol) if network else "HTTP",
            DefaultActions=[_forward([build.ids[group.arn]])],
        )


def _told_by(arn: str) -> tuple[str, str]:
    """Return kind and name from ``...:loadbalancer/KIND/NAME/ID``; whatever there is of another form."""
    parts = arn.rsplit(":", 1)[-1].split("/")
    return ("app", plain(parts[-1])) if len(parts) < FORM else (parts[1], parts[2])


def _hang(build: Build, balancer: LoadBalancer) -> None:
    """Lead to target groups that say they hang on it though nothing leads there: moto remembers it."""
    ports = {listener.port for listener in balancer.listeners}
    led = reached(build.identity)
    for group in build.identity.target_groups:
        if balancer.arn in group.load_balancer_arns and group.arn not in led and group.arn in build.ids:
            port = next(one for one in count(10_000) if one not in ports)
            listener = lead(build, build.new(balancer.arn), build.ids[group.arn], port)
            build.call(ELB, "DeleteListener", ListenerArn=listener)


def lead(build: Build, balancer: str, group: str, port: int) -> str:
    """Make a listener that forwards to a target group, and return its ARN."""
    made = build.call(
        ELB,
        "CreateListener",
        LoadBalancerArn=balancer,
        Port=port,
        Protocol="HTTP",
        DefaultActions=[_forward([group])],
    )
    return str(made["Listeners"][0]["ListenerArn"])


def reached(identity: FleetIdentity) -> set[str]:
    """Return the target groups that a listener leads to once everything is made."""
    described = {balancer.arn for balancer in identity.load_balancers}
    strangers = {one.arn for one in identity.target_groups if set(one.load_balancer_arns) - described}
    return led_to(identity) | strangers
