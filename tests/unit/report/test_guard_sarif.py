"""The guard's findings as SARIF: in its form, the same finding known again, and beside the lines it is of."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from guard import hostile_plans as hostile
from guard.made import GROUP, assess, change, document, service

from trimtab.commands.guard import guard
from trimtab.guard.facts.catalogue import catalogue
from trimtab.report.guard import sarif
from trimtab.report.guard.formats import GuardForm

if TYPE_CHECKING:
    from pathlib import Path

    from trimtab.guard.model import Assessment

TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}


def exactly(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the schema of an object with these members and no other."""
    members = {**required, **(optional or {})}
    return {
        "type": "object",
        "required": list(required),
        "properties": members,
        "additionalProperties": False,
    }


# What SARIF 2.1.0 allows of what we write (OASIS, sarif-schema-2.1.0.json), and what GitHub asks for.
LEVEL = {"enum": ["none", "note", "warning", "error"]}
URI = {"type": "string", "pattern": "^https://[^ ]+$"}
BAG = {"type": "object"}
PHYSICAL = exactly(
    {
        "artifactLocation": exactly(
            {"uri": {"type": "string", "pattern": r"^[^/\\][^\\ ]*$"}, "uriBaseId": {"const": "%SRCROOT%"}}
        ),
        "region": exactly({"startLine": {"type": "integer", "minimum": 1}}),
    }
)
LOGICAL = exactly({"fullyQualifiedName": {"type": "string"}, "kind": {"const": "resource"}})
WHERE = exactly({"logicalLocations": {"type": "array", "items": LOGICAL}}, {"physicalLocation": PHYSICAL})
RULE = exactly(
    {
        "id": {"type": "string", "pattern": "^[a-z0-9-]+$"},
        "shortDescription": TEXT,
        "help": exactly({"text": {"type": "string"}, "markdown": {"type": "string"}}),
        "helpUri": URI,
        "defaultConfiguration": exactly({"level": LEVEL}),
        "properties": exactly({"tags": {"type": "array", "items": {"type": "string"}, "uniqueItems": True}}),
    }
)
RESULT = exactly(
    {
        "ruleId": {"type": "string"},
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": LEVEL,
        "message": TEXT,
        "locations": {"type": "array", "minItems": 1, "maxItems": 1, "items": WHERE},
        "partialFingerprints": exactly({sarif.FINGERPRINT: {"type": "string", "pattern": "^[0-9a-f]{32}$"}}),
        "properties": BAG,
    }
)
DRIVER = exactly(
    {"name": {"const": "trimtab guard"}, "informationUri": URI, "rules": {"type": "array", "items": RULE}}
)
RUN = exactly(
    {
        "tool": exactly({"driver": DRIVER}),
        "automationDetails": exactly({"id": {"type": "string"}}),
        "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
        "results": {"type": "array", "items": RESULT},
        "properties": BAG,
    }
)
LOG = exactly(
    {
        "$schema": URI,
        "version": {"const": "2.1.0"},
        "runs": {"type": "array", "items": RUN, "minItems": 1, "maxItems": 1},
    }
)

FORM = jsonschema.Draft202012Validator(LOG)


def rendered(assessment: Assessment) -> dict[str, Any]:
    run: dict[str, Any] = json.loads(sarif.render(assessment, lambda _: None))
    FORM.validate(run)
    return run["runs"][0]


def test_every_plan_is_said_in_the_form_of_sarif() -> None:
    for _, _, changes, members in hostile.cases():
        found = assess(*changes, **members)
        run = rendered(found)
        rules = run["tool"]["driver"]["rules"]
        assert len({rule["id"] for rule in rules}) == len(rules)
        assert all(rule["id"] in catalogue() for rule in rules)
        for result in run["results"]:
            assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        keys = [one["partialFingerprints"][sarif.FINGERPRINT] for one in run["results"]]
        assert len(set(keys)) == len(keys)
        assert bool(run["results"]) is (found.verdict != "safe")


@pytest.mark.parametrize(
    ("made", "level"),
    [
        (change("aws_ecs_service.api", "destroy", service()), "error"),
        (change("aws_ecs_service.api", "update", service(), {"desired_count": 3}), "warning"),
        (change("aws_ecs_service.api", "update", service(), {"task_definition": "api:8"}), "note"),
    ],
)
def test_the_level_is_the_verdict(made: dict[str, Any], level: str) -> None:
    assert {one["level"] for one in rendered(assess(made))["results"]} == {level}


def test_a_finding_is_known_again_whatever_its_values_are_then() -> None:
    def keys(address: str, count: int) -> set[str]:
        run = rendered(assess(change(address, "update", service(), {"desired_count": count})))
        return {one["partialFingerprints"][sarif.FINGERPRINT] for one in run["results"]}

    first = keys("aws_ecs_service.api", 3)
    assert first == keys("aws_ecs_service.api", 2)
    assert first != keys("aws_ecs_service.web", 3)
    assert first != keys("aws_ecs_service.api", 0)


MODULE = """
resource "aws_ecs_service" "old" {}

  resource "aws_lb_target_group" "api" {
}
"""
CONFIGURED = {
    "root_module": {
        "resources": [{"type": "aws_ecs_service", "name": "api", "address": "aws_ecs_service.api"}],
        "module_calls": {
            "near": {"source": "./modules/near", "module": {}},
            "far": {"source": "registry.example/far", "module": {}},
        },
    }
}


def test_a_result_is_beside_the_block_it_is_of_where_that_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = tmp_path / "live" / "production"
    (live / "modules" / "near").mkdir(parents=True)
    (live / "main.tf").write_text('# first\n\nresource "aws_ecs_service" "api" {\n}\n', encoding="utf-8")
    (live / "modules" / "near" / "main.tf").write_text(MODULE, encoding="utf-8")
    (live / "broken.tf").write_bytes(b"\xff\xfe")
    near = change('module.near["a.b"].aws_lb_target_group.api', "destroy", GROUP)
    far = change("module.far.aws_lb_target_group.api", "destroy", GROUP)
    near["module_address"], far["module_address"] = 'module.near["a.b"]', "module.far"
    gone = change("aws_ecs_service.gone", "destroy", service())
    api = change("aws_ecs_service.api", "destroy", service())
    plan = live / "plan.json"
    plan.write_text(document(api, near, far, gone, configuration=CONFIGURED), encoding="utf-8")

    def places() -> dict[str, tuple[str, int]]:
        log = json.loads(str(guard(plan, GuardForm.SARIF, None).shown))
        FORM.validate(log)
        return {
            one["locations"][0]["logicalLocations"][0]["fullyQualifiedName"]: (
                found["artifactLocation"]["uri"],
                found["region"]["startLine"],
            )
            for one in log["runs"][0]["results"]
            if (found := one["locations"][0].get("physicalLocation"))
        }

    # Named from where the command is run, as a repository's root is.
    monkeypatch.chdir(tmp_path)
    assert places() == {
        "aws_ecs_service.api": ("live/production/main.tf", 3),
        'module.near["a.b"].aws_lb_target_group.api': ("live/production/modules/near/main.tf", 4),
    }
    monkeypatch.chdir(live)
    assert places()["aws_ecs_service.api"] == ("main.tf", 3)
    # What lies outside has no name that a reader of the repository knows.
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert places() == {}
