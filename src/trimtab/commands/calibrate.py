"""How far the replay of each service is from what happened: what ``trimtab replay --calibrate`` shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.advice.calibration.fit import calibrate
from trimtab.advice.case.case import as_deployed, workload_of
from trimtab.advice.case.objective import DEFAULT
from trimtab.advice.names import known_services, refuse_unknown
from trimtab.catalog.own_prices import prices_for
from trimtab.demand.fill import recorded
from trimtab.errors import ReplayError
from trimtab.fleet.left_out import LeftOut, LeftOutReason
from trimtab.progress import silent
from trimtab.snapshot.place.opened import snapshot_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.advice.calibration.fit import Calibration
    from trimtab.catalog.load import Prices
    from trimtab.fleet.model import Service
    from trimtab.progress import Progress
    from trimtab.snapshot.contract import Snapshot
    from trimtab.snapshot.place.named import Place


def calibrated(
    place: Place, *, services: tuple[str, ...] = (), progress: Progress = silent
) -> tuple[Calibration | LeftOut, ...]:
    """Calibrate the snapshot's services, or those named, in the fleet's order.

    Raises:
        SnapshotError: the snapshot cannot be read or believed.
        UsageError: there is no such service.

    """
    progress(f"reading {place}")
    with snapshot_at(place) as snapshot:
        names = set(services or known_services(snapshot))
        refuse_unknown(snapshot, names, "--service")
        price_list = prices_for(snapshot.fleet.region, None, snapshot.prices)
        return tuple(_each(snapshot, names, price_list, progress))


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
    workload = workload_of(service, recorded(service, snapshot.metrics[service.name]))
    try:
        case = as_deployed(workload, price_list, DEFAULT)
    except ReplayError as error:
        return LeftOut(service=service.name, reason=LeftOutReason.CANNOT_TELL, detail=str(error))
    return calibrate(case, workload.demand, service.scaling_activities)
