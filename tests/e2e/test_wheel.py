"""The wheel as people install it: outside the checkout, with what it carries."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from email import message_from_string
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
EXAMPLES = sorted(path.parent.name for path in (REPOSITORY / "examples").glob("*/README.md"))
STATE = (".terraform", ".tfstate", ".tfplan", "__pycache__")


def built(checkout: Path, out: Path) -> zipfile.ZipFile:
    """Build the wheel of a checkout."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    subprocess.run(command, cwd=checkout, check=True, capture_output=True)
    (path,) = out.glob("*.whl")
    return zipfile.ZipFile(path)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    return built(REPOSITORY, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def site(wheel: zipfile.ZipFile, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with the wheel's content, which goes before the checkout."""
    folder = tmp_path_factory.mktemp("site")
    wheel.extractall(folder)
    return folder


def run(site: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "trimtab", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_carries_the_configuration_and_the_example_and_nobodys_state(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()
    for needed in (
        "trimtab/_assets/terraform/platform/variables.tf",
        *(
            f"trimtab/_assets/terraform/modules/{name}/variables.tf"
            for name in ("cluster", "load-balancer", "scaling", "service")
        ),
        *(f"trimtab/_assets/examples/{name}/README.md" for name in EXAMPLES),
        "trimtab/_assets/examples/adopt/imports.tf",
        "trimtab/_assets/examples/fleet/metrics.parquet",
        "trimtab/_assets/examples/objective.json",
        "trimtab/catalog/prices-us-east-1.json",
        "trimtab/py.typed",
    ):
        assert needed in names
    assert not [name for name in names if any(part in name for part in STATE)]


def copied(copy: Path) -> Path:
    """Copy what a wheel is built from."""
    kept = ("src", "terraform", "examples", "pyproject.toml", "README.md", "LICENSE", ".gitignore")
    copy.mkdir()
    subprocess.run(["cp", "-r", *(str(REPOSITORY / name) for name in kept), str(copy)], check=True)
    return copy


def test_the_same_sources_give_the_same_bytes(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    """Elsewhere, at another time, by whoever has another umask and other caches."""
    copy = copied(tmp_path / "elsewhere")
    for path in copy.rglob("*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
        path.chmod(0o700 if path.is_dir() else 0o600)
    first = Path(str(wheel.filename)).read_bytes()
    again = Path(str(built(copy, tmp_path / "out").filename)).read_bytes()
    assert again == first


def test_a_state_in_the_checkout_does_not_get_into_it(tmp_path: Path) -> None:
    copy = copied(tmp_path / "checkout")
    (copy / "terraform/platform/.terraform").mkdir()
    for name in (".terraform/provider", "terraform.tfstate", "terraform.tfstate.backup", "a.tfplan"):
        (copy / "terraform/platform" / name).write_text("secret", encoding="utf-8")
    names = built(copy, tmp_path).namelist()
    assert "trimtab/_assets/terraform/platform/variables.tf" in names
    assert not [name for name in names if any(part in name for part in STATE)]


def test_its_page_on_an_index_has_links_that_lead_somewhere(wheel: zipfile.ZipFile) -> None:
    (name,) = (one for one in wheel.namelist() if one.endswith(".dist-info/METADATA"))
    metadata = message_from_string(wheel.read(name).decode())
    links = re.findall(r"\]\(([^)]+)\)", str(metadata.get_payload()))
    assert len(links) > 10
    base = re.search(r"Homepage, (\S+)", "\n".join(metadata.get_all("Project-URL", [])))
    assert base
    for link in links:
        assert link.startswith(("https://", "#")), link
        path = link.removeprefix(f"{base[1]}/blob/main/").partition("#")[0]
        assert path == link or (REPOSITORY / path).exists(), link
    assert "Programming Language :: Python :: 3.13" in metadata.get_all("Classifier", [])


def test_its_commands_work_outside_the_checkout(site: Path, tmp_path: Path) -> None:
    where = subprocess.run(
        [sys.executable, "-c", "import trimtab; print(trimtab.__file__)"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(site)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert where.stdout.startswith(str(site))
    made = run(site, tmp_path, "init", "tf")
    assert made.returncode == 0, made.stderr
    assert (tmp_path / "tf/terraform/platform/variables.tf").is_file()
    modules = sorted(path.name for path in (tmp_path / "tf/terraform/modules").iterdir())
    assert modules == ["cluster", "fleet", "load-balancer", "scaling", "service"]
    # The wheel's catalog and reading are used; a search or a replay would be compiled anew here.
    state = REPOSITORY / "tests" / "unit" / "recorded_state.json"
    read = run(site, tmp_path, "snapshot", "--terraform", str(state), "-o", "s")
    assert read.returncode == 3, read.stderr
    assert (tmp_path / "s" / "fleet.json").is_file()
    assert "no metrics" in run(site, tmp_path, "replay", "s").stdout
