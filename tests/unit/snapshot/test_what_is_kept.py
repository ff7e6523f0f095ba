"""What is kept is what is needed and understood: health checks, messages."""

from __future__ import annotations

import pytest

from trimtab.fleet.model import Failure
from trimtab.redaction import REDACTED
from trimtab.snapshot.understand.causes import Cause, cause_of
from trimtab.snapshot.understand.messages import UNKNOWN, kept_message
from trimtab.snapshot.understand.probes import UNSEEN, kept_probe
from trimtab.snapshot.understand.routing import (
    is_address,
    is_answer,
    is_name,
    is_path,
    is_target,
    kept_settings,
)


@pytest.mark.parametrize(
    "command",
    [
        ["CMD-SHELL", "curl -f http://localhost:8080/health || exit 1"],
        [
            "CMD-SHELL",
            "curl -sf -o /dev/null http://127.0.0.1:8080/actuator/health > /dev/null 2>&1 || exit 1",
        ],
        ["CMD-SHELL", "wget -q --spider http://localhost:3000/healthz/ready || exit 1"],
        ["CMD-SHELL", "wget --no-verbose --tries=1 --spider http://localhost/ || exit 1"],
        ["CMD-SHELL", "curl --fail --max-time 3 -H 'Host: shop.internal' http://localhost:$PORT/up"],
        ["CMD-SHELL", "pg_isready -U app -d shop -h 127.0.0.1 -p 5432"],
        ["CMD-SHELL", "redis-cli ping | grep PONG"],
        ["CMD-SHELL", 'redis-cli -a "$REDIS_PASSWORD" ping'],
        ["CMD", "redis-cli", "-h", "localhost", "ping"],
        ["CMD", "/app", "healthcheck"],
        ["CMD", "/bin/grpc_health_probe", "-addr=127.0.0.1:50051"],
        ["CMD", "/usr/local/bin/api", "--check", "--port", "8080"],
        ["CMD-SHELL", "mysqladmin ping -h 127.0.0.1 --port 3306 -p$MYSQL_ROOT_PASSWORD"],
        ["NONE"],
    ],
)
def test_a_known_probe_is_kept_to_the_letter(command: list[str]) -> None:
    assert kept_probe(command) == tuple(command)


@pytest.mark.parametrize(
    "command",
    [
        ["CMD-SHELL", "curl -f http://app:letmein@localhost/health"],
        ["CMD-SHELL", "curl -u app:letmein http://localhost/health"],
        ["CMD-SHELL", "curl -uapp:letmein http://localhost/health"],
        ["CMD-SHELL", "curl -H 'X-Api-Key: letmein' http://localhost/health"],
        ["CMD-SHELL", "curl --header='Authorization: letmein' http://localhost/health"],
        ["CMD-SHELL", "curl http://localhost/health?key=letmein"],
        ["CMD-SHELL", "curl http://localhost/health/a8f5f167f44f4964"],
        ["CMD-SHELL", "wget --post-data=letmein http://localhost/health"],
        ["CMD-SHELL", "PGPASSWORD=letmein pg_isready"],
        ["CMD-SHELL", "redis-cli -a letmein ping"],
        ["CMD-SHELL", "redis-cli -aletmein ping"],
        ["CMD-SHELL", "mysqladmin ping -uroot -pletmein"],
        ["CMD", "mysqladmin", "ping", "-p", "letmein"],
        ["CMD", "/app/check", "--token", "letmein"],
        ["CMD", "/app/check", "--db-pass=letmein"],
        ["CMD", "/app/check", "hunter2"],
        ["CMD-SHELL", "sh -c 'check letmein'"],
        ["CMD-SHELL", "python -c \"import os; os.environ['x']\""],
        ["CMD-SHELL", "echo $(cat /run/secret)"],
        ["CMD-SHELL", "curl ${URL:-http://a:b@c}"],
        ["CMD-SHELL", "curl 'http://localhost"],
        ["curl", "http://localhost"],
        [],
    ],
)
def test_of_another_check_only_that_there_is_one(command: list[str]) -> None:
    assert kept_probe(command) == UNSEEN


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ("OutOfMemoryError: Container killed due to memory usage", Cause.OUT_OF_MEMORY),
        ("Task failed container health checks", Cause.CONTAINER_CHECK),
        ("CannotPullContainerError: pull image manifest: https://ci:letmein@registry/x", Cause.PULL),
        ("ResourceInitializationError: unable to pull secrets: password letmein", Cause.START),
        ("(service x) was unable to place a task because no capacity was found letmein", Cause.PLACEMENT),
        ("EssentialContainerExited: letmein; app exited with 3", Cause.EXIT),
    ],
)
def test_a_message_keeps_its_cause_and_nothing_else(said: str, cause: Cause) -> None:
    kept = kept_message(said)
    assert "letmein" not in kept
    failure = Failure(at="2026-01-01T00:00:00Z", kind="stopped task", text=kept)
    assert cause_of(failure) is cause is cause_of(Failure(at=failure.at, kind="stopped task", text=said))


def test_counts_and_ids_of_a_message_stay() -> None:
    said = "(service api) has stopped 1 running tasks: (task 0123456789abcdef0123456789abcdef) for letmein."
    assert kept_message(said) == "has stopped 1 running tasks (task 0123456789abcdef0123456789abcdef)"
    assert kept_message("Setting desired count to 7.") == "Setting desired count to 7."


def test_of_a_message_in_unknown_words_only_that_there_was_one() -> None:
    assert kept_message("the dog ate letmein") == UNKNOWN


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/*",
        "/orders/*",
        "/api/v1/users/*",
        "/oauth2/callback",
        "/.well-known/acme-challenge/*",
        "/v2beta1/i18n/3ds",
        "/static/img-*.png",
        "/accountHolders/OpenAPI/2026/11",
        "/actuator/health",
        "*.shop.example",
        "api-2.eu-west-1.shop.example",
        "pr1234.dev.shop.example",
    ],
)
def test_a_path_or_a_host_of_words_is_kept(address: str) -> None:
    assert is_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "/hooks/a8f5f167f44f4964",
        "/in/q83vEjRWeJCrze8SNFZ4kKvN",
        "/t/8f14e45f-ceea-467f-a8f5-8dbd31f0d1a5",
        "/in?key=letmein",
        "/in/token=letmein",
        "/in/Falcon!1234copper",
        "/in/xKqWzPvBtRmNcYhD",
        "d111111abcdef8.cloudfront.example",
        "app:letmein@shop.example",
        "/" + "a/" * 200,
    ],
)
def test_one_that_may_hold_a_key_is_not(address: str) -> None:
    assert not is_address(address)


def test_where_a_redirect_sends_is_kept_if_every_word_of_it_is_known() -> None:
    plain = {"protocol": "#{protocol}", "port": "443", "host": "#{host}", "path": "/#{path}"}
    assert is_target({**plain, "query": "#{query}"})
    assert is_target({**plain, "query": "lang=en&#{query}"})
    assert not is_target({**plain, "query": "token=letmein"})
    assert not is_target({**plain, "path": "/a8f5f167f44f4964", "query": ""})


def test_what_strangers_are_told_is_kept_unless_a_key_is_in_it() -> None:
    assert is_answer("<h1>Not here</h1> Try https://shop.example/help")
    assert not is_answer("password=letmein")


def test_settings_keep_their_names_and_lose_what_is_not_understood() -> None:
    known = {"idle_timeout.timeout_seconds": "60", "access_logs.s3.bucket": "logs-123456789012-9c4d88431kx8"}
    assert kept_settings(known) == known
    assert kept_settings({"access_logs.s3.prefix": "q83vEjRWeJCrze8SNFZ4"}) == {
        "access_logs.s3.prefix": REDACTED
    }


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("DB_PASSWORD", True),
        ("ConnectionStrings__DefaultConnection", True),
        ("PASSWORD=letmein", False),
        ("ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8", False),
    ],
)
def test_a_variable_is_named_unless_its_name_is_a_key(name: str, *, kept: bool) -> None:
    assert is_name(name) is kept


def test_a_health_check_may_ask_for_something_but_no_secret() -> None:
    assert all(map(is_path, ("/", "/up?deep=1", "/health?full=true&cache=no", "/AWS.ALB/healthcheck")))
    assert not any(
        map(is_path, ("/up?x=letmein", "/up?pin=1234", "/up?deep=1&k=a8f5f1", "/a8f5f167f44f4964?deep=1"))
    )


def test_a_bucket_that_is_not_set_is_understood() -> None:
    assert kept_settings({"access_logs.s3.bucket": ""}) == {"access_logs.s3.bucket": ""}
    assert kept_settings({"access_logs.s3.bucket": "a=b"}) != {"access_logs.s3.bucket": "a=b"}
