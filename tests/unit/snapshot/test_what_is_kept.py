"""What is kept is what is needed and understood: health checks, messages."""

from __future__ import annotations

import pytest

from trimtab.fleet.model import Failure
from trimtab.snapshot.understand.causes import Cause, cause_of
from trimtab.snapshot.understand.messages import UNKNOWN, kept_message
from trimtab.snapshot.understand.probes import UNSEEN, kept_probe


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
