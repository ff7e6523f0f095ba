"""The same work for many names, on a Dask cluster that the user runs: answers as they come.

A worker gets the work on one name and nothing of the others; what it reads, it reads from where it lies.
Dask hands a name out again when its worker dies. Messages between clients, scheduler and workers run code
(pickle), so nothing but TLS with certificates of one's own goes beyond this machine.
"""

from __future__ import annotations

import ipaddress
import pickle
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from trimtab.errors import ClusterError, TrimtabError, UsageError
from trimtab.store import version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Answer = TypeVar("Answer")
CONNECT_S = 20
"""Until a scheduler must have answered, and until one worker must be there."""
RESUME = "with -o, run it again: what was found is kept"
DOCS = "docs/cluster.md"


@dataclass(frozen=True, slots=True)
class DaskScheduler:
    """The address of a Dask scheduler, ``tls://HOST:PORT``; ``tcp://`` on this machine alone."""

    address: str

    def __post_init__(self) -> None:
        """Refuse an address that cannot be used, or at which anybody could run code.

        Raises:
            UsageError: it is no address, or is not encrypted and not on this machine.

        """
        parts = urlsplit(self.address)
        try:
            whole = bool(parts.hostname and parts.port) and parts.scheme in {"tls", "tcp"}
        except ValueError:  # a port that is none
            whole = False
        if not whole:
            raise UsageError(
                f"{self.address!r} is no scheduler's address",
                where="--scheduler",
                advice="tls://HOST:PORT",
            )
        if parts.scheme == "tcp" and not _is_loopback(parts.hostname or ""):
            raise UsageError(
                "tcp:// leaves this machine unencrypted, and whoever reaches it may run code there",
                where="--scheduler",
                advice=f"use tls:// with certificates of your own ({DOCS})",
            )


def hand_out(
    work_on: Callable[[str], Callable[[str], Answer]], names: Sequence[str], scheduler: DaskScheduler
) -> Iterator[tuple[str, Answer]]:
    """Yield each name and the answer of ``work_on(name)`` on it, in the order in which they come.

    What the work raises is raised here, and no more is begun.

    Raises:
        UsageError: Dask is not installed, or its certificates are not as they must be.
        ClusterError: the cluster is not there, is of another version, or went before it answered.

    """
    try:
        from distributed import as_completed  # noqa: PLC0415  # the extra
    except ImportError as error:
        raise UsageError(
            "Dask is not installed", where="--scheduler", advice="pip install 'trimtab[dask]'"
        ) from error
    with _said(scheduler), _client(scheduler) as client:
        _refuse_other_versions(client)
        futures = {
            client.submit(
                _answer, version(), pickle.dumps(work_on(name)), name, pure=False, key=f"trimtab-{name}"
            ): name
            for name in names
        }
        for future in as_completed(futures, loop=client.loop):
            yield futures[future], future.result()


def _answer(wanted: str, work: bytes, name: str) -> Any:  # noqa: ANN401  # whatever the work answers
    """Answer in a worker, which must be of the sources and releases of who asks."""
    import dask  # noqa: PLC0415  # the extra

    if version() != wanted:
        raise ClusterError("a worker is of another version", advice=f"use one image for all ({DOCS})")
    if dask.config.get("distributed.worker.multiprocessing-method") != "spawn":
        raise ClusterError("a worker does not spawn its processes", advice="leave Dask's default, spawn")
    return pickle.loads(work)(name)  # noqa: S301  # from who may submit any function anyway


@contextmanager
def _client(scheduler: DaskScheduler) -> Iterator[Any]:
    from distributed import Client  # noqa: PLC0415  # the extra
    from distributed.security import Security  # noqa: PLC0415

    security = Security()  # from Dask's own configuration
    if scheduler.address.startswith("tls://") and not (
        security.tls_ca_file and security.tls_client_cert and security.tls_client_key
    ):
        raise UsageError(
            "there are no certificates for tls://",
            where="--scheduler",
            advice=f"name them in DASK_DISTRIBUTED__COMM__TLS__CA_FILE and the like ({DOCS})",
        )
    client = None
    try:
        client = Client(scheduler.address, security=security, timeout=CONNECT_S, set_as_default=False)
        client.wait_for_workers(1, timeout=CONNECT_S)
    except (OSError, ValueError) as error:  # of a handshake too
        if client is not None:
            client.close(timeout=1)
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ClusterError(
            f"the cluster is not there: {why}",
            where=scheduler.address,
            advice=f"start a scheduler and its workers ({DOCS}), or leave --scheduler out",
        ) from error
    try:
        yield client
    finally:
        client.close(timeout=1)


def _refuse_other_versions(client: Any) -> None:  # noqa: ANN401  # Dask has no types
    """Refuse before anything is handed out; a worker that joins later is asked by each name it gets."""
    there, here = client.run_on_scheduler(metadata.version, "distributed"), metadata.version("distributed")
    if there != here:
        raise ClusterError(
            f"the scheduler has Dask {there}, and this machine {here}",
            advice=f"use one image for all ({DOCS})",
        )
    others = sorted(address for address, one in client.run(version).items() if one != version())
    if others:
        raise ClusterError(
            f"{len(others)} workers are of another version, the first of them {others[0]}",
            advice=f"use one image for all ({DOCS})",
        )


@contextmanager
def _said(scheduler: DaskScheduler) -> Iterator[None]:
    """Word in one line what goes wrong with a cluster."""
    from distributed import CancelledError  # noqa: PLC0415
    from distributed.comm import CommClosedError  # noqa: PLC0415
    from distributed.scheduler import KilledWorker  # noqa: PLC0415

    try:
        yield
    except TrimtabError:
        raise
    except KilledWorker as error:
        raise ClusterError(
            "workers were killed again and again over one service, most often for want of memory",
            where=scheduler.address,
            advice=f"give each worker 2 GB; {RESUME}",
        ) from error
    except (ImportError, AttributeError, pickle.PickleError) as error:
        raise ClusterError(
            f"workers are of another version ({error})",
            where=scheduler.address,
            advice=f"use one image for all ({DOCS})",
        ) from error
    except (CancelledError, CommClosedError) as error:
        raise ClusterError(
            "the scheduler went before all was answered", where=scheduler.address, advice=RESUME
        ) from error


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
