"""``make test-aws`` as far as the sandbox reaches: what it refuses, the whole run, and an interrupted one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from commands.made import trimtab
from inventory import inventory

from trimtab.sandbox.server import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from trimtab.engine.engine import Engine
    from trimtab.sandbox.server import Sandbox

REPOSITORY = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, str(REPOSITORY / "tools" / "test_aws.py")]
FORKED = f"""
import runpy, sys
sys.path.insert(0, {str(REPOSITORY / "tools")!r})
runpy.run_path({COMMAND[-1]!r}, run_name="__main__")
"""
"""The same in a fork of a process that has loaded most of it."""
ASK = "TRIMTAB_TEST_AWS_"


def _environment(sandbox: Sandbox, out: Path, **given: str) -> dict[str, str]:
    asked = {f"{ASK}ACCOUNT": ACCOUNT, f"{ASK}OUT": str(out), **given}
    return {**os.environ, **sandbox.environment, **asked}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({f"{ASK}ACCOUNT": ""}, "set TRIMTAB_TEST_AWS_ACCOUNT"),
        ({f"{ASK}ACCOUNT": "210987654321"}, f"is 210987654321, and the credentials are of {ACCOUNT}"),
        ({f"{ASK}LIMIT_USD": "0.10"}, "which is above TRIMTAB_TEST_AWS_LIMIT_USD (0.1)"),
        ({f"{ASK}LIMIT_USD": "much"}, "is not a number"),
        ({f"{ASK}REGION": "xx-north-1"}, "whose prices are not known"),
    ],
)
def test_what_was_not_asked_for_is_refused_before_anything_is_made(
    sandbox: Sandbox, client: Callable[[str], Any], tmp_path: Path, given: dict[str, str], says: str
) -> None:
    before = inventory(client)
    environment = _environment(sandbox, tmp_path / "out", **given)
    finished = trimtab(folder=tmp_path, code=FORKED, **environment)
    assert finished.returncode == 2
    assert says in finished.stderr
    assert len(finished.stderr.splitlines()) == 1
    assert not list(tmp_path.iterdir())
    assert inventory(client) == before


@pytest.mark.slow
def test_the_whole_run_holds_and_leaves_nothing(
    engine: Engine, sandbox: Sandbox, client: Callable[[str], Any], tmp_path: Path
) -> None:
    del engine  # without one the test is skipped
    before = inventory(client)
    finished = subprocess.run(
        COMMAND,
        env=_environment(sandbox, tmp_path),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    transcript = Path(finished.stdout.strip())
    text = transcript.read_text(encoding="utf-8")
    assert text.count(" held (") == 7
    assert "not tried: no load balancer answers here" in text
    assert "all held; nothing is left" in text
    assert [one.name for one in transcript.parent.iterdir()] == ["transcript.txt"]
    assert inventory(client) == before
    assert not client("ecs").list_task_definitions(status="ACTIVE")["taskDefinitionArns"]


@pytest.mark.slow
def test_an_interrupted_run_leaves_nothing_either(
    engine: Engine, sandbox: Sandbox, client: Callable[[str], Any], tmp_path: Path
) -> None:
    del engine
    before = inventory(client)
    with subprocess.Popen(
        COMMAND,
        env=_environment(sandbox, tmp_path),
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr
        seen = []
        for line in process.stderr:
            seen.append(line)
            if "begins: apply" in line:
                process.send_signal(signal.SIGINT)
            elif "INTERRUPTED" in line:
                # Whoever is impatient must not keep anything from being destroyed.
                process.send_signal(signal.SIGTERM)
    text = "".join(seen)
    assert process.returncode == 1
    assert text.count(" held (") == 1  # the apply, finished
    assert "INTERRUPTED" in text
    assert "NOT all held; nothing is left" in text
    assert inventory(client) == before
