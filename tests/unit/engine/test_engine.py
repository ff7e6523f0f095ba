"""Finding an engine and running it: the real Terraform where its behaviour is what counts."""

from __future__ import annotations

import os
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from trimtab.engine.diagnostics import failure_of_json, failure_of_text
from trimtab.engine.engine import Engine, Workspace, find_engine
from trimtab.engine.mirror import implied_mirrors, lent, mirrors, user_installation
from trimtab.engine.process import Finished, run
from trimtab.errors import EngineError, EngineMissing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trimtab.engine.progress import EngineProgress

TREE = "registry.terraform.io/hashicorp/aws"


@pytest.fixture
def executable(tmp_path: Path) -> Callable[[str, str], Path]:
    def write(name: str, says: str) -> Path:
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        path = folder / name
        path.write_text(f"#!/bin/sh\necho '{says}'\n", encoding="utf-8")
        path.chmod(0o755)
        return path

    return write


def test_terraform_is_preferred_and_tofu_taken_without_it(executable: Callable[[str, str], Path]) -> None:
    tofu = executable("tofu", "OpenTofu v1.9.0")
    search = {"PATH": str(tofu.parent)}
    assert find_engine(search) == Engine(path=str(tofu), name="tofu", version=(1, 9, 0))

    terraform = executable("terraform", "Terraform v1.5.7")
    assert find_engine(search) == Engine(path=str(terraform), name="terraform", version=(1, 5, 7))


def test_the_variable_wins_by_name_and_by_path(executable: Callable[[str, str], Path]) -> None:
    executable("terraform", "Terraform v1.11.4")
    tofu = executable("tofu", "OpenTofu v1.9.0-beta1")
    for named in ("tofu", str(tofu)):
        assert find_engine({"PATH": str(tofu.parent), "TRIMTAB_ENGINE": named}).name == "tofu"


def test_no_engine_at_all_is_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EngineMissing, match=r"neither terraform nor tofu is on the PATH; install one"):
        find_engine({"PATH": str(tmp_path)})
    with pytest.raises(EngineMissing, match="TRIMTAB_ENGINE names 'absent'"):
        find_engine({"PATH": str(tmp_path), "TRIMTAB_ENGINE": "absent"})


@pytest.mark.parametrize(
    ("says", "message"),
    [
        ("Terraform v1.4.6", "terraform 1.4.6 is too old; 1.5 or newer"),
        ("cat 9.1", r"neither terraform nor tofu \(cat 9.1\); install terraform or tofu"),
        ("", "neither terraform nor tofu \\(not a word\\)"),
    ],
)
def test_an_engine_that_cannot_do_is_refused_in_one_line(
    executable: Callable[[str, str], Path], says: str, message: str
) -> None:
    with pytest.raises(EngineMissing, match=message) as caught:
        find_engine({"PATH": f"{executable('terraform', says).parent}{os.pathsep}/bin"})

    assert "\n" not in str(caught.value)


def test_a_terraform_that_cannot_be_used_gives_way_to_tofu(executable: Callable[[str, str], Path]) -> None:
    executable("terraform", "shim: no version is set")
    tofu = executable("tofu", "OpenTofu v1.9.0")
    assert find_engine({"PATH": f"{tofu.parent}{os.pathsep}/bin"}).path == str(tofu)


def test_a_program_of_another_machine_is_no_engine(tmp_path: Path) -> None:
    (tmp_path / "terraform").write_bytes(b"\x7fELF\x02\x01\x01" + bytes(100))
    (tmp_path / "terraform").chmod(0o755)
    with pytest.raises(EngineMissing, match="it does not run"):
        find_engine({"PATH": str(tmp_path)})


def test_trees_below_a_root_are_mirrors_of_the_engine_they_are_for(tmp_path: Path) -> None:
    (tmp_path / "opt/other").mkdir(parents=True)
    (tmp_path / "opt/plugins" / TREE).mkdir(parents=True)
    (tmp_path / "opt/later" / TREE).mkdir(parents=True)
    roots = [tmp_path / "absent", tmp_path / "opt"]

    assert mirrors("terraform", roots) == (tmp_path / "opt/later", tmp_path / "opt/plugins")
    # A tree of the one registry is of no use to the other engine.
    assert mirrors("tofu", roots) == ()


def test_a_lent_mirror_is_there_for_a_while_only(tmp_path: Path) -> None:
    mirror, work = tmp_path / "mirror", tmp_path / "work"
    mirror.mkdir()
    work.mkdir()
    with lent(mirror, work):
        assert (work / "terraform.d/plugins").resolve() == mirror
    assert list(work.iterdir()) == []

    (work / "terraform.d/plugins/mine").mkdir(parents=True)
    with lent(mirror, work):
        assert (work / "terraform.d/plugins/mine").is_dir()
    assert (work / "terraform.d/plugins/mine").is_dir()


def test_folders_that_the_engine_looks_in_itself_are_known(tmp_path: Path) -> None:
    environment = {"HOME": str(tmp_path), "XDG_DATA_DIRS": f"{tmp_path}/none{os.pathsep}{tmp_path}/share"}
    assert implied_mirrors("terraform", environment) == ()
    for folder in (".terraform.d/plugins", ".local/share/terraform/plugins", "share/terraform/plugins"):
        (tmp_path / folder / TREE).mkdir(parents=True)
        assert implied_mirrors("terraform", environment)[-1] == tmp_path / folder


ARRANGED = [
    "provider_installation {\n  direct {}\n}\n",
    'credentials "a.example" { token = "x" } "provider_installation" { direct {} }',
    '# {\n/* { */ plugin_cache_dir = "/a{b"\nprovider_installation {}\n',
    '{"provider_installation": [{"direct": [{}]}]}',
]
NOT_ARRANGED = [
    "",
    'credentials "app.terraform.io" {\n  token = "provider_installation {"\n}\n',
    "# provider_installation {}\n// provider_installation {}\n/* provider_installation {} */\n",
    'host "a" {\n  provider_installation {}\n}\n',
    '{"credentials": {"provider_installation": {}}}',
    "{ broken",
]


@pytest.mark.parametrize(
    "where", ["TF_CLI_CONFIG_FILE", "TERRAFORM_CONFIG", ".terraformrc", ".terraform.d/a.tfrc"]
)
def test_only_a_provider_installation_is_the_users_word(tmp_path: Path, where: str) -> None:
    environment = {"HOME": str(tmp_path)}
    path = tmp_path / where
    if where.isupper():
        environment[where] = str(path)
    assert user_installation(environment) is None  # also where the variable names a missing file
    path.parent.mkdir(exist_ok=True)
    for content in NOT_ARRANGED:
        path.write_text(content, encoding="utf-8")
        assert user_installation(environment) is None, content
    for content in ARRANGED:
        path.write_text(content, encoding="utf-8")
        assert user_installation(environment) == path, content
    if where.isupper():
        # An override that is missing does not bring back the files it stands in for.
        path.rename(tmp_path / ".terraformrc")
        assert user_installation(environment) is None
        assert user_installation(environment | {where: ""}) == tmp_path / ".terraformrc"


def test_the_first_error_becomes_one_line_and_all_stay_in_the_detail() -> None:
    diagnostics = [
        {"severity": "warning", "summary": "Deprecated", "detail": ""},
        {
            "severity": "error",
            "summary": "creating\nService",
            "detail": "\nfirst\nsecond",
            "address": "aws_x.y",
        },
        {"severity": "error", "summary": "other", "detail": "", "range": _range("main.tf", 7)},
    ]
    failure = failure_of_json(diagnostics, Finished(1, (), ""), "terraform apply")

    assert str(failure) == "aws_x.y: creating Service: first"
    assert failure.detail == "aws_x.y: creating\nService\nfirst\nsecond\n\nmain.tf:7: other"


def _range(filename: str, line: int) -> dict[str, object]:
    return {"filename": filename, "start": {"line": line}}


@pytest.mark.parametrize(
    ("errors", "line"),
    [
        (
            "╷\n│ Error: Missing provider\n│ \n│   on main.tf line 1:\n│    1: x {\n│ \n│ Try init.\n╵\n",
            "terraform init: Missing provider: Try init.",
        ),
        ("\nError: First\n\nWhy it\nfailed.\n\nError: Second\n", "terraform init: First: Why it failed."),
        ("panic: oops\nexit", "terraform init failed: exit"),
        ("", "terraform init failed: status 3 and not a word"),
    ],
)
def test_plain_output_becomes_one_line(errors: str, line: str) -> None:
    failure = failure_of_text(Finished(3, (), errors), "terraform init")

    assert str(failure) == line
    assert failure.exit_code == EngineError.exit_code


def test_a_caller_that_fails_leaves_no_child_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The grandchild stands for a provider; both ignore being asked.
    script = "trap '' INT; (trap '' INT; sleep 60) & echo $!; wait"
    seen: list[int] = []

    def fail(line: str) -> None:
        seen.append(int(line))
        raise KeyboardInterrupt

    monkeypatch.setattr("trimtab.engine.process.PATIENCE_S", 0.2)
    with pytest.raises(KeyboardInterrupt):
        run(["sh", "-c", script], tmp_path, dict(os.environ), fail)

    assert not _lives(seen[0])


def _lives(process: int) -> bool:
    """Tell whether a process runs; a dead one nobody has waited for yet does not."""
    for _ in range(50):
        state = subprocess.run(
            ["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True, check=False
        )
        if not state.stdout.strip() or state.stdout.startswith("Z"):
            return False
        time.sleep(0.02)
    return True


CONFIGURATION = """
variable "size" { type = object({ cpu = number, memory = optional(number, 512) }) }
variable "name" { default = "web" }
resource "terraform_data" "service" {
  for_each         = toset(["a", "b"])
  input            = var.size
  triggers_replace = [var.name]
}
module "inner" { source = "./inner" }
output "cpu" { value = var.size.cpu }
"""


@pytest.fixture
def workspace(engine_alone: Engine, tmp_path: Path) -> Workspace:
    (tmp_path / "inner").mkdir()
    (tmp_path / "main.tf").write_text(CONFIGURATION, encoding="utf-8")
    (tmp_path / "inner/main.tf").write_text('resource "terraform_data" "deep" {}\n', encoding="utf-8")
    return Workspace(engine_alone, tmp_path)


@pytest.mark.terraform
def test_a_plan_is_applied_shown_clean_changed_and_destroyed(workspace: Workspace) -> None:
    plan_file = workspace.directory / "plan"
    steps: list[EngineProgress] = []
    workspace.init()
    workspace.validate()
    plan = workspace.plan(plan_file, variables={"size": {"cpu": 256}})
    assert plan.counts.created == 3
    assert {found.address for found in plan.planned} == {
        'terraform_data.service["a"]',
        'terraform_data.service["b"]',
        "module.inner.terraform_data.deep",
    }
    workspace.apply(plan_file, steps.append)
    assert [step.done for step in steps if step.event == "complete"] == [1, 2, 3]
    assert {step.total for step in steps} == {3}
    assert workspace.outputs() == {"cpu": 256}

    values = workspace.directory / "values.tfvars"
    values.write_text('size = { cpu = 256 }\nname = "ignored"\n', encoding="utf-8")
    assert workspace.plan(plan_file, [values], {"name": "web"}).is_clean

    replaced = workspace.plan(plan_file, [values]).replaced
    assert [change.index for change in replaced] == ["a", "b"]
    assert replaced[0].replace_paths == (("triggers_replace",),)

    steps.clear()
    workspace.apply(None, steps.append, [values])
    # A replacement is two steps.
    assert (steps[-1].done, steps[-1].total) == (4, 4)

    steps.clear()
    workspace.destroy(steps.append, [values])
    assert (steps[-1].done, steps[-1].total, steps[-1].action) == (3, 3, "delete")


@pytest.mark.terraform
def test_failures_of_every_verb_are_one_line(workspace: Workspace) -> None:
    main = workspace.directory / "main.tf"
    workspace.init()
    with pytest.raises(EngineError, match=r"main.tf:2: No value for required variable: The root module"):
        workspace.plan(workspace.directory / "plan")

    main.write_text('resource "terraform_data" "a" { nonsense = 1 }\n', encoding="utf-8")
    with pytest.raises(EngineError, match=r"main.tf:1: Unsupported argument: An argument named"):
        workspace.validate()

    failing = 'resource "terraform_data" "a" {\n  provisioner "local-exec" { command = "exit 3" }\n}\n'
    main.write_text(failing, encoding="utf-8")
    with pytest.raises(EngineError, match=r"terraform_data.a: local-exec provisioner error: Error running"):
        workspace.apply()

    main.write_text('terraform {\n  required_version = ">= 99"\n}\n', encoding="utf-8")
    with pytest.raises(EngineError, match="Unsupported Terraform Core version") as caught:
        workspace.init()
    assert "\n" not in str(caught.value)

    with pytest.raises(EngineError, match="terraform show"):
        workspace.show(workspace.directory / "absent")


@pytest.mark.terraform
def test_an_interrupted_apply_saves_its_state_and_ends(workspace: Workspace) -> None:
    (workspace.directory / "main.tf").write_text(
        'resource "terraform_data" "slow" {\n'
        '  provisioner "local-exec" { command = "touch started && exec sleep 60" }\n}\n',
        encoding="utf-8",
    )
    workspace.init()

    def interrupt(_progress: EngineProgress) -> None:
        while not (workspace.directory / "started").exists():
            time.sleep(0.02)
        raise KeyboardInterrupt

    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        workspace.apply(None, interrupt)

    assert time.monotonic() - start < 30
    assert not (workspace.directory / ".terraform.tfstate.lock.info").exists()
    # An engine that was killed would not remember that it began.
    plan = workspace.plan(workspace.directory / "plan")
    assert [change.address for change in plan.replaced] == ["terraform_data.slow"]


@pytest.mark.terraform
def test_what_a_user_set_for_other_configurations_stays_out(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "TF_DATA_DIR": str(tmp_path / "theirs"),
        "TF_WORKSPACE": "theirs",
        "TF_VAR_name": "theirs",
        "TF_CLI_ARGS_plan": "-refresh-only",
        "TF_CLI_ARGS": "-no-such-flag",
    }.items():
        monkeypatch.setenv(name, value)
    workspace.init()
    plan = workspace.plan(tmp_path / "plan", variables={"size": {"cpu": 256}})
    assert plan.counts.created == 3
    assert {change.after["triggers_replace"][0] for change in plan.changed if change.name == "service"} == {
        "web"
    }  # type: ignore[index]
    assert not (tmp_path / "theirs").exists()
