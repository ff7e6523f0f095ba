"""What calibration allows to be claimed of a service: how far the replay was from what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.advice.cost import cents, dollars
from trimtab.advice.model import Caution, CautionKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.advice.before import Before
    from trimtab.advice.cost import Cost
    from trimtab.fleet.fitted import Fitted, FittedOwn
    from trimtab.fleet.model import Service

UNPROVEN = (
    "a forecast that knows no policy is as near to the count: what is promised of its scaling rests on a "
    "replay that did not tell what happened, and is not proven"
)


def cautions_of_calibration(service: Service, cost: Cost, before: Before) -> Iterator[Caution]:
    """Yield how far the replay was off where it was judged, and what that leaves of the claims."""
    found = service.fitted
    if found is None:
        return
    kind = CautionKind.CALIBRATED if found.believable else CautionKind.UNPROVEN
    yield Caution(kind=kind, text=_said(found))
    saved = cost.compute_saving_usd_month
    error = cents(abs(found.bill_error) * float(cost.before.compute_usd_month))
    told = before.error_usd_month is not None and abs(saved) < before.error_usd_month
    if abs(saved) < error and not told:
        text = (
            f"the difference for Fargate, {dollars(saved)} a month, is within the error: where it was judged "
            f"the replay's bill was {100 * found.bill_error:+.1f} % off, {dollars(error)} a month"
        )
        yield Caution(kind=CautionKind.WITHIN_ERROR, text=text)


def _said(found: Fitted) -> str:
    fields = (
        f"with delays fitted to what happened ({found.delay_s} s to an alarm, {found.in_activity_s} s for a "
        "scale-in)"
        if found.used
        else "with the default delays, for fitted ones were no nearer"
    )
    text = (
        f"replayed {fields}: on {found.judged_days:.1f} days that nothing was fitted on "
        f"{100 * found.predicted:.0f} % of the scaling activities were predicted, the count was "
        f"{100 * found.count_error:.1f} % off and the bill {100 * found.bill_error:+.1f} %"
    )
    if found.own is not None:
        text += _said_of_own(found.own)
    if not found.believable:
        return f"{text}; {UNPROVEN}"
    return f"{text}; what is promised of its scaling holds no closer than that" if found.far else text


def _said_of_own(own: FittedOwn) -> str:
    errors = f"{own.cpu_error_vcpu:.3g} vCPU, {own.without_cpu_error_vcpu:.3g} without"
    if not own.used:
        return f"; CPU of the tasks' own foretold nothing there ({errors}), and all counts as work"
    told = "; CPU of the tasks' own is as the first part tells it"
    return f"{told} (as they come and go, CPU is within {errors})"
