"""What ``adopt.auto.tfvars`` keeps of a load balancer, and of anything its tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from trimtab.fleet.account import FixedResponse, Redirect
from trimtab.snapshot.state.balancer_attributes import KEPT
from trimtab.values.hcl import Attribute, key, listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trimtab.fleet.account import Tags
    from trimtab.fleet.identity import FleetIdentity
    from trimtab.takeover.ownable import Balancer

SET_ELSEWHERE: Final = frozenset({"environment", "service", "costcenter"})
"""Tags the configuration sets from values of their own; IAM takes no two that differ in case only."""
IDLE_TIMEOUT_DEFAULT_S = "60"
RESPONSE_DEFAULT: Final = FixedResponse(status_code="404", message_body="Not found")
"""What modules/load-balancer answers where no rule takes a request."""
REDIRECT_DEFAULT: Final = Redirect(status_code="HTTP_301", protocol="HTTPS", port="443")
"""Where modules/load-balancer sends who comes by HTTP."""


class _Tagged(Protocol):
    @property
    def tags(self) -> Tags: ...


def balancer_attributes(balancer: Balancer) -> Iterator[Attribute]:
    """Yield what is kept of a load balancer."""
    running = balancer.found
    yield Attribute(key="name", value=quoted(running.name))
    yield Attribute(key="subnet_ids", value=listed(running.subnet_ids))
    yield Attribute(key="security_group_ids", value=listed(running.security_group_ids))
    yield from _listeners(balancer)
    idle = running.attributes.get("idle_timeout.timeout_seconds", IDLE_TIMEOUT_DEFAULT_S)
    if idle != IDLE_TIMEOUT_DEFAULT_S:
        yield Attribute(key="idle_timeout", value=idle)
    if running.security_group_ids:
        yield Attribute(key="own_security_group", value="false")
    # Off is AWS's default.
    if running.attributes.get("routing.http.drop_invalid_header_fields.enabled") != "true":
        yield Attribute(key="drop_invalid_header_fields", value="false")
    if inner := tuple(_attributes(running.attributes)):
        yield Attribute(key="attributes", inner=inner)
    yield from _responses(balancer)
    if running.attributes.get("access_logs.s3.enabled") == "true":
        yield Attribute(key="access_logs", value=_bucket(running.attributes, "access_logs"))
    yield from kept_tags(running.tags)


def _listeners(balancer: Balancer) -> Iterator[Attribute]:
    """Yield what its listeners do with requests, besides answering them."""
    http, https = balancer.http, balancer.https
    if https is None:
        yield Attribute(key="plain_http", value="true")
    else:
        yield Attribute(key="plain_http", value="false")
        yield Attribute(key="certificate_arn", value=quoted(https.certificate_arn or ""))
        yield Attribute(key="ssl_policy", value=quoted(https.ssl_policy or ""))
        if https.default_action == "forward":
            yield Attribute(key="https_target_group_arn", value=quoted(https.default_target_group_arns[0]))
    if http is not None and http.default_action == "forward":
        yield Attribute(key="http_target_group_arn", value=quoted(http.default_target_group_arns[0]))
    if https is not None and http is not None and http.default_action == "fixed-response":
        yield Attribute(key="redirect", value="false")
    sent = http.default_redirect if http is not None else None
    if sent is not None and (inner := tuple(_redirect(sent))):
        yield Attribute(key="http_redirect", inner=inner)


def _attributes(attributes: dict[str, str]) -> Iterator[Attribute]:
    """Yield what somebody has set: the provider sets back whatever it is not told."""
    for name, (argument, default) in sorted(KEPT.items(), key=lambda one: one[1]):
        value = attributes.get(name, default)
        if value != default:
            plain = value.isdecimal() or value in {"true", "false"}
            yield Attribute(key=argument, value=value if plain else quoted(value))
    if attributes.get("connection_logs.s3.enabled") == "true":
        yield Attribute(key="connection_logs", value=_bucket(attributes, "connection_logs"))


def _redirect(sent: Redirect) -> Iterator[Attribute]:
    """Yield where port 80 sends its clients, as far as it is not what the module does."""
    for name in ("protocol", "port", "host", "path", "query", "status_code"):
        value = getattr(sent, name)
        if value != getattr(REDIRECT_DEFAULT, name):
            yield Attribute(key=name, value=quoted(value))


def _responses(balancer: Balancer) -> Iterator[Attribute]:
    """Yield what its listeners answer themselves."""
    for name, listener in (("http_response", balancer.http), ("https_response", balancer.https)):
        said = listener.default_response if listener is not None else None
        if said is not None and said != RESPONSE_DEFAULT:
            yield Attribute(key=name, value=_response(said))


def _response(said: FixedResponse) -> str:
    parts = [f"status_code = {quoted(said.status_code)}", f"content_type = {quoted(said.content_type)}"]
    parts += [f"message_body = {quoted(said.message_body)}"] if said.message_body else []
    return f"{{ {', '.join(parts)} }}"


def _bucket(attributes: dict[str, str], kind: str) -> str:
    bucket, prefix = attributes.get(f"{kind}.s3.bucket", ""), attributes.get(f"{kind}.s3.prefix")
    return f"{{ bucket = {quoted(bucket)}{f', prefix = {quoted(prefix)}' if prefix else ''} }}"


def kept_tags(tags: Tags) -> Iterator[Attribute]:
    """Yield the tags that the configuration has no value of its own for, where their values are known."""
    kept = {name: text for name, text in tags.items() if text and name.lower() not in SET_ELSEWHERE}
    if kept:
        inner: Iterable[Attribute] = (
            Attribute(key=key(one), value=quoted(text)) for one, text in sorted(kept.items())
        )
        yield Attribute(key="tags", inner=tuple(inner))


def unseen_tags(identity: FleetIdentity, services: Iterable[Tags]) -> tuple[str, ...]:
    """Return the keys of tags whose values are not known anywhere: the provider is to leave them alone."""
    things: tuple[tuple[_Tagged, ...], ...] = (
        (identity.cluster,),
        identity.namespaces,
        identity.discovery_services,
        identity.load_balancers,
        tuple(one for balancer in identity.load_balancers for one in balancer.listeners),
        tuple(
            rule for balancer in identity.load_balancers for one in balancer.listeners for rule in one.rules
        ),
        identity.target_groups,
        identity.log_groups,
        identity.scaling_targets,
    )
    every = (*(one.tags for some in things for one in some), *services)
    empty = {name for tags in every for name, text in tags.items() if not text}
    return tuple(sorted(name for name in empty if name.lower() not in SET_ELSEWHERE))
