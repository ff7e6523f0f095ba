"""From a burst to served traffic: the alarm's delay and the start, by the rules of the replay.

``docs/replay.md``, sections 4 and 6: a point is seen so long after its minute, the alarm wants M
of them, and a launched task serves after its first passing check.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trimtab.advice.case.case import starts_of
from trimtab.replay.inputs import Model
from trimtab.replay.policy import TRACKING_OUT
from trimtab.timing.slower import AS_RECORDED
from trimtab.units import MINUTE_S

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimtab.fleet.model import StartSample
    from trimtab.terraform_module import Ladders
    from trimtab.timing.slower import Slower

MODEL = Model()


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What a burst that just passes the threshold waits for, each in seconds."""

    alarm_least_s: int
    """From its first minute's beginning until the alarm acts."""
    alarm_most_s: int
    """The same where it begins just too late for its first minute to breach."""
    start_median_s: int
    """From the decision until a task serves."""
    start_slowest_s: int
    starts: int
    """Recorded starts behind the two; 0: assumed."""


def response_of(
    ladders: Ladders,
    samples: Sequence[StartSample],
    model: Model = MODEL,
    slower: Slower = AS_RECORDED,
) -> Response:
    """Return how long a burst waits under ``ladders``, at the starts that the replay draws from."""
    needed, _ = TRACKING_OUT if ladders.tracking is not None else ladders.out_datapoints
    # In whole minutes, as the replay has it: what is not yet there at a tick is there at the next.
    published_s = -(-model.publication_delay_s // MINUTE_S) * MINUTE_S
    least = needed * ladders.period_s + published_s
    serving = starts_of(samples, slower).serving_s
    return Response(
        alarm_least_s=least,
        alarm_most_s=least + MINUTE_S,
        start_median_s=int(np.ceil(np.median(serving))),
        start_slowest_s=int(serving.max()),
        starts=len(samples),
    )
