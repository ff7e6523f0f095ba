"""A price list as AWS's Price List API pages it: an entry is JSON in a string, a product with its terms.

The form is that of the AWS Billing user guide, "Reading the service price list file for an AWS
service"; the amounts are made up, each its own, so that none can stand for another.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Products = dict[str, list[dict[str, Any]]]

REGION = "eu-central-1"
NOW = datetime(2026, 11, 28, 23, 30, tzinfo=UTC)
EFFECTIVE = "2026-11-01T00:00:00Z"

APPLICATION = "LoadBalancing:Application"


def product(  # noqa: PLR0913 - what a test changes, one each
    usage_type: str,
    unit: str,
    *tiers: tuple[str, str],
    sku: str = "",
    region: str = REGION,
    currency: str = "USD",
    terms: str = "OnDemand",
    effective: str = EFFECTIVE,
    **attributes: str,
) -> dict[str, Any]:
    """Return one entry; a tier is where it begins and what it costs."""
    sku = sku or f"SKU{zlib.crc32(repr((usage_type, region, tiers)).encode()):010}"
    ends = [*(begin for begin, _ in tiers[1:]), "Inf"]
    dimensions = {
        f"{sku}.JRTCKXETXF.{number}": {
            "rateCode": f"{sku}.JRTCKXETXF.{number}",
            "unit": unit,
            "beginRange": begin,
            "endRange": end,
            "description": f"${amount} per {unit}",
            "appliesTo": [],
            "pricePerUnit": {currency: amount},
        }
        for number, ((begin, amount), end) in enumerate(zip(tiers, ends, strict=True))
    }
    term = {
        "sku": sku,
        "offerTermCode": "JRTCKXETXF",
        "effectiveDate": effective,
        "termAttributes": {},
        "priceDimensions": dimensions,
    }
    return {
        "serviceCode": "made",
        "version": "20261120000000",
        "publicationDate": "2026-11-20T00:00:00Z",
        "product": {
            "sku": sku,
            "productFamily": "made",
            "attributes": {
                "regionCode": region,
                "locationType": "AWS Region",
                "usagetype": usage_type,
                "operation": "",
                **attributes,
            },
        },
        "terms": {terms: {f"{sku}.JRTCKXETXF": term}},
    }


def flat(usage_type: str, unit: str, amount: str, **more: str) -> dict[str, Any]:
    """Return a product of one price."""
    return product(usage_type, unit, ("0", amount), **more)


def wanted(region: str = REGION, prefix: str = "EUC1-") -> Products:
    """Return the products that are prices of the catalog, in one region."""

    def one(name: str, unit: str, *tiers: tuple[str, str], **more: str) -> dict[str, Any]:
        return product(f"{prefix}{name}", unit, *tiers, region=region, **more)

    def at(name: str, unit: str, amount: str, **more: str) -> dict[str, Any]:
        return one(name, unit, ("0", amount), **more)

    return {
        "AmazonECS": [
            at("Fargate-vCPU-Hours:perCPU", "hours", "0.0465600000", sku="X86VCPU", cputype="perCPU"),
            at("Fargate-GB-Hours", "hours", "0.0051100000", memorytype="perGB"),
            at("Fargate-ARM-vCPU-Hours:perCPU", "hours", "0.0372500000", cpuArchitecture="ARM"),
            at("Fargate-ARM-GB-Hours", "hours", "0.0040900000", cpuArchitecture="ARM"),
            at("Fargate-EphemeralStorage-GB-Hours", "GB-Hours", "0.0001330000"),
        ],
        "AmazonCloudWatch": [
            at("DataProcessing-Bytes", "GB", "0.6300000000", operation="PutLogEvents"),
            at("DataProcessingIA-Bytes", "GB", "0.3150000000", operation="PutLogEvents"),
            at("TimedStorage-ByteHrs", "GB-Mo", "0.0324000000", version="Current"),
            at("DataScanned-Bytes", "GB", "0.0063000000", operation="StartQuery"),
            # Given in any order: where a tier begins says which is the first.
            one(
                "CW:MetricMonitorUsage",
                "Metrics",
                ("250000", "0.0500000000"),
                ("0", "0.3100000000"),
                ("10000", "0.1000000000"),
            ),
            at("CW:MetricsUsage", "Metrics", "0.0710000000", operation="MetricStorage:CI-ECS"),
            at("CW:AlarmMonitorUsage", "Alarms", "0.1100000000", alarmType="Standard"),
            at("CW:HighResAlarmMonitorUsage", "Alarms", "0.3300000000", alarmType="High Resolution"),
            at("CW:CompositeAlarmMonitorUsage", "Alarms", "0.5500000000"),
        ],
        "AWSXRay": [
            one("XRay-TracesStored", "traces", ("0", "0.0000000000"), ("100000", "0.0000052000")),
            at("XRay-TracesAccessed", "traces", "0.0000006000", operation="XRay-Traces-Retrieved"),
            at(
                "XRay-TracesAccessed",
                "traces",
                "0.0000006000",
                operation="XRay-Traces-Scanned",
                sku="SCANNED",
            ),
        ],
        "AWSELB": [
            at("LoadBalancerUsage", "Hrs", "0.0270000000", operation=APPLICATION),
            at("LCUUsage", "LCU-Hrs", "0.0081000000", operation=APPLICATION),
        ],
        "AmazonVPC": [at("PublicIPv4:InUseAddress", "Hrs", "0.0051000000")],
        "AmazonEC2": [at("NatGateway-Hours", "Hrs", "0.0520000000", operation="NatGateway")],
    }


def decoys() -> Products:
    """Return products that look like those wanted, of other things, terms and places."""
    vcpu, gib = "Fargate-vCPU-Hours:perCPU", "Fargate-GB-Hours"
    return {
        "AmazonECS": [
            flat("EUC1-Fargate-Windows-vCPU-Hours:perCPU", "hours", "0.0920", operatingSystem="Windows"),
            flat("EUC1-Fargate-Windows-GB-Hours", "hours", "0.0101", operatingSystem="Windows"),
            flat("EUC1-Fargate-Windows-OS-Hours:perCPU", "hours", "0.0460"),
            flat(f"EUC1-SpotUsage:{vcpu}", "hours", "0.0140"),
            flat(f"EUC1-{vcpu}-SpotDiscount", "hours", "0.0141"),
            flat(f"EUC1-{vcpu}", "hours", "0.0300", terms="Reserved"),
            flat(f"USE1-{vcpu}", "hours", "0.0405", region="us-east-1"),
            flat(
                f"HAM1-{gib}", "hours", "0.0077", region="eu-central-1-ham-1", locationType="AWS Local Zone"
            ),
            flat(f"EUC1-{gib}", "hours", "0.0078", locationType="AWS Outposts"),
        ],
        "AmazonCloudWatch": [
            flat("EUC1-DataProcessing-Bytes", "GB", "0.9", operation="AnotherOperation"),
            flat("EUC1-VendedLog-Bytes", "GB", "0.26", operation="PutLogEvents"),
            flat("Global-DataProcessing-Bytes", "GB", "0.0", operation="PutLogEvents"),
            flat("EUC1-VendedLogIA-Bytes-WAFLogs", "GB", "0.36", operation="PutLogEvents"),
            flat("EUC1-DataProtection-Bytes", "GB", "0.12", operation="PutLogEvents"),
            flat("EUC1-TimedStorage-IA-ByteHrs", "GB-Mo", "0.018"),
            flat("EUC1-TimedStorage-AIA-ByteHrs", "GB-Mo", "0.006"),
            flat("EUC1-CW:MetricInsightAlarmUsage", "Alarms", "0.12", alarmType="Standard"),
            flat("EUC1-CW:PromQLAlarmMonitorUsage", "Alarms", "0.13", alarmType="Standard"),
            flat("EUC1-CW:LogAlarmMonitorUsage", "Alarms", "0.14", alarmType="Standard"),
            flat("EUC1-CW:MetricsUsage", "Metrics", "0.08", operation="MetricStorage:Other"),
            flat(
                "EUC1-CW:ObservationUsage", "Observations", "0.0000002", operation="ObservationCount:CI-EKS"
            ),
            flat("EUC1-CW:GMD-Metrics", "Metrics", "0.00001", operation="GetMetricData"),
            flat("EUC1-CW:MetricStreamUsage", "Metric Update", "0.000003"),
        ],
        "AWSXRay": [
            flat("EUC1-XRay-InsightsTracesStored", "traces", "0.000001"),
            flat("Global-XRay-TracesStored", "traces", "0.0"),
            flat("EUC1-XRay-TracesStored", "traces", "0.0000000000"),
        ],
        "AWSELB": [
            flat("EUC1-LoadBalancerUsage", "Hrs", "0.0290", operation="LoadBalancing:Network"),
            flat("EUC1-LoadBalancerUsage", "Hrs", "0.0300", operation="LoadBalancing"),
            # Without a prefix, as in us-east-1, TS must not be taken for one.
            flat("TS-LoadBalancerUsage", "Hrs", "0.0055", operation=APPLICATION),
            flat("EUC1-TS-LoadBalancerUsage", "Hrs", "0.0055", operation=APPLICATION),
            flat("EUC1-ReservedLCUUsage", "LCU-Hrs", "0.0090", operation=APPLICATION),
        ],
        "AmazonVPC": [flat("EUC1-PublicIPv4:IdleAddress", "Hrs", "0.0052")],
        "AmazonEC2": [
            flat("EUC1-RegionalNatGateway-Hours", "Hrs", "0.0530", operation="RegionalNatGateway"),
            flat("EUC1-NatGateway-Bytes", "GB", "0.0521", operation="NatGateway"),
            flat("EUC1-NatGateway-Hours", "Hrs", "0.0522", operation="Other"),
        ],
    }


AMOUNTS = {
    "fargate_x86_vcpu_hour": 0.04656,
    "fargate_x86_gb_hour": 0.00511,
    "fargate_arm_vcpu_hour": 0.03725,
    "fargate_arm_gb_hour": 0.00409,
    "fargate_ephemeral_gb_hour": 0.000133,
    "alb_hour": 0.027,
    "alb_lcu_hour": 0.0081,
    "public_ipv4_hour": 0.0051,
    "nat_gateway_hour": 0.052,
    "logs_ingestion_gb": 0.63,
    "logs_ingestion_infrequent_gb": 0.315,
    "logs_storage_gb_month": 0.0324,
    "logs_insights_gb": 0.0063,
    "custom_metric_month": 0.31,
    "container_insights_enhanced_metric_month": 0.071,
    "alarm_month": 0.11,
    "alarm_high_resolution_month": 0.33,
    "alarm_composite_month": 0.55,
    "xray_traces_recorded_million": 5.2,
    "xray_traces_retrieved_million": 0.6,
}
"""What ``wanted`` asks, by the catalog's names."""


class Listed:
    """An ``Api`` that answers GetProducts from ``products``, in pages."""

    def __init__(
        self,
        products: Products | None = None,
        *,
        region: str = REGION,
        page: int = 100,
        before: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.region = region
        self.products = wanted() if products is None else products
        self.page = page
        self.before = before
        """Called with the service code before each call; raises what is to go wrong."""
        self.calls: Counter[str] = Counter()
        self.asked: list[dict[str, Any]] = []

    def call(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        assert (service, operation) == ("pricing", "GetProducts")
        code = parameters["ServiceCode"]
        self.calls[code] += 1
        self.asked.append(parameters)
        self.before(code)
        found = self.products.get(code, [])
        first = int(parameters.get("NextToken") or 0)
        answer: dict[str, Any] = {
            "FormatVersion": "aws_v1",
            "PriceList": texts(found[first : first + self.page]),
        }
        if first + self.page < len(found):
            answer["NextToken"] = str(first + self.page)
        return answer


def texts(entries: Iterable[dict[str, Any]]) -> list[str]:
    return [json.dumps(entry) for entry in entries]


def without(*usage_types: str) -> Products:
    """Return the wanted products less those whose usage type ends in one of these."""
    return {
        code: [one for one in entries if not _usage_type(one).endswith(usage_types)]
        for code, entries in wanted().items()
    }


def _usage_type(entry: dict[str, Any]) -> str:
    return str(entry["product"]["attributes"]["usagetype"])


def both(one: Products, other: Products) -> Products:
    """Return the products of both lists, those of ``other`` first."""
    return {code: [*other.get(code, ()), *one.get(code, ())] for code in {**one, **other}}
