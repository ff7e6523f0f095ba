"""Start and stop the sandbox.

    with Sandbox.start() as sandbox:
        subprocess.run(["terraform", "apply"], env={**os.environ, **sandbox.environment})

moto keeps its state in the process, so there is one sandbox in a process at a time, and each
one starts empty.
"""

from __future__ import annotations

import contextlib
import errno
import importlib.metadata
import importlib.util
import os
import socket
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from trimtab.errors import SandboxError, SandboxMissing
from trimtab.sandbox import descriptions
from trimtab.sandbox.clock import SandboxTime
from trimtab.sandbox.faults import Inject
from trimtab.sandbox.patching import Patches
from trimtab.sandbox.timing import TaskTiming

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

    from werkzeug.serving import BaseWSGIServer

    from trimtab.sandbox.ecs.scheduler import Scheduler
    from trimtab.sandbox.ecs.service_state import SandboxService
    from trimtab.sandbox.gateway import Gateway
    from trimtab.sandbox.past import Past, Series

HOST = "127.0.0.1"
ACCOUNT = "123456789012"
"""The only account there is."""
TESTED_MOTO = "5.2.5"

UNSET = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")
"""What has to be taken out of an environment before ``Sandbox.environment`` goes into it."""

_running = threading.Lock()


@dataclass(slots=True)
class Sandbox:
    """A running sandbox. Made by ``Sandbox.start``."""

    endpoint: str
    """``http://127.0.0.1:PORT``"""
    region: str
    clock: SandboxTime
    """Its time: ``clock.advance(60)`` lets a minute pass at once."""
    inject: Inject
    """Faults on request."""
    scheduler: Scheduler
    """Starts and stops tasks; a test seldom needs it."""
    _gateway: Gateway
    _server: BaseWSGIServer
    _thread: threading.Thread
    _patches: Patches
    _stopped: bool = field(default=False)

    @classmethod
    def start(
        cls,
        port: int = 0,
        region: str = "us-east-1",
        *,
        clock: SandboxTime | None = None,
        timing: TaskTiming | None = None,
    ) -> Sandbox:
        """Start a sandbox on 127.0.0.1; port 0 takes any free one.

        Without a clock its time is the machine's; without a timing tasks start and stop at once.
        """
        check_moto()
        clock, inject = clock or SandboxTime(), Inject()
        with contextlib.ExitStack() as undo:
            listener = undo.enter_context(_listen(port))
            if not _running.acquire(blocking=False):
                raise SandboxError("another sandbox runs in this process", advice="stop it first")
            undo.callback(_running.release)
            patches = Patches()
            undo.callback(patches.undo)
            _set_aside(patches)
            descriptions.install(patches)
            # Both need moto, an optional extra, which asks for the AWS configuration when it is loaded.
            from trimtab.sandbox import application  # noqa: PLC0415
            from trimtab.sandbox.ecs.scheduler import Scheduler  # noqa: PLC0415

            scheduler = Scheduler(clock, timing or TaskTiming(), inject)
            application.install(patches, scheduler, region)
            gateway, server = application.build(listener, scheduler, inject)
            undo.pop_all()
        listener.close()
        thread = threading.Thread(
            target=server.serve_forever, args=(0.05,), name="trimtab-sandbox", daemon=True
        )
        thread.start()
        endpoint = f"http://{HOST}:{server.server_address[1]}"
        return cls(endpoint, region, clock, inject, scheduler, gateway, server, thread, patches)

    def scale(self, service: str, desired_count: int, cause: str) -> None:
        """Set a service's desired count as Application Auto Scaling does, and record the activity.

        ``cause`` is the activity's: ``monitor alarm web-cpu-high in state ALARM triggered policy web-out``.
        """
        from trimtab.sandbox.calls import scaling  # noqa: PLC0415 - needs moto, an optional extra

        with self._gateway.turn:
            scaling.scale(self.scheduler, self._state(service), desired_count, cause)

    def record(self, series: Iterable[Series]) -> int:
        """Put metrics straight into CloudWatch, in place of what each series held. Returns the points."""
        from trimtab.sandbox import recall  # noqa: PLC0415 - needs moto, an optional extra

        with self._gateway.turn:
            return recall.record(ACCOUNT, self.region, series)

    def remember(self, service: str, past: Past) -> None:
        """Give a service a past: events, tasks that stopped, scaling activities."""
        from trimtab.sandbox import recall  # noqa: PLC0415 - needs moto, an optional extra

        with self._gateway.turn:
            recall.remember(self._state(service), past)

    def next_revision(self, family: str, revision: int) -> None:
        """Give the next revision of a task definition's family this number, unless it has a higher one."""
        from trimtab.sandbox.ecs import ecs  # noqa: PLC0415 - needs moto, an optional extra

        with self._gateway.turn:
            ecs.next_revision(ACCOUNT, self.region, family, revision)

    def _state(self, service: str) -> SandboxService:
        self.scheduler.catch_up()
        state = self.scheduler.find(service)
        if state is None:
            raise SandboxError(f"the sandbox has no active service {service}", advice="create it first")
        return state

    @property
    def calls(self) -> tuple[str, ...]:
        """Every request so far, as ``service:Action``, in order."""
        return tuple(self._gateway.calls)

    @property
    def calls_not_implemented(self) -> tuple[str, ...]:
        """Requests the sandbox could not answer, as ``service:Action``, in order of first sight."""
        return tuple(self._gateway.not_implemented)

    @property
    def faults(self) -> tuple[str, ...]:
        """Tracebacks of what broke inside moto; empty unless moto has a fault."""
        return tuple(self._gateway.faults)

    @property
    def undelivered(self) -> tuple[str, ...]:
        """Events no target took, as ``rule/target: reason``: what EventBridge itself never says."""
        from trimtab.sandbox.calls import events  # noqa: PLC0415 - needs moto, an optional extra

        return tuple(events.undelivered())

    @property
    def environment(self) -> dict[str, str]:
        """What terraform, tofu, the AWS CLI and boto3 need in order to talk to this sandbox.

        The user's own AWS configuration is set aside, so that no profile can lead elsewhere.
        """
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "sandbox",
            "AWS_SECRET_ACCESS_KEY": "sandbox",
            "AWS_SESSION_TOKEN": "sandbox",
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            # A call that fails here fails for good: retrying only hides it for minutes.
            "AWS_MAX_ATTEMPTS": "2",
            "NO_PROXY": ",".join(filter(None, (os.environ.get("NO_PROXY", ""), HOST))),
        }

    def stop(self) -> None:
        """Stop serving, forget everything and leave moto as it was. Safe to call twice."""
        if self._stopped:
            return
        self._stopped = True
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._patches.undo()
        _running.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _set_aside(patches: Patches) -> None:
    """Keep the user's own AWS configuration out of this process: moto fails at a profile that is gone."""
    for name in UNSET:
        patches.remove_item(os.environ, name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        patches.add_item(os.environ, name, os.devnull)


def check_moto() -> None:
    """Refuse to start without moto's server, or on a version the patches were not tried on."""
    needed = "install it with: pip install 'trimtab[sandbox]'"
    try:
        version = importlib.metadata.version("moto")
    except importlib.metadata.PackageNotFoundError:
        version = ""
    # flask_cors comes with moto's server only; it is looked for, not loaded.
    if not version or importlib.util.find_spec("flask_cors") is None:
        raise SandboxMissing("the sandbox needs moto's server", advice=needed)
    if version.split(".")[:2] != TESTED_MOTO.split(".")[:2]:
        raise SandboxMissing(
            f"the sandbox extends moto {TESTED_MOTO} and was not tried on {version}", advice=needed
        )


def _listen(port: int) -> socket.socket:
    """Open the listening socket ourselves: werkzeug ends the process when it cannot."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(128)
    except (OSError, OverflowError) as error:
        listener.close()
        why = "in use" if isinstance(error, OSError) and error.errno == errno.EADDRINUSE else str(error)
        raise SandboxError(
            f"port {port} cannot be listened on ({why})", advice="choose another port"
        ) from error
    return listener
