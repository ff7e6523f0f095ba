"""The command in a fork of a process that has loaded it: a real process, without seconds of loading.

Each worker of the tests has one such server, from its first use to its end. A fork gets its own working
directory, environment, streams and arguments, and then does what ``python -m trimtab`` does. The server
itself only imports: a Polars that has worked hangs in a fork.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import pkgutil
import runpy
import signal
import socket
import subprocess
import sys
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

READ_AT_IMPORT = (
    *("PYTHON", "LANG", "LC_", "HOME", "TYPER_", "NUMBA_", "LLVM"),
    *("POLARS_", "_RJEM", "OPENBLAS_", "NPY_", "NUMPY_"),
)
"""How the names begin of what Python or a library reads as it starts: no fork can be given another."""
_OTHER_WORLD = ("trimtab.sandbox", "trimtab.rehearsal", "trimtab.workers.cluster", "trimtab.__main__")
"""What is not imported ahead: it changes ``os.environ`` for botocore, needs an extra, or is the command."""
_CHUNK = 1 << 20


class ForkServer:
    """A process that has imported ``trimtab``, and forks for each run."""

    def __init__(self) -> None:
        self._begun_with = dict(os.environ)
        self._ours, theirs = socket.socketpair()
        self._one_at_a_time = threading.Lock()
        with theirs:
            self._server = subprocess.Popen(
                [sys.executable, __file__, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.PIPE,  # as a fork's are: Python sets its streams up at its start
                stdout=subprocess.PIPE,
                start_new_session=True,
            )
        atexit.register(self.end)

    def can_run(self, environment: Mapping[str, str]) -> bool:
        """Return whether a fork with ``environment`` is what a new process with it would be."""
        names = self._begun_with.keys() | environment.keys()
        changed = (name for name in names if self._begun_with.get(name) != environment.get(name))
        return not any(name.startswith(READ_AT_IMPORT) for name in changed)

    def run(
        self,
        words: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        given: str | None,
        timeout_s: float,
    ) -> subprocess.CompletedProcess[str]:
        """Run Python with ``words`` (-m MODULE or -c CODE, and arguments) as ``subprocess.run`` would."""
        asked = {"words": [*words], "folder": str(folder), "environment": dict(environment)}
        pipes = [os.pipe() for _ in range(3)]
        (reads, to_stdin), (from_stdout, out), (from_stderr, err) = pipes
        with self._one_at_a_time, ThreadPoolExecutor(3) as pool:
            socket.send_fds(self._ours, [b" "], [reads, out, err])
            self._ours.sendall(json.dumps(asked).encode() + b"\n")
            for one in (reads, out, err):
                os.close(one)
            answers = self._ours.makefile("rb")
            child = int(answers.readline())
            pool.submit(_fed, to_stdin, given or "")
            stdout, stderr = (pool.submit(_read, one) for one in (from_stdout, from_stderr))
            too_long = threading.Timer(timeout_s, os.kill, (child, signal.SIGKILL))
            too_long.start()
            returncode = int(answers.readline())
            expired = too_long.finished.is_set()
            too_long.cancel()
        if expired:
            raise subprocess.TimeoutExpired(list(words), timeout_s, stdout.result(), stderr.result())
        return subprocess.CompletedProcess(list(words), returncode, stdout.result(), stderr.result())

    def end(self) -> None:
        """End the server: it reads to the end of its socket."""
        self._ours.close()
        self._server.communicate()


def _fed(pipe: int, given: str) -> None:
    with open(pipe, "w", encoding="utf-8") as stream:
        stream.write(given)


def _read(pipe: int) -> str:
    with open(pipe, encoding="utf-8") as stream:
        return stream.read()


def _load_all() -> None:
    """Load what the first run of each command would: modules, the parser's types, compiled code."""
    import trimtab  # noqa: PLC0415 - the client imports nothing of it

    gc.disable()  # all of it stays
    for module in pkgutil.walk_packages(trimtab.__path__, "trimtab."):
        if not module.name.startswith(_OTHER_WORLD):
            importlib.import_module(module.name)

    from typer.main import get_group  # noqa: PLC0415

    from trimtab.advice.choice.contest import compile_first  # noqa: PLC0415
    from trimtab.cli import app  # noqa: PLC0415

    get_group(app).commands["guard"].make_context("guard", ["plan.json"])
    compile_first()
    gc.collect()
    gc.freeze()
    gc.enable()


def _forks(requests: socket.socket) -> dict[str, Any] | None:
    """Fork for each request. Return what was asked in the fork, which is to run it, and None at the end."""
    while True:
        _, streams, _, _ = socket.recv_fds(requests, 1, 3)
        if not streams:
            return None
        said = b""
        while not said.endswith(b"\n"):
            said += requests.recv(_CHUNK)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of threads: allocators', which mind a fork
            child = os.fork()
        if child == 0:
            requests.close()
            asked: dict[str, Any] = json.loads(said)
            _become(asked, streams)
            return asked
        for one in streams:
            os.close(one)
        requests.sendall(f"{child}\n".encode())
        _, status = os.waitpid(child, 0)
        requests.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())


def _become(asked: dict[str, Any], streams: list[int]) -> None:
    """Give this process what a new one would begin with."""
    for target, stream in enumerate(streams):
        os.dup2(stream, target)
        os.close(stream)
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    sys.path[0] = asked["folder"]
    how, _, *arguments = asked["words"]
    sys.argv = [how, *arguments]


def _run(how: str, what: str) -> None:
    """Do what a new process does, but that what is loaded is not taken down at the end."""
    try:
        if how == "-c":
            sys.modules["__main__"] = ModuleType("__main__")
            exec(what, vars(sys.modules["__main__"]))  # noqa: S102 - a test's own, as python -c has it
        else:
            runpy.run_module(what, run_name="__main__", alter_sys=True)
    except SystemExit as stop:
        if not isinstance(stop.code, int):
            raise
        threading._shutdown()  # noqa: SLF001 - so does the interpreter, and multiprocessing in a fork
        atexit._run_exitfuncs()  # noqa: SLF001
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(stop.code)


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as _requests:
        _load_all()
        _asked = _forks(_requests)
    if _asked:
        _run(*_asked["words"][:2])
