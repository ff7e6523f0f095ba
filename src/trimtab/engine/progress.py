"""What an engine says of an apply while it runs, counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

Event: TypeAlias = Literal["start", "progress", "complete", "error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineProgress:
    """One step of an apply or destroy. A replacement is two steps."""

    done: int
    """Steps completed so far."""
    total: int
    """Steps of the whole run; 0 while it is not known yet."""
    address: str
    action: str
    """create, update or delete."""
    event: Event
    elapsed_s: float
    """Seconds this step has taken so far."""


OnProgress: TypeAlias = "Callable[[EngineProgress], None]"
_EVENTS: dict[str, Event] = {
    "apply_start": "start",
    "apply_progress": "progress",
    "apply_complete": "complete",
    "apply_errored": "error",
}


@dataclass(slots=True)
class Tally:
    """Counts the steps of an apply."""

    on_progress: OnProgress | None
    total: int = 0
    done: int = 0

    def read(self, message: dict[str, Any]) -> None:
        """Take one message of the engine."""
        kind = message.get("type", "")
        if kind == "change_summary" and message["changes"]["operation"] == "plan":
            changes = message["changes"]
            self.total = changes["add"] + changes["change"] + changes["remove"]
        hook = message.get("hook", {})
        if not self.on_progress or kind not in _EVENTS or hook["action"] in {"read", "noop"}:
            return
        self.done += kind == "apply_complete"
        self.on_progress(
            EngineProgress(
                done=self.done,
                total=self.total,
                address=hook["resource"]["addr"],
                action=hook["action"],
                event=_EVENTS[kind],
                elapsed_s=float(hook.get("elapsed_seconds", 0)),
            )
        )
