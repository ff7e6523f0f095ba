"""The AWS Price List API, which moto has not: an empty list, for nothing here is billed.

Source: botocore's ``pricing`` service model (GetProducts).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from trimtab.sandbox.gateway import call_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from trimtab.sandbox.gateway import WsgiApp

ANSWER = json.dumps({"FormatVersion": "aws_v1", "PriceList": []}).encode()


def before(app: WsgiApp) -> WsgiApp:
    """Answer for this service, and leave every other to ``app``."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if call_name(environ) != "pricing:GetProducts":
            return app(environ, start_response)
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))  # the next request follows it
        headers = [("Content-Type", "application/x-amz-json-1.1"), ("Content-Length", str(len(ANSWER)))]
        start_response("200 OK", headers)
        return [ANSWER]

    return answer
