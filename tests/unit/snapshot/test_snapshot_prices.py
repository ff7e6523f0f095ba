"""List prices kept with a snapshot: written, read back, used by every run, and what stands in for them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from catalog import made
from commands.made import trimtab
from fleet import made as fleets
from snapshot.generated_api import CLUSTER, NOW, Generated
from snapshot.world import Killed

from trimtab.aws.api import CallFailed
from trimtab.catalog.load import Prices, prices
from trimtab.catalog.own_prices import prices_for
from trimtab.commands import optimize as optimizing
from trimtab.commands import replay as replaying
from trimtab.commands.snapshot import Taken
from trimtab.errors import EXIT_USAGE, SnapshotError, UsageError
from trimtab.progress import silent
from trimtab.snapshot.folder import read_snapshot, write_snapshot
from trimtab.snapshot.live.prices import read_list_prices
from trimtab.snapshot.live.read import Wish, read_live
from trimtab.snapshot.prices import PRICES_FILE, read_prices
from trimtab.snapshot.state.read import read_state

if TYPE_CHECKING:
    from trimtab.fleet.model import Fleet
    from trimtab.snapshot.contract import Snapshot

STATE = Path(__file__).parents[1] / "recorded_state.json"
CATALOG = prices("us-east-1")
ABROAD = made.REGION
FILES = ["fleet.json", "metrics.parquet", "prices.json"]


class Account(Generated):
    """Two services, and a price list."""

    def __init__(self) -> None:
        super().__init__(2)
        self.listed = made.Listed(made.wanted("us-east-1", "USE1-"), region="us-east-1")

    def call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        if service == "pricing":
            return self.listed.call(service, operation, **parameters)
        return super().call(service, operation, **parameters)


def take(api: Account, out: Path) -> Fleet:
    return read_live(api, Wish(cluster=CLUSTER, days=1), out, NOW, silent)


def denied(_: str) -> None:
    raise CallFailed("pricing:GetProducts", "AccessDeniedException", "no")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def listed(**changes: Any) -> Prices:
    """Return the prices of the region abroad, as a snapshot has them."""
    found, _ = read_list_prices(made.Listed(), made.NOW)
    assert found is not None
    return msgspec.structs.replace(found, basis="list price of 2026-11-28", **changes)


def abroad(book: Prices | None = None) -> Snapshot:
    """Return a snapshot of a region that the catalog lacks."""
    taken = fleets.snapshot(fleets.service("api"))
    fleet = msgspec.structs.replace(taken.fleet, region=ABROAD)
    return type(taken)(fleet=fleet, metrics=taken.metrics, prices=book)


def test_a_snapshot_keeps_the_list_prices_of_its_region(tmp_path: Path) -> None:
    fleet = take(Account(), tmp_path / "out")
    assert names(tmp_path / "out") == FILES
    assert not [note for note in fleet.notes if "price" in note]
    kept = read_snapshot(tmp_path / "out").prices
    assert kept is not None
    assert {name: getattr(kept, name).usd for name in made.AMOUNTS} == made.AMOUNTS
    assert kept.basis == "list price of 2026-11-23"


def test_the_file_has_the_catalogs_form(tmp_path: Path) -> None:
    take(Account(), tmp_path / "out")
    raw = json.loads((tmp_path / "out" / PRICES_FILE).read_bytes())
    assert list(raw)[:4] == ["region", "currency", "read", "note"]
    assert raw["logs_ingestion_gb"] == {
        "usd": 0.63,
        "unit": "GB",
        "note": "ingested, Standard class",
        "vintage": "2026-11-01",
        "source": raw["logs_ingestion_gb"]["source"],
    }
    assert "fargate_spot_x86_vcpu_hour" not in raw


def test_two_readings_give_the_same_bytes_and_so_does_writing_what_was_read(tmp_path: Path) -> None:
    for name in ("one", "two"):
        take(Account(), tmp_path / name)
    write_snapshot(read_snapshot(tmp_path / "one"), tmp_path / "three")
    kept = (tmp_path / "one" / PRICES_FILE).read_bytes()
    assert (
        kept
        == (tmp_path / "two" / PRICES_FILE).read_bytes()
        == (tmp_path / "three" / PRICES_FILE).read_bytes()
    )


def test_without_the_permission_the_snapshot_is_whole_and_a_note_says_what_is_taken(tmp_path: Path) -> None:
    api = Account()
    api.listed.before = denied
    fleet = take(api, tmp_path / "out")
    assert names(tmp_path / "out") == FILES[:2]
    said = (
        "list prices could not be read (pricing:GetProducts: AccessDeniedException): the catalog's are taken"
    )
    assert [note for note in fleet.notes if "price" in note] == [said]
    assert not Taken(output=tmp_path / "out", fleet=fleet).partial
    assert read_snapshot(tmp_path / "out").prices is None


def test_a_snapshot_taken_again_has_no_prices_of_the_earlier_one(tmp_path: Path) -> None:
    take(Account(), tmp_path / "out")
    api = Account()
    api.listed.before = denied
    take(api, tmp_path / "out")
    assert names(tmp_path / "out") == FILES[:2]
    take(Account(), tmp_path / "out")
    assert names(tmp_path / "out") == FILES


def test_a_snapshot_written_over_another_has_no_prices_of_it(tmp_path: Path) -> None:
    write_snapshot(abroad(listed()), tmp_path / "out")
    assert names(tmp_path / "out") == FILES
    write_snapshot(abroad(), tmp_path / "out")
    assert names(tmp_path / "out") == FILES[:2]


def test_a_terraform_state_read_over_a_snapshot_has_no_prices(tmp_path: Path) -> None:
    take(Account(), tmp_path / "out")
    read_state(STATE, tmp_path / "out", NOW)
    assert names(tmp_path / "out") == FILES[:2]


def test_killed_between_two_services_of_the_list_it_leaves_nothing_and_goes_on(tmp_path: Path) -> None:
    take(Account(), tmp_path / "whole")
    for last in made.wanted():
        api, out = Account(), tmp_path / f"killed-{last}"

        def kill(code: str, at: str = last) -> None:
            if code == at:
                raise Killed

        api.listed.before = kill
        with pytest.raises(Killed):
            take(api, out)
        assert not out.exists()
        take(Account(), out)
        assert names(out) == FILES
        assert (out / PRICES_FILE).read_bytes() == (tmp_path / "whole" / PRICES_FILE).read_bytes()


def test_a_region_that_the_catalog_lacks_is_optimised_and_replayed_at_the_snapshots_prices(
    tmp_path: Path,
) -> None:
    dearer = msgspec.structs.replace(CATALOG.fargate_x86_vcpu_hour, usd=2 * 0.04048)
    gib = msgspec.structs.replace(CATALOG.fargate_x86_gb_hour, usd=2 * 0.004445)
    home = fleets.snapshot(fleets.service("api"))
    write_snapshot(home, tmp_path / "home")
    write_snapshot(abroad(listed(fargate_x86_vcpu_hour=dearer, fargate_x86_gb_hour=gib)), tmp_path / "abroad")
    (at_home,) = replaying.replay(tmp_path / "home").judged
    found = replaying.replay(tmp_path / "abroad")
    assert found.judged[0].verdict.usd_month == pytest.approx(2 * at_home.verdict.usd_month)
    assert f"Fargate list price of 2026-11-28, {ABROAD}" in repr(found.report)
    outcome = optimizing.optimize(tmp_path / "abroad", None, effort=fleets.LITTLE)
    assert outcome.recommendation.price_basis == "list price of 2026-11-28"
    assert f"Fargate list price of 2026-11-28, {ABROAD}" in repr(outcome.report)


def test_the_users_prices_go_over_the_snapshots_and_those_over_the_catalogs(tmp_path: Path) -> None:
    path = tmp_path / "acme.json"
    path.write_text(
        json.dumps({"region": ABROAD, "prices": {"alarm_month": {"usd": 0.07, "unit": "alarm-month"}}}),
        encoding="utf-8",
    )
    found = prices_for(ABROAD, path, listed())
    assert found.alarm_month.usd == 0.07
    assert found.logs_ingestion_gb == listed().logs_ingestion_gb
    assert found.basis == "prices of acme.json"
    assert prices_for("us-east-1", None, None) == CATALOG
    at_home = msgspec.structs.replace(listed(), region="us-east-1")
    assert prices_for("us-east-1", None, at_home) == at_home


def test_a_discount_comes_off_the_snapshots_prices_of_which_some_may_be_missing(tmp_path: Path) -> None:
    path = tmp_path / "acme.json"
    path.write_text(json.dumps({"region": ABROAD, "fargate_discount_percent": 50}), encoding="utf-8")
    book = listed(fargate_arm_vcpu_hour=None, fargate_arm_gb_hour=None)
    found = prices_for(ABROAD, path, book)
    assert found.fargate_x86_vcpu_hour.usd == pytest.approx(0.04656 / 2)
    assert found.fargate_arm_vcpu_hour is None


def test_a_region_without_prices_is_refused_in_one_line_that_says_how_to_give_them(tmp_path: Path) -> None:
    write_snapshot(abroad(), tmp_path / "in")
    for command in ("optimize", "replay"):
        run = trimtab(command, tmp_path / "in")
        assert run.returncode == EXIT_USAGE
        assert run.stderr.splitlines()[-1] == (
            "error: there are no prices for region 'eu-central-1': neither the snapshot nor the catalog has "
            "them; give every price of it with --prices FILE (docs/optimize.md#cost says how), or take the "
            "snapshot again with pricing:GetProducts allowed"
        )


def test_a_file_of_every_price_is_enough_for_a_region_without_any(tmp_path: Path) -> None:
    every = {name: {"usd": usd, "unit": getattr(CATALOG, name).unit} for name, usd in made.AMOUNTS.items()}
    path = tmp_path / "acme.json"
    path.write_text(json.dumps({"region": ABROAD, "prices": every}), encoding="utf-8")
    found = prices_for(ABROAD, path)
    assert {name: getattr(found, name).usd for name in every} == made.AMOUNTS
    del every["alarm_month"]
    path.write_text(json.dumps({"region": ABROAD, "prices": every}), encoding="utf-8")
    said = r"snapshot and the catalog have no prices for 'eu-central-1', and alarm_month is not given; give"
    with pytest.raises(UsageError, match=said):
        prices_for(ABROAD, path)


def _without(name: str) -> bytes:
    raw = json.loads(msgspec.json.encode(listed()))
    del raw[name]
    return json.dumps(raw).encode()


def _with(**changes: Any) -> bytes:
    return json.dumps({**json.loads(msgspec.json.encode(listed())), **changes}).encode()


UNIT = {"usd": 29.6, "unit": "vCPU-month", "vintage": "x", "source": "x"}


@pytest.mark.parametrize(
    ("content", "where", "says"),
    [
        (b"", "", "this is not JSON"),
        (b"\xff\xfe{\x00", "", "this is not JSON"),
        (b'{"region": "eu-', "", "this is not JSON"),
        (b"[]", "", "Expected `object`, got `array`"),
        (_without("alarm_month"), "", "missing required field `alarm_month`"),
        (_with(alarm_month=0.1), "", "Expected `object`, got `float` - at `$.alarm_month`"),
        (_with(alarm_month={**UNIT, "usd": 0}), "", "Expected `float` > 0.0 - at `$.alarm_month.usd`"),
        (
            _with(alarm_month={**UNIT, "usd": 3e38}),
            "",
            "Expected `float` <= 1000000.0 - at `$.alarm_month.usd`",
        ),
        (_with(discount=5), "", "unknown field `discount`"),
        (_with(region="us-east-1"), ": region", "prices of 'us-east-1', the fleet runs in 'eu-central-1'"),
        (_with(currency="CNY"), ": currency", "the currency is 'CNY', must be 'USD'"),
        (
            _with(fargate_x86_vcpu_hour=UNIT),
            ": fargate_x86_vcpu_hour",
            "the unit is 'vCPU-month', must be 'vCPU-hour'",
        ),
    ],
)
def test_damaged_prices_are_one_line_with_the_file_and_the_field(
    tmp_path: Path, content: bytes, where: str, says: str
) -> None:
    write_snapshot(abroad(listed()), tmp_path / "in")
    path = tmp_path / "in" / PRICES_FILE
    path.write_bytes(content)
    with pytest.raises(SnapshotError) as caught:
        read_snapshot(tmp_path / "in")
    line = caught.value.one_line()
    assert caught.value.exit_code == EXIT_USAGE
    assert line.startswith(f"{path}{where}: ")
    assert says in line
    assert line.endswith("; read the snapshot again, or delete the file to take the catalog's prices")
    assert "\n" not in line


def test_a_folder_in_place_of_the_prices_is_one_line(tmp_path: Path) -> None:
    (tmp_path / PRICES_FILE).mkdir()
    with pytest.raises(SnapshotError, match=r"prices\.json: it cannot be read \(.*\); check the file"):
        read_prices(tmp_path / PRICES_FILE, ABROAD)
