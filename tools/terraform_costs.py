"""What a module costs a month, from its resources and the catalog's list prices: for the READMEs.

What can be counted is counted in the ``.tf`` files: alarms by the metrics they refer to, load balancers,
log groups. What depends on use is given by its unit.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from terraform_types import blocks, parsed
from trimtab.catalog.load import HOURS_PER_MONTH, insights_table, prices

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REGION = "us-east-1"
NOT_COUNTED = "Data transfer, requests to other services and Cloud Map's hosted zone are not in it."
Row = tuple[str, str, str]
"""What, how it is counted, what it costs a month."""


def bodies(folder: Path, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield a module's resources of one type: name and body."""
    for address, body in blocks(folder, "resource").items():
        of, _, name = address.partition(".")
        if of == kind:
            yield name, body


def constants(folder: Path) -> dict[str, int]:
    """Return how many keys each local has that is written as a map."""
    return {
        name: len([key for key in value if not key.startswith("__")])
        for path in sorted(folder.glob("*.tf"))
        for block in parsed(path).get("locals", [])
        for name, value in block.items()
        if isinstance(value, dict)
    }


def copies(body: dict[str, Any], known: dict[str, int]) -> int | None:
    """Return how many of a resource there are always; None where an option decides."""
    if "for_each" in body:
        each = body["for_each"]
        if isinstance(each, dict):
            return len([key for key in each if not key.startswith("__")])
        local = re.fullmatch(r"\$\{local\.(\w+)\}", str(each))
        return known.get(local[1]) if local else None
    return None if "count" in body else 1


def metrics(body: dict[str, Any]) -> int | None:
    """Return how many metrics an alarm refers to, each of which is billed; None where it depends."""
    queries = [1 for query in body.get("metric_query", []) if "metric" in query]
    for one in body.get("dynamic", []):
        for label, inner in one.items():
            if label.strip('"') == "metric_query":
                each = inner["for_each"]
                if not isinstance(each, dict):
                    return None
                queries += [1 for key in each if not key.startswith("__")]
    return len(queries) or 1


def usd(amount: float) -> str:
    """Return a price as the tables show it."""
    return f"${amount:,.2f}"


def counted(metrics_of: int) -> str:
    """Return a number of metrics in words."""
    return f"{metrics_of} metric{'s' * (metrics_of > 1)}"


def alarms(folder: Path) -> Iterator[Row]:
    """Yield what the alarms cost: those that are always there together, the others each."""
    price = prices(REGION).alarm_month.usd
    known = constants(folder)
    always, names, options = 0, [], []
    for name, body in bodies(folder, "aws_cloudwatch_metric_alarm"):
        many, each = copies(body, known), metrics(body)
        if many is None or each is None:
            label = f"each alarm `{name}`" if "for_each" in body else f"alarm `{name}`, an option"
            if each is None:
                options.append((label, f"each metric it refers to at {usd(price)}", f"{usd(price)} each"))
            else:
                options.append((label, counted(each), usd(each * price)))
        else:
            always += many * each
            names.append(f"`{name}`")
    if always:
        yield f"alarms {', '.join(names)}", f"{counted(always)} at {usd(price)}", usd(always * price)
    yield from options


def rows(folder: Path) -> Iterator[Row]:
    """Yield the rows of a module's table."""
    book = prices(REGION)
    month = HOURS_PER_MONTH
    if any(bodies(folder, "aws_ecs_service")):
        cpu, memory = book.fargate_x86_vcpu_hour.usd * month, book.fargate_x86_gb_hour.usd * month
        yield (
            "a task on Fargate (X86_64)",
            f"{usd(cpu)} a vCPU, {usd(memory)} a GB",
            f"256/512: {usd(cpu / 4 + memory / 2)}",
        )
    yield from alarms(folder)
    if any(bodies(folder, "aws_lb")) and book.alb_hour and book.alb_lcu_hour and book.public_ipv4_hour:
        yield "load balancer", f"{month} h at ${book.alb_hour.usd}", usd(book.alb_hour.usd * month)
        yield "its use", "each LCU on average", usd(book.alb_lcu_hour.usd * month)
        address = usd(book.public_ipv4_hour.usd * month)
        yield "public addresses, where it faces the internet", "one a zone", f"{address} each"
    groups = [name for name, _ in bodies(folder, "aws_cloudwatch_log_group")]
    if groups:
        taken, kept = book.logs_ingestion_gb.usd, book.logs_storage_gb_month.usd
        yield (
            f"logs ({', '.join(f'`{name}`' for name in groups)})",
            "a GB taken in; a GB kept, compressed",
            f"{usd(taken)}; {usd(kept)}",
        )
    yield from insights(folder)
    if any("awsxray" in path.read_text("utf-8") for path in folder.glob("*.tf")):
        yield "traces", "a million recorded", usd(book.xray_traces_recorded_million.usd)


def insights(folder: Path) -> Iterator[Row]:
    """Yield what Container Insights costs where a module switches it on, and each service then adds."""
    if not any(bodies(folder, "aws_ecs_cluster")):
        return
    book, table = prices(REGION), insights_table()
    one, enhanced = book.custom_metric_month.usd, book.container_insights_enhanced_metric_month.usd
    service = table.standard.service + table.standard.family
    yield (
        "Container Insights `enabled`",
        f"{table.standard.cluster} metrics",
        usd(table.standard.cluster * one),
    )
    yield "and for each service", f"{service} metrics", usd(service * one)
    yield (
        "Container Insights `enhanced`",
        f"{table.enhanced.cluster} metrics",
        usd(table.enhanced.cluster * enhanced),
    )
    count = table.enhanced.service + table.enhanced.family + table.enhanced.container
    task = table.enhanced.task + table.enhanced.container_task
    yield (
        "and for each service of one container, and each task",
        f"{count} and {task} metrics",
        f"{usd(count * enhanced)} and {usd(task * enhanced)}",
    )


def section(folder: Path) -> list[str]:
    """Return the lines of a module's README on what it costs."""
    found = list(rows(folder))
    calls = sorted(
        {
            source[1]
            for path in folder.glob("*.tf")
            for source in re.finditer(
                r'^\s+source\s*=\s*"\.\./(?:modules/)?([\w-]+)"', path.read_text("utf-8"), re.MULTILINE
            )
        }
    )
    if not found and not calls:
        return []
    lines = ["", "## What it costs a month", ""]
    if found:
        book = prices(REGION)
        lines += [
            "| what | counted by | USD |",
            "|---|---|---|",
            *(f"| {' | '.join(row)} |" for row in found),
            "",
        ]
        basis = f"List prices of {book.region}, read {book.read}, before discounts and free tiers"
        lines.append(f"{basis}, a month of {HOURS_PER_MONTH} h. {NOT_COUNTED}")
    if calls:
        lines += [""] if found else []
        lines.append(
            "What it calls costs what its own README says: "
            + ", ".join(f"`modules/{name}`" for name in calls)
            + "."
        )
    return lines
