"""``prices.json``: the list prices that were read with a snapshot, in the catalog's form.

Every run of the snapshot has the same prices. The file may be absent: the catalog's are taken then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from trimtab.catalog.load import LIST_PRICE, Prices, price_names, priced
from trimtab.decoding import decoded
from trimtab.errors import SnapshotError
from trimtab.snapshot.price_list import CURRENCY

if TYPE_CHECKING:
    from pathlib import Path

PRICES_FILE: Final = "prices.json"
ADVICE: Final = "read the snapshot again, or delete the file to take the catalog's prices"


def encode_prices(prices: Prices) -> bytes:
    """Return the file: the same prices give the same bytes. Prices that are absent are left out."""
    raw = {name: value for name, value in msgspec.to_builtins(prices).items() if value is not None}
    del raw["basis"]  # follows from the day they were read
    return msgspec.json.format(msgspec.json.encode(raw), indent=2) + b"\n"


def read_prices(path: Path, region: str) -> Prices | None:
    """Return the list prices of a snapshot of ``region``; ``None`` where it has none.

    Raises:
        SnapshotError: the file cannot be read, or is not a list of the region's prices in USD.

    """
    where = str(path)
    try:
        prices = decoded(path.read_bytes(), Prices)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SnapshotError(
            f"it cannot be read ({error.strerror or error})", where=where, advice="check the file"
        ) from error
    except msgspec.ValidationError as error:
        raise SnapshotError(str(error), where=where, advice=ADVICE) from error
    except msgspec.DecodeError as error:
        raise SnapshotError(f"this is not JSON ({error})", where=where, advice=ADVICE) from error
    _check(prices, region, where)
    return msgspec.structs.replace(prices, basis=f"{LIST_PRICE} of {prices.read}")


def _check(prices: Prices, region: str, where: str) -> None:
    """Refuse prices of another region or currency, or by another unit."""
    if prices.region != region:
        raise SnapshotError(
            f"these are prices of {prices.region!r}, the fleet runs in {region!r}",
            where=f"{where}: region",
            advice=ADVICE,
        )
    if prices.currency != CURRENCY:
        raise SnapshotError(
            f"the currency is {prices.currency!r}, must be {CURRENCY!r}",
            where=f"{where}: currency",
            advice=ADVICE,
        )
    known = price_names()
    for name, price in priced(prices).items():
        unit = known[name].unit if name in known else price.unit
        if price.unit != unit:
            raise SnapshotError(
                f"the unit is {price.unit!r}, must be {unit!r}", where=f"{where}: {name}", advice=ADVICE
            )
