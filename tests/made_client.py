"""A boto3 client of a sandbox, for the tests that speak to one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3

if TYPE_CHECKING:
    from collections.abc import Mapping


def client(environment: Mapping[str, str], service: str, **more: Any) -> Any:
    """Return a client of the sandbox that ``environment`` leads to; ``more`` is boto3's."""
    return boto3.client(
        service,
        endpoint_url=environment["AWS_ENDPOINT_URL"],
        region_name=environment["AWS_REGION"],
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        **more,
    )
