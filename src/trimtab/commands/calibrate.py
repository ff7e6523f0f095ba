"""How far the replay of each service is from what happened: what ``trimtab replay --calibrate`` shows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from trimtab.advice.calibration.fit import calibrate, cut_of
from trimtab.advice.calibration.own import CasesOfOwn, own_found
from trimtab.advice.case.case import as_deployed, workload_of
from trimtab.advice.case.objective import DEFAULT
from trimtab.advice.names import known_services, refuse_unknown
from trimtab.catalog.own_prices import prices_for
from trimtab.demand.fill import recorded
from trimtab.demand.terms import NOTHING_TOLD
from trimtab.errors import ReplayError
from trimtab.fleet.left_out import LeftOut, LeftOutReason
from trimtab.progress import silent
from trimtab.snapshot.fitted import write_fitted
from trimtab.snapshot.place.opened import snapshot_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.advice.calibration.fit import Calibration
    from trimtab.advice.case.case import Case
    from trimtab.catalog.load import Prices
    from trimtab.demand.terms import OwnCpu
    from trimtab.fleet.model import Service
    from trimtab.progress import Progress
    from trimtab.snapshot.contract import Snapshot
    from trimtab.snapshot.place.named import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrated:
    """What was found of each service, and where it is kept."""

    found: tuple[Calibration | LeftOut, ...]
    written: Path | None
    """None: the snapshot lies in S3, where nothing is written."""

    @property
    def partial(self) -> bool:
        """Whether a service could not be calibrated."""
        return any(isinstance(one, LeftOut) for one in self.found)


def calibrated(place: Place, *, services: tuple[str, ...] = (), progress: Progress = silent) -> Calibrated:
    """Calibrate the snapshot's services, or those named, in the fleet's order, and keep what was found.

    What was kept earlier of others on the same snapshot stays.

    Raises:
        SnapshotError: the snapshot cannot be read or believed, or nothing can be written beside it.
        UsageError: there is no such service.

    """
    progress(f"reading {place}")
    with snapshot_at(place) as snapshot:
        names = set(services or known_services(snapshot))
        refuse_unknown(snapshot, names, "--service")
        price_list = prices_for(snapshot.fleet.region, None, snapshot.prices)
        found = tuple(_each(snapshot, names, price_list, progress))
        kept = {one.name: one.fitted for one in snapshot.fleet.services if one.name not in names}
    kept |= {one.service: one.kept for one in found if not isinstance(one, LeftOut)}
    if not isinstance(place, Path):
        return Calibrated(found=found, written=None)
    fitted = {name: one for name, one in kept.items() if one is not None}
    return Calibrated(found=found, written=write_fitted(place, fitted))


def _each(
    snapshot: Snapshot, names: set[str], price_list: Prices, progress: Progress
) -> Iterator[Calibration | LeftOut]:
    left_out = {left.service: left for left in snapshot.skipped}
    for service in snapshot.fleet.services:
        if service.name not in names:
            continue
        if service.name in left_out:
            yield left_out[service.name]
            continue
        progress(f"calibrating {service.name}")
        yield _one(snapshot, service, price_list)


def _one(snapshot: Snapshot, service: Service, price_list: Prices) -> Calibration | LeftOut:
    if service.scaling.foreign:
        return LeftOut(
            service=service.name,
            reason=LeftOutReason.FOREIGN,
            detail="something that is not replayed sets its count",
        )
    # What was kept earlier is not what this rests on.
    service = msgspec.structs.replace(service, fitted=None)
    demand = recorded(service, snapshot.metrics[service.name])
    found = own_found(service, demand, cut_of(demand.tasks.size))

    def case_of(own: OwnCpu) -> Case:
        return as_deployed(workload_of(service, replace(demand, own=own)), price_list, DEFAULT)

    try:
        cases = (case_of(found.own), case_of(NOTHING_TOLD)) if found.told else ()
        case = cases[0 if found.used else 1] if cases else case_of(demand.own)
    except ReplayError as error:
        return LeftOut(service=service.name, reason=LeftOutReason.CANNOT_TELL, detail=str(error))
    own = CasesOfOwn(found=found, cases=cases)
    return calibrate(case, demand, service.scaling_activities, service.alarm_changes, own)
