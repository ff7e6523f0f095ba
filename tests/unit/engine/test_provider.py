"""The way to the provider, by the real Terraform: mirrors, and what the user arranged."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from trimtab.engine.engine import Engine, Workspace
from trimtab.engine.provider import ready_engine
from trimtab.errors import EngineError, ProviderMissing

if TYPE_CHECKING:
    from pathlib import Path

TREE = "registry.terraform.io/hashicorp/aws"


@pytest.fixture
def mirrored(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder of mirrors in which only ``fits`` has a version that fits, and no registry."""
    roots = tmp_path / "roots"
    (roots / "a-old" / TREE / "4.0.0/linux_amd64").mkdir(parents=True)
    assert engine.mirror is not None
    (roots / "fits").symlink_to(engine.mirror)
    monkeypatch.setattr("trimtab.engine.mirror.ROOTS", (roots,))
    return roots


def _here(tmp_path: Path, **variables: str) -> dict[str, str]:
    # No proxy answers at this port, and the engine does not go round it.
    away = {"HTTPS_PROXY": "http://127.0.0.1:9", "HOME": str(tmp_path), "XDG_DATA_DIRS": str(tmp_path)}
    arranged = {"TF_CLI_CONFIG_FILE": "", "TERRAFORM_CONFIG": ""}
    return {**os.environ, **away, **arranged, **variables}


@pytest.mark.terraform
@pytest.mark.parametrize("content", [None, "", 'credentials "a.example" {\n  token = "secret"\n}\n'])
def test_the_mirror_with_a_version_that_fits_is_found_beside_any_other_configuration(
    mirrored: Path, tmp_path: Path, content: str | None
) -> None:
    named = tmp_path / "named.tfrc"
    if content is not None:
        named.write_text(content, encoding="utf-8")
    found = ready_engine(tmp_path / "ready", _here(tmp_path, TF_CLI_CONFIG_FILE=str(named)))
    assert found.mirror == (tmp_path / "ready/.terraform/providers").resolve()
    (version,) = (found.mirror / TREE).iterdir()
    assert version.name.startswith("5.")
    assert mirrored.is_dir()

    # What was found serves another folder, from the first one's installation.
    other = tmp_path / "other"
    other.mkdir()
    (other / "main.tf").write_text((tmp_path / "ready/versions.tf").read_text("utf-8"), encoding="utf-8")
    Workspace(found, other, inherited=_here(tmp_path)).init()
    assert not (other / "terraform.d").exists()


@pytest.mark.terraform
def test_a_provider_installation_of_the_users_is_the_only_way_tried(mirrored: Path, tmp_path: Path) -> None:
    rc = tmp_path / "mine.tfrc"
    rc.write_text(
        f'provider_installation {{\n  filesystem_mirror {{ path = "{tmp_path}/none" }}\n}}\n', "utf-8"
    )
    with pytest.raises(ProviderMissing) as caught:
        ready_engine(tmp_path / "ready", _here(tmp_path, TF_CLI_CONFIG_FILE=str(rc)))
    line = caught.value.one_line()
    assert f"only what {rc} says" in line
    assert str(mirrored) not in line
    assert "\n" not in line


@pytest.mark.terraform
def test_without_a_way_to_the_provider_it_says_what_was_tried(mirrored: Path, tmp_path: Path) -> None:
    (mirrored / "fits").unlink()
    with pytest.raises(ProviderMissing) as caught:
        ready_engine(tmp_path / "ready", _here(tmp_path))
    line = caught.value.one_line()
    assert "registry.terraform.io" in line
    assert str(mirrored / "a-old") in line
    assert caught.value.exit_code == 2


@pytest.mark.terraform
def test_another_failure_of_init_is_a_fault(mirrored: Path, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="flag provided but not defined"):
        ready_engine(tmp_path / "ready", _here(tmp_path, TF_CLI_ARGS_init="-no-such-flag"))
    assert mirrored.is_dir()
