"""A network that drops what it is sent: words soon, and an end in bounded time."""

from __future__ import annotations

import logging
import socket
import time
from typing import TYPE_CHECKING

import boto3
import pytest

from trimtab.aws import connection
from trimtab.aws.connection import Connection
from trimtab.errors import NetworkError

if TYPE_CHECKING:
    from collections.abc import Iterator

KEYS = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}


@pytest.fixture
def black_hole() -> Iterator[str]:
    """An endpoint that takes connections and never says anything."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_a_call_that_nobody_answers_is_told_of_and_given_up(
    black_hole: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", black_hole)
    for name, seconds in {
        "READ_S": 1.0,
        "SILENCE_S": 2.0,
        "WORDS_AFTER_S": 0.5,
        "WORDS_EVERY_S": 1.0,
    }.items():
        monkeypatch.setattr(connection, name, seconds)
    monkeypatch.setattr(logging.getLogger("trimtab"), "propagate", True)
    account = Connection.open(region="us-east-1", session=boto3.Session(**KEYS))
    began = time.monotonic()
    with caplog.at_level(logging.INFO, "trimtab"), pytest.raises(NetworkError, match="cannot be reached"):
        account.call("ecs", "DescribeClusters")
    # Ten tries of a second each, with pauses that double, were above half a minute.
    assert time.monotonic() - began < 12
    assert "ecs:DescribeClusters: no answer from AWS for" in caplog.text
