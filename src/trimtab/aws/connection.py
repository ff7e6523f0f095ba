"""A live AWS account through boto3: the only module that imports it.

Every call is counted. Throttling and passing faults are retried by botocore's adaptive mode,
which also slows down when AWS asks for it.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, cast

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    HTTPClientError,
    NoCredentialsError,
    NoRegionError,
    ProfileNotFound,
)
from botocore.exceptions import ConnectionError as BotoConnectionError
from botocore.utils import parse_timestamp

from trimtab.aws.api import CallFailed, endpoint_region
from trimtab.errors import AccountError, NetworkError
from trimtab.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.aws.api import Json

ATTEMPTS: Final = 10
"""Tries of one call, the first included. Adaptive mode waits up to 20 s before each."""
PRICING_ATTEMPTS: Final = 3
"""The same for list prices: a snapshot can do without, and a network that is closed to all but its own
region's endpoints does not open."""

CONNECT_S: Final = 10.0
READ_S: Final = 30.0
"""How long one try waits for a connection, and then for an answer [s]."""
SILENCE_S: Final = 45.0
"""From the first try that nobody answered until a call is given up [s]: a network that drops what it is
sent does not get better by ten tries, and AWS's own "slow down" is an answer."""
WORDS_AFTER_S: Final = 10.0
WORDS_EVERY_S: Final = 30.0
"""When a person is told that a call has not been answered yet [s]."""

LOG = logging.getLogger(__name__)

_READS = re.compile(r"^(?:(?:Describe|List|Get)[A-Z]|FilterLogEvents$)")

_CLIENTS: Final = {"elasticloadbalancing": "elbv2", "tag": "resourcegroupstaggingapi"}
"""Where boto3 calls a service by another name than IAM."""

_EXPIRED: Final = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "InvalidToken",
        "RequestExpired",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
"""Answers that say the credentials are wrong, whatever is called."""


@dataclass(slots=True)
class Connection:
    """An ``Api`` over one boto3 session, which counts what it calls."""

    region: str
    calls: Counter[str] = field(default_factory=Counter)
    """Calls made, by ``service:Operation``; retries not included."""
    retries: int = 0
    """Tries beyond the first, all calls together."""
    _session: Any = None
    _reads_only: bool = True
    _clients: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def open(
        cls,
        *,
        region: str | None = None,
        profile: str | None = None,
        session: Any = None,  # noqa: ANN401 - boto3 ships no types
        reads_only: bool = True,
    ) -> Connection:
        """Find credentials and region the way the AWS CLI does; nothing is called yet.

        With ``reads_only`` every call that is not Describe, List or Get is refused before it is sent.

        Raises:
            AccountError: there is no such profile, no region or no credentials.

        """
        try:
            made = session or boto3.Session(profile_name=profile, region_name=region)
            credentials = made.get_credentials()
        except ProfileNotFound as error:
            raise AccountError(
                f"there is no AWS profile {profile!r}", advice="aws configure list-profiles shows them"
            ) from error
        except BotoCoreError as error:
            raise AccountError(redact(str(error)), advice="check the AWS configuration") from error
        where = region or made.region_name
        if not where:
            raise AccountError("no region is set", advice="name one with --region")
        if credentials is None:
            raise AccountError("no AWS credentials were found", advice="log in, or name a --profile")
        _parse_times_quickly(made)
        _bound_waits(made)
        return cls(region=where, _session=made, _reads_only=reads_only)

    def call(self, service: str, operation: str, /, **parameters: object) -> Json:
        """Make one call; see ``trimtab.aws.api.Api``."""
        name = f"{service}:{operation}"
        if self._reads_only and not _READS.match(operation):
            raise CallFailed(name, "NotARead", "this account was opened for reading")
        client = self._client(service)
        self.calls[name] += 1
        began = time.monotonic()
        try:
            with _words(name):
                answer = _made(client, operation, parameters)
        except ClientError as error:
            raise self._refused(name, error) from error
        except (NoCredentialsError, NoRegionError) as error:
            raise AccountError(
                redact(str(error)), where=name, advice="log in, or name a --profile"
            ) from error
        except (BotoConnectionError, HTTPClientError) as error:
            raise NetworkError(
                f"AWS cannot be reached ({redact(str(error))})",
                where=name,
                advice="check the network and --region, and run it again: what was read is kept",
            ) from error
        except BotoCoreError as error:
            raise CallFailed(name, type(error).__name__, redact(str(error))) from error
        again = int(answer.get("ResponseMetadata", {}).get("RetryAttempts", 0))
        self.retries += again
        # Never what was sent or answered: environments and tags are in it.
        LOG.debug("%s: %.2f s, %d tries", name, time.monotonic() - began, again + 1)
        return cast("Json", answer)

    def _client(self, service: str) -> Any:  # noqa: ANN401 - boto3 ships no types
        if service not in self._clients:
            listing = service == "pricing"
            config = Config(
                retries={
                    "mode": "adaptive",
                    "total_max_attempts": min(ATTEMPTS, PRICING_ATTEMPTS) if listing else ATTEMPTS,
                },
                connect_timeout=CONNECT_S,
                read_timeout=READ_S,
            )
            # Price lists of all regions are at a few of them.
            where = (endpoint_region(self.region) if listing else None) or self.region
            try:
                self._clients[service] = self._session.client(
                    _CLIENTS.get(service, service), region_name=where, config=config
                )
            except (BotoCoreError, ValueError) as error:  # ValueError: an endpoint that is no URL
                raise AccountError(
                    redact(str(error)), advice="check --region and the AWS configuration"
                ) from error
        return self._clients[service]

    def _refused(self, name: str, error: ClientError) -> AccountError:
        answer = cast("dict[str, Any]", error.response)
        self.retries += int(answer.get("ResponseMetadata", {}).get("RetryAttempts", 0))
        # AWS repeats in its words what it was sent, a definition with its environment among it.
        code, message = answer["Error"].get("Code", "Unknown"), redact(answer["Error"].get("Message", ""))
        LOG.debug("%s: refused, %s", name, code)
        if code in _EXPIRED:
            return AccountError(
                f"the credentials are refused ({code})",
                where=name,
                advice="log in and run it again: what was read is kept",
            )
        return CallFailed(name, code, message)


def _made(client: Any, operation: str, parameters: dict[str, object]) -> Any:  # noqa: ANN401 - boto3 ships no types
    answer = client._make_api_call(operation, parameters)  # noqa: SLF001 - by the model's own name
    if hasattr(answer.get("Body"), "read"):  # an object of S3, read while faults are still told apart
        answer["Body"] = answer["Body"].read()
    return answer


@contextmanager
def _words(call: str) -> Iterator[None]:
    """Say that a call has not been answered yet, again and again until it is."""
    over = threading.Event()

    def tell() -> None:
        wait_s, began = WORDS_AFTER_S, time.monotonic()
        while not over.wait(wait_s):
            LOG.info("%s: no answer from AWS for %.0f s, still trying", call, time.monotonic() - began)
            wait_s = WORDS_EVERY_S

    teller = threading.Thread(target=tell, name="trimtab-words", daemon=True)
    teller.start()
    try:
        yield
    finally:
        over.set()
        teller.join()


def _give_up(request_dict: dict[str, Any], caught_exception: Exception | None = None, **_: object) -> None:
    """End a call that nobody has answered for long: in front of botocore's own handler, which would go on."""
    if caught_exception is None:
        return
    now = time.monotonic()
    if now - request_dict["context"].setdefault("trimtab_unanswered", now) > SILENCE_S:
        raise caught_exception


def _bound_waits(session: Any) -> None:  # noqa: ANN401 - boto3 ships no types
    """Bound the waits of all its clients, of those too that botocore makes for credentials of a role."""
    waits = Config(connect_timeout=CONNECT_S, read_timeout=READ_S, retries={"total_max_attempts": 3})
    inner = session._session  # noqa: SLF001 - boto3 has no way of its own
    inner.set_default_client_config(waits)
    inner.get_component("event_emitter").register_first("needs-retry", _give_up)


def _parse_times_quickly(session: Any) -> None:  # noqa: ANN401 - boto3 ships no types
    """Have times that come as numbers made UTC at once.

    botocore asks dateutil for the machine's time zone, for each of a page's 100,800 points.
    """
    factory = session._session.get_component("response_parser_factory")  # noqa: SLF001 - the documented hook
    factory.set_parser_defaults(timestamp_parser=_time)


def _time(value: Any) -> datetime:  # noqa: ANN401 - a number or a text
    if isinstance(value, (int, float)):
        return datetime.fromtimestamp(value, UTC)
    parsed: datetime = parse_timestamp(value)
    return parsed
