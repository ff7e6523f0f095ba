from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import msgspec
import pytest
from fleet import made
from takeover import made as identified

from trimtab.advice.case.objective import Objective, Spot
from trimtab.advice.case.proposal import Proposal, proposal_of
from trimtab.advice.cautions import cautions_of_capacity
from trimtab.advice.model import CautionKind
from trimtab.errors import EXIT_USAGE, UsageError
from trimtab.fleet.account import CapacityProvider
from trimtab.pipeline import recommend
from trimtab.terraform_module import InStep, OutStep
from trimtab.values.read import read_proposals
from trimtab.values.schema import ServiceEntry
from trimtab.values.write import render

if TYPE_CHECKING:
    from trimtab.fleet.model import Service

ROOT = Path(__file__).resolve().parents[3]
LEAST = "cpu = 256\n memory = 512\n"
BOUNDS = "min = 2\n max = 9\n"


def values(tmp_path: Path, entry: str, before: str = "") -> Path:
    path = tmp_path / "edited.tfvars"
    path.write_text(f"{before}\nservices = {{\n  api = {{\n{entry}\n  }}\n}}\n", encoding="utf-8")
    return path


def one(tmp_path: Path, entry: str, before: str = "") -> Proposal:
    return read_proposals(values(tmp_path, entry, before))["api"]


def scaled(tmp_path: Path, scaling: str) -> Proposal:
    return one(tmp_path, f"{LEAST} scaling = {{\n{BOUNDS}{scaling}\n}}")


def test_what_optimize_writes_is_read_back_as_what_it_replayed(tmp_path: Path) -> None:
    recommendation = recommend(
        made.snapshot(
            made.service("api", environment={"Q": 'say "hi" ${x}'}),
            made.service("2fa", traffic=None, architecture="ARM64", stop_timeout_s=15),
            made.service("back", traffic=made.traffic(exposure="internal", priority=110)),
            made.service(
                "slow",
                traffic=made.traffic(priority=120, response_times=made.times(50)),
                start_samples=made.starts(250),
            ),
        ),
        effort=made.LITTLE,
    )
    path = tmp_path / "services.auto.tfvars"
    path.write_text(render(recommendation), encoding="utf-8")
    assert read_proposals(path) == {
        advice.service.name: proposal_of(advice.service, advice.sizing, advice.ladders, advice.timing)
        for advice in recommendation.services
    }


def test_what_is_left_out_is_as_the_module_has_it(tmp_path: Path) -> None:
    proposal = scaled(tmp_path, "")
    ladders = proposal.ladders
    assert (ladders.cpu.high, ladders.cpu.low, ladders.memory.high, ladders.memory.low) == (70, 30, 90, 75)
    assert ladders.cpu.steps == (OutStep(above=0, add=1), OutStep(above=15, add=2))
    assert ladders.scale_in == (InStep(below=1.0, remove=1), InStep(below=0.5, remove=2))
    assert (ladders.out_cooldown_s, ladders.in_cooldown_s, ladders.period_s) == (60, 300, 60)
    assert (ladders.out_datapoints, ladders.in_datapoints) == ((2, 3), (10, 10))
    assert (proposal.stop_timeout_s, proposal.deregistration_delay_s) == (30, 0)
    assert (proposal.collector_cpu_units, proposal.collector_memory_mib) == (32, 128)


def test_traffic_without_a_delay_drains_as_long_as_the_modules_default(tmp_path: Path) -> None:
    entry = f'{LEAST} traffic = {{\n exposure = "public"\n priority = 1\n}}\n scaling = {{\n{BOUNDS}}}'
    assert one(tmp_path, entry).deregistration_delay_s == 30


def test_every_edit_of_a_policy_arrives(tmp_path: Path) -> None:
    ladders = scaled(
        tmp_path,
        "cpu = { high = 62.5, steps = [{ above = 0, add = 2 }, { above = 7.5, add = 5 }] }\n"
        "memory = { low = 40 }\n"
        "scale_in = { steps = [{ below = 1, remove = 3 }] }\n"
        "out_cooldown = 0\n in_cooldown = 90\n period = 120\n"
        "out_periods = 5\n out_datapoints = 4\n in_periods = 20\n in_datapoints = 15\n",
    ).ladders
    assert (ladders.cpu.high, ladders.cpu.low) == (62.5, 30)
    assert ladders.cpu.steps == (OutStep(above=0, add=2), OutStep(above=7.5, add=5))
    assert (ladders.memory.high, ladders.memory.low) == (90, 40)
    assert ladders.scale_in == (InStep(below=1.0, remove=3),)
    assert (ladders.out_cooldown_s, ladders.in_cooldown_s, ladders.period_s) == (0, 90, 120)
    assert (ladders.out_datapoints, ladders.in_datapoints) == ((4, 5), (15, 20))


def test_a_collector_takes_nothing_where_tracing_is_off(tmp_path: Path) -> None:
    entry = f"{LEAST} scaling = {{\n{BOUNDS}}}\n"
    off = one(tmp_path, f"{entry} tracing = false")
    assert (off.collector_cpu_units, off.collector_memory_mib) == (0, 0)
    assert one(tmp_path, entry, "tracing = { enabled = false }") == off
    larger = one(tmp_path, entry, "tracing = { cpu = 64, memory = 256 }")
    assert larger == replace(off, collector_cpu_units=64, collector_memory_mib=256)


def test_architecture_and_storage_are_read_for_they_are_paid_for(tmp_path: Path) -> None:
    proposal = one(
        tmp_path,
        f'{LEAST} architecture = "ARM64"\n ephemeral_storage = 50\n scaling = {{\n{BOUNDS}}}',
    )
    assert (proposal.architecture, proposal.ephemeral_gib) == ("ARM64", 50)


def test_spot_is_interrupted_as_the_objective_assumes(tmp_path: Path) -> None:
    entry = f"{LEAST} spot = true\n scaling = {{\n{BOUNDS}}}"
    assert one(tmp_path, entry).spot == Spot()
    often = Objective(spot=Spot(events_per_day=9))
    assert read_proposals(values(tmp_path, entry), often)["api"].spot == often.spot
    on_demand = values(tmp_path, entry.replace("true", "false"))
    assert read_proposals(on_demand, often)["api"].spot is None


def test_a_running_service_on_spot_stays_there_and_one_that_would_move_is_replaced(tmp_path: Path) -> None:
    bounded = f"{LEAST} scaling = {{\n{BOUNDS}}}\n"
    on_demand, on_spot = one(tmp_path, bounded), one(tmp_path, f"{bounded} spot = true")
    part = CapacityProvider(name="FARGATE_SPOT", weight=3)
    running, spotted = identified.service(), identified.service(capacity_providers=(part,), launch_type=None)

    def said(service: Service, proposal: Proposal) -> list[str]:
        found = cautions_of_capacity(service, proposal, made.demand([1.0]))
        return [one.text for one in found if one.kind is CautionKind.SPOT]

    assert said(running, on_demand) == said(made.service(), on_spot) == []
    assert "stays there" in said(spotted, on_demand)[0]
    assert "would replace the service" in said(running, on_spot)[0]


def test_a_collector_that_takes_the_whole_task_is_refused(tmp_path: Path) -> None:
    entry = f"{LEAST} scaling = {{\n{BOUNDS}}}\n"
    assert "leave nothing" in refused(values(tmp_path, entry, "tracing = { cpu = 256 }"))


def refused(path: Path) -> str:
    with pytest.raises(UsageError) as caught:
        read_proposals(path)
    line = caught.value.one_line()
    assert line.startswith(str(path))
    assert "\n" not in line
    assert caught.value.exit_code == EXIT_USAGE
    return line


SHARES = 'in_adjustment_type = "PercentChangeInCapacity"'


@pytest.mark.parametrize(
    ("scaling", "said"),
    [
        ("cpu = { high = 40, low = 50 }", "low (50) must be below high (40)"),
        ("cpu = { high = 25 }", "low (30) must be below high (25)"),
        ("memory = { high = 100 }", "services.api.scaling.memory.high"),
        ("cpu = { high = true }", "services.api.scaling.cpu.high"),
        ('cpu = { high = "seventy" }', "services.api.scaling.cpu.high"),
        ("cpu = { hihg = 70 }", "hihg"),
        ("cpu = { steps = [] }", "services.api.scaling.cpu.steps"),
        ("cpu = { steps = [{ above = 5, add = 1 }] }", "must begin with above = 0"),
        ("cpu = { steps = [{ above = 0, add = 1 }, { above = 0, add = 2 }] }", "rise"),
        ("memory = { steps = [{ above = 0, add = 0 }] }", "services.api.scaling.memory.steps"),
        ("scale_in = { steps = [{ below = 0.9, remove = 1 }] }", "must begin with below = 1"),
        ("scale_in = { steps = [{ below = 1, remove = 1 }, { below = 1, remove = 2 }] }", "fall"),
        ("out_cooldown = -1", "services.api.scaling.out_cooldown"),
        ("period = 90", "period is 90 s"),
        ('in_adjustment_type = "ExactCapacity"', "services.api.scaling.in_adjustment_type"),
        ("in_min_adjustment_magnitude = 2", "goes with in_adjustment_type = PercentChangeInCapacity alone"),
        (f"{SHARES}\n scale_in = {{ steps = [{{ below = 1, remove = 100 }}] }}", "remove 100 percent"),
        (f"{SHARES}\n in_min_adjustment_magnitude = 0", "services.api.scaling.in_min_adjustment_magnitude"),
        ("out_datapoints = 4", "out_datapoints (4) is above out_periods (3)"),
        ("in_periods = 9", "in_datapoints (10) is above in_periods (9)"),
        ("period = 300\n in_periods = 300", "more than a day"),
        ("in_periods = 1.5", "services.api.scaling.in_periods"),
    ],
)
def test_what_no_policy_can_be_is_refused_by_name(tmp_path: Path, scaling: str, said: str) -> None:
    assert said in refused(values(tmp_path, f"{LEAST} scaling = {{\n{BOUNDS}{scaling}\n}}"))


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("cpu = 300\n memory = 512\n scaling = { min = 1, max = 2 }", "Fargate has no task of 300/512"),
        ("cpu = 0\n memory = 512\n scaling = { min = 1, max = 2 }", "Fargate has no task of 0/512"),
        ("cpu = 256\n scaling = { min = 1, max = 2 }", "memory"),
        (LEAST, "scaling"),
        (f"{LEAST} scaling = {{ min = 3, max = 2 }}", "max (2) is below min (3)"),
        (f"{LEAST} scaling = {{ min = 0, max = 2 }}", "services.api.scaling.min"),
        (f"{LEAST} scaling = {{ min = 1, max = 2 }}\n stop_timeout = 121", "services.api.stop_timeout"),
        (f"{LEAST} scaling = {{ min = 1, max = 2 }}\n stop_timout = 12", "stop_timout"),
        (f'{LEAST} scaling = {{ min = 1, max = 2 }}\n architecture = "RISCV"', "services.api.architecture"),
        (f'{LEAST} scaling = {{ min = 1, max = 2 }}\n spot = "yes"', "services.api.spot"),
        (f"{LEAST} scaling = {{ min = 1, max = var.most }}", "services.api.scaling.max"),
    ],
)
def test_what_no_service_can_be_is_refused_by_name(tmp_path: Path, entry: str, said: str) -> None:
    assert said in refused(values(tmp_path, entry))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"services = {", "is not HCL"),
        (b"services = " + b"[" * 2000 + b"]" * 2000, "is not HCL; terraform fmt says"),
        (b"services = 3\n", "holds no map"),
        (b"service = {}\n", "holds no map"),
        (b"", "holds no map"),
        (b"\xff\xfe", "not UTF-8"),
        (b"services = { api = 3 }\n", "services.api"),
        (b'tracing = "no"\nservices = { api = {} }\n', "tracing"),
    ],
)
def test_a_file_that_is_none_is_refused_in_one_line(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "file.tfvars"
    path.write_bytes(content)
    assert said in refused(path)


def test_a_file_that_is_not_there_or_is_a_folder_is_one_line(tmp_path: Path) -> None:
    assert "No such file" in refused(tmp_path / "nowhere.tfvars")
    assert "directory" in refused(tmp_path)


@pytest.mark.parametrize(
    ("written", "place", "said"),
    [
        ("min = 2*1", "scaling.min", "2 * 1 is not computed here; write the value it comes to"),
        ("min = 2\n out_cooldown = max(60, 90)", "scaling.out_cooldown", "max(60, 90) is not computed here"),
        (
            "min = 2\n cpu = { steps = [{ above = 0, add = 1 }, { above = 5, add = 1 + 1 }] }",
            "scaling.cpu.steps[1].add",
            "1 + 1 is not computed here",
        ),
    ],
)
def test_an_expression_is_refused_as_what_it_is(tmp_path: Path, written: str, place: str, said: str) -> None:
    line = refused(values(tmp_path, f"{LEAST} scaling = {{\n max = 9\n {written}\n}}"))
    assert f"services.api.{place}: {said}" in line


def test_a_byte_order_mark_and_the_line_ends_of_windows_are_read_as_terraform_reads_them(
    tmp_path: Path,
) -> None:
    path = values(tmp_path, f"{LEAST} scaling = {{\n{BOUNDS}}}")
    as_written = read_proposals(path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert read_proposals(path) == as_written


@pytest.mark.parametrize(
    ("entry", "named"),
    [
        ("deregistation_delay = 30", "deregistation_delay"),
        ('traffic = {\n exposure = "public"\n priority = 1\n helth_path = "/"\n}', "helth_path"),
        ('calls = {\n A_URL = { service = "b", pfad = "/" }\n}', "pfad"),
        ("egress = {\n db = { port = 5432, cidrs = [] }\n}", "cidrs"),
        ("deployment = {\n minimum = 0\n}", "minimum"),
        ("deployment = {\n alarms = { names = [], rolback = true }\n}", "rolback"),
    ],
)
def test_an_attribute_that_nobody_reads_is_refused_by_its_name(
    tmp_path: Path, entry: str, named: str
) -> None:
    with pytest.raises(UsageError, match=f"unknown field `{named}`"):
        one(tmp_path, f"{LEAST} scaling = {{\n{BOUNDS}}}\n{entry}")


QUEUE = """{
  high = 9
  low = 3
  steps = [{ above = 0, add = 1 }]
  sources = { q = { namespace = "AWS/SQS", metric_name = "Age" } }
}"""


@pytest.mark.parametrize(
    ("scaling", "says"),
    [
        (
            f"{{\n{BOUNDS} metrics = {{ queue = {QUEUE} }}\n}}",
            r"metrics \(queue\) cannot be replayed or taken over",
        ),
        (f"{{\n{BOUNDS} cpu = {{ enabled = false }}\n}}", "enabled = false cannot be replayed or taken over"),
        ("null\ndesired_count = 2", "has no scaling to replay"),
    ],
)
def test_scaling_that_a_snapshot_says_nothing_of_is_told(tmp_path: Path, scaling: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        one(tmp_path, f"{LEAST} scaling = {scaling}\n")


def test_the_schema_has_the_attributes_of_the_platforms_variable_and_no_others() -> None:
    text = (ROOT / "terraform" / "platform" / "variables_services.tf").read_text(encoding="utf-8")
    block = text.split('variable "services" {')[1].split("  nullable = false")[0]
    written = set(re.findall(r"(\w+) += (?:optional\(|string|number|bool|list\(|map\(|object\()", block))
    assert len(written) > 50
    # ``type`` is the variable's own, and that of a log router.
    assert _attributes(ServiceEntry) == written - {"description"}


def _attributes(schema: Any) -> set[str]:
    """Return the names of a schema's fields, and of those of the schemas in it."""
    if not (isinstance(schema, type) and issubclass(schema, msgspec.Struct)):
        return {name for inner in get_args(schema) for name in _attributes(inner)}
    hints = get_type_hints(schema)
    return {*hints, *(name for kind in hints.values() for name in _attributes(kind))}


def test_a_mix_of_spot_and_on_demand_is_refused_and_not_replayed_as_all_spot(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="on_demand is not replayed"):
        one(tmp_path, f"{LEAST} spot = true\n on_demand = {{ base = 2 }}\n scaling = {{\n{BOUNDS}}}")
