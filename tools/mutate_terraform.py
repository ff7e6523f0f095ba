"""Break each requirement, validation and precondition of the configuration once; a test must notice.

``tools/mutate_terraform.py requirements`` changes one value at a time and runs the test of the
plan that is named after the requirement. ``tools/mutate_terraform.py conditions`` makes one
condition at a time hold always and runs the mocked runs of its module. Works on a copy; takes
some twenty minutes in all. Exits 1 if anything survives.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from terraform_mutations import REQUIREMENTS
from trimtab.engine.mirror import lent
from trimtab.engine.provider import ready_engine

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
CONDITION = re.compile(r"^( *)condition +=.*?(?=^ *error_message)", re.MULTILINE | re.DOTALL)
HEAD = re.compile(r'^(variable|resource|data|check|module|output) "(\w+)"(?: "(\w+)")?', re.MULTILINE)
EXPECTED = re.compile(r"expect_failures\s*=\s*\[(.*?)\]", re.DOTALL)


def requirements(copy: Path, only: str) -> Iterator[str]:
    """Yield the mutations of requirements that no test noticed."""
    environment = {**os.environ, "PYTHONPATH": str(copy / "src")}
    for mutation in REQUIREMENTS:
        if not mutation.test.startswith(only):
            continue
        path = copy / "terraform" / mutation.file
        before = path.read_text(encoding="utf-8")
        if (found := before.count(mutation.old)) != 1:
            yield f"{mutation.test}: {mutation.old!r} is {found} times in {mutation.file}, and not once"
            continue
        path.write_text(before.replace(mutation.old, mutation.new), encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-k", mutation.test]
        finished = subprocess.run(
            [
                *command,
                *sorted(str(path) for path in (copy / "tests" / "terraform").glob("test_requirements*.py")),
            ],
            cwd=copy,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        path.write_text(before, encoding="utf-8")
        # 1: a test failed. Anything else (0: none did, 5: none was named so) is a survivor.
        noticed = finished.returncode == 1
        report(noticed, f"{mutation.test}: {mutation.old.strip()} -> {mutation.new.strip()}", finished.stdout)
        if not noticed:
            yield str(mutation)


def conditions(copy: Path, only: str) -> Iterator[str]:
    """Yield the conditions without which every mocked run still passes."""
    mirror = ready_engine(copy.parent / "provider", os.environ).mirror
    for path in sorted((copy / "terraform").rglob("*.tf")):
        folder = path.parent
        if not (folder / "mocked").is_dir() or only not in str(path.relative_to(copy)):
            continue
        before = path.read_text(encoding="utf-8")
        found = list(CONDITION.finditer(before))
        if not found:
            continue
        with lent(mirror, folder):
            run_terraform(folder, "init", "-input=false").check_returncode()
        for match in found:
            subject = subject_of(before, match.start())
            # A validation must name its variable.
            holds = f"{subject} == {subject}" if subject.startswith("var.") else "path.module != null"
            path.write_text(
                f"{before[: match.start()]}{match[1]}condition = {holds}\n{before[match.end() :]}",
                encoding="utf-8",
            )
            # Where its failure is expected it is noticed soonest.
            for chosen in (expecting(folder, subject), []):
                finished = run_terraform(folder, "test", *chosen)
                noticed = finished.returncode != 0 and "Missing expected failure" in finished.stderr
                if noticed:
                    break
            path.write_text(before, encoding="utf-8")
            line = before.count("\n", 0, match.start()) + 1
            name = f"{path.relative_to(copy)}:{line}"
            report(noticed, name, finished.stdout)
            if not noticed:
                yield name


def subject_of(text: str, place: int) -> str:
    """Return the address of what the condition at ``place`` stands in."""
    *_, head = HEAD.finditer(text, 0, place)
    kind, one, two = head.groups()
    addresses = {"variable": f"var.{one}", "resource": f"{one}.{two}", "data": f"data.{one}.{two}"}
    return addresses.get(kind, f"{kind}.{one}")


def expecting(folder: Path, subject: str) -> list[str]:
    """Return the flags that choose the files with a run in which ``subject`` is to fail; none: all."""
    named = re.compile(rf"(?<![\w.]){re.escape(subject)}(?!\w)")
    return [
        f"-filter={path.relative_to(folder)}"
        for path in sorted((folder / "mocked").glob("*.tftest.hcl"))
        if any(named.search(one[1]) for one in EXPECTED.finditer(path.read_text(encoding="utf-8")))
    ]


def run_terraform(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run terraform in a module, its mocked runs in view."""
    return subprocess.run(
        ["terraform", *command, "-no-color", "-test-directory=mocked"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def report(noticed: bool, name: str, output: str) -> None:
    """Say how one mutation fared."""
    print("noticed " if noticed else "SURVIVED", name, flush=True)
    if not noticed:
        print(output[-600:], flush=True)


def main() -> int:
    """Mutate a copy and count the survivors."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("requirements", "conditions"))
    parser.add_argument("--only", default="", help="requirement's test name, or part of a path")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="trimtab-") as folder:
        copy = Path(folder) / "copy"
        ignored = shutil.ignore_patterns(".git", ".venv", ".terraform*", "*cache*")
        shutil.copytree(ROOT, copy, ignore=ignored)
        survivors = list((requirements if chosen.what == "requirements" else conditions)(copy, chosen.only))
    print(f"{len(survivors)} survived")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
