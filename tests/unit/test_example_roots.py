"""The examples that go with terraform/platform: written by the command, and of variables that exist."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from trimtab.cli import main

if TYPE_CHECKING:
    import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
EXAMPLES = REPOSITORY / "examples"
PLATFORM = REPOSITORY / "terraform" / "platform"


def test_the_takeover_is_what_write_writes_of_that_state_and_those_values(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    example, folder = EXAMPLES / "adopt", tmp_path / "takeover"
    state = str(Path(__file__).parent / "recorded_state.json")
    assert run(monkeypatch, "snapshot", "--terraform", state, "-o", str(folder)) == 3  # it has no metrics
    shutil.copy(example / "services.auto.tfvars", folder)
    assert run(monkeypatch, "write", str(folder)) == 0
    for name in ("imports.tf", "adopt.auto.tfvars"):
        assert (folder / name).read_text("utf-8") == (example / name).read_text("utf-8"), name


def test_the_account_of_the_twelve_gives_what_platform_asks_for() -> None:
    text = "\n".join(path.read_text("utf-8") for path in sorted(PLATFORM.glob("*.tf")))
    blocks = re.findall(r'^variable "(\w+)" \{(.*?)^\}', text, re.MULTILINE | re.DOTALL)
    account = (EXAMPLES / "complete-twelve" / "account.tfvars").read_text("utf-8")
    given = re.findall(r"^(\w+) +=", account, re.MULTILINE)
    asked = {name for name, body in blocks if not re.search(r"^  default ", body, re.MULTILINE)}
    written = re.findall(r"^(\w+) +=", (PLATFORM / "services.auto.tfvars").read_text("utf-8"), re.MULTILINE)
    assert set(given) <= {name for name, _ in blocks}
    assert asked <= {*given, *written}
    assert {"vpc_id", "private_subnet_ids"} <= asked


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Run the command, and return what it exits with."""
    monkeypatch.setattr("sys.argv", ["trimtab", *arguments])
    try:
        main()
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0
