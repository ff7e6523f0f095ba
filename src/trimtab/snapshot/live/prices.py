"""List prices of the fleet's region, from the AWS Price List Query API (``pricing:GetProducts``).

What is where in the list: ``trimtab.snapshot.price_list``. Where the list leaves two prices, none is taken.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

from trimtab.aws.api import CallFailed, endpoint_region, pages
from trimtab.catalog.load import (
    Price,
    Prices,
    needed_prices,
    price_names,
    price_regions,
    priced,
    prices,
)
from trimtab.errors import AccountError
from trimtab.redaction import redact
from trimtab.snapshot.price_list import (
    BALANCER,
    BALANCER_FAMILY,
    CURRENCY,
    FAMILIES,
    OLDER_BALANCER,
    WANTED,
    attributes_of,
    is_wanted,
    offers_of,
)

if TYPE_CHECKING:
    from datetime import datetime

    from trimtab.aws.api import Api
    from trimtab.snapshot.price_list import Offer, Wanted

PAGE: Final = 100
"""Most products of a page (service model)."""
NOTE: Final = "List prices without discounts, credits, free tiers or tax; of tiers the first that is paid."
UNLISTED: Final = "not listed"


@dataclass(slots=True)
class _Reading:
    """What was found, and of the rest why not."""

    region: str
    day: str
    found: dict[str, Price] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)


def read_list_prices(api: Api, now: datetime) -> tuple[Prices | None, str]:
    """Return the list prices of ``api``'s region, if they are whole, and a note ("" where all were found).

    What is missing is filled from the catalog where it has the region. Never fails: a snapshot is
    worth as much without prices.
    """
    reading = _Reading(api.region, now.astimezone(UTC).date().isoformat())
    _read(api, reading)
    return _book(reading), _note(reading)


def _read(api: Api, reading: _Reading) -> None:
    """Ask for one service after the other; a refusal that the next would meet too ends it."""
    served = endpoint_region(api.region) is not None
    stopped = "" if served else f"no endpoint of the AWS Price List API has {api.region}"
    for code, wanted in WANTED.items():
        if not stopped:
            stopped = _ask(api, reading, code, wanted, FAMILIES.get(code, ""))
        unlisted = all(reading.missing.get(one.name) == UNLISTED for one in wanted)
        if code == BALANCER and unlisted and not stopped:
            stopped = _ask(api, reading, OLDER_BALANCER, wanted, BALANCER_FAMILY)
        if stopped:
            reading.missing.update({one.name: stopped for one in wanted if one.name not in reading.found})


def _ask(api: Api, reading: _Reading, code: str, wanted: tuple[Wanted, ...], family: str = "") -> str:
    """Read the prices of one service; return why asking for another is of no use."""
    try:
        offers = _offers(api, code, wanted, family)
    except CallFailed as failed:
        why = f"{failed.call}: {failed.code}"
        reading.missing.update({one.name: why for one in wanted})
        return why if failed.denied else ""
    except AccountError as error:
        return redact(error.message)
    except ValueError:
        reading.missing.update({one.name: f"the list of {code} is not understood" for one in wanted})
        return ""
    for rate in wanted:
        price = _price(rate, offers[rate.name], code, reading)
        if isinstance(price, Price):
            reading.found[rate.name] = price
            reading.missing.pop(rate.name, None)
        else:
            reading.missing[rate.name] = price
    return ""


def _offers(api: Api, code: str, wanted: tuple[Wanted, ...], family: str) -> dict[str, list[Offer]]:
    """Return what the list has for each wanted price."""
    asked = {"regionCode": api.region, **({"productFamily": family} if family else {})}
    texts = pages(
        api,
        "pricing",
        "GetProducts",
        "PriceList",
        ServiceCode=code,
        FormatVersion="aws_v1",
        Filters=[{"Type": "TERM_MATCH", "Field": name, "Value": value} for name, value in asked.items()],
        MaxResults=PAGE,
    )
    offers: dict[str, list[Offer]] = {rate.name: [] for rate in wanted}
    for text in texts:
        attributes = attributes_of(text)
        for rate in wanted:
            if is_wanted(rate, attributes, api.region):
                offers[rate.name] += offers_of(text)
    return offers


def _price(wanted: Wanted, offers: list[Offer], code: str, reading: _Reading) -> Price | str:
    """Return the price if the offers agree on one, else why it cannot be told."""
    if not offers:
        return UNLISTED
    foreign = sorted({one.currency for one in offers if one.usd is None})
    if foreign:
        return f"in {', '.join(foreign)}, not {CURRENCY}"
    strange = sorted({one.unit for one in offers if one.unit.lower() not in wanted.units})
    if strange:
        return f"by the unit {', '.join(map(repr, strange))}"
    amounts = {one.usd for one in offers}
    if len(amounts) > 1:
        return f"listed at {len(amounts)} prices"
    first = min(offers, key=lambda one: one.sku)
    listed = price_names()[wanted.name]
    return Price(
        usd=float(wanted.per * (first.usd or 0)),
        unit=listed.unit,
        note=wanted.note or listed.note,
        vintage=first.effective or reading.day,
        source=f"AWS Price List API, {code}, SKU {first.sku}, read {reading.day}",
    )


def _book(reading: _Reading) -> Prices | None:
    """Return the prices if they are whole: with the catalog's where it has the region."""
    if not reading.found:
        return None
    listed: dict[str, Any] = {**_catalog(reading.region), **reading.found}
    if any(name not in listed for name in needed_prices()):
        return None
    filled = [name for name in reading.missing if name in listed]
    note = NOTE + (f" From the catalog: {', '.join(filled)}." if filled else "")
    return Prices(region=reading.region, currency=CURRENCY, read=reading.day, note=note, **listed)


def _note(reading: _Reading) -> str:
    """Return what a person is told of the prices that are missing."""
    if not reading.missing:
        return ""
    if reading.found:
        each = ", ".join(f"{name} ({why})" for name, why in reading.missing.items())
        what = f"list prices that could not be read: {each}"
    else:
        whys = sorted(set(reading.missing.values()))
        why = f"AWS lists none of {reading.region}" if whys == [UNLISTED] else "; ".join(whys)
        what = f"list prices could not be read ({why})"
    if _catalog(reading.region):
        return f"{what}: the catalog's are taken"
    if not any(name in reading.missing for name in needed_prices()):
        return f"{what}: prices.json is without them"
    return (
        f"{what}: the catalog has none of {reading.region}, "
        "so give prices with --prices (docs/optimize.md#cost)"
    )


def _catalog(region: str) -> dict[str, Price]:
    return priced(prices(region)) if region in price_regions() else {}
