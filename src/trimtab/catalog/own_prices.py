"""A user's own prices: what they negotiated, what a Savings Plan takes off, what Spot costs them.

JSON; a price that is not in the file is the snapshot's list price, else the catalog's. For example::

    {
      "region": "us-east-1",
      "prices": {"logs_ingestion_gb": {"usd": 0.45, "unit": "GB"}},
      "fargate_discount_percent": 10,
      "compute_savings_plan_discount_percent": 20
    }

A region that neither has is priced by a file that gives every price.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta

from trimtab.catalog.load import MOST_USD, WHOLE_REGION, Price, Prices, price_names, price_regions, prices
from trimtab.decoding import decoded
from trimtab.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

ON_DEMAND = (
    "fargate_x86_vcpu_hour",
    "fargate_x86_gb_hour",
    "fargate_arm_vcpu_hour",
    "fargate_arm_gb_hour",
)
"""What a Compute Savings Plan covers of Fargate."""
STORAGE = "fargate_ephemeral_gb_hour"
"""Fargate too, so a discount on Fargate takes it in; a Savings Plan is for vCPU and memory."""
SPOT_UNITS = {f"fargate_spot_{name.removeprefix('fargate_')}": name for name in ON_DEMAND}
"""Spot rates, each with the price whose unit it has. Given as they are: no discount applies."""

GIVEN = "given by the user"


_Percent = Annotated[float, Meta(ge=0, lt=100.0)]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of the file's parts: a field we do not know is a mistake."""


class OwnPrice(_File, frozen=True, kw_only=True):
    """One price [USD per ``unit``]. The unit is repeated so that it cannot be mistaken."""

    usd: Annotated[float, Meta(gt=0.0, le=MOST_USD)]
    unit: str
    note: str = ""


class OwnPrices(_File, frozen=True, kw_only=True):
    """The file."""

    region: str
    note: str = ""
    prices: dict[str, Any] = {}
    """``OwnPrice`` by the catalog's names, Spot rates included. Discounts come off these too."""
    fargate_discount_percent: _Percent = 0.0
    compute_savings_plan_discount_percent: _Percent = 0.0
    compute_savings_plan_offer_percent: _Percent | None = None
    """What a plan that you do not have would take off. No cost has it: it prices that lever."""


FILL = "docs/optimize.md#cost says how"
"""Where a file of prices is explained."""


def prices_for(region: str, path: Path | None, listed: Prices | None = None) -> Prices:
    """Return the prices of a region: the user's file over the snapshot's list over the catalog's.

    Raises:
        UsageError: none of them has prices for the region, or the file cannot be used; says where.

    """
    if path is not None:
        return read_prices(path, region, listed)
    known = _known(region, listed)
    if known is None:
        raise UsageError(
            f"there are no prices for region {region!r}: neither the snapshot nor the catalog has them",
            advice=f"give every price of it with --prices FILE ({FILL}), "
            "or take the snapshot again with pricing:GetProducts allowed",
        )
    return known


def read_prices(path: Path, region: str, listed: Prices | None = None) -> Prices:
    """Return what ``path`` makes of the snapshot's list prices, else of the catalog's, discounts taken off.

    Raises:
        UsageError: the file cannot be read, is of another region, or holds what cannot be.

    """
    own, where = _read(path), str(path)
    if own.region != region:
        raise UsageError(
            f"these are prices of {own.region!r}, the fleet runs in {region!r}",
            where=where,
            advice="give the prices of the fleet's region",
        )
    given = {name: _checked(name, entry, own, path) for name, entry in own.prices.items()}
    _refuse_half(given, where)
    return _discounted(_complete(given, own, path, _known(region, listed)), own, path.name)


def _known(region: str, listed: Prices | None) -> Prices | None:
    return listed or (prices(region) if region in price_regions() else None)


def _read(path: Path) -> OwnPrices:
    try:
        return decoded(path.read_bytes(), OwnPrices)
    except OSError as error:
        raise UsageError(
            f"cannot be read ({error.strerror or error})", where=str(path), advice="name a file of prices"
        ) from error
    except msgspec.ValidationError as error:
        fault, _, place = str(error).partition(" - at `$")
        raise UsageError(fault, where=_place(path, place)) from error
    except msgspec.DecodeError as error:
        raise UsageError(f"this is not JSON ({error})", where=str(path)) from error


def _place(path: Path, place: str) -> str:
    """Return where a fault is: the file, and the field if msgspec names one."""
    field = place.strip(".`")
    return f"{path}: {field}" if field else str(path)


def _checked(name: str, entry: object, own: OwnPrices, path: Path) -> Price:
    """Return one price in the catalog's form: its name, its unit and its amount checked."""
    known = price_names()
    listed = known.get(SPOT_UNITS.get(name, name))
    if listed is None:
        near = difflib.get_close_matches(name, [*known, *SPOT_UNITS], n=1)
        advice = f"did you mean {near[0]}?" if near else f"known: {', '.join([*known, *SPOT_UNITS])}"
        raise UsageError(f"there is no price {name!r}", where=f"{path}: prices", advice=advice)
    try:
        price = msgspec.convert(entry, OwnPrice)
    except msgspec.ValidationError as error:
        fault, _, place = str(error).partition(" - at `$")
        raise UsageError(fault, where=_place(path, f"prices.{name}{place}")) from error
    if price.unit != listed.unit:
        raise UsageError(
            f"the unit is {price.unit!r}, must be {listed.unit!r}",
            where=f"{path}: prices.{name}",
            advice="convert the price to that unit",
        )
    note = price.note or own.note or GIVEN
    return Price(usd=price.usd, unit=price.unit, note=listed.note, vintage="given", source=note)


def _refuse_half(given: dict[str, Price], where: str) -> None:
    for vcpu, gib in zip(list(SPOT_UNITS)[::2], list(SPOT_UNITS)[1::2], strict=True):
        if (vcpu in given) != (gib in given):
            there, lacking = (vcpu, gib) if vcpu in given else (gib, vcpu)
            raise UsageError(
                f"{there} is there without {lacking}",
                where=f"{where}: prices",
                advice="a task is paid by both: give the two or neither",
            )


def _complete(given: dict[str, Price], own: OwnPrices, path: Path, known: Prices | None) -> Prices:
    """Return the known prices with those given in their place."""
    if known is not None:
        return msgspec.structs.replace(known, **given)
    lacking = [name for name in price_names() if name not in given]
    if lacking:
        raise UsageError(
            f"the snapshot and the catalog have no prices for {own.region!r}, and {', '.join(lacking)} "
            f"{'is' if len(lacking) == 1 else 'are'} not given",
            where=f"{path}: prices",
            advice="give every price of a region that neither has",
        )
    some = prices(WHOLE_REGION)
    return msgspec.structs.replace(some, region=own.region, read="given", note=own.note or GIVEN, **given)


def _discounted(book: Prices, own: OwnPrices, name: str) -> Prices:
    """Return the prices less what comes off Fargate: first the Savings Plan, then the rest of it."""
    discount = 1 - own.fargate_discount_percent / 100
    plan = 1 - own.compute_savings_plan_discount_percent / 100
    cheaper = {one: _scaled(getattr(book, one), discount * plan) for one in ON_DEMAND}
    off = [
        f"{percent:g} % {word}"
        for percent, word in (
            (own.compute_savings_plan_discount_percent, "Savings Plan"),
            (own.fargate_discount_percent, "discount"),
        )
        if percent
    ]
    return msgspec.structs.replace(
        book,
        **cheaper,
        **{STORAGE: _scaled(getattr(book, STORAGE), discount)},
        savings_plan_percent=own.compute_savings_plan_discount_percent or None,
        savings_plan_offer_percent=own.compute_savings_plan_offer_percent,
        basis=f"prices of {name}" + (f", less {' and '.join(off)}" if off else ""),
    )


def _scaled(price: Price | None, factor: float) -> Price | None:
    if price is None or factor == 1:
        return price
    return msgspec.structs.replace(price, usd=price.usd * factor)
