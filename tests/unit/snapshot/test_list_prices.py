"""The reader of AWS's Price List, against pages built as AWS documents them."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import Any

import msgspec
import pytest
from catalog import made
from catalog.made import NOW, REGION, Listed, flat, product

from trimtab.aws.api import CallFailed, endpoint_region
from trimtab.aws.connection import PRICING_ATTEMPTS, Connection
from trimtab.catalog.load import Prices, needed_prices, price_names, priced, prices
from trimtab.catalog.size import TaskSize
from trimtab.errors import AccountError, NetworkError, UsageError
from trimtab.snapshot.live.prices import read_list_prices

CALL = "pricing:GetProducts"
NONE = "the catalog has none of eu-central-1, so give prices with --prices (docs/optimize.md#cost)"


def read(api: Listed) -> tuple[Prices | None, str]:
    return read_list_prices(api, NOW)


def book(api: Listed) -> Prices:
    found, note = read(api)
    assert note == ""
    assert found is not None
    return found


def amounts(found: Prices) -> dict[str, float]:
    return {name: price.usd for name, price in priced(found).items()}


def test_every_price_of_the_catalog_is_read_from_the_list() -> None:
    found = book(Listed())
    assert amounts(found) == made.AMOUNTS
    assert set(made.AMOUNTS) == set(price_names())
    assert (found.region, found.currency, found.read) == (REGION, "USD", "2026-11-28")


def test_a_price_has_the_catalogs_unit_and_says_its_service_its_sku_and_both_dates() -> None:
    found = book(Listed())
    assert {name: price.unit for name, price in priced(found).items()} == {
        name: price.unit for name, price in price_names().items()
    }
    assert found.fargate_x86_vcpu_hour.vintage == "2026-11-01"
    source = "AWS Price List API, AmazonECS, SKU X86VCPU, read 2026-11-28"
    assert found.fargate_x86_vcpu_hour.source == source


def test_a_note_says_what_the_unit_leaves_open() -> None:
    found = book(Listed())
    assert found.custom_metric_month.note == price_names()["custom_metric_month"].note
    assert found.logs_storage_gb_month.note == "stored, Standard class"


def test_a_term_without_a_date_has_that_of_the_list() -> None:
    listed = made.without("-Fargate-GB-Hours")
    listed["AmazonECS"].append(flat("EUC1-Fargate-GB-Hours", "hours", "0.005", effective=""))
    assert book(Listed(listed)).fargate_x86_gb_hour.vintage == "2026-11-20"


@pytest.mark.parametrize("order", [made.both, lambda one, other: made.both(other, one)])
def test_windows_spot_reserved_free_and_other_places_are_not_taken_for_it(order: Any) -> None:
    assert amounts(book(Listed(order(made.wanted(), made.decoys())))) == made.AMOUNTS


@pytest.mark.parametrize(
    ("region", "prefix"),
    [("us-east-1", ""), ("us-east-1", "USE1-"), ("eu-west-1", "EU-"), ("af-south-1", "AFS1-")],
)
def test_the_usage_types_prefix_is_the_regions_or_none(region: str, prefix: str) -> None:
    listed = made.wanted(region, prefix)
    listed["AWSELB"].append(
        flat("TS-LoadBalancerUsage", "Hrs", "0.0055", operation=made.APPLICATION, region=region)
    )
    assert amounts(book(Listed(listed, region=region))) == made.AMOUNTS


def test_all_pages_are_read_and_each_asks_for_the_region_alone() -> None:
    api = Listed(made.both(made.wanted(), made.decoys()), page=2)
    assert amounts(book(api)) == made.AMOUNTS
    assert api.calls["AmazonECS"] == 7
    first, second = (asked for asked in api.asked[:2])
    assert first == {
        "ServiceCode": "AmazonECS",
        "FormatVersion": "aws_v1",
        "Filters": [{"Type": "TERM_MATCH", "Field": "regionCode", "Value": REGION}],
        "MaxResults": 100,
    }
    assert second == {**first, "NextToken": "2"}


def test_load_balancers_are_read_from_the_older_list_where_their_own_lacks_the_region() -> None:
    listed = made.wanted()
    listed["AmazonEC2"] += listed.pop("AWSELB")
    api = Listed(listed)
    found = book(api)
    assert amounts(found) == made.AMOUNTS
    assert found.alb_hour is not None
    assert ", AmazonEC2, " in found.alb_hour.source
    families = [
        [{"Type": "TERM_MATCH", "Field": "productFamily", "Value": family}]
        for family in ("Load Balancer-Application", "NAT Gateway")
    ]
    assert [asked["Filters"][1:] for asked in api.asked if asked["ServiceCode"] == "AmazonEC2"] == families


def test_the_older_list_of_load_balancers_is_not_asked_for_without_need() -> None:
    api = Listed()
    book(api)
    assert set(api.calls) == set(made.wanted())


def test_two_prices_for_one_thing_are_none_and_the_same_twice_is_one() -> None:
    listed = made.wanted()
    listed["AmazonCloudWatch"].append(flat("EUC1-CW:AlarmMonitorUsage", "Alarms", "0.11", sku="A"))
    assert amounts(book(Listed(listed))) == made.AMOUNTS
    listed["AmazonCloudWatch"].append(flat("EUC1-CW:AlarmMonitorUsage", "Alarms", "0.12", sku="B"))
    found, note = read(Listed(listed))
    assert found is None
    assert note == f"list prices that could not be read: alarm_month (listed at 2 prices): {NONE}"


def test_which_of_two_equal_entries_is_named_does_not_hang_on_their_order() -> None:
    listed = made.wanted()
    again = {code: list(reversed(entries)) for code, entries in listed.items()}
    assert book(Listed(listed)) == book(Listed(again))


def test_a_price_by_another_unit_is_none() -> None:
    listed = made.without("-Fargate-vCPU-Hours:perCPU")
    listed["AmazonECS"].append(flat("EUC1-Fargate-vCPU-Hours:perCPU", "seconds", "0.0000129"))
    found, note = read(Listed(listed))
    assert found is None
    assert "fargate_x86_vcpu_hour (by the unit 'seconds')" in note


def test_what_a_cost_is_made_of_must_be_listed_and_the_rest_may_be_missing() -> None:
    # The list of eu-west-3 is said to have no price for retrieved traces.
    found, note = read(Listed(made.without("XRay-TracesAccessed", "Fargate-ARM-GB-Hours")))
    assert found is not None
    assert (found.xray_traces_retrieved_million, found.fargate_arm_gb_hour) == (None, None)
    assert note == (
        "list prices that could not be read: fargate_arm_gb_hour (not listed), "
        "xray_traces_retrieved_million (not listed): prices.json is without them"
    )


@pytest.mark.parametrize("name", needed_prices())
def test_without_a_price_that_costs_are_made_of_there_is_no_list(name: str) -> None:
    listed = made.wanted()
    amount = f"{made.AMOUNTS[name]:.10f}"
    million = f"{made.AMOUNTS[name] / 1e6:.10f}"
    for entries in listed.values():
        entries[:] = [one for one in entries if not {amount, million} & _asked(one)]
    found, note = read(Listed(listed))
    assert found is None
    assert note == f"list prices that could not be read: {name} (not listed): {NONE}"


def _asked(entry: dict[str, Any]) -> set[str]:
    (term,) = entry["terms"]["OnDemand"].values()
    return {one["pricePerUnit"]["USD"] for one in term["priceDimensions"].values()}


def test_a_fleet_on_arm_in_a_region_without_prices_for_it_is_told_what_to_give() -> None:
    found, _ = read(Listed(made.without("Fargate-ARM-GB-Hours")))
    assert found is not None
    small = TaskSize(cpu_units=256, memory_mib=512)
    assert found.task_hour_usd(small, "X86_64") > 0
    with pytest.raises(UsageError, match=r"no Fargate prices for ARM64 in eu-central-1; give .* --prices"):
        found.task_hour_usd(small, "ARM64")


def test_what_the_list_lacks_is_the_catalogs_in_a_region_that_it_has() -> None:
    listed = made.wanted("us-east-1", "USE1-")
    del listed["AWSXRay"]
    found, note = read(Listed(listed, region="us-east-1"))
    assert found is not None
    catalog = prices("us-east-1")
    assert found.xray_traces_recorded_million == catalog.xray_traces_recorded_million
    assert found.logs_ingestion_gb.usd == made.AMOUNTS["logs_ingestion_gb"]
    named = "xray_traces_recorded_million, xray_traces_retrieved_million"
    assert found.note.endswith(f" From the catalog: {named}.")
    assert note.endswith(": the catalog's are taken")


def refusing(code: str, error: AccountError) -> Any:
    def before(asked: str) -> None:
        if asked == code:
            raise error

    return before


def test_without_the_permission_it_asks_once_and_says_which() -> None:
    api = Listed(before=refusing("AmazonECS", CallFailed(CALL, "AccessDeniedException", "no")))
    assert read(api) == (None, f"list prices could not be read ({CALL}: AccessDeniedException): {NONE}")
    assert sum(api.calls.values()) == 1


def test_without_a_network_it_asks_once() -> None:
    error = NetworkError("AWS cannot be reached (no route)", where=CALL, advice="check the network")
    api = Listed(before=refusing("AmazonECS", error), region="us-east-1")
    said = "list prices could not be read (AWS cannot be reached (no route)): the catalog's are taken"
    assert read(api) == (None, said)
    assert sum(api.calls.values()) == 1


def test_a_network_that_goes_half_way_leaves_what_was_read() -> None:
    error = NetworkError("AWS cannot be reached", where=CALL)
    listed = made.wanted("us-east-1", "USE1-")
    found, note = read(Listed(listed, before=refusing("AWSELB", error), region="us-east-1"))
    assert found is not None
    assert found.alb_hour == prices("us-east-1").alb_hour
    assert found.fargate_x86_gb_hour.usd == made.AMOUNTS["fargate_x86_gb_hour"]
    assert note == (
        "list prices that could not be read: alb_hour (AWS cannot be reached), alb_lcu_hour "
        "(AWS cannot be reached), public_ipv4_hour (AWS cannot be reached), nat_gateway_hour "
        "(AWS cannot be reached): the catalog's are taken"
    )


def test_a_service_that_is_throttled_costs_the_others_nothing() -> None:
    error = CallFailed(CALL, "ThrottlingException", "slower")
    api = Listed(made.wanted("us-east-1", "USE1-"), before=refusing("AWSXRay", error), region="us-east-1")
    found, note = read(api)
    assert found is not None
    assert found.public_ipv4_hour is not None
    assert found.public_ipv4_hour.usd == made.AMOUNTS["public_ipv4_hour"]
    assert f"xray_traces_recorded_million ({CALL}: ThrottlingException)" in note


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"product": {"sku": "A"}}',
        made.texts([flat("EUC1-Fargate-GB-Hours", "hours", "free")])[0],
        made.texts([flat("EUC1-Fargate-GB-Hours", "hours", "NaN")])[0],
        made.texts([flat("EUC1-Fargate-GB-Hours", "hours", "-1")])[0],
        made.texts([product("EUC1-Fargate-GB-Hours", "hours", ("first", "1"))])[0],
    ],
)
def test_a_list_that_is_not_as_documented_is_no_list(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(made, "texts", lambda _: [text])
    found, note = read(Listed())
    assert found is None
    assert "the list of AmazonECS is not understood" in note


def test_an_entry_that_is_not_wanted_may_have_any_terms() -> None:
    listed = made.wanted()
    other = flat("EUC1-Plan", "Month", "1")
    other["terms"] = {"FlatRate": {"plans": []}}
    listed["AmazonECS"].append(other)
    assert amounts(book(Listed(listed))) == made.AMOUNTS


def test_prices_in_yuan_are_not_taken_for_dollars() -> None:
    listed = {
        code: [_in_yuan(one) for one in entries]
        for code, entries in made.wanted("cn-north-1", "CNN1-").items()
    }
    found, note = read(Listed(listed, region="cn-north-1"))
    assert found is None
    assert note.startswith(
        "list prices could not be read (in CNY, not USD): the catalog has none of cn-north-1"
    )


def _in_yuan(entry: dict[str, Any]) -> dict[str, Any]:
    (term,) = entry["terms"]["OnDemand"].values()
    for one in term["priceDimensions"].values():
        one["pricePerUnit"] = {"CNY": one["pricePerUnit"]["USD"]}
    return entry


def test_a_partition_without_a_price_list_is_not_asked() -> None:
    api = Listed(region="us-gov-west-1")
    found, note = read(api)
    assert found is None
    assert "(no endpoint of the AWS Price List API has us-gov-west-1)" in note
    assert not api.calls


@pytest.mark.parametrize(
    ("region", "endpoint"),
    [
        ("us-east-1", "us-east-1"),
        ("us-west-2", "us-east-1"),
        ("sa-east-1", "us-east-1"),
        ("eu-west-1", "eu-central-1"),
        ("af-south-1", "eu-central-1"),
        ("il-central-1", "eu-central-1"),
        ("ap-southeast-2", "ap-south-1"),
        ("me-central-1", "ap-south-1"),
        ("cn-north-1", "cn-northwest-1"),
        ("us-gov-east-1", None),
        ("us-iso-east-1", None),
        ("eusc-de-east-1", None),
    ],
)
def test_the_list_of_a_region_is_at_the_nearest_endpoint_of_its_partition(
    region: str, endpoint: str | None
) -> None:
    assert endpoint_region(region) == endpoint


class _Session:
    """Remembers where clients were made."""

    def __init__(self) -> None:
        self.made: dict[str, Any] = {}

    def client(self, service: str, *, region_name: str, config: Any) -> Any:
        self.made[service] = (region_name, config.retries["total_max_attempts"])
        return self

    def _make_api_call(self, *_: object) -> dict[str, Any]:
        return {}


def test_the_account_asks_that_endpoint_and_gives_up_sooner() -> None:
    session = _Session()
    account = Connection(region="eu-west-1", _session=session)
    account.call("pricing", "GetProducts", ServiceCode="AmazonECS")
    account.call("ecs", "ListTasks")
    assert session.made == {"pricing": ("eu-central-1", PRICING_ATTEMPTS), "ecs": ("eu-west-1", 10)}


def test_the_day_is_utcs() -> None:
    east = timezone(timedelta(hours=2))
    for later, day in ((29, "2026-11-28"), (30, "2026-11-29")):
        found, _ = read_list_prices(Listed(), (NOW + timedelta(minutes=later)).astimezone(east))
        assert found is not None
        assert found.read == day


def test_two_readings_of_one_list_are_the_same_bytes() -> None:
    listed = made.both(made.wanted(), made.decoys())
    assert msgspec.json.encode(book(Listed(listed))) == msgspec.json.encode(book(Listed(listed, page=3)))
