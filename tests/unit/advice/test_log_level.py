"""A debug level that runs in production is said, with what its logs cost; nothing else is."""

from __future__ import annotations

from decimal import Decimal

import pytest
from fleet import made

from trimtab.advice.cost import Cost, CostParts
from trimtab.advice.log_level import cautions_of_log_level, verbose_settings
from trimtab.advice.model import CautionKind

COST = Cost(before=CostParts(logs_usd_month=Decimal("12.34")))
FOUND = {
    ("LOG_LEVEL", "DEBUG"): "LOG_LEVEL=INFO",
    ("LOGLEVEL", "trace"): "LOGLEVEL=info",
    ("APP_LOG_LEVEL", "verbose"): "APP_LOG_LEVEL=info",
    ("LOGGING_LEVEL_ROOT", "Debug"): "LOGGING_LEVEL_ROOT=INFO",
    ("LOGGING_LEVEL_ORG_HIBERNATE_SQL", "TRACE"): "LOGGING_LEVEL_ORG_HIBERNATE_SQL=INFO",
    ("RUST_LOG", "info,hyper=debug"): "RUST_LOG=info",
    ("DEBUG", "1"): "DEBUG=false",
    ("DEBUG", "True"): "DEBUG=false",
    ("DEBUG", "express:*"): "DEBUG=false",
    ("NODE_DEBUG", "http,net"): "no NODE_DEBUG",
    # What the rules for Terraform knew.
    ("LOGLEVEL_ROOT", "debug"): "LOGLEVEL_ROOT=info",
    ("APP_VERBOSITY", "trace"): "APP_VERBOSITY=info",
    ("logLevel", "ALL"): "logLevel=INFO",
    ("appLogLevel", "debug"): "appLogLevel=info",
}
SILENT = (
    ("LOG_LEVEL", "INFO"),
    ("LOG_LEVEL", ""),
    ("LOG_LEVEL", "[redacted]"),
    ("RUST_LOG", "info,hyper=warn"),
    ("RUST_LOG", "debugger=info"),
    ("LOG_LEVEL", "no-debug"),
    ("DEBUG", "0"),
    ("DEBUG", "false"),
    ("DEBUG", "[redacted]"),
    ("DEBUG_PORT", "5005"),
    ("CATALOG_LEVELS", "debug"),
    ("CATALOG_LEVEL", "debug"),
    ("catalogLevel", "debug"),
    ("VERBOSITY", "1"),
    ("LOG_LEVEL", "10"),
    ("LOG_FORMAT", "verbose"),
    ("MODE", "debug"),
)


@pytest.mark.parametrize(("setting", "instead"), FOUND.items())
def test_a_debug_level_is_found_under_each_of_its_names(setting: tuple[str, str], instead: str) -> None:
    service = made.service(environment=dict([setting]))
    assert verbose_settings(service) == (("=".join(setting), instead),)


@pytest.mark.parametrize("setting", SILENT)
def test_what_asks_for_no_debug_level_or_was_taken_out_is_not_judged(setting: tuple[str, str]) -> None:
    assert verbose_settings(made.service(environment=dict([setting]))) == ()


def said(environment: str, cost: Cost = COST) -> list[str]:
    service = made.service(environment={"LOG_LEVEL": "DEBUG", "DEBUG": "1"})
    found = list(cautions_of_log_level(service, cost, environment))
    assert {one.kind for one in found} <= {CautionKind.LOG_LEVEL}
    return [one.text for one in found]


def test_it_is_said_with_the_logs_cost_and_what_to_set() -> None:
    (text,) = said("production")
    assert "runs DEBUG=1, LOG_LEVEL=DEBUG in production: its logs cost $12.34 a month" in text
    assert "Set DEBUG=false, LOG_LEVEL=INFO where the value comes from" in text
    (text,) = said("prod", Cost(logs_known=False))
    assert "what its logs cost is not known" in text
    assert "$" not in text


@pytest.mark.parametrize("environment", ["staging", "development", "nonprod"])
def test_a_debug_level_outside_production_is_somebodys_work(environment: str) -> None:
    assert said(environment) == []
