"""Addresses in the values of environment variables: whom a container may call, and on which port.

A value is looked at and never kept: what leaves this module is a scheme, a host, a port and a
path without its query. User, password and the rest of the value stay where they are.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SCHEME_PORTS: Final[Mapping[str, int]] = {
    "amqp": 5672,
    "amqps": 5671,
    "ftp": 21,
    "http": 80,
    "https": 443,
    "ldap": 389,
    "ldaps": 636,
    "mariadb": 3306,
    "mongodb": 27017,
    "mongodb+srv": 27017,
    "mqtt": 1883,
    "mqtts": 8883,
    "mssql": 1433,
    "mysql": 3306,
    "nats": 4222,
    "oracle": 1521,
    "postgres": 5432,
    "postgresql": 5432,
    "redis": 6379,
    "rediss": 6379,
    "sftp": 22,
    "sqlserver": 1433,
    "ssh": 22,
    "valkey": 6379,
    "valkeys": 6379,
    "ws": 80,
    "wss": 443,
}
"""Where a URL that names no port goes: IANA service names, and the drivers' own documentation."""
HTTP_SCHEMES: Final = frozenset({"http", "https", "ws", "wss"})
"""Those whose path a load balancer looks at."""
NOT_CALLED: Final = frozenset({"arn", "classpath", "data", "docker", "file", "gs", "s3", "sqlite", "urn"})
"""Schemes of names that no connection is made by as they stand."""
PLAIN_HTTP: Final = frozenset({"http", "ws"})
"""Those that go over the wire in clear."""
PRIVATE_ZONES: Final = (".local", ".internal", ".svc", ".localhost")
"""Endings of names that only their own network knows: Cloud Map's and Kubernetes' usual ones, EC2's."""
MOST_LENGTH: Final = 16_384
"""Of a value that is looked at [characters]; AWS allows 32 KiB of variables a container and more."""

_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?")
_URL = re.compile(
    r"(?<![A-Za-z0-9+.:-])(?:jdbc:)?(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)(?:://|:thin:@//)(?P<rest>[^\s\"'<>|\\`]+)"
    r"|@(?P<dsn>tcp)\((?P<member>[^()\s]+)\)"
)
"""A URL, one of JDBC, or the ``user:password@tcp(host:port)/name`` of Go's drivers."""
_AUTHORITY_END = re.compile(r"[/?#;]")
_PAIR = re.compile(
    rf"(?P<host>\[[0-9A-Fa-f:.]+\]|{_NAME.pattern}):(?P<port>[0-9]{{1,5}})(?P<path>/[^\s?#]*)?"
)
_BETWEEN = re.compile(r"[,;\s]+")
_HOST_VARIABLE = re.compile(
    r"(?i)(?:^|[_.\-])(?:host|hosts|hostname|host_name|server|servers|endpoint|endpoints|addr|address|broker|brokers"
    r"|nodes|node|url|uri|dsn|redis|kafka|bootstrap|upstream|service)$"
)
_PORT_OF = re.compile(r"(?i)(?P<stem>.*?)(?P<host>host|hostname|host_name|server|addr|address|endpoint)$")
_TIME = re.compile(r"[0-9]{1,2}")
_NUMBERS = re.compile(r"[0-9._-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One place that a variable names."""

    variable: str
    scheme: str
    """Lower case, without ``jdbc:``; empty for ``host:port``."""
    host: str
    """Lower case, without a last dot."""
    port: int | None
    """``None``: neither the value nor its scheme says."""
    path: str = ""
    """As it stands there, without query and fragment."""
    whole: bool = False
    """Whether the value is this address and nothing besides."""

    @property
    def said(self) -> str:
        """``host:port``, as far as it is known."""
        return self.host if self.port is None else f"{self.host}:{self.port}"

    @property
    def is_here(self) -> bool:
        """Whether it is the task itself, or the agent and metadata beside it: no rule is asked."""
        if self.host == "localhost" or self.host.endswith(".localhost"):
            return True
        found = ip_of(self.host)
        return found is not None and (found.is_loopback or found.is_link_local or found.is_unspecified)


def addresses_of(environment: Mapping[str, str]) -> tuple[Address, ...]:
    """Return the addresses in a container's variables, by variable, each once; none of the task itself."""
    found: dict[tuple[object, ...], Address] = {}
    for name in sorted(environment):
        for one in _in(name, environment[name][:MOST_LENGTH], environment):
            if not one.is_here:
                found.setdefault((one.variable, one.scheme, one.host, one.port, one.path), one)
    return tuple(found.values())


def ip_of(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return ``host`` as an address, or ``None`` where it is a name."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def is_public_name(host: str) -> bool:
    """Tell whether a host is a name that anybody may look up: no address, and in no private zone."""
    return "." in host and ip_of(host) is None and not host.endswith(PRIVATE_ZONES)


def _in(variable: str, value: str, environment: Mapping[str, str]) -> Iterator[Address]:
    text = value.strip()
    urls = list(_URL.finditer(text))
    if urls:
        for url in urls:
            yield from _of_url(variable, url, whole=url.span() == (0, len(text)))
        return
    parts = [part for part in _BETWEEN.split(text) if part]
    pairs = [_PAIR.fullmatch(part) for part in parts]
    if parts and all(pairs):
        for pair in pairs:
            if pair is not None and (one := _of_pair(variable, pair, whole=len(parts) == 1)) is not None:
                yield one
        return
    if len(parts) == 1 and "." in text and _is_host(text) and _HOST_VARIABLE.search(variable):
        yield Address(
            variable=variable, scheme="", host=_plain(text), port=_beside(variable, environment), whole=True
        )


def _of_url(variable: str, url: re.Match[str], *, whole: bool) -> Iterator[Address]:
    """Yield the hosts of a URL: one, or the members of a cluster with commas between them."""
    scheme, rest = (url["scheme"] or url["dsn"]).lower(), url["rest"] or url["member"]
    if scheme in NOT_CALLED:
        return
    end = _AUTHORITY_END.search(rest)
    authority = rest[: end.start()] if end else rest
    path = rest[end.start() :] if end and rest[end.start()] == "/" else ""
    hosts = authority.rpartition("@")[2].split(",")
    for host in hosts:
        name, port = _host_and_port(host.rstrip(").]}") if not host.startswith("[") else host)
        if name:
            yield Address(
                variable=variable,
                scheme=scheme,
                host=name,
                port=SCHEME_PORTS.get(scheme) if port is None else port,
                path=re.split(r"[?#,;]", path)[0],
                whole=whole and len(hosts) == 1 and not re.search(r"[@?#;]", rest),
            )


def _host_and_port(text: str) -> tuple[str, int | None]:
    """Return host and port of one member of an authority; no host where it is none (a shell's variable)."""
    if text.startswith("["):
        host, _, port = text[1:].partition("]")
        port = port.removeprefix(":")
    else:
        host, _, port = text.partition(":")
    if port and not (port.isdecimal() and 0 < int(port) <= 65535):  # noqa: PLR2004 - the highest port there is
        return "", None
    known = _plain(host)
    return (known if ip_of(known) or _is_host(known) else ""), int(port) if port else None


def _of_pair(variable: str, pair: re.Match[str], *, whole: bool) -> Address | None:
    """Return ``host:port``, where it is one: 12:30 is a time, and level:5 a setting."""
    host, port = _plain(pair["host"].strip("[]")), int(pair["port"])
    named = "." in host or ip_of(host) is not None or host == "localhost"
    if not 0 < port <= 65535 or not (named or _HOST_VARIABLE.search(variable)):  # noqa: PLR2004 - as above
        return None
    if ip_of(host) is None and (_TIME.fullmatch(host) or not _is_host(host)):
        return None
    return Address(variable=variable, scheme="", host=host, port=port, path=pair["path"] or "", whole=whole)


def _is_host(text: str) -> bool:
    """Tell whether a text can be a host's name: a version (1.2.3) or an address's like is none."""
    return bool(_NAME.fullmatch(text)) and not _NUMBERS.fullmatch(text) and len(text) <= 253  # noqa: PLR2004 - DNS


def _beside(variable: str, environment: Mapping[str, str]) -> int | None:
    """Return the port that stands in a variable of its own: DB_PORT beside DB_HOST."""
    named = _PORT_OF.fullmatch(variable)
    if named is None:
        return None
    ending = "PORT" if named["host"][0].isupper() else "port" if named["host"].islower() else "Port"
    port = environment.get(f"{named['stem']}{ending}", "").strip()
    # PORT beside HOST is where the container itself listens.
    known = named["stem"] != "" and port.isdecimal() and 0 < int(port) <= 65535  # noqa: PLR2004 - as above
    return int(port) if known else None


def _plain(host: str) -> str:
    return host.lower().rstrip(".")
