"""The catalog's files, typed. Each is read once, and refused at once when it does not hold together."""

from __future__ import annotations

import math
from functools import cache
from importlib import resources
from typing import Annotated

import msgspec
from msgspec import Meta

from trimtab.catalog.size import Architecture, Positive, TaskSize
from trimtab.errors import UsageError

HOURS_PER_MONTH = 730
"""AWS's own month: 365 days x 24 h / 12 (AWS Pricing Calculator)."""

EPHEMERAL_INCLUDED_GIB = 20
"""Ephemeral storage that costs nothing [GiB] (Fargate pricing page)."""

MOST_USD = 1e6
"""The dearest of the catalog's prices is a few dollars: more than this is a slip of the decimal point."""

_Text = Annotated[str, Meta(min_length=1)]


class _Fact(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of what the catalog's files hold: a field we do not know is a mistake."""


class Range(_Fact, frozen=True, kw_only=True):
    """Memory sizes from ``first`` to ``last``, both included, ``step`` apart [MiB]."""

    first: Positive
    last: Positive
    step: Positive

    def __post_init__(self) -> None:
        if self.last < self.first or (self.last - self.first) % self.step:
            msg = f"{self.first} to {self.last} is not a whole number of steps of {self.step}"
            raise ValueError(msg)


class SizeRow(_Fact, frozen=True, kw_only=True):
    """One row of AWS's table: a CPU value and the memory it may go with."""

    cpu_units: Positive
    memory_mib: Annotated[tuple[Positive, ...], Meta(min_length=1)] | Range
    newer: bool = False
    """Not yet known to every AWS SDK: the API of an older one may refuse it."""
    note: str = ""

    def sizes(self) -> tuple[TaskSize, ...]:
        """Return the row's task sizes."""
        spec = self.memory_mib
        memory = range(spec.first, spec.last + 1, spec.step) if isinstance(spec, Range) else spec
        return tuple(TaskSize(cpu_units=self.cpu_units, memory_mib=mib) for mib in memory)


class SizeTable(_Fact, frozen=True, kw_only=True):
    """``fargate_sizes.json``."""

    title: _Text
    sources: Annotated[tuple[_Text, ...], Meta(min_length=1)]
    read: _Text
    unit: _Text
    rows: Annotated[tuple[SizeRow, ...], Meta(min_length=1)]


class Price(_Fact, frozen=True, kw_only=True):
    """One list price [USD per ``unit`` of the price], with where and when it comes from."""

    usd: Annotated[float, Meta(gt=0.0, le=MOST_USD)]
    unit: _Text
    note: str = ""
    """What the unit leaves open: the class, the tier, what is included."""
    vintage: _Text
    source: _Text


LIST_PRICE = "list price"
"""``Prices.basis`` of the catalog's; of a list that was read with a snapshot it has the day too."""


class Prices(_Fact, frozen=True, kw_only=True):
    """``prices-REGION.json``: list prices, before any discount.

    A snapshot's ``prices.json`` has the same form, and ``trimtab.catalog.own_prices`` makes the same
    of a user's file, discounts taken off. What may be absent is what no cost is made of, or what a
    region can lack: the catalog has all of it.
    """

    region: _Text
    currency: _Text
    read: _Text
    note: _Text
    basis: _Text = LIST_PRICE
    """What kind of prices these are, in the words of a report."""
    fargate_x86_vcpu_hour: Price
    fargate_x86_gb_hour: Price
    fargate_arm_vcpu_hour: Price | None = None
    fargate_arm_gb_hour: Price | None = None
    fargate_ephemeral_gb_hour: Price
    alb_hour: Price | None = None
    alb_lcu_hour: Price | None = None
    public_ipv4_hour: Price | None = None
    nat_gateway_hour: Price | None = None
    logs_ingestion_gb: Price
    logs_ingestion_infrequent_gb: Price | None = None
    logs_storage_gb_month: Price
    logs_insights_gb: Price | None = None
    custom_metric_month: Price
    container_insights_enhanced_metric_month: Price
    alarm_month: Price
    alarm_high_resolution_month: Price
    alarm_composite_month: Price | None = None
    xray_traces_recorded_million: Price
    xray_traces_retrieved_million: Price | None = None
    # Spot rates move by the day, so no catalog has them: they are the user's to give.
    fargate_spot_x86_vcpu_hour: Price | None = None
    fargate_spot_x86_gb_hour: Price | None = None
    fargate_spot_arm_vcpu_hour: Price | None = None
    fargate_spot_arm_gb_hour: Price | None = None
    savings_plan_percent: float | None = None
    """Of a Compute Savings Plan, what is off these prices already [percent]."""
    savings_plan_offer_percent: float | None = None
    """What one that nobody has yet would take off [percent]; no list has it."""

    def task_hour_usd(
        self,
        size: TaskSize,
        architecture: Architecture,
        *,
        ephemeral_gib: int = EPHEMERAL_INCLUDED_GIB,
        spot: bool = False,
    ) -> float:
        """Return what one task of this size costs for an hour [USD/h]; use does not matter.

        Raises:
            UsageError: ``spot`` without a Spot rate for the architecture, or no rate for ARM at all.

        """
        vcpu, gib = self._spot(architecture) if spot else self._on_demand(architecture)
        extra_gib = max(0, ephemeral_gib - EPHEMERAL_INCLUDED_GIB)
        return size.vcpu * vcpu + size.memory_gib * gib + extra_gib * self.fargate_ephemeral_gb_hour.usd

    def _on_demand(self, architecture: Architecture) -> tuple[float, float]:
        """Return the rates of a vCPU and of a GB [USD/h]."""
        if architecture != "ARM64":
            return self.fargate_x86_vcpu_hour.usd, self.fargate_x86_gb_hour.usd
        if self.fargate_arm_vcpu_hour is None or self.fargate_arm_gb_hour is None:
            raise UsageError(
                f"there are no Fargate prices for ARM64 in {self.region}",
                advice="give fargate_arm_vcpu_hour and fargate_arm_gb_hour with --prices",
            )
        return self.fargate_arm_vcpu_hour.usd, self.fargate_arm_gb_hour.usd

    def _spot(self, architecture: Architecture) -> tuple[float, float]:
        arm = architecture == "ARM64"
        vcpu = self.fargate_spot_arm_vcpu_hour if arm else self.fargate_spot_x86_vcpu_hour
        gib = self.fargate_spot_arm_gb_hour if arm else self.fargate_spot_x86_gb_hour
        if vcpu is None or gib is None:
            name = "arm" if arm else "x86"
            raise UsageError(
                f"there are no Fargate Spot rates for {architecture}: they move, so no list has them",
                advice=f"give fargate_spot_{name}_vcpu_hour and fargate_spot_{name}_gb_hour with --prices",
            )
        return vcpu.usd, gib.usd


def _read(name: str) -> bytes:
    return (resources.files("trimtab.catalog") / name).read_bytes()


class StandardInsights(_Fact, frozen=True, kw_only=True):
    """Metrics that Container Insights (``enabled``) publishes for Fargate, by what they are of."""

    cluster: Positive
    service: Positive
    family: Positive


class EnhancedInsights(_Fact, frozen=True, kw_only=True):
    """The same with enhanced observability (``enhanced``)."""

    cluster: Positive
    service: Positive
    family: Positive
    task: Positive
    container: Positive
    container_task: Positive
    """For each container of each task."""


class InsightsTable(_Fact, frozen=True, kw_only=True):
    """``container_insights.json``: how many metrics are billed."""

    title: _Text
    sources: Annotated[tuple[_Text, ...], Meta(min_length=1)]
    read: _Text
    note: _Text
    standard: StandardInsights
    enhanced: EnhancedInsights


@cache
def insights_table() -> InsightsTable:
    """Return how many metrics Container Insights publishes, counted on AWS's pages."""
    return msgspec.json.decode(_read("container_insights.json"), type=InsightsTable)


@cache
def size_table() -> SizeTable:
    """Return AWS's table of Fargate task sizes (Linux), as published."""
    return msgspec.json.decode(_read("fargate_sizes.json"), type=SizeTable)


@cache
def fargate_sizes() -> tuple[TaskSize, ...]:
    """Return every valid Fargate task size (Linux), by CPU and then memory, ascending."""
    return tuple(sorted(size for row in size_table().rows for size in row.sizes()))


def is_valid(size: TaskSize) -> bool:
    """Tell whether Fargate offers this combination of CPU and memory."""
    return size in fargate_sizes()


def nearest_sizes(size: TaskSize, n: int = 3) -> tuple[TaskSize, ...]:
    """Return the ``n`` valid sizes nearest to ``size``, nearest first.

    Distance is in doublings, CPU and memory alike, for that is how the grid is spaced; of two
    equally near the smaller comes first.
    """

    def doublings(other: TaskSize) -> float:
        cpu = math.log2(other.cpu_units) - math.log2(size.cpu_units)
        memory = math.log2(other.memory_mib) - math.log2(size.memory_mib)
        return round(abs(cpu) + abs(memory), 9)

    return tuple(sorted(fargate_sizes(), key=lambda other: (doublings(other), other))[:n])


@cache
def price_regions() -> tuple[str, ...]:
    """Return the regions the catalog has prices for."""
    names = (entry.name for entry in resources.files("trimtab.catalog").iterdir())
    return tuple(
        sorted(
            name.removeprefix("prices-").removesuffix(".json") for name in names if name.startswith("prices-")
        )
    )


@cache
def prices(region: str) -> Prices:
    """Return the region's list prices.

    Raises:
        UsageError: the catalog has no prices for this region.

    """
    if region not in price_regions():
        raise UsageError(
            f"there are no prices for region {region!r}", advice=f"known: {', '.join(price_regions())}"
        )
    return msgspec.json.decode(_read(f"prices-{region}.json"), type=Prices)


WHOLE_REGION = "us-east-1"
"""Of this region the catalog has every price there is a name for."""


@cache
def price_names() -> dict[str, Price]:
    """Return every price by name, as the catalog has it of ``WHOLE_REGION``: the unit is every region's."""
    return priced(prices(WHOLE_REGION))


@cache
def needed_prices() -> tuple[str, ...]:
    """Return the names of the prices without which no fleet's cost can be told."""
    return tuple(
        one.name for one in msgspec.structs.fields(Prices) if one.required and one.name in price_names()
    )


def priced(book: Prices) -> dict[str, Price]:
    """Return the prices that are there, by name."""
    found = {name: getattr(book, name) for name in book.__struct_fields__}
    return {name: price for name, price in found.items() if isinstance(price, Price)}
