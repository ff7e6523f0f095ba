"""The facts: each has an id that is its own and is used, and a place in the published page."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from guard import hostile_plans as hostile
from guard.made import assess, change, only, service

from trimtab.guard.facts import load
from trimtab.guard.facts.catalogue import catalogue
from trimtab.guard.facts.load import covered, facts, rules
from trimtab.guard.model import Impact
from trimtab.guard.rules.said import said

ROOT = Path(__file__).resolve().parents[3]
GUARD = ROOT / "src" / "trimtab" / "guard"


def test_the_published_page_is_what_the_facts_say() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "guard_facts.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_every_id_has_its_place_in_the_page_once() -> None:
    page = (ROOT / "docs" / "guard-facts.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r'<a id="([^"]+)">', page)) == sorted(catalogue())


def test_an_id_that_is_given_twice_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    load.fact_files.cache_clear()
    twice = {"ecs-service-destroyed": rules()["deferred"]}
    monkeypatch.setattr(load, "rules", lambda: twice)
    with pytest.raises(ValueError, match="ecs-service-destroyed there twice"):
        load.fact_files()


def test_every_covered_type_of_the_provider_has_facts() -> None:
    provider = json.loads((ROOT / "tools" / "provider_attributes.json").read_text(encoding="utf-8"))
    assert len(provider) > 100
    assert all(covered().has(kind) for kind in provider)
    assert [kind for kind in provider if kind not in facts()] == []


@pytest.mark.parametrize("kind", sorted(facts()))
def test_an_attribute_without_a_fact_is_never_safe(kind: str) -> None:
    found = only(change(f"{kind}.a", "update", {"id": "i", "zz_new": "a"}, {"zz_new": "b"}))
    assert found.verdict is Impact.UNKNOWN
    assert [reason.fact for reason in found.reasons if reason.verdict is Impact.UNKNOWN] == [
        "attribute-without-fact"
    ]


def test_every_rule_is_said_by_the_code() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in GUARD.rglob("*.py"))
    assert [name for name in rules() if f'"{name}"' not in code] == []


def test_what_is_said_of_any_plan_is_a_fact_with_that_verdict() -> None:
    known = catalogue()
    used = set()
    for _, _, changes, members in hostile.cases():
        for finding in assess(*changes, **members).findings:
            for reason in finding.reasons:
                assert reason.verdict in known[reason.fact].verdicts
                used.add(reason.fact)
    assert len(used) > 100


def test_a_rule_says_no_verdict_but_its_own() -> None:
    with pytest.raises(ValueError, match="no verdict of it"):
        said("ecs-service-no-floor", verdict=Impact.SAFE)


def test_ids_stay_what_others_have_written_down() -> None:
    found = only(change("aws_ecs_service.api", "update", service(), {"desired_count": 0}))
    assert [reason.fact for reason in found.reasons] == ["ecs-service-desired-count-to-zero"]
    found = only(change("aws_ecs_service.api", "destroy", service()))
    assert [reason.fact for reason in found.reasons] == ["ecs-service-destroyed"]
