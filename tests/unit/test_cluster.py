"""What a scheduler's address may be, and what is said before anything is asked of one."""

from __future__ import annotations

import sys

import pytest

from trimtab.cluster import Scheduler, hand_out
from trimtab.errors import EXIT_USAGE, UsageError


@pytest.mark.parametrize(
    "address",
    [
        "tls://scheduler.internal:8786",
        "tls://10.0.0.5:8786",
        "tcp://127.0.0.1:1",
        "tcp://localhost:1",
        "tcp://[::1]:8786",
    ],
)
def test_tls_goes_anywhere_and_plain_tcp_stays_here(address: str) -> None:
    assert Scheduler(address).address == address


@pytest.mark.parametrize(
    "address",
    [
        "tcp://10.0.0.5:8786",
        "tcp://localhost.example.com:1",
        "tcp://0.0.0.0:8786",
        "tcp://127.0.0.1.example.com:1",
    ],
)
def test_plain_tcp_off_this_machine_is_refused(address: str) -> None:
    with pytest.raises(
        UsageError, match=r"--scheduler: tcp:// leaves this machine unencrypted.*use tls://"
    ) as caught:
        Scheduler(address)
    assert caught.value.exit_code == EXIT_USAGE


@pytest.mark.parametrize(
    "address",
    ["", "here", "10.0.0.5:8786", "tls://host", "tls://:8786", "tls://host:x", "ws://host:1", "inproc://a:1"],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(UsageError, match=r"is no scheduler's address; tls://HOST:PORT$"):
        Scheduler(address)


def test_without_dask_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"Dask is not installed; pip install 'trimtab\[dask\]'"):
        list(hand_out(lambda _: str, ["a"], Scheduler("tcp://127.0.0.1:1")))


def test_tls_without_certificates_is_refused() -> None:
    pytest.importorskip("distributed")
    with pytest.raises(UsageError, match="there are no certificates for tls://"):
        list(hand_out(lambda _: str, ["a"], Scheduler("tls://127.0.0.1:1")))
