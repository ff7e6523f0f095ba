"""Cost Explorer: activating cost allocation tags.

Source: botocore's ``ce`` service model (UpdateCostAllocationTagsStatus,
ListCostAllocationTags). Real AWS knows a key only about a day after it was first used; here a
key exists as soon as anybody asks to activate it.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from moto.ce.responses import CostExplorerResponse

if TYPE_CHECKING:
    from trimtab.sandbox.patching import Patches

_BATCH = 20
"""Most tags one call may change (service model)."""


def install(patches: Patches) -> None:
    """Extend moto's Cost Explorer."""
    patches.add(CostExplorerResponse, "update_cost_allocation_tags_status", _update)
    patches.add(CostExplorerResponse, "list_cost_allocation_tags", _list)


def _tags(self: CostExplorerResponse) -> dict[str, dict[str, Any]]:
    tags: dict[str, dict[str, Any]] = vars(self.ce_backend).setdefault("sandbox_tags", {})
    return tags


def _update(self: CostExplorerResponse) -> str:
    entries = json.loads(self.body)["CostAllocationTagsStatus"]
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    errors = []
    for position, entry in enumerate(entries):
        if position >= _BATCH:
            errors.append(
                {"TagKey": entry["TagKey"], "Code": "ValidationException", "Message": "over 20 tags"}
            )
            continue
        kind = "AWSGenerated" if entry["TagKey"].startswith("aws:") else "UserDefined"
        _tags(self)[entry["TagKey"]] = {**entry, "Type": kind, "LastUpdatedDate": now}
    return json.dumps({"Errors": errors})


def _list(self: CostExplorerResponse) -> str:
    body = json.loads(self.body)
    keys, status, kind = body.get("TagKeys"), body.get("Status"), body.get("Type")
    tags = [
        tag
        for tag in _tags(self).values()
        if (not keys or tag["TagKey"] in keys)
        and (not status or tag["Status"] == status)
        and (not kind or tag["Type"] == kind)
    ]
    return json.dumps({"CostAllocationTags": tags})
