"""What a plan changes on the bill: list prices of what it makes, changes and destroys, by the month.

Of a service: the size of its tasks times their count, at the least and at the most that its scaling allows.
What use decides, or what has no price in the catalog, is named and not guessed.
Source: AWS's pricing pages, as the catalog quotes them; alarms are billed by each metric they refer to.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from trimtab.catalog.load import HOURS_PER_MONTH, Prices, price_regions, prices
from trimtab.guard.changes import is_hidden
from trimtab.guard.costs.task import TASKS, TaskCosts
from trimtab.guard.facts.load import cost_facts
from trimtab.guard.model import ChangeCost, Span
from trimtab.guard.read import block, blocks, number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from trimtab.engine.plan import Change
    from trimtab.guard.links import Links

    Values = Mapping[str, Any]

NO_REGION = "its region is not in the plan"
NO_PRICES = "there are no prices of {}"
NO_PRICE = "there is no price of this type"
BALANCED = "and by requests"
KEPT = "retention_in_days"
SIZES = ("cpu", "memory", "ephemeral_storage", "runtime_platform")
_MINUTE_S = 60


@dataclass(frozen=True, slots=True)
class _Priced:
    """A price, and how a thing's number of it is found."""

    number: Callable[[Values], float | None]
    price: Callable[[Prices, Values], float | None]
    beside: str = ""


def costs_of(links: Links) -> Iterator[ChangeCost]:
    """Yield what each thing of a plan costs otherwise than before, a service with all that sizes it."""
    tasks = TaskCosts(links)
    for change in links.everything:
        if change.type == "aws_ecs_service":
            cost = tasks.of(change, prices_of(change, links))
        elif change.is_change and not (change.type == TASKS and links.is_taken(_family_of(change))):
            cost = _of_thing(change, links)
        else:
            continue
        if cost:
            yield cost


def prices_of(change: Change, links: Links) -> Prices | str:
    """Return the prices where a thing is, or why there are none."""
    place = links.places.of(change)
    region = place[1] if place else ""
    if not region:
        return NO_REGION
    return prices(region) if region in price_regions() else NO_PRICES.format(region)


def _family_of(revision: Change) -> str:
    """Return the family of a task definition: of one that a service takes, the service costs otherwise."""
    return str((revision.before or revision.after or {}).get("family"))


def _of_thing(change: Change, links: Links) -> ChangeCost | None:
    priced = _PRICED.get(change.type)
    if priced is None:
        text = _not_priced(change)
        return ChangeCost(address=change.address, not_priced=text) if text else None
    book = prices_of(change, links)
    if isinstance(book, str):
        return ChangeCost(address=change.address, not_priced=book)
    before, after = (_amount(priced, values, book) for values in (change.before, change.after))
    if before is None or after is None:
        return ChangeCost(address=change.address, not_priced=NO_PRICE)
    spans = Span(before, before), Span(after, after)
    beside = priced.beside
    differ = before != after
    return (
        ChangeCost(address=change.address, before=spans[0], after=spans[1], not_priced=beside)
        if differ
        else None
    )


def _not_priced(change: Change) -> str:
    """Return what a thing costs that has no price here; nothing where it costs nothing, or no more."""
    facts = cost_facts()
    stays = change.before is not None and change.after is not None
    free = any(fnmatchcase(change.type, pattern) for pattern in facts.free)
    if free or not change.type.startswith("aws_") or (stays and not _keeps_otherwise(change)):
        return ""
    if change.type == TASKS and not stays:
        return ""  # the services that run it cost
    return facts.not_priced.get(change.type, NO_PRICE)


def _amount(priced: _Priced, values: Values | None, book: Prices) -> float | None:
    """Return what it costs a month on one side [USD]; nothing where that is not known."""
    if values is None:
        return 0.0
    many, usd = priced.number(values), priced.price(book, values)
    return None if many is None or usd is None else many * usd


def _keeps_otherwise(change: Change) -> bool:
    """Tell a change of what stays that is on the bill: how long logs are kept, how large tasks are."""
    if change.type == TASKS:
        return any((change.before or {}).get(one) != (change.after or {}).get(one) for one in SIZES)
    if change.type != "aws_cloudwatch_log_group" or is_hidden(change.after_sensitive, KEPT):
        return False
    return (change.before or {}).get(KEPT) != (change.after or {}).get(KEPT)


def _metrics(alarm: Values) -> float | None:
    """Return how many metrics an alarm refers to; of one on an anomaly AWS bills more than it names."""
    if alarm.get("threshold_metric_id"):
        return None
    return max(1, sum(bool(one.get("metric")) for one in blocks(alarm.get("metric_query"))))


def _alarm_usd(book: Prices, alarm: Values) -> float | None:
    periods = [alarm.get("period")]
    periods += [block(one.get("metric")).get("period") for one in blocks(alarm.get("metric_query"))]
    quick = any((number(one) or _MINUTE_S) < _MINUTE_S for one in periods)
    return book.alarm_high_resolution_month.usd if quick else book.alarm_month.usd


def _balancer_usd(book: Prices, balancer: Values) -> float | None:
    application = balancer.get("load_balancer_type") in (None, "application")
    return book.alb_hour.usd * HOURS_PER_MONTH if application and book.alb_hour else None


_PRICED: dict[str, _Priced] = {
    "aws_lb": _Priced(lambda _: 1, _balancer_usd, BALANCED),
    "aws_cloudwatch_metric_alarm": _Priced(_metrics, _alarm_usd),
    "aws_cloudwatch_composite_alarm": _Priced(
        lambda _: 1, lambda book, _: book.alarm_composite_month.usd if book.alarm_composite_month else None
    ),
    "aws_eip": _Priced(
        lambda _: 1,
        lambda book, _: book.public_ipv4_hour.usd * HOURS_PER_MONTH if book.public_ipv4_hour else None,
    ),
}
