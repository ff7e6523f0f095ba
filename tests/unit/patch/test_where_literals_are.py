"""A value is followed to the one literal that says it, however it gets to its resource."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from patch_made import edits, patched, service, stays, wanted

if TYPE_CHECKING:
    from pathlib import Path


def test_literals_in_a_resource_keep_how_they_are_written(tmp_path: Path) -> None:
    patch = patched(tmp_path, {"main.tf": service(cpu='"1024"', memory="2048")})
    assert edits(patch) == {"main.tf": [(4, '"1024"', '"256"'), (5, "2048", "512")]}
    assert patch.left == ()


@pytest.mark.parametrize(
    ("cpu", "more", "name", "entry"),
    [
        ("local.cpu", {"l.tf": "locals {\n  cpu = 1024\n}\n"}, "l.tf", (2, "1024", "256")),
        ("var.cpu", {"v.tf": 'variable "cpu" {\n  default = "1024"\n}\n'}, "v.tf", (2, '"1024"', '"256"')),
        (
            "var.cpu",
            {"v.tf": 'variable "cpu" {\n  type = string\n}\n', "a.auto.tfvars": "cpu = 1024\n"},
            "a.auto.tfvars",
            (1, "1024", "256"),
        ),
        (
            "var.cpu",
            {
                "v.tf": 'variable "cpu" {\n  type    = number\n  default = 1\n}\n',
                "terraform.tfvars": 'cpu="1024"',
            },
            "terraform.tfvars",
            (1, '"1024"', '"256"'),
        ),
        (
            'merge(local.all, local.sizes["api"]).cpu',
            {"l.tf": "locals {\n  all = { cpu = 1 }\n  sizes = { api = { cpu = 1024 } }\n}\n"},
            "l.tf",
            (3, "1024", "256"),
        ),
        (
            '"${var.sizes["api"]}"',
            {"v.tf": 'variable "sizes" {\n  type    = map(string)\n  default = { api = 1024 }\n}\n'},
            "v.tf",
            (3, "1024", "256"),
        ),
    ],
)
def test_a_value_is_followed_through(
    tmp_path: Path, cpu: str, more: dict[str, str], name: str, entry: tuple[int, str, str]
) -> None:
    patch = patched(tmp_path, {"main.tf": service(cpu=cpu), **more})
    assert edits(patch)[name] == [entry]


def test_a_variable_file_wins_over_the_automatic_ones(tmp_path: Path) -> None:
    files = {
        "main.tf": service(cpu="var.cpu") + 'variable "cpu" {}\n',
        "terraform.tfvars": "cpu = 1024\n",
        "prod.tfvars": "# theirs\ncpu = 2048\n",
    }
    patch = patched(tmp_path, files, var_files=("prod.tfvars",))
    assert edits(patch)["prod.tfvars"] == [(2, "2048", "256")]
    assert "terraform.tfvars" not in edits(patch)


def test_each_service_of_a_loop_has_its_own_literals(tmp_path: Path) -> None:
    module = 'variable "size" {}\nvariable "name" {}\n' + service(
        "api", cpu="var.size.cpu", memory="var.size.memory"
    ).replace('name            = "api"', "name            = var.name")
    root = """
locals {
  services = {
    api = { cpu = 1024, memory = 2048 }
    web = { cpu = 1024, memory = 2048 }
  }
}
module "service" {
  source   = "./service"
  for_each = local.services
  name     = each.key
  size     = each.value
}
"""
    patch = patched(
        tmp_path, {"main.tf": root, "service/main.tf": module}, wanted(), wanted("web", cpu=512, memory=1024)
    )
    assert edits(patch) == {
        "main.tf": [(4, "1024", "256"), (4, "2048", "512"), (5, "1024", "512"), (5, "2048", "1024")]
    }


def test_what_a_container_reserves_follows_the_task(tmp_path: Path) -> None:
    text = service().replace(
        'image = "api:1"', 'image = "api:1", cpu = 1024, memory = 2000, memoryReservation = 128'
    )
    patch = patched(tmp_path, {"main.tf": text})
    assert edits(patch)["main.tf"][2:] == [(6, "1024", "256"), (6, "2000", "512")]


def test_a_check_inside_jsonencode_is_patched(tmp_path: Path) -> None:
    check = "healthCheck = { command = [], interval = 5, timeout = 2, retries = 3, startPeriod = 0 }"
    patch = patched(tmp_path, {"main.tf": service().replace('image = "api:1"', f'image = "api:1", {check}')})
    assert [one[1:] for one in edits(patch)["main.tf"][2:]] == [("5", "10"), ("2", "5"), ("0", "40")]


def test_what_is_as_proposed_is_left_alone(tmp_path: Path) -> None:
    patch = patched(tmp_path, {"main.tf": service(cpu='"0.25 vCPU"', memory='"0.5 GB"')})
    assert (patch.edits, patch.left) == ((), ())


def test_a_service_of_another_cluster_is_another(tmp_path: Path) -> None:
    patch = patched(tmp_path, {"main.tf": service().replace('"shop"', '"test"')})
    assert patch.edits == ()
    assert "no aws_ecs_service here has this name" in stays(patch)["all of it"]
