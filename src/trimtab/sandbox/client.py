"""The sandbox as a client sees it: calls by their names in the service model.

The user's own AWS configuration, profile and proxy are set aside: nothing of it may lead elsewhere.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from trimtab.errors import SandboxError

if TYPE_CHECKING:
    from trimtab.sandbox.server import Sandbox

_NOWHERE: Final = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}
"""botocore's configuration variables: no name in a file, no environment variable, this default."""


class Refused(SandboxError):  # noqa: N818 - named for what it says
    """The sandbox refused a call."""


class ApiCalls:
    """Clients of one sandbox, made as they are needed."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._session = botocore.session.Session(session_vars=_NOWHERE)
        self._clients: dict[str, Any] = {}

    def __call__(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:  # noqa: ANN401 - as the service model has them
        """Make one call; what is None is not sent, at any depth.

        Raises:
            Refused: the sandbox, or the service model, does not take it.

        """
        try:
            answer: dict[str, Any] = self._client(service)._make_api_call(operation, _given(parameters))  # noqa: SLF001 - by the model's own name
        except ClientError as error:
            said = error.response.get("Error", {})
            raise Refused(
                str(said.get("Message") or said.get("Code")), where=f"{service} {operation}"
            ) from error
        except BotoCoreError as error:
            first = " ".join(str(error).split())
            raise Refused(first, where=f"{service} {operation}") from error
        return answer

    def _client(self, service: str) -> Any:  # noqa: ANN401 - botocore ships no types
        if service not in self._clients:
            self._clients[service] = self._session.create_client(
                service,
                region_name=self._sandbox.region,
                aws_access_key_id="sandbox",
                aws_secret_access_key="sandbox",  # noqa: S106 - the sandbox asks for any
                endpoint_url=self._sandbox.endpoint,
                config=Config(retries={"total_max_attempts": 1}, proxies={}),
            )
        return self._clients[service]


def _given(value: Any) -> Any:  # noqa: ANN401 - parameters, and what they are made of
    if isinstance(value, dict):
        return {name: _given(one) for name, one in value.items() if one is not None}
    return [_given(one) for one in value] if isinstance(value, list) else value


def regions() -> frozenset[str]:
    """Return the regions of AWS that have ECS: the sandbox has the same."""
    session = botocore.session.Session(session_vars=_NOWHERE)
    return frozenset(
        name
        for partition in session.get_available_partitions()
        for name in session.get_available_regions("ecs", partition)
    )
