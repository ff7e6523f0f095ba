from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from trimtab.catalog import load
from trimtab.catalog.offers import offers
from trimtab.catalog.own_prices import SPOT_UNITS
from trimtab.catalog.size import TaskSize
from trimtab.errors import UsageError

SOURCE = Path(load.__file__).parents[1]


def size(cpu_units: int, memory_mib: int) -> TaskSize:
    return TaskSize(cpu_units=cpu_units, memory_mib=memory_mib)


def test_sizes_are_those_of_the_aws_page_row_by_row() -> None:
    # Counted by hand from the page: 3 + 4 + 7 + 13 + 23 + 12 + 12 + 3.
    per_cpu: dict[int, list[int]] = {}
    for each in load.fargate_sizes():
        per_cpu.setdefault(each.cpu_units, []).append(each.memory_mib)
    assert {cpu: len(memory) for cpu, memory in per_cpu.items()} == {
        256: 3, 512: 4, 1024: 7, 2048: 13, 4096: 23, 8192: 12, 16384: 12, 32768: 3,
    }  # fmt: skip
    assert per_cpu[256] == [512, 1024, 2048]
    assert per_cpu[4096][0] == 8 * 1024
    assert per_cpu[4096][-1] == 30 * 1024
    assert per_cpu[32768] == [60 * 1024, 120 * 1024, 244 * 1024]


def test_sizes_come_sorted_and_only_once() -> None:
    sizes = load.fargate_sizes()
    assert list(sizes) == sorted(set(sizes))


def test_only_the_32_vcpu_row_is_flagged_as_newer() -> None:
    assert [row.cpu_units for row in load.size_table().rows if row.newer] == [32768]


@pytest.mark.parametrize(
    ("cpu_units", "memory_mib", "valid"),
    [(256, 512, True), (256, 4096, False), (512, 512, False), (8192, 18432, False), (8192, 20480, True)],
)
def test_validity_follows_the_table(cpu_units: int, memory_mib: int, valid: bool) -> None:
    assert load.is_valid(size(cpu_units, memory_mib)) is valid


def test_nearest_sizes_measure_in_doublings_and_put_the_smaller_first() -> None:
    # 300/600 lies a fraction of a doubling above 256/512, and more than that from all others.
    assert load.nearest_sizes(size(300, 600))[0] == size(256, 512)
    # 256/700: both neighbours differ in memory only; 512 is 0.45 doublings away, 1024 is 0.55.
    assert load.nearest_sizes(size(256, 700), n=2) == (size(256, 512), size(256, 1024))
    # 512/512 is one doubling from 256/512 and from 512/1024: a tie, the smaller first.
    assert load.nearest_sizes(size(512, 512), n=2) == (size(256, 512), size(512, 1024))


def test_a_valid_size_is_nearest_to_itself() -> None:
    assert all(load.nearest_sizes(each, n=1) == (each,) for each in load.fargate_sizes())


def test_an_hour_of_one_vcpu_and_two_gigabytes_costs_what_the_price_page_adds_up_to() -> None:
    prices = load.prices("us-east-1")
    assert prices.task_hour_usd(size(1024, 2048), "X86_64") == pytest.approx(0.04048 + 2 * 0.004445)
    assert prices.task_hour_usd(size(1024, 2048), "ARM64") == pytest.approx(0.03238 + 2 * 0.00356)


def test_only_ephemeral_storage_above_twenty_gib_is_paid_for() -> None:
    prices = load.prices("us-east-1")
    plain = prices.task_hour_usd(size(256, 512), "X86_64")
    assert prices.task_hour_usd(size(256, 512), "X86_64", ephemeral_gib=20) == plain
    assert prices.task_hour_usd(size(256, 512), "X86_64", ephemeral_gib=30) == pytest.approx(
        plain + 10 * 0.000111
    )


@pytest.mark.parametrize("region", load.price_regions())
def test_a_region_has_every_price_each_with_its_unit_its_source_and_its_date(region: str) -> None:
    prices = load.prices(region)
    found = load.priced(prices)
    assert len(found) == 20
    assert {name: price.unit for name, price in found.items()} == {
        name: price.unit for name, price in load.price_names().items()
    }
    assert all(price.source and price.vintage for price in found.values())
    assert (prices.region, prices.currency, prices.basis) == (region, "USD", "list price")


def test_the_prices_that_every_list_must_have_are_those_that_costs_are_computed_from() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (SOURCE / "advice").rglob("*.py")]
    used = {name for name in load.price_names() if any(f".{name}" in text for text in sources)}
    # Of Fargate Prices.task_hour_usd takes what a task has; ARM is asked for where a service runs on it.
    fargate = {"fargate_x86_vcpu_hour", "fargate_x86_gb_hour", "fargate_ephemeral_gb_hour"}
    # What a load balancer, an address or a gateway costs may be missing: then it is named without dollars.
    assert (
        set(load.needed_prices()) == (used - {"alb_hour", "public_ipv4_hour", "nat_gateway_hour"}) | fargate
    )


def test_an_unknown_region_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"'eu-mars-1'; known: us-east-1"):
        load.prices("eu-mars-1")


@pytest.mark.parametrize(
    "row",
    [
        b'{"cpu_units": 256, "memory_mib": {"first": 512, "last": 1000, "step": 512}}',
        b'{"cpu_units": 256, "memory_mib": []}',
        b'{"cpu_units": 0, "memory_mib": [512]}',
        b'{"cpu_units": 256, "memory_mib": [512], "memory_gb": 1}',
    ],
    ids=["range that misses its end", "no memory", "no CPU", "unknown field"],
)
def test_a_row_that_does_not_hold_together_is_refused_at_load(row: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(row, type=load.SizeRow)


@pytest.mark.parametrize("region", load.price_regions())
def test_what_moves_or_is_signed_has_the_unit_of_its_price_a_source_and_a_day(region: str) -> None:
    found = offers(region)
    assert found is not None
    assert found.region == region
    for name, listed in SPOT_UNITS.items():
        spot, price = getattr(found, name), load.price_names()[listed]
        assert (spot.unit, len(spot.vintage)) == (price.unit, len("2026-09-28"))
        assert spot.source
        # AWS says "up to 70 %": less than a quarter of the list price, or more than half, is a slip.
        assert 0.25 < spot.usd / price.usd < 0.5
    assert found.savings_plan.source


def test_of_a_region_that_the_catalog_lacks_nothing_is_offered() -> None:
    assert offers("eu-mars-1") is None
