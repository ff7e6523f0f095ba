"""moto's server put together with the sandbox's patches and its gateway. Needs moto."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from flask import request
from moto.moto_api._internal.models import moto_api_backend
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.exceptions import HTTPException
from werkzeug.serving import ThreadedWSGIServer

from trimtab.sandbox import alarms, paging
from trimtab.sandbox.calls import (
    alarm_history,
    autoscaling,
    balancing,
    costexplorer,
    discovery,
    events,
    iam,
    metrics,
    network,
    pricing,
    scaling,
    tagging,
    xray,
)
from trimtab.sandbox.ecs import ecs, service_calls, service_deployments, target_health
from trimtab.sandbox.gateway import FAULT_KEY, Gateway

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from flask import Flask

    from trimtab.sandbox.ecs.scheduler import Scheduler
    from trimtab.sandbox.faults import Inject
    from trimtab.sandbox.patching import Patches

_SERVICES = (
    alarms,
    autoscaling,
    balancing,
    costexplorer,
    discovery,
    ecs,
    events,
    metrics,
    network,
    paging,
    tagging,
    target_health,
    xray,
)


def install(patches: Patches, scheduler: Scheduler, region: str) -> None:
    """Patch moto's classes and empty its backends, which outlive a server."""
    for service in _SERVICES:
        service.install(patches)
    iam.install(patches, region)
    # After the others: these see what the others have completed.
    for scheduled in (service_calls, scaling, service_deployments, alarm_history):
        scheduled.install(patches, scheduler)
    moto_api_backend.reset()


def build(
    listener: socket.socket, scheduler: Scheduler, inject: Inject
) -> tuple[Gateway, ThreadedWSGIServer]:
    """Build the server on a listening socket, of which it keeps a copy of its own."""
    app = pricing.before(_Dispatcher(partial(_backend_app, scheduler)))
    gateway = Gateway(app, inject.is_throttled)
    host, port = listener.getsockname()
    server = ThreadedWSGIServer(host, port, gateway, _Quiet, fd=listener.fileno())
    return gateway, server


class _Dispatcher(DomainDispatcherApplication):
    """moto lists its own folder to tell whose a request is: a third of what an answer takes."""

    def __init__(self, create_app: Callable[[Any], Flask]) -> None:
        super().__init__(create_app)
        self._known: dict[str | None, Any] = {}

    def get_backend_for_host(self, host: str | None) -> Any:  # noqa: ANN401 - one of moto's 200 literals
        """Return moto's name of a host's service, looked for once."""
        if host not in self._known:
            self._known[host] = super().get_backend_for_host(host)
        return self._known[host]


class _Quiet(MotoRequestHandler):
    """Requests are not logged: the sandbox's user did not ask for a web server."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


def _backend_app(scheduler: Scheduler, service: Any) -> Flask:  # noqa: ANN401 - one of moto's 200 literals
    """Make moto's application of one service, its exceptions left for the gateway."""
    app = create_backend_app(service)
    app.before_request(scheduler.catch_up)
    app.register_error_handler(Exception, _leave)
    # Errors that moto means to answer are HTTP exceptions too: they pass.
    app.register_error_handler(HTTPException, _pass)
    return app


def _leave(error: Exception) -> tuple[str, int]:
    request.environ[FAULT_KEY] = error
    return "", 500


def _pass(error: HTTPException) -> HTTPException:
    return error
