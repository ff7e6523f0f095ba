"""Break each rule of the replay kernel, and of its leaps, once; a test must notice.

Works on a copy, with the compiler off: the plain source is what is broken, and a test of the
compiled form would only be slower to say so. Takes some minutes. Exits 1 if anything survives.
A mutation whose text is gone from the kernel counts as a survivor: the list is kept, not forgotten.
"""

from __future__ import annotations

import argparse
import functools
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIST = Path(__file__).with_name("replay_mutations.toml")
REPLAY = Path("src", "trimtab", "replay")
DEADLINE_S = 600
"""A mutant that never ends is as good as noticed."""


@dataclass(frozen=True)
class Ground:
    """What is broken, and what must notice: the tests that are comparisons in plain Python."""

    table: str
    """In the kept list."""
    files: tuple[Path, ...]
    tests: str
    chosen: str
    """Of the tests, as ``pytest -k`` has it."""


GROUNDS = (
    # What holds the kernel's rules, and what fills its tables and reads them, against the oracle.
    Ground(
        table="mutation",
        files=(
            *(REPLAY / "kernel" / f"{name}.py" for name in ("kernel", "rules", "tasks", "encode")),
            REPLAY / "run.py",
        ),
        tests="tests/oracle/test_kernel_against_oracle.py",
        chosen="plain or ((threshold or interleave) and False) or requests or small or batch",
    ),
    # Three ticks a minute, against the oracle.
    Ground(
        table="thirds",
        files=(REPLAY / "kernel" / "fast.py",),
        tests="tests/oracle/test_fast_signals.py",
        chosen="thirds or share or repeats",
    ),
    # The leaps, against the kernel.
    Ground(
        table="leap",
        files=(
            *(REPLAY / "kernel" / f"{name}.py" for name in ("leap", "known", "bits")),
            REPLAY / "batch.py",
        ),
        tests="tests/property/test_leaps.py",
        chosen="seeded or (not_take and not holds) or kernels or cooldown",
    ),
)


@dataclass(frozen=True)
class Mutation:
    """A text of the kernel or what feeds it, what takes its place, and the rule it breaks."""

    ground: Ground
    rule: str
    old: str
    new: str


def mutations(only: str) -> list[Mutation]:
    """Return the kept list, or what of it has a part in the rule's name."""
    kept = tomllib.loads(LIST.read_text(encoding="utf-8"))
    every = [Mutation(ground=ground, **each) for ground in GROUNDS for each in kept[ground.table]]
    return [one for one in every if only in one.rule]


def copied(source: Path, folder: Path) -> Path:
    """Copy what the comparison needs from one root to another, and return the other."""
    for part in ("src", "tests/oracle", "tests/property"):
        shutil.copytree(source / part, folder / part, ignore=shutil.ignore_patterns("*cache*"))
    for file in ("pyproject.toml", "tests/amount.py"):
        shutil.copy(source / file, folder / file)
    return folder


def noticed(whole: Path, mutation: Mutation) -> tuple[bool, str]:
    """Run the tests on a mutated copy and tell whether one failed, and what they said."""
    with tempfile.TemporaryDirectory(prefix="trimtab-") as folder:
        copy = copied(whole, Path(folder))
        sources = {
            path: path.read_text(encoding="utf-8") for path in (copy / one for one in mutation.ground.files)
        }
        places = [path for path, text in sources.items() for _ in range(text.count(mutation.old))]
        if len(places) != 1:
            return False, f"its text stands {len(places)} times in the kernel"
        broken = sources[places[0]].replace(mutation.old, mutation.new)
        places[0].write_text(broken, encoding="utf-8")
        return run_tests(copy, mutation.ground)


def run_tests(copy: Path, ground: Ground) -> tuple[bool, str]:
    """Run the ground's comparison in plain Python."""
    environment = {**os.environ, "PYTHONPATH": str(copy / "src"), "NUMBA_DISABLE_JIT": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-m", "not slow"]
    try:
        finished = subprocess.run(
            [*command, "-k", ground.chosen, ground.tests],
            cwd=copy,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=DEADLINE_S,
        )
    except subprocess.TimeoutExpired:
        return True, "never ended"
    # 1: a test failed. Anything else (0: none did, 2: broken, 5: none was chosen) is a survivor.
    return finished.returncode == 1, finished.stdout


def main() -> int:
    """Break the rules one by one and count the survivors."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="part of a rule's name")
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="trimtab-") as folder:
        # One copy for the whole run: who edits the kernel meanwhile does not disturb it.
        whole = copied(ROOT, Path(folder))
        kept = mutations(chosen.only)
        for ground in {one.ground: None for one in kept}:
            failed, output = run_tests(whole, ground)
            if failed or "passed" not in output:
                print(f"the unbroken kernel does not pass:\n{output[-3000:]}")
                return 1
        survivors = count_survivors(whole, kept, chosen.workers)
    print(f"{survivors} of {len(kept)} survived")
    return 1 if survivors else 0


def count_survivors(whole: Path, kept: list[Mutation], workers: int) -> int:
    """Break the rules one by one, say how each fared, and return how many nothing noticed."""
    survivors = 0
    with ThreadPoolExecutor(workers) as pool:
        results = pool.map(functools.partial(noticed, whole), kept)
        for mutation, (seen, said) in zip(kept, results, strict=True):
            print("noticed " if seen else "SURVIVED", mutation.rule, flush=True)
            if not seen:
                survivors += 1
                print(f"    {mutation.old!r} -> {mutation.new!r}\n{said[-600:]}", flush=True)
    return survivors


if __name__ == "__main__":
    sys.exit(main())
