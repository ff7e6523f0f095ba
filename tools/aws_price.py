"""What a run of ``tools/test_aws.py`` costs at most, from the catalog: held to a limit before it begins."""

from __future__ import annotations

from trimtab.catalog.load import HOURS_PER_MONTH, prices
from trimtab.catalog.size import TaskSize

HOURS = 2
"""A run takes at most one; hours of load balancers are billed whole, and destroying comes on top."""
ZONES = 3
TASKS = (
    # Size, and how many at most: a deployment runs the old and the new ones side by side.
    (TaskSize(cpu_units=256, memory_mib=512), 2),
    (TaskSize(cpu_units=256, memory_mib=1024), 4),
)
ALARM_METRICS = 2 * 4 + 3 + 1
LOGS_GB = 0.1


def estimate(region: str) -> dict[str, float]:
    """Return what each part of a run costs at most [USD], at list prices."""
    book = prices(region)
    # Optional only in lists that are read from an account; the catalog's has them.
    assert book.alb_hour
    assert book.alb_lcu_hour
    assert book.public_ipv4_hour
    count = sum(many for _, many in TASKS)
    return {
        "tasks": HOURS * sum(many * book.task_hour_usd(size, "X86_64") for size, many in TASKS),
        "load balancer": HOURS * (book.alb_hour.usd + book.alb_lcu_hour.usd),
        "public addresses": HOURS * (count + ZONES) * book.public_ipv4_hour.usd,
        "alarms": HOURS * ALARM_METRICS * book.alarm_month.usd / HOURS_PER_MONTH,
        "logs": LOGS_GB * (book.logs_ingestion_gb.usd + book.logs_storage_gb_month.usd),
    }
