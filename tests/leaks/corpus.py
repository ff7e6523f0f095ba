"""Made-up credentials: 60 kinds, each put together when it is asked for.

Nothing in here is a credential, and no line looks like one, so that scanners of repositories stay quiet.
The forms are those that the vendors document.
"""

from __future__ import annotations

import base64
import json
import random
import string
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OF_A_KIND: Final = 5
SEED: Final = 15
LOWER, UPPER, DIGITS = string.ascii_lowercase, string.ascii_uppercase, string.digits
LETTERS: Final = LOWER + UPPER + DIGITS
URL_SAFE: Final = LETTERS + "_-"
HEX: Final = DIGITS + "abcdef"
CROCKFORD: Final = UPPER + "234567"
LEAST: Final = 6
"""Letters of a part that is looked for: less stands in any text by chance."""
HALVED: Final = 24
"""Letters from which each half of a part is looked for too: half a key is a leak as well."""
PEM_LINE: Final = 64


@dataclass(frozen=True, slots=True)
class Credential:
    """One of them."""

    kind: str
    name: str
    """Under which it is kept, where it has a name."""
    value: str
    """What stands under that name."""
    text: str
    """How it stands where nothing names it."""
    parts: tuple[str, ...]
    """What of it must stand nowhere."""


Made = tuple[str, str, str]
"""Its name, its value, and what of it is secret."""


def _take(draw: random.Random, letters: str, many: int) -> str:
    return "".join(draw.choice(letters) for _ in range(many))


def _mixed(draw: random.Random, many: int, letters: str = LETTERS) -> str:
    """Return letters of all kinds, as a key of this length has them."""
    made = [draw.choice(LOWER), draw.choice(UPPER), *_take(draw, DIGITS, 2), *_take(draw, letters, many - 4)]
    draw.shuffle(made)
    if made[0] in "-_" or made[-1] in "-_":
        made[0], made[-1] = draw.choice(UPPER), draw.choice(DIGITS)
    return "".join(made)


def _base64(draw: random.Random, many: int) -> str:
    return base64.b64encode(draw.randbytes(many)).decode()


def _word(draw: random.Random) -> str:
    """Return what a person makes up."""
    words = ("harvest", "copper", "lantern", "monday", "falcon", "granite", "violet")
    return f"{draw.choice(words).title()}{draw.choice('!.#_')}{draw.randrange(100, 9999)}{draw.choice(words)}"


def _uuid(draw: random.Random) -> str:
    return "-".join(_take(draw, HEX, many) for many in (8, 4, 4, 4, 12))


def _pem(label: str) -> Callable[[random.Random], Made]:
    def made(draw: random.Random) -> Made:
        body = _base64(draw, 190)
        lines = "\n".join(body[at : at + PEM_LINE] for at in range(0, len(body), PEM_LINE))
        dashes = "-" * 5
        return "TLS_KEY", f"{dashes}BEGIN {label}{dashes}\n{lines}\n{dashes}END {label}{dashes}", lines

    return made


def _start(name: str, prefix: str, many: int, letters: str = LETTERS) -> Callable[[random.Random], Made]:
    """Return what makes keys that begin with ``prefix``."""

    def made(draw: random.Random) -> Made:
        plain = len(set(letters) & set(LOWER)) and len(set(letters) & set(UPPER))
        key = _mixed(draw, many, letters) if plain else _take(draw, letters, many)
        return name, prefix + key, key

    return made


def _named(name: str, letters: str, many: int) -> Callable[[random.Random], Made]:
    """Return what makes keys that only their name tells."""
    return lambda draw: (name, key := _take(draw, letters, many), key)


def _url(name: str, scheme: str, user: str, end: str) -> Callable[[random.Random], Made]:
    def made(draw: random.Random) -> Made:
        word = _word(draw).replace("#", "+")
        return name, f"{scheme}{'://'}{user}:{word}@{end}", word

    return made


def _jwt(draw: random.Random) -> Made:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    claims = part({"sub": str(draw.randrange(10**9)), "name": _word(draw)})
    sign = _mixed(draw, 43, URL_SAFE)
    return "ID_JWT", f"{part({'alg': 'HS256'})}.{claims}.{sign}", f"{claims}.{sign}"


def _header(scheme: str) -> Callable[[random.Random], Made]:
    def made(draw: random.Random) -> Made:
        key = _base64(draw, 21) if scheme == "Basic" else _mixed(draw, 32)
        return "AUTH_HEADER", f"Authorization: {scheme} {key}", key

    return made


def _words(name: str, form: str, many: int = 0) -> Callable[[random.Random], Made]:
    """Return what makes a connection string or a header with one secret in it."""

    def made(draw: random.Random) -> Made:
        key = _base64(draw, many) if many else _word(draw)
        return name, form.format(key), key

    return made


def _service_account(draw: random.Random) -> Made:
    _, pem, lines = _pem("PRIVATE KEY")(draw)
    return "GOOGLE_CREDENTIALS", json.dumps({"type": "service_account", "private_key": pem}), lines


def _atlas(draw: random.Random) -> Made:
    head, tail = _mixed(draw, 14), _mixed(draw, 67)
    return "TFE_TOKEN", f"{head}.atlasv1.{tail}", tail


def _telegram(draw: random.Random) -> Made:
    key = _mixed(draw, 33, URL_SAFE)
    return "TELEGRAM_BOT", f"{draw.randrange(10**8, 10**9)}:AA{key}", key


def _discord(draw: random.Random) -> Made:
    key = f"{_mixed(draw, 6)}.{_mixed(draw, 38)}"
    return "DISCORD_BOT", f"M{_mixed(draw, 23)}.{key}", key


def _slack_hook(draw: random.Random) -> Made:
    key = _mixed(draw, 24)
    where = f"T{_take(draw, UPPER, 8)}/B{_take(draw, UPPER, 8)}"
    return "ALERT_WEBHOOK", f"https://hooks.slack.com/services/{where}/{key}", key


def _saas(draw: random.Random) -> Made:
    key = _base64(draw, 32).replace("=", "%3D").replace("/", "%2F").replace("+", "%2B")
    return "UPLOAD_URL", f"https://x.blob.core.windows.net/in?sv=2024-01-01&sp=rw&sig={key}", key


def _kube(draw: random.Random) -> Made:
    key = _word(draw)
    jaas = "org.apache.kafka.common.security.plain.PlainLoginModule required"
    return "KAFKA_JAAS", f'{jaas} username="app" password="{key}";', key


def _htpasswd(draw: random.Random) -> Made:
    key = _mixed(draw, 22)
    return "HTPASSWD", f"app:$apr1${_mixed(draw, 8)}${key}", key


DB = "db.internal:5432/app"
KINDS: Final[dict[str, Callable[[random.Random], Made]]] = {
    "aws key id": _start("AWS_ACCESS_KEY_ID", "AK" + "IA", 16, CROCKFORD),
    "aws session key id": _start("AWS_ACCESS_KEY_ID", "AS" + "IA", 16, CROCKFORD),
    "aws secret key": lambda draw: ("AWS_SECRET_ACCESS_KEY", key := _base64(draw, 30), key),
    "aws session": lambda draw: ("AWS_SESSION_TOKEN", key := _base64(draw, 150), key),
    "github personal": _start("GITHUB_TOKEN", "gh" + "p_", 36),
    "github fine-grained": _start("GH_PAT", "github" + "_pat_", 59),
    "github app": _start("GITHUB_TOKEN", "gh" + "s_", 36),
    "gitlab personal": _start("GITLAB_TOKEN", "gl" + "pat-", 20),
    "gitlab runner": _start("RUNNER_TOKEN", "gl" + "rt-", 20),
    "slack bot": lambda draw: (
        "SLACK_BOT_TOKEN", f"xo{'xb'}-{_take(draw, DIGITS, 12)}-{(key := _mixed(draw, 24))}", key,
    ),
    "slack user": lambda draw: (
        "SLACK_TOKEN", f"xo{'xp'}-{_take(draw, DIGITS, 12)}-{(key := _mixed(draw, 32))}", key,
    ),
    "slack webhook": _slack_hook,
    "stripe live": _start("STRIPE_KEY", "sk" + "_live_", 24),
    "stripe restricted": _start("STRIPE_KEY", "rk" + "_live_", 24),
    "stripe webhook": _start("STRIPE_HOOK_SECRET", "wh" + "sec_", 32),
    "twilio key": _start("TWILIO_SID", "S" + "K", 32, HEX),
    "twilio token": _named("TWILIO_AUTH_TOKEN", HEX, 32),
    "sendgrid": lambda draw: (
        "SENDGRID_API_KEY", f"S{'G'}.{_mixed(draw, 22)}.{(key := _mixed(draw, 43, URL_SAFE))}", key,
    ),
    "mailgun": _start("MAILGUN_API_KEY", "key" + "-", 32, HEX),
    "mailchimp": lambda draw: ("MAILCHIMP_KEY", f"{(key := _take(draw, HEX, 32))}-us12", key),
    "npm": _start("NPM_TOKEN", "npm" + "_", 36),
    "pypi": _start("TWINE_PASSWORD", "pypi" + "-AgEIcHlwaS5vcmc", 70, URL_SAFE),
    "rubygems": _start("GEM_HOST_API_KEY", "rubygems" + "_", 48, HEX),
    "docker": _start("DOCKER_PAT", "dckr" + "_pat_", 27),
    "jwt": _jwt,
    "rsa key": _pem("RSA " + "PRIVATE KEY"),
    "ec key": _pem("EC " + "PRIVATE KEY"),
    "openssh key": _pem("OPENSSH " + "PRIVATE KEY"),
    "pgp key": _pem("PGP " + "PRIVATE KEY BLOCK"),
    "postgres url": _url("DATABASE_URL", "postgres", "app", DB),
    "mysql url": _url("DB_DSN", "mysql", "app", "db.internal:3306/app"),
    "mongodb url": _url("MONGO_URI", "mongodb+srv", "app", "cluster0.mongodb.net/app?w=majority"),
    "redis url": _url("REDIS_URL", "rediss", "", "cache.internal:6379/0"),
    "amqp url": _url("BROKER_URL", "amqps", "app", "mq.internal:5671/vhost"),
    "smtp url": _url("MAIL_URL", "smtp", "app", "smtp.internal:587"),
    "http basic url": _url("UPSTREAM", "https", "ci", "registry.internal/v2/"),
    "basic header": _header("Basic"),
    "bearer header": _header("Bearer"),
    "azure storage": _words(
        "AZURE_STORAGE_CONNECTION_STRING",
        "DefaultEndpointsProtocol=https;AccountName=x;AccountKey={};EndpointSuffix=core.windows.net", 64,
    ),
    "azure service bus": _words(
        "BUS", "Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=app;SharedAccessKey={}", 32
    ),
    "azure client": lambda draw: (
        "AZURE_CLIENT_SECRET", f"{_mixed(draw, 4)[:3]}8Q~{(key := _mixed(draw, 34, LETTERS + '_.~'))}", key,
    ),
    "azure sas": _saas,
    "google api key": _start("MAPS_API_KEY", "AI" + "za", 35, URL_SAFE),
    "google account": _service_account,
    "google oauth": _start("GOOGLE_ACCESS", "ya" + "29.a0", 60, URL_SAFE),
    "google client": _start("GOOGLE_CLIENT_SECRET", "GOC" + "SPX-", 28, URL_SAFE),
    "jdbc": _words("JDBC_URL", "jdbc:postgresql://db.internal/app?user=app&password={}"),
    "ado.net": _words("ConnectionStrings__Main", "Server=db.internal;User Id=app;Password={};Encrypt=True"),
    "kafka": _kube,
    "cookie": lambda draw: ("HEALTH_COOKIE", f"Cookie: session={(key := _mixed(draw, 40))}", key),
    "password": lambda draw: ("DB_PASS", key := _word(draw), key),
    "passphrase": lambda draw: ("SSH_PASSPHRASE", key := _word(draw), key),
    "id as a key": lambda draw: ("HEROKU_API_KEY", key := _uuid(draw), key),
    "hexadecimal": _named("SIGNING_KEY", HEX, 64),
    "base64": lambda draw: ("ENCRYPTION_KEY", key := _base64(draw, 32), key),
    "htpasswd": _htpasswd,
    "new relic": _start("NEW_RELIC_LICENSE_KEY", "NR" + "AK-", 27, CROCKFORD),
    "vault": _start("VAULT_TOKEN", "hv" + "s.", 24, LETTERS),
    "openai": _start("OPENAI_API_KEY", "sk" + "-proj-", 48, URL_SAFE),
    "terraform cloud": _atlas,
    "telegram": _telegram,
    "discord": _discord,
    "digitalocean": _start("DO_PAT", "do" + "p_v1_", 64, HEX),
    "databricks": _start("DATABRICKS", "da" + "pi", 32, HEX),
}  # fmt: skip


@cache
def corpus() -> tuple[Credential, ...]:
    """Return all of them, the kinds in turn: the same in every run."""
    return tuple(_all())


def _all() -> Iterator[Credential]:
    for number in range(OF_A_KIND):
        for kind, make in KINDS.items():
            # By its own seed, so that a kind more changes no other.
            draw = random.Random(f"{SEED} {kind} {number}")  # noqa: S311 - no secret
            name, value, secret = make(draw)
            yield Credential(
                kind=kind,
                name=name,
                value=value,
                text=value if _tells(value, secret) else f"{name}={value}",
                parts=tuple(dict.fromkeys(_parts(secret))),
            )


def _tells(value: str, secret: str) -> bool:
    """Tell whether more than the bare key stands there."""
    return value != secret


def _parts(secret: str) -> Iterator[str]:
    for line in secret.split("\n"):
        if len(line) < LEAST:
            continue
        yield line
        if len(line) >= HALVED:
            yield line[: len(line) // 2]
            yield line[len(line) // 2 :]
