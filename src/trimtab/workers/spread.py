"""The same work for many names, on every core: answers as they come.

Processes, for most of the work holds Python's lock; spawned, for a forked polars hangs. A process gets
the work once, and names after that. With one job everything happens in this process.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from trimtab.errors import WorkerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Answer = TypeVar("Answer")
QUOTA_FILE = Path("/sys/fs/cgroup/cpu.max")
"""What a container may use of the CPU: microseconds in so many, or ``max``."""
WORTH_A_PROCESS = 2
"""Names for which one is started: it takes as long as a service until it has imported everything."""


def cores(quota_file: Path = QUOTA_FILE) -> int:
    """Return how many cores this process may use, at least 1."""
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = quota_file.read_text(encoding="ascii").split()
        return there if quota == "max" else max(1, min(there, round(int(quota) / int(period))))
    except (OSError, ValueError):
        return there


def spread(
    work: Callable[[str], Answer], names: Sequence[str], jobs: int = 1
) -> Iterator[tuple[str, Answer]]:
    """Yield each name and the answer of ``work`` on it, in the order in which they come.

    ``work`` and its answers must be picklable. What ``work`` raises is raised here, and no more is begun.

    Raises:
        WorkerError: a process ended before it answered.

    """
    jobs = min(jobs, len(names) // WORTH_A_PROCESS)
    if jobs <= 1:
        for name in names:
            yield name, work(name)
        return
    pool = ProcessPoolExecutor(
        jobs, mp_context=multiprocessing.get_context("spawn"), initializer=_begin, initargs=(work,)
    )
    try:
        waiting = {pool.submit(_answer, name): name for name in names}
        for done in as_completed(waiting):
            yield waiting[done], done.result()
    except BrokenProcessPool as error:
        raise WorkerError(
            "a process of the search was killed before it answered, most often for want of memory",
            advice=f"use fewer than {jobs} with --jobs, or give the machine more memory",
        ) from error
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


_begun: list[Callable[[str], Any]] = []
"""The work of this process, if it was begun for some: its calls bring a name and nothing else."""


def _begin(work: Callable[[str], Any]) -> None:
    # The terminal sends an interrupt to all of them; the first process alone tells of it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _begun.append(work)


def _answer(name: str) -> Any:  # noqa: ANN401  # whatever the work answers
    (work,) = _begun
    return work(name)
