"""The example fleet: sound, at the cost its README says, equal to examples/before, made by its script."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hcl2
import pytest

from trimtab.catalog.load import HOURS_PER_MONTH, fargate_sizes, prices
from trimtab.demand.free import demand_of
from trimtab.demand.quality import quality_of
from trimtab.demand.startup import StartUp, start_up_of
from trimtab.sizing.rightsizing import floor_of, right_size
from trimtab.snapshot.folder import read_snapshot

if TYPE_CHECKING:
    from trimtab.snapshot.contract import Snapshot

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "examples" / "fleet"
README = (EXAMPLE / "README.md").read_text(encoding="utf-8")
SOURCES = json.loads((EXAMPLE / "SOURCES.json").read_text(encoding="utf-8"))
TRACES = Path(os.environ.get("TRIMTAB_TRACES", ROOT.parent / "shared" / "traces"))

needs_traces = pytest.mark.skipif(
    not (TRACES / "start_pull_mongo.csv.gz").exists(),
    reason="the recorded series are not here: set TRIMTAB_TRACES to their folder",
)


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    return read_snapshot(EXAMPLE)


def cost_usd_month(snapshot: Snapshot, name: str) -> float:
    """Recorded running tasks at list price [USD/month]."""
    service = next(each for each in snapshot.usable if each.name == name)
    demand = demand_of(service, snapshot.metrics[name])
    hour = prices(snapshot.fleet.region).task_hour_usd(service.size, service.architecture)
    return float(demand.tasks[demand.present].mean()) * hour * HOURS_PER_MONTH


def run_make(traces: Path, out: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(EXAMPLE / "make.py"), "--traces", str(traces), "-o", str(out)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@needs_traces
def test_making_it_again_gives_the_committed_bytes(tmp_path: Path) -> None:
    made = run_make(TRACES, tmp_path)
    assert made.returncode == 0, made.stderr
    for name in ("fleet.json", "metrics.parquet"):
        assert (tmp_path / name).read_bytes() == (EXAMPLE / name).read_bytes(), name


def test_a_missing_series_is_named_in_one_line(tmp_path: Path) -> None:
    made = run_make(tmp_path / "nowhere", tmp_path / "out")
    assert made.returncode == 1
    assert made.stderr.count("\n") == 1
    assert "start_pull_mongo.csv.gz: No such file" in made.stderr


@needs_traces
def test_a_series_that_differs_from_the_one_named_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    shutil.copytree(TRACES, tmp_path / "traces")
    (tmp_path / "traces" / "mem_jvm_ls_1m.csv.gz").write_bytes(b"another")
    made = run_make(tmp_path / "traces", tmp_path / "out")
    assert made.returncode == 1
    assert "mem_jvm_ls_1m.csv.gz is not the file SOURCES.json names" in made.stderr
    assert not (tmp_path / "out").exists()


def test_all_twelve_services_can_be_answered_for_fourteen_days(snapshot: Snapshot) -> None:
    assert snapshot.skipped == ()
    assert len(snapshot.usable) == 12
    assert all(snapshot.metrics[service.name].height == 14 * 1440 for service in snapshot.usable)
    assert all(isinstance(start_up_of(service.start_samples), StartUp) for service in snapshot.usable)


def test_it_is_small_and_read_in_well_under_a_second() -> None:
    assert (EXAMPLE / "metrics.parquet").stat().st_size < 4_000_000
    begin = time.process_time()
    read_snapshot(EXAMPLE)
    assert time.process_time() - begin < 1.0


def test_each_service_and_the_whole_cost_what_the_readme_says(snapshot: Snapshot) -> None:
    said = dict(re.findall(r"^\| \**(\w+)\** \|.*\| \**([\d,]+)\** \|$", README, re.MULTILINE))
    costs = {service.name: cost_usd_month(snapshot, service.name) for service in snapshot.usable}
    total = sum(costs.values())
    assert {name: int(said[name].replace(",", "")) for name in costs} == {
        name: round(cost) for name, cost in costs.items()
    }
    assert int(said["all"].replace(",", "")) == round(total)
    assert 5_000 < total < 6_500


def test_the_sizing_rule_by_itself_arrives_at_sizes_worth_having(snapshot: Snapshot) -> None:
    price, sized = prices("us-east-1"), {}
    for service in snapshot.usable:
        demand = demand_of(service, snapshot.metrics[service.name])
        sized[service.name] = right_size(service, demand, price, fargate_sizes(), floor=floor_of(service))
    found = {name: str(getattr(sizing, "size", sizing)) for name, sizing in sized.items()}
    assert (found["api"], found["worker"], found["scheduler"]) == ("256/512", "512/1024", "256/512")
    assert 2_000 < sum(getattr(sizing, "cost_usd_month", 0.0) for sizing in sized.values()) < 2_500


def test_quotes_now_and_then_runs_at_its_maximum_and_at_the_ceiling_and_has_a_gap(snapshot: Snapshot) -> None:
    quotes = next(service for service in snapshot.usable if service.name == "quotes")
    demand = demand_of(quotes, snapshot.metrics["quotes"])
    assert 5 < (demand.tasks == quotes.scaling.max_tasks).sum() < 200
    assert 5 < demand.censored.sum() < 200
    assert quality_of(demand).longest_gap_s == 47 * 60


def test_only_services_behind_the_load_balancer_have_requests(snapshot: Snapshot) -> None:
    for service in snapshot.usable:
        asked = snapshot.metrics[service.name]["requests"]
        assert (asked.null_count() == asked.len()) == (service.traffic is None), service.name


def test_the_readme_names_every_source_with_its_commit_licence_and_copyright() -> None:
    for source in SOURCES:
        entry = next(line for line in README.splitlines() if line.startswith(f"- **{source['series']}**"))
        for fact in ("repository", "path", "commit", "licence", "copyright"):
            assert source[fact] in entry, (source["series"], fact)


def before() -> dict[str, Any]:
    text = (ROOT / "examples" / "before" / "locals.tf").read_text(encoding="utf-8")
    found: dict[str, Any] = hcl2.loads(text)["locals"][0]
    return found


def plain(value: str, table: dict[str, Any]) -> str:
    """A quoted string, or a reference to another local."""
    reference = re.fullmatch(r"\$\{local\.(\w+)\}", value)
    return plain(table[reference[1]], table) if reference else value.strip('"')


def test_sizes_counts_routes_and_settings_are_those_of_the_configuration_before(snapshot: Snapshot) -> None:
    table = before()
    deployed = table["services"]
    assert {service.name for service in snapshot.usable} == set(deployed)
    for service in snapshot.usable:
        entry, traffic = deployed[service.name], service.traffic
        assert (service.size.cpu_units, service.size.memory_mib) == (entry["cpu"], entry["memory"])
        assert (service.scaling.min_tasks, service.scaling.max_tasks) == (entry["min"], entry["max"])
        assert service.image.endswith(f"/{service.name}:{plain(entry['tag'], table)}")
        assert (traffic and traffic.priority) == entry["priority"]
        assert (traffic and traffic.paths) == (entry["path"] and (plain(entry["path"], table),))
        environment = {key: plain(value, table) for key, value in table["environment"][service.name].items()}
        assert service.environment == {"LOG_LEVEL": "DEBUG", "PORT": "8080"} | environment
        secrets = table["secrets"].get(service.name, {})
        ports = {"DB_HOST": 5432, "REDIS": 6379}
        assert {rule.port for rule in service.egress or ()} == {
            ports[key] for key in ports.keys() & environment
        }
        assert service.secrets == {key: plain(value, table) for key, value in secrets.items()}
