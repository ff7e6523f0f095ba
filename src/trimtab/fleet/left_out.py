"""The one answer for a service that gets none: which, why in a word, and the detail."""

from __future__ import annotations

import enum

import msgspec


class LeftOutReason(enum.Enum):
    """Why a service gets no answer."""

    NO_METRICS = "no metrics"
    TOO_LITTLE_DATA = "too little data"
    NEVER_RAN = "never ran"
    ACCESS_DENIED = "access denied"
    THROTTLED = "throttled"
    NOT_FOUND = "not found"
    CALL_FAILED = "call failed"
    NOT_FARGATE = "not Fargate"
    NOT_UNDERSTOOD = "not understood"
    NO_SIZE = "no size holds it"
    FOREIGN = "scaled by another metric"
    CANNOT_TELL = "cannot tell"
    NO_VALUES = "no values"
    """Not advised on: a file of values has no entry for it."""
    NOT_TAKEN_OVER = "not taken over"
    """Not advised on: it stays with its present owner."""


class LeftOut(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A service without an answer. It reaches the snapshot, the written values, the JSON and the screen."""

    service: str
    reason: LeftOutReason
    detail: str

    def __str__(self) -> str:
        """Return the reason with its detail, in one line."""
        return f"{self.reason.value}: {self.detail}"
