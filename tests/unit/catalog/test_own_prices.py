from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from fleet import made
from hypothesis import given
from hypothesis import strategies as st

from trimtab.catalog.load import Price, prices
from trimtab.catalog.own_prices import prices_for, read_prices
from trimtab.errors import EXIT_USAGE, UsageError

if TYPE_CHECKING:
    from pathlib import Path

LISTED = prices("us-east-1")
SMALL = made.size(1024, 2048)


def own(tmp_path: Path, content: object, name: str = "acme.json") -> Path:
    path = tmp_path / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def book(tmp_path: Path, **content: object) -> Any:
    return read_prices(own(tmp_path, {"region": "us-east-1", **content}), "us-east-1")


def listed() -> dict[str, Price]:
    found = {name: getattr(LISTED, name) for name in LISTED.__struct_fields__}
    return {name: price for name, price in found.items() if isinstance(price, Price)}


def test_without_a_file_the_prices_are_the_catalogs() -> None:
    assert prices_for("us-east-1", None) == LISTED


def test_what_is_not_in_the_file_is_the_catalogs(tmp_path: Path) -> None:
    found = book(tmp_path, prices={"logs_ingestion_gb": {"usd": 0.45, "unit": "GB"}})
    assert found.logs_ingestion_gb.usd == 0.45
    assert msgspec.structs.replace(found, logs_ingestion_gb=LISTED.logs_ingestion_gb, basis=LISTED.basis) == (
        LISTED
    )
    assert found.basis == "prices of acme.json"


def test_discount_and_savings_plan_come_off_one_after_the_other_and_the_plan_not_off_storage(
    tmp_path: Path,
) -> None:
    found = book(tmp_path, fargate_discount_percent=10, compute_savings_plan_discount_percent=20)
    for architecture in ("X86_64", "ARM64"):
        assert found.task_hour_usd(SMALL, architecture) == pytest.approx(
            0.72 * LISTED.task_hour_usd(SMALL, architecture)  # type: ignore[arg-type]
        )
    assert found.fargate_ephemeral_gb_hour.usd == pytest.approx(0.9 * LISTED.fargate_ephemeral_gb_hour.usd)
    assert found.alarm_month == LISTED.alarm_month
    assert found.basis == "prices of acme.json, less 20 % Savings Plan and 10 % discount"


def test_a_discount_comes_off_the_price_that_was_given(tmp_path: Path) -> None:
    given_price = {"fargate_x86_vcpu_hour": {"usd": 0.05, "unit": "vCPU-hour"}}
    found = book(tmp_path, prices=given_price, fargate_discount_percent=50)
    assert found.fargate_x86_vcpu_hour.usd == pytest.approx(0.025)


@given(st.floats(0, 99), st.floats(0, 99))
def test_no_discount_makes_a_task_dearer_or_free(discount: float, plan: float) -> None:
    content = msgspec.json.encode(
        {
            "region": "us-east-1",
            "fargate_discount_percent": discount,
            "compute_savings_plan_discount_percent": plan,
        }
    )
    found = read_prices(_Bytes(content), "us-east-1")  # type: ignore[arg-type]
    assert 0 < found.task_hour_usd(SMALL, "X86_64") <= LISTED.task_hour_usd(SMALL, "X86_64")


class _Bytes:
    """A file without a disk, for hundreds of generated ones."""

    name = "made.json"

    def __init__(self, content: bytes) -> None:
        self.content = content

    def read_bytes(self) -> bytes:
        return self.content


def test_spot_is_priced_by_the_users_rates_without_any_discount(tmp_path: Path) -> None:
    rates = {
        "fargate_spot_x86_vcpu_hour": {"usd": 0.0133, "unit": "vCPU-hour"},
        "fargate_spot_x86_gb_hour": {"usd": 0.0015, "unit": "GB-hour"},
    }
    found = book(tmp_path, prices=rates, fargate_discount_percent=10)
    assert found.task_hour_usd(SMALL, "X86_64", spot=True) == pytest.approx(0.0133 + 2 * 0.0015)
    with pytest.raises(UsageError, match=r"Spot rates for ARM64.*fargate_spot_arm_vcpu_hour"):
        found.task_hour_usd(SMALL, "ARM64", spot=True)


@pytest.mark.parametrize("architecture", ["X86_64", "ARM64"])
def test_the_catalog_knows_no_spot_rate(architecture: Any) -> None:
    with pytest.raises(UsageError, match="with --prices"):
        LISTED.task_hour_usd(SMALL, architecture, spot=True)


def test_a_region_the_catalog_lacks_is_priced_by_a_file_that_gives_every_price(tmp_path: Path) -> None:
    every = {name: {"usd": price.usd * 2, "unit": price.unit} for name, price in listed().items()}
    found = read_prices(own(tmp_path, {"region": "eu-west-1", "prices": every}), "eu-west-1")
    assert found.region == "eu-west-1"
    assert found.task_hour_usd(SMALL, "X86_64") == pytest.approx(2 * LISTED.task_hour_usd(SMALL, "X86_64"))
    del every["alarm_month"]
    with pytest.raises(UsageError, match=r"no prices for 'eu-west-1', and alarm_month is not given"):
        read_prices(own(tmp_path, {"region": "eu-west-1", "prices": every}), "eu-west-1")


REGION = '"region": "us-east-1"'


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "this is not JSON"),
        ("[]", "Expected `object`, got `array`"),
        ("{}", "missing required field `region`"),
        ('{"region": "eu-west-1"}', "these are prices of 'eu-west-1', the fleet runs in 'us-east-1'"),
        (f'{{{REGION}, "discount": 5}}', "unknown field `discount`"),
        (f'{{{REGION}, "fargate_discount_percent": 100}}', "discount_percent: Expected `float` < 100"),
        (f'{{{REGION}, "fargate_discount_percent": -1}}', "fargate_discount_percent: Expected `float` >= 0"),
        (f'{{{REGION}, "fargate_discount_percent": "10"}}', "Expected `float`, got `str`"),
        (
            f'{{{REGION}, "prices": {{"alarm_month": {{"usd": 1e300, "unit": "alarm-month"}}}}}}',
            "prices.alarm_month.usd: Expected `float` <= 1000000",
        ),
        (
            f'{{{REGION}, "prices": {{"alarm_month": 0.1}}}}',
            "prices.alarm_month: Expected `object`, got `float`",
        ),
        (
            f'{{{REGION}, "prices": {{"alarm_month": {{"usd": 0, "unit": "alarm-month"}}}}}}',
            "prices.alarm_month.usd: Expected `float` > 0",
        ),
        (f'{{{REGION}, "prices": {{"alarm_month": {{"usd": 1}}}}}}', "prices.alarm_month: Object missing"),
        (
            f'{{{REGION}, "prices": {{"alarm_mnth": {{"usd": 1, "unit": "alarm-month"}}}}}}',
            "prices: there is no price 'alarm_mnth'; did you mean alarm_month?",
        ),
        (
            f'{{{REGION}, "prices": {{"zzz": {{"usd": 1, "unit": "x"}}}}}}',
            "known: fargate_x86_vcpu_hour,",
        ),
        (
            f'{{{REGION}, "prices": {{"fargate_x86_vcpu_hour": {{"usd": 29.6, "unit": "vCPU-month"}}}}}}',
            "prices.fargate_x86_vcpu_hour: the unit is 'vCPU-month', must be 'vCPU-hour'",
        ),
        (
            f'{{{REGION}, "prices": {{"fargate_spot_arm_gb_hour": {{"usd": 0.1, "unit": "GB-hour"}}}}}}',
            "fargate_spot_arm_gb_hour is there without fargate_spot_arm_vcpu_hour",
        ),
    ],
)  # fmt: skip
def test_each_mistake_is_one_line_that_names_the_file_and_the_place(
    tmp_path: Path, content: str, says: str
) -> None:
    path = own(tmp_path, content)
    with pytest.raises(UsageError) as caught:
        read_prices(path, "us-east-1")
    line = caught.value.one_line()
    assert caught.value.exit_code == EXIT_USAGE
    assert line.startswith(str(path))
    assert says in line
    assert "\n" not in line


def test_a_file_that_is_not_there_or_is_a_folder_is_one_line(tmp_path: Path) -> None:
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(UsageError, match=r"cannot be read .*; name a file of prices"):
            read_prices(path, "us-east-1")
