"""What calibration finds is kept beside the snapshot, used by ``optimize``, and limits what that claims."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import pytest
from advice import lived
from fleet import made

from trimtab.advice.before import before_of
from trimtab.advice.calibration.claims import cautions_of_calibration
from trimtab.advice.calibration.fit import Calibration
from trimtab.advice.case.case import as_deployed, workload_of
from trimtab.advice.case.objective import DEFAULT
from trimtab.advice.model import CautionKind
from trimtab.catalog.load import prices
from trimtab.commands.calibrate import calibrated
from trimtab.commands.optimize import optimize
from trimtab.demand.fill import recorded
from trimtab.fleet.fitted import FittedOwn, FittedTerm
from trimtab.fleet.model import Fitted
from trimtab.replay.inputs import Model
from trimtab.snapshot.fitted import FITTED_FILE
from trimtab.snapshot.folder import read_snapshot, write_snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from trimtab.advice.model import Advice
    from trimtab.replay.inputs import Inputs

FOUND = Fitted(
    delay_s=180,
    phase_s=1.5,
    in_activity_s=120,
    used=True,
    judged_days=4.0,
    predicted=0.9,
    count_error=0.02,
    bill_error=-0.01,
    trivial_count_error=0.3,
)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lived.written(tmp_path_factory.mktemp("plain") / "in")


@pytest.fixture(scope="module")
def web(plain: Path) -> Calibration:
    """Calibrate in another folder: this one stays without the file."""
    folder = plain.with_name("calibrated")
    shutil.copytree(plain, folder)
    done = calibrated(folder)
    assert done.written == folder / FITTED_FILE
    assert done.partial
    (found,) = (one for one in done.found if isinstance(one, Calibration))
    return found


@pytest.fixture
def kept(plain: Path, web: Calibration, tmp_path: Path) -> Path:
    """Return a folder of the test's own, with what was kept."""
    assert web.kept is not None
    shutil.copytree(plain.with_name("calibrated"), tmp_path / "in")
    return tmp_path / "in"


def inputs_of(folder: Path) -> Inputs:
    snapshot = read_snapshot(folder)
    (service,) = (one for one in snapshot.fleet.services if one.name == "web")
    demand = recorded(service, snapshot.metrics["web"])
    return as_deployed(workload_of(service, demand), prices("us-east-1")).inputs


def advice_on(folder: Path) -> Advice:
    done = optimize(folder, None, services=("web",), effort=made.LITTLE)
    (advice,) = done.recommendation.services
    (part,) = done.document.services
    least = part.scaling.out_datapoints[0] * part.scaling.period_s
    assert part.choice.response.alarm_least_s == least + inputs_of(folder).model.publication_delay_s
    return advice


def test_optimize_replays_with_what_was_fitted_and_says_so(kept: Path, plain: Path) -> None:
    assert inputs_of(kept).model == lived.KNOWN
    assert inputs_of(plain).model == Model()
    done = optimize(kept, None, services=("web",), effort=made.LITTLE)
    assert done.document.provenance.endswith(
        "; 1 of 2 services calibrated, of which 1 with delays of their own"
    )
    said = {one.kind: one.text for one in advice_on(kept).cautions}
    assert said[CautionKind.CALIBRATED].startswith(
        "replayed with delays fitted to what happened (180 s to an alarm, 120 s for a scale-in): on 0.6 days"
    )
    assert CautionKind.RECORD not in said
    without = {one.kind: one.text for one in advice_on(plain).cautions}
    assert CautionKind.CALIBRATED not in without
    assert "7.4 tasks, and 8.4 ran" in without[CautionKind.RECORD], "what the default delays would have run"


def test_what_was_kept_of_others_stays_when_one_is_calibrated(kept: Path, web: Calibration) -> None:
    done = calibrated(kept, services=("quiet",))
    assert done.written is not None
    told = json.loads(done.written.read_text())["services"]
    assert list(told) == ["web"]
    assert msgspec.convert(told["web"], Fitted) == web.kept


@pytest.mark.parametrize("change", ["another snapshot", "no JSON", "a field beside", "no count"])
def test_what_cannot_be_of_this_snapshot_is_not_used_and_said(kept: Path, change: str) -> None:
    file = kept / FITTED_FILE
    told = json.loads(file.read_text())
    if change == "another snapshot":
        write_snapshot(lived.snapshot(lived.lived("web")), kept)
    elif change == "no JSON":
        file.write_bytes(b"\xff{")
    else:
        told["services"]["web"] |= {"more": 1} if change == "a field beside" else {"delay_s": -1}
        file.write_text(json.dumps(told))
    fleet = read_snapshot(kept).fleet
    assert [one.fitted for one in fleet.services] == [None] * len(fleet.services)
    why = "was found on another snapshot than this" if change == "another snapshot" else "cannot be read"
    assert fleet.notes == (f"calibration.json {why} and is not used: run trimtab replay --calibrate again",)
    assert inputs_of(kept).model == Model()


def test_fleet_json_never_has_what_was_fitted(kept: Path, tmp_path: Path) -> None:
    write_snapshot(read_snapshot(kept), tmp_path / "again")
    assert "fitted" not in (tmp_path / "again" / "fleet.json").read_text()


def test_where_fitted_fields_are_no_nearer_the_defaults_stay_and_their_errors_are_told(
    web: Calibration, kept: Path
) -> None:
    assert not replace(web, default=web.plain).used, "as near is not nearer"
    assert web.used
    assert web.plain.count_error < web.default.count_error
    poor = replace(web, plain=web.default, default=web.plain).kept
    assert poor is not None
    assert (poor.used, poor.count_error) == (False, round(web.plain.count_error, 6))
    told = json.loads((kept / FITTED_FILE).read_text())
    told["services"]["web"] = msgspec.to_builtins(poor)
    (kept / FITTED_FILE).write_text(json.dumps(told))
    assert inputs_of(kept).model == Model()
    (text,) = (one.text for one in advice_on(kept).cautions if one.kind is CautionKind.CALIBRATED)
    assert text.startswith("replayed with the default delays, for fitted ones were no nearer")


def test_errors_limit_what_may_be_claimed(plain: Path) -> None:
    advice = advice_on(plain)
    snapshot = read_snapshot(plain)
    (service,) = (one for one in snapshot.fleet.services if one.name == "web")
    demand = recorded(service, snapshot.metrics["web"])
    before = before_of(workload_of(service, demand), prices("us-east-1"), DEFAULT)

    def told(**changes: object) -> dict[CautionKind, str]:
        fitted = msgspec.structs.replace(FOUND, **changes)
        one = msgspec.structs.replace(service, fitted=fitted)
        return {said.kind: said.text for said in cautions_of_calibration(one, advice.cost, before)}

    fine = told()
    assert list(fine) == [CautionKind.CALIBRATED]
    assert fine[CautionKind.CALIBRATED].endswith("the count was 2.0 % off and the bill -1.0 %")
    assert told(count_error=0.11)[CautionKind.CALIBRATED].endswith("holds no closer than that")
    assert told(bill_error=0.051)[CautionKind.CALIBRATED].endswith("holds no closer than that")
    poor = told(count_error=0.3, bill_error=50.0)
    assert list(poor) == [CautionKind.UNPROVEN, CautionKind.WITHIN_ERROR]
    assert poor[CautionKind.UNPROVEN].endswith("is not proven")
    assert "the replay's bill was +5000.0 % off" in poor[CautionKind.WITHIN_ERROR]


def test_what_the_tasks_own_cpu_was_worth_is_said(plain: Path) -> None:
    advice = advice_on(plain)
    snapshot = read_snapshot(plain)
    (service,) = (one for one in snapshot.fleet.services if one.name == "web")
    before = before_of(
        workload_of(service, recorded(service, snapshot.metrics["web"])), prices("us-east-1"), DEFAULT
    )
    own = FittedOwn(
        idle=FittedTerm(value=0.05, most=0.06),
        boot=None,
        used=True,
        cpu_error_vcpu=0.15,
        without_cpu_error_vcpu=0.17,
        count_error=0.02,
        bill_error=0.0,
        without_count_error=0.01,
        without_bill_error=0.0,
    )

    def said(own: FittedOwn | None) -> str:
        fitted = msgspec.structs.replace(FOUND, own=own)
        one = msgspec.structs.replace(service, fitted=fitted)
        return next(iter(cautions_of_calibration(one, advice.cost, before))).text

    assert "own" not in said(None)
    assert said(own).endswith(
        "is as the first part tells it (as they come and go, CPU is within 0.15 vCPU, 0.17 without)"
    )
    assert said(msgspec.structs.replace(own, used=False)).endswith("and all counts as work")
