from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hcl2
import pytest
from fleet import made

from trimtab.advice.model import CautionKind
from trimtab.errors import UsageError
from trimtab.fleet.model import ContainerHealthCheck, Egress, Service, TargetHealthCheck
from trimtab.pipeline import recommend
from trimtab.redaction import redact_command
from trimtab.terraform_module import InStep, Ladder, Ladders, OutStep
from trimtab.values.folder import write_recommendation
from trimtab.values.hcl import key, quoted, wrapped
from trimtab.values.write import render

if TYPE_CHECKING:
    from trimtab.advice.model import Recommendation
    from trimtab.engine.engine import Engine

PLATFORM = Path(__file__).parents[3] / "terraform" / "platform"
NASTY = (
    'say "hi"',
    "back\\slash",
    "${var.region}",
    "%{ if true }",
    "$${already}",
    "$$${three}",
    "%%{x}",
    "two\nlines\r\n",
    "tab\there",
    "\x01\x7f",
    "ünïcode ☃ 🚢 \u2028",
    "# no comment",
    "trailing $",
    "$",
    "\\${x}",
    "",
)


def recommended(*services: Service, silent: tuple[str, ...] = ()) -> Recommendation:
    return recommend(made.snapshot(*services, silent=silent), effort=made.LITTLE)


def with_ladders(recommendation: Recommendation, ladders: Ladders) -> Recommendation:
    """Return the same with a size and policies of our own: what a search finds is not for a test to know."""
    services = (
        replace(
            advice,
            choice=replace(advice.choice, ladders=ladders),
            sizing=replace(advice.sizing, size=made.size(256, 512)),
        )
        for advice in recommendation.services
    )
    return replace(recommendation, services=tuple(services))


USUAL = Ladders(
    min_tasks=2,
    max_tasks=14,
    cpu=Ladder(high=70, low=35, steps=(OutStep(above=0, add=1), OutStep(above=15, add=2))),
    memory=Ladder(high=90, low=85, steps=(OutStep(above=0, add=1), OutStep(above=5, add=2))),
)
"""Steps and waits as the service module has them."""


def values_of(recommendation: Recommendation) -> dict[str, dict[str, object]]:
    """Read the text back with a parser that is not ours."""
    parsed = hcl2.loads(render(recommendation))["services"]
    return {unquoted(name): entry for name, entry in parsed.items()}


def unquoted(text: str) -> str:
    return text.strip('"')


def test_an_entry_has_the_fields_the_root_configuration_reads() -> None:
    service = made.service("api", callers=("worker",), environment={"LOG_LEVEL": "info"})
    worker = made.service("worker", traffic=made.traffic(priority=110))
    text = render(with_ladders(recommended(service, worker), USUAL))
    start = text.index("  api = {")
    assert text[start : text.index("\n  }\n", start) + 5] == (
        "  api = {\n"
        '    image           = "111122223333.dkr.ecr.us-east-1.amazonaws.com/api:1.0"\n'
        "    cpu             = 256\n"
        "    memory          = 512\n"
        "    startup_seconds = 80\n"
        "    port            = 8080\n"
        '    cost_center     = "retail"\n'
        '    callers         = ["worker"]\n'
        "    environment = {\n"
        '      LOG_LEVEL = "info"\n'
        "    }\n"
        "    traffic = {\n"
        '      exposure             = "public"\n'
        "      priority             = 100\n"
        '      paths                = ["/api/*"]\n'
        '      health_path          = "/health"\n'
        "      deregistration_delay = 30\n"
        "    }\n"
        "    scaling = {\n"
        "      min    = 2\n"
        "      max    = 14\n"
        "      cpu    = { high = 70, low = 35 }\n"
        "      memory = { high = 90, low = 85 }\n"
        "    }\n"
        "  }\n"
    )


def test_every_step_and_wait_that_the_search_chose_is_written() -> None:
    searched = replace(
        USUAL,
        cpu=Ladder(high=55, low=30, steps=(OutStep(above=0, add=2), OutStep(above=10, add=5))),
        memory=Ladder(high=92, low=80, steps=(OutStep(above=0, add=1), OutStep(above=4, add=3))),
        scale_in=(InStep(below=1.0, remove=1), InStep(below=0.7, remove=3)),
        out_cooldown_s=120,
        in_cooldown_s=600,
        period_s=120,
        out_datapoints=(3, 4),
        in_datapoints=(20, 30),
    )
    text = render(with_ladders(recommended(made.service()), searched))
    assert text[text.index("    scaling = {") :] == (
        "    scaling = {\n"
        "      min            = 2\n"
        "      max            = 14\n"
        "      cpu            = { high = 55, low = 30, "
        "steps = [{ above = 0, add = 2 }, { above = 10, add = 5 }] }\n"
        "      memory         = { high = 92, low = 80, "
        "steps = [{ above = 0, add = 1 }, { above = 4, add = 3 }] }\n"
        "      scale_in       = { steps = [{ below = 1, remove = 1 }, { below = 0.7, remove = 3 }] }\n"
        "      out_cooldown   = 120\n"
        "      in_cooldown    = 600\n"
        "      period         = 120\n"
        "      out_periods    = 4\n"
        "      out_datapoints = 3\n"
        "      in_periods     = 30\n"
        "      in_datapoints  = 20\n"
        "    }\n"
        "  }\n"
        "}\n"
    )


def test_a_ladder_that_is_too_long_for_its_line_becomes_a_block_and_fmt_changes_nothing(
    engine_alone: Engine, tmp_path: Path
) -> None:
    steps = tuple(OutStep(above=above, add=add) for above, add in ((0, 1), (15, 3), (35, 4)))
    long = replace(USUAL, cpu=Ladder(high=60, low=30, steps=steps), out_cooldown_s=180)
    text = render(recommendation := with_ladders(recommended(made.service("api")), long))
    assert max(map(len, text.splitlines())) <= 120
    assert (
        "      min = 2\n"
        "      max = 14\n"
        "      cpu = {\n"
        "        high  = 60\n"
        "        low   = 30\n"
        "        steps = [{ above = 0, add = 1 }, { above = 15, add = 3 }, { above = 35, add = 4 }]\n"
        "      }\n"
        "      memory       = { high = 90, low = 85 }\n"
        "      out_cooldown = 180\n"
    ) in text
    (tmp_path / "services.auto.tfvars").write_text(text, encoding="utf-8")
    subprocess.run([engine_alone.path, "fmt", "-check", "-diff", "."], cwd=tmp_path, check=True)
    # What a parser gives has no type.
    api: Any = values_of(recommendation)["api"]
    assert api["scaling"]["cpu"]["steps"][2] == {"above": 35, "add": 4}


def test_what_equals_the_modules_default_is_left_out() -> None:
    entry = values_of(recommended(made.service(traffic=None, cost_center="")))["api"]
    assert set(entry) == {"image", "cpu", "memory", "startup_seconds", "port", "scaling"}


def test_what_differs_from_the_modules_default_is_kept() -> None:
    service = made.service(
        architecture="ARM64",
        stop_timeout_s=15,
        secrets={"TOKEN": "arn:aws:secretsmanager:us-east-1:111122223333:secret:t"},
        health_check=ContainerHealthCheck(
            command=("CMD-SHELL", "test -f /ok"), interval_s=30, timeout_s=5, retries=3, start_period_s=0
        ),
        traffic=made.traffic(
            health_check=TargetHealthCheck(
                path="/live",
                interval_s=5,
                timeout_s=4,
                healthy_threshold=2,
                unhealthy_threshold=2,
                matcher="200-204",
            )
        ),
    )
    text = render(recommended(service))
    assert 'architecture    = "ARM64"' in text
    assert "stop_timeout    = 15" in text
    # The module's longest request, 20 s, would not fit into that stop timeout.
    assert "longest_request = 15" in text
    assert 'health_command  = ["CMD-SHELL", "test -f /ok"]' in text
    assert 'TOKEN = "arn:aws:secretsmanager:us-east-1:111122223333:secret:t"' in text
    assert 'health_path          = "/live"' in text
    assert 'health_matcher       = "200-204"' in text


def test_a_health_check_that_lost_a_credential_is_not_written_but_told() -> None:
    check = ContainerHealthCheck(
        command=redact_command(("CMD", "curl", "-fsS", "http://ci:hunter2@localhost/health")),
        interval_s=30, timeout_s=5, retries=3, start_period_s=0,
    )  # fmt: skip
    advised = recommended(made.service(health_check=check))
    assert "health_command" not in values_of(advised)["api"]
    told = {caution.kind: caution.text for caution in advised.services[0].cautions}
    assert "the running revision's goes on" in told[CautionKind.HEALTH_COMMAND]


def test_what_the_module_cannot_derive_from_the_start_is_given_by_its_own_inputs() -> None:
    traffic = made.traffic(response_times=made.times(40.5))
    entry = values_of(recommended(made.service("web", traffic=traffic, start_samples=made.starts(240))))[
        "web"
    ]
    assert entry["startup_seconds"] == 200
    assert entry["stop_timeout"] == 65
    assert entry["longest_request"] == 41
    block = entry["traffic"]
    assert isinstance(block, dict)
    assert (block["deregistration_delay"], block["grace_period"]) == (65, 390)


def test_where_tasks_connect_to_is_kept() -> None:
    rules = (
        Egress(name="database", port=5432, cidr="10.0.0.0/16"),
        Egress(name="cache", port=6379, security_group_id="sg-1"),
    )
    text = render(recommended(made.service(egress=rules)))
    assert (
        "    egress = {\n"
        '      database = { port = 5432, cidr = "10.0.0.0/16" }\n'
        '      cache    = { port = 6379, security_group_id = "sg-1" }\n'
        "    }\n"
    ) in text
    assert "egress" not in render(recommended(made.service(egress=())))


def test_a_service_left_out_is_named_in_the_file_and_gone_from_the_callers() -> None:
    api = made.service("api", callers=("jobs", "web"))
    web = made.service("web", traffic=made.traffic(priority=110))
    recommendation = recommended(api, web, made.service("jobs"), silent=("jobs",))
    text = render(recommendation)
    assert "# LEFT OUT: these services run on" in text
    assert "# - jobs: no metrics" in text
    assert set(values_of(recommendation)) == {"api", "web"}
    assert 'callers         = ["web"]' in text


def test_with_every_service_left_out_the_map_is_empty_and_each_is_named() -> None:
    metrics = made.snapshot(made.service("api"), made.service("jobs"), silent=("jobs",))
    only = made.fleet(made.service("jobs"))
    recommendation = recommend(
        type(metrics)(fleet=only, metrics={}, skipped=metrics.skipped), effort=made.LITTLE
    )
    assert values_of(recommendation) == {}
    assert "# - jobs: no metrics" in render(recommendation)


def test_money_is_said_to_be_replayed_wherever_it_stands() -> None:
    text = render(recommended(made.service()))
    money = [line for line in " ".join(text.splitlines()).replace("# ", "").split(". ") if "$" in line]
    assert money
    assert all("replay" in line and "estimate" not in line for line in money)


def test_a_comment_cannot_be_ended_by_what_a_user_named() -> None:
    lines = wrapped(("first\nservices = {}\r\n}", "x" * 300))
    assert not any("\n" in line or "\r" in line for line in lines)
    assert lines[0] == "first services = {} }"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("api", "api"),
        ("log-in_2", "log-in_2"),
        ("2fa", '"2fa"'),
        ("a.b", '"a.b"'),
        ("${x}", '"$${x}"'),
        ("for", '"for"'),
        ("forum", "forum"),
        ("null", "null"),
    ],
)
def test_keys_are_quoted_only_where_they_must_be(name: str, expected: str) -> None:
    assert key(name) == expected


def test_both_files_are_written_and_nothing_else_remains(tmp_path: Path) -> None:
    written = write_recommendation(recommended(made.service()), tmp_path / "new" / "deep")
    assert sorted(path.name for path in (tmp_path / "new" / "deep").iterdir()) == [
        ".trimtab",
        "recommendation",
        "recommendation.json",
        "services.auto.tfvars",
    ]
    assert written.values.read_text(encoding="utf-8").startswith("# Written by trimtab")
    assert json.loads(written.document.read_bytes())["document_version"] == 7


def test_when_one_file_cannot_be_written_the_other_stays_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "services.auto.tfvars").write_text("old", encoding="utf-8")
    (tmp_path / "recommendation.json").mkdir()
    with pytest.raises(UsageError) as caught:
        write_recommendation(recommended(made.service()), tmp_path)
    assert "recommendation.json is a folder" in caught.value.one_line()
    assert (tmp_path / "services.auto.tfvars").read_text(encoding="utf-8") == "old"
    assert len(list(tmp_path.iterdir())) == 2


def test_a_folder_that_is_a_file_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("", encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        write_recommendation(recommended(made.service()), tmp_path / "taken")
    assert str(tmp_path / "taken") in caught.value.one_line()


@pytest.mark.terraform
def test_terraform_reads_every_string_back_as_it_was_and_fmt_changes_nothing(
    engine_alone: Engine, tmp_path: Path
) -> None:
    environment = {f"V{i}": text for i, text in enumerate(NASTY)}
    service = made.service("2fa", environment=environment | {"a.b": "dotted"})
    write_recommendation(recommended(service, made.service("idle"), silent=("idle",)), tmp_path)
    (tmp_path / "main.tf").write_text(
        'variable "services" { type = any }\noutput "services" { value = var.services }\n', encoding="utf-8"
    )
    formatted = subprocess.run(
        [engine_alone.path, "fmt", "-check", "-diff", "services.auto.tfvars"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert formatted.returncode == 0, formatted.stdout
    subprocess.run(
        [engine_alone.path, "apply", "-auto-approve"], cwd=tmp_path, check=True, capture_output=True
    )
    read = json.loads(
        subprocess.run(
            [engine_alone.path, "output", "-json"], cwd=tmp_path, check=True, capture_output=True
        ).stdout
    )["services"]["value"]
    assert read["2fa"]["environment"] == environment | {"a.b": "dotted"}


@pytest.mark.terraform
@pytest.mark.skipif(not (PLATFORM / "variables.tf").exists(), reason="needs the root configuration's sources")
def test_the_root_configurations_variable_takes_the_values(engine_alone: Engine, tmp_path: Path) -> None:
    services = (
        made.service("api", callers=("worker",)),
        made.service("worker", traffic=made.traffic(exposure="internal", priority=110)),
        made.service("jobs", traffic=None, stop_timeout_s=15),
    )
    write_recommendation(recommended(*services), tmp_path)
    for declared in PLATFORM.glob("variables*.tf"):
        shutil.copy(declared, tmp_path)
    (tmp_path / "out.tf").write_text('output "services" { value = var.services }\n', encoding="utf-8")
    subnets = '["subnet-a", "subnet-b", "subnet-c"]'
    (tmp_path / "network.auto.tfvars").write_text(
        f'vpc_id = "vpc-1"\nprivate_subnet_ids = {subnets}\npublic_subnet_ids = {subnets}\n', encoding="utf-8"
    )
    applied = subprocess.run(
        [engine_alone.path, "apply", "-auto-approve", "-no-color"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert applied.returncode == 0, applied.stderr
    assert "undeclared variable" not in applied.stdout + applied.stderr


def test_quoting_is_the_inverse_of_reading_for_plain_strings() -> None:
    assert quoted('a"b\\c\n${d}%{e}') == '"a\\"b\\\\c\\n$${d}%%{e}"'


def test_that_one_path_answers_both_checks_is_said_where_it_does() -> None:
    own = ContainerHealthCheck(
        command=("CMD", "/ok"), interval_s=30, timeout_s=5, retries=3, start_period_s=0
    )
    assert "live_path" in render(recommended(made.service("web")))
    assert "live_path" not in render(recommended(made.service("web", health_check=own)))
