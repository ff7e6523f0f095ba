"""A page made by hand, with names that would run or load something if they could."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np

from trimtab.advice.choice.model import Decision
from trimtab.report.html.frontier import Point
from trimtab.report.html.model import LeftOutRow, Page, Risk, ServicePage, ValueChange
from trimtab.report.html.money import Bar, Sure
from trimtab.report.html.series import ChartEvent, ChartSeries, bands
from trimtab.report.html.words import GLOSSARY, HIGH, RISKS, VERDICTS
from trimtab.report.service.model import Command, Fact, Grid, Section

HOSTILE = "</script><script>document.title='ran'</script><img src=x onerror=\"document.title='ran'\">&'\""


def series(name: str = "api", days: int = 2) -> ChartSeries:
    """A saw of demand, with a gap and a minute short now and then."""
    minutes = days * 1440
    saw = np.arange(minutes) % 720 / 720 + 0.5
    gap = saw.copy()
    gap[100:160] = np.nan
    names = (
        "demand",
        *(
            f"{kind}_{side}"
            for kind in ("capacity", "tasks", "cpu", "memory")
            for side in ("before", "after")
        ),
    )
    return ChartSeries(
        service=name,
        start="2026-11-02T00:00:00Z",
        minutes=minutes,
        band_min=15,
        held_out_from=minutes * 7 // 10,
        columns=bands(
            {one: gap if "cpu" in one else saw * (1 + place) for place, one in enumerate(names)}, 15
        ),
        short_before=(),
        short_after=((700, 3), (1500, 1)),
        marks=(
            ChartEvent(minute=300, kind="stopped task", text=f"OutOfMemoryError {HOSTILE}"),
            ChartEvent(minute=900, kind="tasks replaced", text="a deployment, or a restart"),
        ),
        held_out_before_usd_month=200.0,
        held_out_after_usd_month=90.0,
        tracked=(),
        today={},
        same=True,
    )


def service(number: int = 1, name: str = "api", *, saving: float = 120.0, chart: bool = True) -> ServicePage:
    """One service."""
    drawn = series(name) if chart else None
    return ServicePage(
        anchor=f"s{number}",
        file=f"{number:03d}-service.html",
        name=name,
        verdict=VERDICTS[Decision.TRIM],
        risk=RISKS[HIGH],
        size_before="1024/2048",
        size_after="512/1024",
        tasks_before=4.0,
        tasks_after=3.2,
        bounds_before="2-8",
        bounds_after="2-10",
        before_usd_month=200.0,
        after_usd_month=200.0 - saving,
        saving_usd_month=saving,
        minutes=2880,
        short_before=0,
        short_after=4,
        recorded=False,
        lead=f"From much to less. {name}",
        series=drawn,
        chart=None
        if drawn is None
        else {**_plain(drawn), "cpu_limit": 80.0, "memory_limit": 90.0, "recorded": False},
        days=(),
        points=(
            Point(
                kind="choice",
                label="the proposal",
                size="512/1024",
                tasks="2-10",
                usd_month=80.0,
                minutes=4,
                against="",
            ),
            Point(
                kind="today",
                label="today",
                size="1024/2048",
                tasks="2-8",
                usd_month=200.0,
                minutes=0,
                against="",
            ),
            Point(
                kind="other",
                label="fixed count",
                size="512/1024",
                tasks="6-6",
                usd_month=130.0,
                minutes=9,
                against=name,
            ),
            Point(
                kind="bound",
                label="perfect foresight",
                size="512/1024",
                tasks="2-10",
                usd_month=70.0,
                minutes=4,
                against="",
            ),
        ),
        allowed_minutes=28.8,
        cautions=(Risk(kind="slower answers", services=(), text=f"may take longer {name}", severity=80),),
        failures=(("2026-11-02 05:00", f"stopped task: OutOfMemoryError {name}"),),
        levers=(("Graviton", "$9.00 a month less; first: an image for arm64"),),
        changes=(
            ValueChange(name="cpu", before="1024", after="512"),
            ValueChange(name="scaling.min", before="2", after="2"),
            ValueChange(name="stop_timeout", before="", after="30 s"),
        ),
        sections=(
            Section(
                title="Size 512/1024",
                blocks=(
                    Fact(label="decided by", text=f"CPU {name}"),
                    Grid(heads=("", "minutes"), rows=((name, "4"),), words=frozenset({0})),
                    Command(line=f"trimtab replay SNAPSHOT --service {name}"),
                ),
            ),
        ),
        commands=(f"trimtab report DIR {name}",),
    )


def page(*services: ServicePage, hostile: bool = False) -> Page:
    """A whole page."""
    word = HOSTILE if hostile else "plain"
    shown = services or (
        service(1, "api"),
        service(2, HOSTILE if hostile else "web", saving=-20.0, chart=False),
    )
    return Page(
        title="a title",
        cluster=f"fleet {word}",
        region="eu-central-1",
        environment="production",
        start="2026-11-02",
        days=2.0,
        trimtab="0.0.0",
        provenance=word,
        price_basis="list price",
        before_usd_month=400.0,
        after_usd_month=300.0,
        recorded_usd_month=390.0,
        saving_usd_month=100.0,
        saving_percent=25.0,
        sure=Sure(
            error_usd_month=12.0,
            recorded=(word,),
            services=len(shown),
            held_out_days=0.6,
            held_out_before=380.0,
            held_out_after=290.0,
        ),
        risks=(
            Risk(kind="slower answers", services=("api", word), text=f"may take longer {word}", severity=80),
        ),
        left_out=(LeftOutRow(name=word, why=f"never ran: {word}", mend="run it"),),
        waterfall=(
            Bar(label="Today", usd_month=400.0, end=True),
            Bar(label="Task size", usd_month=-150.0),
            Bar(label="Tracing", usd_month=50.0),
            Bar(label="Logs", usd_month=0.0, unknown=f"not recorded {word}"),
            Bar(label="Proposed", usd_month=300.0, end=True),
        ),
        services=shown,
        levers=(("Graviton of api", f"$9.00 {word}"),),
        notes=(f"api: {word}",),
        objective="at most 1 % of minutes above 80 % CPU",
        commands=(("This result as a table", "trimtab report DIR"),),
        glossary=GLOSSARY[:2],
        has_series=all(one.series for one in shown),
    )


def many(count: int) -> Page:
    """A fleet of so many services."""
    base = service(1, "s1")
    return page(
        *(
            replace(base, anchor=f"s{number}", file=f"{number:03d}-s{number}.html", name=f"s{number}")
            for number in range(1, count + 1)
        )
    )


def _plain(drawn: ChartSeries) -> dict[str, object]:

    return msgspec.to_builtins(drawn)
