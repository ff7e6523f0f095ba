"""The door of the sandbox: names every request nobody could answer, and answers it quickly.

moto answers an action it lacks with a traceback and status 500. An AWS client reads that as
a passing fault and retries for minutes. Here such a request is remembered by name and
refused at once with the error the real services use for an unknown operation. A fault inside
moto is treated alike, and kept.

A client that lost an answer on a busy machine sends its request again, under the same
invocation id (AWS SDKs, "Retry behavior"). It is given the answer again: done twice, a second
"authorize" or "delete" would fail where nothing is wrong.
"""

from __future__ import annotations

import io
import json
import re
import threading
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

WsgiApp: TypeAlias = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_Answered: TypeAlias = tuple[str, list[tuple[str, str]], list[bytes]]
"""Status, headers and body."""

_SCOPE = re.compile(r"Credential=[^/]+/[^/]+/[^/]+/(?P<service>[^/]+)/aws4_request")
_NOT_FOUND = 404
_INVOCATION = "HTTP_AMZ_SDK_INVOCATION_ID"
_OWN_HOSTS = frozenset({"127.0.0.1", "localhost"})
_REMEMBERED_ANSWERS = 1000
"""Requests repeated later than this many others are new ones."""
FAULT_KEY = "trimtab.fault"
"""Where the exception that a handler ended with is left in the WSGI environment."""


@dataclass(slots=True)
class Gateway:
    """WSGI middleware around moto's application."""

    app: WsgiApp
    is_throttled: Callable[[str], bool]
    """Whether to refuse this call, by name, as one too many."""
    calls: list[str] = field(default_factory=list)
    not_implemented: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    turn: threading.Lock = field(default_factory=threading.Lock)
    """moto's backends are plain dictionaries: two requests at once break each other's loops."""
    _answers: dict[str, _Answered] = field(default_factory=dict)
    """Answers that went well, by invocation id, oldest first."""

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        if (why := why_foreign(environ)) is not None:
            return _forbid(why, start_response)
        # Read before moto does: the body can be read only once.
        name = call_name(environ)
        self.calls.append(name)
        if self.is_throttled(name):
            return _throttle(name, start_response)
        held: list[Any] = []

        def hold(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> Callable[..., Any]:
            held[:] = [status, headers, exc_info]
            return lambda _data: None

        invocation = environ.get(_INVOCATION, "")
        with self.turn:
            if invocation in self._answers:
                status, headers, body = self._answers[invocation]
                start_response(status, headers)
                return body
            body = list(self.app(environ, hold))
            status, headers, exc_info = held
            if invocation and status.startswith("2"):
                self._remember(invocation, (status, headers, body))
        error = environ.get(FAULT_KEY)
        if isinstance(error, NotImplementedError) or _is_unrouted(status, headers):
            return self._refuse(name, str(error or "no such operation here"), start_response)
        if error is not None:
            self.faults.append("".join([f"{name}\n", *traceback.format_exception(error)]))
            return _answer(name, "SandboxFault", f"moto failed at {name}: {error!r}", start_response)
        start_response(status, headers, exc_info)
        return body

    def _remember(self, invocation: str, answer: _Answered) -> None:
        self._answers[invocation] = answer
        while len(self._answers) > _REMEMBERED_ANSWERS:
            del self._answers[next(iter(self._answers))]

    def _refuse(self, name: str, why: str, start_response: Callable[..., Any]) -> list[bytes]:
        if name not in self.not_implemented:
            self.not_implemented.append(name)
        message = f"the sandbox does not answer {name}: {why}"
        return _answer(name, "UnknownOperationException", message, start_response)


def why_foreign(environ: dict[str, Any]) -> str | None:
    """Return why a request is no AWS client's but a web page's in a browser; ``None`` for a client's.

    A page may send to 127.0.0.1 too, and by a name of its own that leads there (DNS rebinding). Browsers
    send ``Origin`` with what may change something, and ``Sec-Fetch-Site`` with everything; no client does.
    """
    if "HTTP_ORIGIN" in environ:
        return "a request with an Origin comes from a web page"
    if environ.get("HTTP_SEC_FETCH_SITE", "none") != "none":
        return "a request with Sec-Fetch-Site comes from a web page"
    host = str(environ.get("HTTP_HOST", ""))
    name, colon, port = host.rpartition(":")
    if (name if colon and port.isdecimal() else host).casefold() not in _OWN_HOSTS:
        return "a request for another Host than 127.0.0.1 or localhost comes from elsewhere"
    return None


def _forbid(why: str, start_response: Callable[..., Any]) -> list[bytes]:
    body = f"the sandbox refuses this: {why}\n".encode()
    start_response(
        "403 Forbidden", [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
    )
    return [body]


def _throttle(name: str, start_response: Callable[..., Any]) -> list[bytes]:
    """Answer that the rate is exceeded; the services of the query protocol say it in other words."""
    code = "Throttling" if _is_query(name) else "ThrottlingException"
    return _answer(name, code, "Rate exceeded", start_response)


def _answer(name: str, code: str, message: str, start_response: Callable[..., Any]) -> list[bytes]:
    """Answer an error in the form the called service uses.

    Status 400 whatever it was: a client retries a 500, and this will not get better.
    """
    is_xml = _is_query(name)
    body = _xml_error(code, message) if is_xml else json.dumps({"__type": code, "message": message})
    start_response(
        "400 Bad Request",
        [
            ("Content-Type", "text/xml" if is_xml else "application/x-amz-json-1.1"),
            ("x-amzn-ErrorType", code),
            ("Content-Length", str(len(body.encode()))),
        ],
    )
    return [body.encode()]


_QUERY_SERVICES = frozenset({"ec2", "elasticloadbalancing", "iam", "sts", "autoscaling", "rds"})
"""Services whose errors are XML; the others of this stack read JSON."""


def _is_query(name: str) -> bool:
    return name.split(":", maxsplit=1)[0] in _QUERY_SERVICES


def call_name(environ: dict[str, Any]) -> str:
    """Return ``service:Action`` of a request, or ``service:METHOD /path`` for REST services."""
    scope = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    service = scope["service"] if scope else "unsigned"
    if target := environ.get("HTTP_X_AMZ_TARGET"):
        return f"{service}:{target.rsplit('.', 1)[-1]}"
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        action = parse_qs(_peek(environ).decode("utf-8", "replace")).get("Action")
        if action:
            return f"{service}:{action[0]}"
    return f"{service}:{environ.get('REQUEST_METHOD', 'GET')} {environ.get('PATH_INFO', '/')}"


def _peek(environ: dict[str, Any]) -> bytes:
    """Read the body and put it back."""
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def _is_unrouted(status: str, headers: list[tuple[str, str]]) -> bool:
    """Tell a path moto has no handler for from a resource that does not exist.

    Every answer of a moto handler carries a request id.
    """
    if not status.startswith(str(_NOT_FOUND)):
        return False
    return not any(name.lower().startswith("x-amz") for name, _ in headers)


def _xml_error(code: str, message: str) -> str:
    error = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
    # Both the query and the EC2 protocol are read from here: one nests Errors, one does not.
    return f"<Response><Errors>{error}</Errors>{error}<RequestID>sandbox</RequestID></Response>"
