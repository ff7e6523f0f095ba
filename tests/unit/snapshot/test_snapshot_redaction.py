"""What looks like a credential goes; what only names things stays."""

from __future__ import annotations

import json
import random
import string
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amount import some
from trimtab.redaction import REDACTED, is_credential, redact, redact_command, shown, shown_whole

if TYPE_CHECKING:
    from collections.abc import Callable

# Put together here, so that scanners of this repository find no key in it.
KEYS = {
    "aws": "AKIA" + "IOSFODNN7EXAMPLE",
    "github": "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8",
    "slack": "xoxb-" + "123456789012-abcdefghijkl",
    "stripe": "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc",
    "jwt": "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxIn0.dBjftJeZ4CVPmB92K27uhbUJU1p1r",
    "hex": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c",
    "base64": "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQ",
    "pem": "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----",
}

GROUP = "arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/fin-api/0123456789abcdef"


@pytest.mark.parametrize("name", KEYS)
def test_a_key_is_known_by_its_shape_wherever_it_stands(name: str) -> None:
    text = redact(f"started with {KEYS[name]} and failed")
    assert KEYS[name] not in text
    assert text == f"started with {REDACTED} and failed"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("password=hunter2", "hunter2"),
        ("DB_PASSWORD: hunter2", "hunter2"),
        ('{"api_key": "short"}', "short"),
        ("--token=abc1", "abc1"),
        ("curl -u admin:letmein http://localhost/health", "letmein"),
        ("curl -H 'Authorization: Bearer abcdef123456' localhost", "abcdef123456"),
        ("postgres://app:pa55@db.internal:5432/app", "pa55"),
        ("cannot pull https://ci:pa55@registry.example/api", "pa55"),
        ("https://hooks.example/x?access_token=abc&y=1", "abc&"),
        ("mysql --password hunter2 -e 'select 1'", "hunter2"),
        ("mysqladmin ping -u root -phunter2", "hunter2"),
        ("redis-cli -h cache -a hunter2 ping | grep PONG", "hunter2"),
        ("/opt/mssql-tools/bin/sqlcmd -U sa -P 'hunter 2' -Q 'SELECT 1'", "hunter 2"),
        ("mongosh -u app -p hunter2 --eval 1", "hunter2"),
        ("Invalid environment: {name: DB_PASSWORD, value: hunter2}", "hunter2"),
        ("API_KEY=123e4567-e89b-12d3-a456-426614174001", "123e4567"),
        ("${DB_PASSWORD:-hunter2}", "hunter2"),
        ("DB_PASS=hunter2", "hunter2"),
        ("dbPass: hunter2", "hunter2"),
        ("STRIPE_KEY=hunter2", "hunter2"),
        ("AccountKey=hunter2;EndpointSuffix=core.windows.net", "hunter2"),
        ("postgres://app:p@ss/w0rd@db.internal:5432/app", "w0rd"),
        ("curl -uadmin:letmein localhost", "letmein"),
        ("x" * 300 + "_PASSWORD=hunter2", "hunter2"),
        ('{"said": "password=\\"hunter2\\" is wrong"}', "hunter2"),
        ("https://x.example/in?sv=1&sig=hunter2", "hunter2"),
        ("Cookie: id=hunter2; b=1", "hunter2"),
    ],
)
def test_a_credential_is_known_by_its_place(text: str, secret: str) -> None:
    assert secret not in redact(text)
    assert REDACTED in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "curl -f http://localhost:8080/health || exit 1",
        "(service api) has reached a steady state.",
        "(service api) was unable to place a task because no capacity was found.",
        "(service api) (deployment ecs-svc/1234567890123456789) deployment completed.",
        "(service api) has stopped 1 running tasks: (task 0123456789abcdef0123456789abcdef).",
        f"Task failed ELB health checks in (target-group {GROUP})",
        "arn:aws:secretsmanager:us-east-1:111122223333:secret:fin/prod/auth-signing-key-Qw3rTy",
        "/shop/prod/database/password",
        "registry.example/api@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "Setting desired count to 7. Successfully set desired count to 7.",
        "shop-production-notifications-background-worker",
        "Payments_Reconciliation_Batch_Worker_With_A_Very_Long_Name_For_Europe: two policies",
        "policy deep follows ApproximateNumberOfMessagesNotVisible of AWS/SQS",
        "the token is invalid",
        "secret 123e4567-e89b-12d3-a456-426614174001 was not found",
        "mysqladmin ping -p$MYSQL_ROOT_PASSWORD -h localhost",
        "mysql --password=$MYSQL_PASSWORD -e 'select 1'",
        'redis-cli -a "$REDIS_PASSWORD" ping',
        "mysqladmin ping -h 127.0.0.1 --port 3306",
        "ResourceInitializationError: unable to pull secrets or registry auth",
    ],
)
def test_what_only_names_things_stays(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize(
    "value",
    [{"password": "hunter2", "port": 80}, {"text": 'token="hunter2"'}, {"secret-in-environment": {"a": 1}}],
)
def test_a_document_stays_json(value: object) -> None:
    for text in (json.dumps(value), json.dumps(value, indent=2)):
        assert "hunter2" not in shown(text)
        assert json.loads(shown_whole(text)).keys() == value.keys()
    assert shown_whole(json.dumps({"a": KEYS["github"]})) == json.dumps({"a": REDACTED})


def test_the_word_after_a_flag_goes_whole() -> None:
    assert redact_command(["check", "--password", "a", "--port", "80"]) == (
        "check",
        "--password",
        REDACTED,
        "--port",
        "80",
    )


@pytest.mark.parametrize(
    "words",
    [["redis-cli", "-a", "hunter2", "ping"], ["mysqladmin", "ping", "-phunter2"], ["--token", "hunter2"]],
)
def test_a_password_is_known_in_a_command_that_no_shell_reads(words: list[str]) -> None:
    assert "hunter2" not in " ".join(redact_command(["CMD", *words]))


def test_a_word_after_a_flag_that_names_a_variable_stays() -> None:
    assert redact_command(["check", "--password", "$DB_PASSWORD"]) == ("check", "--password", "$DB_PASSWORD")


def test_a_variable_that_points_to_a_secret_is_none() -> None:
    assert not is_credential("TOKEN_ARN", "arn:aws:secretsmanager:us-east-1:111122223333:secret:a-Ab12Cd")
    assert is_credential("TOKEN", "abc")
    # Services exist whose keys are UUIDs; where a name says credential, an id is one.
    assert is_credential("API_KEY", "123e4567-e89b-12d3-a456-426614174001")
    assert not is_credential("REQUEST_ID", "123e4567-e89b-12d3-a456-426614174001")
    assert not is_credential("LOG_LEVEL", "DEBUG")


@given(st.integers(0, 2**32), st.integers(28, 60))
def test_a_random_key_goes_whatever_surrounds_it(seed: int, length: int) -> None:
    source = random.Random(seed)  # noqa: S311 - for a test
    letters = string.ascii_letters + string.digits
    key = "aB3" + "".join(source.choice(letters) for _ in range(length))
    for text in (key, f"x={key}", f"see {key}.", f'"{key}"'):
        assert key not in redact(text)


@given(st.text(max_size=200))
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    assert redact(redact(text)) == redact(text)


def _cpu_s(text: str, text_of: Callable[[str], str] = redact) -> float:
    """Return the least CPU time of three tries [s]: what a machine shared with others adds is in the rest."""
    tries = []
    for _ in range(3):
        began = time.process_time()
        text_of(text)
        tries.append(time.process_time() - began)
    return min(tries)


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "_",
        "password",
        "password ",
        "a://",
        "a:@://",
        "mysql -p ",
        "eyJ-",
        '-u "',
        "token='",
        "-----BEGIN ",
        "arn:aws:",
        "aB3dE5fG",
        " ",
        "\0",
        "the quick brown fox ",
    ],
)
def test_four_times_the_text_takes_no_more_than_nine_times_as_long(unit: str) -> None:
    # Twice the text, three times as long, and that twice: what is quadratic takes sixteen times.
    once = (unit * 40_000)[:40_000]
    took = _cpu_s(once)
    assert _cpu_s(once * 4) < max(9 * took, 0.05)


ADVERSARIAL = "aA0e:/@-_.= \"'\\$,[{\n\0#?&;(~|%é"
"""Letters that begin, end or join what is looked for."""


def adversarial(many: int) -> list[str]:
    """Return units of up to six letters, the same in every run, after those that were slow once."""
    draw = random.Random(15)  # noqa: S311 - for a test
    drawn = ("".join(draw.choices(ADVERSARIAL, k=draw.randint(1, 6))) for _ in range(many))
    return ["a:@://", "mysql -p", "pass", *drawn]


PROSE_TIMES = 15
"""Of what prose of the same length takes, on the same machine: 2 to 5 are seen, what is quadratic takes 100.
A megabyte of prose takes a twentieth of a second to a fifth."""


def _times_prose(unit: str, length: int, text_of: Callable[[str], str] = redact) -> float:
    prose = _cpu_s(("the quick brown fox " * length)[:length], text_of)
    return _cpu_s((unit * length)[:length], text_of) / prose


@pytest.mark.parametrize("text_of", [redact, shown])
@pytest.mark.parametrize("unit", adversarial(some(6)))
def test_a_quarter_of_a_megabyte_of_anything_takes_little_longer_than_prose(
    unit: str, text_of: Callable[[str], str]
) -> None:
    assert _times_prose(unit, 250_000, text_of) < PROSE_TIMES


@pytest.mark.slow
def test_a_megabyte_of_anything_takes_little_longer_than_prose() -> None:
    took = {unit: _times_prose(unit, 1_000_000) for unit in adversarial(60)}
    assert {unit: one for unit, one in took.items() if one >= PROSE_TIMES} == {}


def test_a_zero_byte_in_a_text_stands_for_nothing_that_was_set_aside() -> None:
    assert redact("see \x007\x00 and arn:aws:iam::1:role/a") == "see  7  and arn:aws:iam::1:role/a"
