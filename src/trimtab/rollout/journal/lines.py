"""The lines of a journal: what was meant, before a call, and what came of it, after."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import msgspec

from trimtab.rollout.bake.gates import RecordBefore  # noqa: TC001 - msgspec reads the annotations
from trimtab.rollout.cloud.signals import SignalChange  # noqa: TC001 - and this
from trimtab.rollout.model import Kind, Outcome  # noqa: TC001 - these too

JOURNAL_VERSION: Final = 3


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="event"):
    """Base of the lines. ``at``: the time of writing, ISO 8601 UTC; people and ``report --since`` read it."""

    v: Literal[1, 2, 3] = JOURNAL_VERSION
    """1 had fewer kinds of lines, 2 no ``signals``."""
    at: str


class Begin(_Line, frozen=True, kw_only=True, tag="begin"):
    """A run began, or went on after a kill."""

    kind: Kind
    cluster_arn: str
    bake: str = ""
    """How long moved services are watched [s], or ``peak``; empty: not at all."""
    recommendation: str
    """Digest of the sizes wanted: runs that share it are one rollout."""


class Registering(_Line, frozen=True, kw_only=True, tag="registering"):
    """RegisterTaskDefinition is about to be called. The revision's tag will carry ``digest``."""

    service: str
    base: str
    digest: str


class Registered(_Line, frozen=True, kw_only=True, tag="registered"):
    """It answered."""

    service: str
    arn: str


class Updating(_Line, frozen=True, kw_only=True, tag="updating"):
    """UpdateService is about to be called."""

    service: str
    before: str
    """ARN of the revision that ran."""
    to: str
    primary: str
    """Id of the deployment that was the newest."""
    last_event: str
    """Id of the newest service event; empty if there was none."""
    signals: SignalChange | None = None
    """How often metrics were published, and are to be; null: that is left as it is."""


class Updated(_Line, frozen=True, kw_only=True, tag="updated"):
    """It answered, or the deployment was found after a kill."""

    service: str
    deployment: str


class Settled(_Line, frozen=True, kw_only=True, tag="settled"):
    """The deployment came to an end, or its time was up."""

    service: str
    outcome: Outcome
    reason: str


class Suspending(_Line, frozen=True, kw_only=True, tag="suspending"):
    """RegisterScalableTarget is about to suspend scaling out."""

    service: str
    before: dict[str, bool]
    """``SuspendedState`` as it was."""


class Resumed(_Line, frozen=True, kw_only=True, tag="resumed"):
    """Scaling out is as it was."""

    service: str


class Baking(_Line, frozen=True, kw_only=True, tag="baking"):
    """A moved service is watched against its record from now on."""

    service: str
    before: str
    to: str
    until: str
    """ISO 8601 UTC."""
    record: RecordBefore


class GoingBack(_Line, frozen=True, kw_only=True, tag="going back"):
    """It is clearly worse: what ran before is about to be deployed."""

    service: str
    reason: str


class Baked(_Line, frozen=True, kw_only=True, tag="baked"):
    """The watch is over."""

    service: str
    outcome: Outcome
    reason: str


class End(_Line, frozen=True, kw_only=True, tag="end"):
    """The run came to its end, good or bad. Without this line it was killed."""

    exit_code: int


Line: TypeAlias = (
    Begin
    | Registering
    | Registered
    | Updating
    | Updated
    | Settled
    | Suspending
    | Resumed
    | Baking
    | GoingBack
    | Baked
    | End
)
