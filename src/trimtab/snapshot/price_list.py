"""What the AWS Price List says: where each price is in it, and how an entry is read.

Sources:

- Each entry of ``PriceList`` is JSON in a string, a product with its terms: botocore's ``pricing``
  service model (2017-10-15), GetProducts.
- What the fields mean: AWS Billing user guide, "Reading the service price list file for an AWS
  service". ``beginRange`` begins a tier, ``pricePerUnit`` has the currency.
- Usage types, operations and units of CloudWatch: a whole answer for ap-southeast-1, published
  2026-08-06 (github.com/con0097275/aws-cdc-lakehouse-data-platform, ``cloudwatch-logs.json``), and the
  CloudWatch user guide, "Analyzing, optimizing, and reducing CloudWatch costs". ``MetricsUsage`` is
  Container Insights with enhanced observability.
- Those of Fargate, load balancers and addresses: offer files of the Bulk API,
  https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonECS/20260911124425/ap-southeast-1/index.json,
  AWSELB/20260911124544 and AmazonVPC/20260917190528, as quoted at github.com/aadk979/SPOH_2027.
- That of NAT gateways: service AmazonEC2, product family ``NAT Gateway``, ``NatGateway-Hours``, operation
  ``NatGateway`` (public readers of the list). ``RegionalNatGateway-Hours`` is another product.
- Those of X-Ray: AWS Billing user guide, "Using the AWS Free Tier" (usage types).

A price is matched by service code, region code, whole usage type less the region's prefix, operation
where a usage type has several, and unit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CURRENCY: Final = "USD"
"""What a cost is said in."""

# The region's prefix of a usage type: USE1-, EUC1-, APN1-; eu-west-1 is EU-. Left out in us-east-1 by
# older services. Another word in front of the name (TS-LoadBalancerUsage) is another product.
_PREFIX = re.compile(r"^(?:(?:[A-Z]{2,4}[0-9]+|EU)-)?")

_HOURS: Final = frozenset({"hours", "hrs"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Where one price is in the list."""

    name: str
    """The catalog's."""
    usage_type: str
    """Without the region's prefix."""
    units: frozenset[str]
    """What AWS calls the unit, in lower case."""
    operation: str = ""
    """The one that is meant, where a usage type has several."""
    per: int = 1
    """AWS's units in the catalog's."""
    note: str = ""
    """What the unit leaves open, where it is not the catalog's note."""


def _wanted(name: str, usage_type: str, *units: str, **more: Any) -> Wanted:  # noqa: ANN401 - of Wanted
    return Wanted(name=name, usage_type=usage_type, units=frozenset(units), **more)


ENHANCED: Final = "container_insights_enhanced_metric_month"
STANDARD: Final = "stored, Standard class"
"""Infrequent Access is stored at a price of its own: TimedStorage-IA-ByteHrs (list of 2026-08-06)."""
BALANCER: Final = "AWSELB"
OLDER_BALANCER: Final = "AmazonEC2"
"""Where load balancers are listed in a region that ``BALANCER`` has not."""
BALANCER_FAMILY: Final = "Load Balancer-Application"
"""Product family of theirs there, among some hundred thousand products."""
FAMILIES: Final[Mapping[str, str]] = {"AmazonEC2": "NAT Gateway"}
"""The product family that is asked for, where a service has too many products."""
WANTED: Final[Mapping[str, tuple[Wanted, ...]]] = {
    "AmazonECS": (
        _wanted("fargate_x86_vcpu_hour", "Fargate-vCPU-Hours:perCPU", *_HOURS, "vcpu-hours"),
        _wanted("fargate_x86_gb_hour", "Fargate-GB-Hours", *_HOURS, "gb-hours"),
        _wanted("fargate_arm_vcpu_hour", "Fargate-ARM-vCPU-Hours:perCPU", *_HOURS, "vcpu-hours"),
        _wanted("fargate_arm_gb_hour", "Fargate-ARM-GB-Hours", *_HOURS, "gb-hours"),
        _wanted("fargate_ephemeral_gb_hour", "Fargate-EphemeralStorage-GB-Hours", *_HOURS, "gb-hours"),
    ),
    "AmazonCloudWatch": (
        _wanted("logs_ingestion_gb", "DataProcessing-Bytes", "gb", operation="PutLogEvents"),
        _wanted("logs_ingestion_infrequent_gb", "DataProcessingIA-Bytes", "gb", operation="PutLogEvents"),
        _wanted("logs_storage_gb_month", "TimedStorage-ByteHrs", "gb-mo", "gb-month", note=STANDARD),
        _wanted("logs_insights_gb", "DataScanned-Bytes", "gb"),
        _wanted("custom_metric_month", "CW:MetricMonitorUsage", "metrics"),
        _wanted(ENHANCED, "CW:MetricsUsage", "metrics", operation="MetricStorage:CI-ECS"),
        _wanted("alarm_month", "CW:AlarmMonitorUsage", "alarms"),
        _wanted("alarm_high_resolution_month", "CW:HighResAlarmMonitorUsage", "alarms"),
        _wanted("alarm_composite_month", "CW:CompositeAlarmMonitorUsage", "alarms"),
    ),
    "AWSXRay": (
        _wanted("xray_traces_recorded_million", "XRay-TracesStored", "traces", per=1_000_000),
        # Retrieved and scanned are two products at one price.
        _wanted("xray_traces_retrieved_million", "XRay-TracesAccessed", "traces", per=1_000_000),
    ),
    BALANCER: (
        _wanted("alb_hour", "LoadBalancerUsage", *_HOURS, operation="LoadBalancing:Application"),
        _wanted("alb_lcu_hour", "LCUUsage", "lcu-hrs", "lcu-hours", operation="LoadBalancing:Application"),
    ),
    "AmazonVPC": (_wanted("public_ipv4_hour", "PublicIPv4:InUseAddress", *_HOURS),),
    "AmazonEC2": (_wanted("nat_gateway_hour", "NatGateway-Hours", *_HOURS, operation="NatGateway"),),
}
"""Every price but the Spot rates, by service code."""


class _Camel(msgspec.Struct, frozen=True, rename="camel"):
    """Base of what an entry is made of; AWS adds fields, so unknown ones are passed over."""


class _Dimension(_Camel, frozen=True):
    unit: str
    price_per_unit: dict[str, str]
    begin_range: str = "0"


class _Term(_Camel, frozen=True):
    price_dimensions: dict[str, _Dimension]
    effective_date: str = ""


class _Terms(msgspec.Struct, frozen=True):
    on_demand: dict[str, _Term] = msgspec.field(name="OnDemand", default_factory=dict)


class _Product(_Camel, frozen=True):
    sku: str
    attributes: dict[str, Any]


class _Head(_Camel, frozen=True):
    """As much of an entry as tells whether it is wanted."""

    product: _Product


class _Entry(_Camel, frozen=True):
    product: _Product
    terms: _Terms
    publication_date: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What one term asks for a product."""

    usd: Decimal | None
    """``None`` where it is in another currency."""
    currency: str
    unit: str
    sku: str
    effective: str
    """Day, ISO 8601: of the term, else of the list."""


def is_wanted(wanted: Wanted, attributes: Mapping[str, Any], region: str) -> bool:
    """Tell whether a product is the wanted one, in this region and not in a Local Zone of it."""
    return (
        attributes.get("regionCode") == region
        and attributes.get("locationType", "AWS Region") == "AWS Region"
        and _PREFIX.sub("", str(attributes.get("usagetype")), count=1) == wanted.usage_type
        and wanted.operation in {"", attributes.get("operation")}
    )


def attributes_of(text: str) -> Mapping[str, Any]:
    """Return what an entry says of its product.

    Raises:
        ValueError: it is no entry.

    """
    return msgspec.json.decode(text, type=_Head).product.attributes


def offers_of(text: str) -> Iterator[Offer]:
    """Give the first tier of each on-demand term that costs something: free tiers are no price.

    Raises:
        ValueError: it is no entry, or asks for what is no price.

    """
    entry = msgspec.json.decode(text, type=_Entry)
    for term in entry.terms.on_demand.values():
        for tier in sorted(term.price_dimensions.values(), key=lambda one: _number(one.begin_range)):
            amount = _number(tier.price_per_unit.get(CURRENCY, "1"))
            if amount:
                yield Offer(
                    usd=amount if CURRENCY in tier.price_per_unit else None,
                    currency=", ".join(sorted(tier.price_per_unit)),
                    unit=tier.unit,
                    sku=entry.product.sku,
                    effective=(term.effective_date or entry.publication_date)[:10],
                )
                break


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal(-1)
    if not number.is_finite() or number < 0:
        msg = f"{text} is neither a price nor the beginning of a tier"
        raise ValueError(msg)
    return number
