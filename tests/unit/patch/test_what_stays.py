"""What cannot be patched is named with its place and reason, and nothing that it belongs to is patched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from patch_made import edits, patched, service, stays, wanted

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("cpu", "more", "why"),
    [
        ("local.a * 2", {"l.tf": "locals {\n  a = 512\n}\n"}, "is worked out by an expression"),
        ('lookup({}, "cpu", 1024)', {}, "it is what all get that give none"),
        ("null", {}, "is not given here: add cpu = 256"),
        (
            "data.aws_ssm_parameter.cpu.value",
            {"d.tf": 'data "aws_ssm_parameter" "cpu" {\n  name = "x"\n}\n'},
            "cannot be told without a plan",
        ),
        (
            "var.cpu",
            {"v.tf": 'variable "cpu" {}\n', "terraform.tfvars.json": '{"cpu": 1024}'},
            "it comes from the JSON that gives cpu",
        ),
        (
            'jsondecode(file("${path.module}/sizes.json")).cpu',
            {"sizes.json": '{"cpu": 1024}'},
            "is worked out by an expression",
        ),
    ],
)
def test_a_value_that_no_literal_says_stays_and_the_size_with_it(
    tmp_path: Path, cpu: str, more: dict[str, str], why: str
) -> None:
    patch = patched(tmp_path, {"main.tf": service(cpu=cpu), **more})
    assert patch.edits == ()
    assert stays(patch)["cpu"].startswith(why)
    assert "goes only together with cpu" in stays(patch)["memory"]


def test_a_variable_of_the_environment_stays(tmp_path: Path) -> None:
    files = {"main.tf": service(cpu="var.cpu") + 'variable "cpu" {}\n'}
    patch = patched(tmp_path, files, environment={"TF_VAR_cpu": "1024"})
    assert stays(patch)["cpu"] == "it comes from the environment variable TF_VAR_cpu"


def test_one_literal_of_two_services_stays_unless_both_get_the_same(tmp_path: Path) -> None:
    files = {
        "main.tf": service("api", cpu="local.cpu") + service("web", cpu="local.cpu"),
        "l.tf": "locals {\n  cpu = 1024\n}\n",
    }
    patch = patched(tmp_path, files, wanted("api"), wanted("web", cpu=512, memory=1024))
    assert patch.edits == ()
    assert stays(patch)["cpu"] == "is one value for 2 services, which are to get 256 for api; 512 for web"
    (tmp_path / "both").mkdir()
    both = patched(tmp_path / "both", files, wanted("api"), wanted("web"))
    assert edits(both)["l.tf"] == [(2, "1024", "256")]


def test_a_literal_that_something_else_reads_stays(tmp_path: Path) -> None:
    files = {
        "main.tf": service(cpu="local.cpu") + service("web", cpu="local.cpu"),
        "l.tf": "locals {\n  cpu = 1024\n}\n",
    }
    patch = patched(tmp_path, files, wanted("api"))
    assert patch.edits == ()
    assert stays(patch)["cpu"].startswith("is read by aws_ecs_task_definition.web cpu too")


def test_a_literal_that_something_else_is_worked_out_of_stays(tmp_path: Path) -> None:
    text = service(memory="local.memory").replace(
        'image = "api:1"',
        'image = "api:1", environment = [{ name = "HEAP", value = tostring(local.memory * 0.75) }]',
    )
    patch = patched(tmp_path, {"main.tf": text, "l.tf": "locals {\n  memory = 2048\n}\n"})
    assert patch.edits == ()
    assert stays(patch)["memory"] == (
        "would change aws_ecs_task_definition.api container_definitions.environment.value too"
    )


def test_a_file_outside_the_folder_stays_also_behind_a_link(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "main.tf").write_text(
        'variable "memory" {}\n' + service(memory="var.memory"), encoding="utf-8"
    )
    (tmp_path / "sizes.tf").write_text("locals {\n  memory = 2048\n}\n", encoding="utf-8")
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "sizes.tf").symlink_to(tmp_path / "sizes.tf")
    root = 'module "api" {\n  source = "../shared"\n  memory = local.memory\n}\n'
    (tmp_path / "root" / "main.tf").write_text(root, encoding="utf-8")
    from trimtab.patch.patch import patch_of  # noqa: PLC0415

    (tmp_path / "working").mkdir()
    patch, _ = patch_of([wanted()], tmp_path / "root", [], {}, tmp_path / "working")
    assert patch.edits == ()
    assert stays(patch)["cpu"].startswith("it stands outside ")
    assert stays(patch)["memory"].startswith("it stands behind a link, outside ")


def test_what_several_containers_reserve_is_not_divided_by_guess(tmp_path: Path) -> None:
    text = service().replace(
        'image = "api:1" }',
        'image = "api:1", memory = 1024 }, { name = "proxy", image = "p:1", memory = 256 }',
    )
    patch = patched(tmp_path, {"main.tf": text})
    assert patch.edits == ()
    assert stays(patch)["container_definitions.memory"].startswith(
        "its containers reserve 1280 of it together"
    )
    assert "goes only together with memory" in stays(patch)["cpu"]


def test_two_services_of_one_name_are_not_guessed_between(tmp_path: Path) -> None:
    text = service() + service().replace('" "api" {', '" "again" {')
    patch = patched(tmp_path, {"main.tf": text})
    assert patch.edits == ()
    assert stays(patch)["all of it"].startswith("several have this name")
