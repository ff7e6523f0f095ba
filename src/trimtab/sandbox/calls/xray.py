"""X-Ray sampling rules and their tags, none of which moto has.

Source: botocore's ``xray`` service model (CreateSamplingRule, UpdateSamplingRule,
DeleteSamplingRule, GetSamplingRules, ListTagsForResource, TagResource, UntagResource).
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from moto.xray import urls
from moto.xray.responses import XRayResponse

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimtab.sandbox.patching import Patches

Answer = str | tuple[str, dict[str, int]]


def install(patches: Patches) -> None:
    """Extend moto's X-Ray."""
    # moto names these methods by the path of the request.
    handlers: dict[str, Callable[[XRayResponse], Answer]] = {
        "CreateSamplingRule": _create,
        "UpdateSamplingRule": _update,
        "DeleteSamplingRule": _delete,
        "GetSamplingRules": _get,
        "ListTagsForResource": _list_tags,
        "TagResource": _tag,
        "UntagResource": _untag,
    }
    for path, handler in handlers.items():
        patches.add(XRayResponse, _method_name(path), handler)
        patches.add_item(urls.url_paths, f"{{0}}/{path}$", XRayResponse.dispatch)


def _method_name(path: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in path).lstrip("_")


def _rules(self: XRayResponse) -> dict[str, dict[str, Any]]:
    """Return sampling rule records by name, each with the tags beside it under ``Tags``."""
    rules: dict[str, dict[str, Any]] = vars(self.xray_backend).setdefault("sandbox_rules", {})
    return rules


def _create(self: XRayResponse) -> Answer:
    body = self.request_params
    rule = dict(body["SamplingRule"])
    name = rule["RuleName"]
    if name in _rules(self):
        return _refuse(self, f"Rule name {name} already exists")
    account = self.xray_backend.account_id
    region = self.xray_backend.region_name
    rule.setdefault("Attributes", {})
    rule["RuleARN"] = f"arn:aws:xray:{region}:{account}:sampling-rule/{name}"
    now = time.time()
    _rules(self)[name] = {
        "SamplingRule": rule,
        "CreatedAt": now,
        "ModifiedAt": now,
        "Tags": {tag["Key"]: tag["Value"] for tag in body.get("Tags") or []},
    }
    return _answer_record(self, name)


def _update(self: XRayResponse) -> Answer:
    change = self.request_params["SamplingRuleUpdate"]
    name = _name_of(change)
    if name not in _rules(self):
        return _refuse(self, f"Sampling rule {name} does not exist")
    record = _rules(self)[name]
    record["SamplingRule"].update({key: value for key, value in change.items() if value is not None})
    record["ModifiedAt"] = time.time()
    return _answer_record(self, name)


def _delete(self: XRayResponse) -> Answer:
    name = _name_of(self.request_params)
    if name not in _rules(self):
        return _refuse(self, f"Sampling rule {name} does not exist")
    answer = _answer_record(self, name)
    del _rules(self)[name]
    return answer


def _get(self: XRayResponse) -> Answer:
    return json.dumps({"SamplingRuleRecords": [_public(record) for record in _rules(self).values()]})


def _list_tags(self: XRayResponse) -> Answer:
    record = _by_arn(self)
    if record is None:
        return _not_found(self)
    tags = [{"Key": key, "Value": value} for key, value in record["Tags"].items()]
    return json.dumps({"Tags": tags})


def _tag(self: XRayResponse) -> Answer:
    record = _by_arn(self)
    if record is None:
        return _not_found(self)
    record["Tags"].update({tag["Key"]: tag["Value"] for tag in self.request_params["Tags"]})
    return "{}"


def _untag(self: XRayResponse) -> Answer:
    record = _by_arn(self)
    if record is None:
        return _not_found(self)
    for key in self.request_params["TagKeys"]:
        record["Tags"].pop(key, None)
    return "{}"


def _public(record: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key != "Tags"}


def _answer_record(self: XRayResponse, name: str) -> str:
    return json.dumps({"SamplingRuleRecord": _public(_rules(self)[name])})


def _name_of(body: dict[str, Any]) -> str:
    """Return the rule's name; the API takes a name or an ARN."""
    return str(body.get("RuleName") or body.get("RuleARN", "").rsplit("/", 1)[-1])


def _by_arn(self: XRayResponse) -> dict[str, Any] | None:
    arn = self.request_params["ResourceARN"]
    found = (r for r in _rules(self).values() if r["SamplingRule"]["RuleARN"] == arn)
    return next(found, None)


def _not_found(self: XRayResponse) -> Answer:
    return self._error("ResourceNotFoundException", "No such resource")


def _refuse(self: XRayResponse, message: str) -> Answer:
    return self._error("InvalidRequestException", message)
