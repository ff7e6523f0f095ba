"""JSON that somebody hands over, decoded: every fault is a ``DecodeError``, however the file is spoilt."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, overload

import msgspec

if TYPE_CHECKING:
    from types import UnionType
    from typing import Any

_Kind = TypeVar("_Kind")


@overload
def decoded(content: bytes | str) -> Any: ...  # noqa: ANN401 - whatever the file has
@overload
def decoded(content: bytes | str, kind: type[_Kind]) -> _Kind: ...
@overload
def decoded(content: bytes | str, kind: UnionType) -> Any: ...  # noqa: ANN401 - one of several
def decoded(content: bytes | str, kind: Any = object) -> Any:
    """Return what the JSON says, as ``kind`` if one is named.

    The decoder answers a file that is nested a few thousand levels deep with ``RecursionError``, and one
    that is not UTF-8 with ``UnicodeDecodeError``. Both are faults of the file.

    Raises:
        DecodeError: it is no JSON, nested too deeply or no ``kind``; says where.

    """
    try:
        return msgspec.json.decode(content, type=kind)
    except RecursionError:
        raise msgspec.DecodeError("it is nested too deeply") from None
    except UnicodeDecodeError as error:
        raise msgspec.DecodeError(f"byte {error.start} is not UTF-8") from None


def fault_of(error: msgspec.DecodeError) -> tuple[str, str]:
    """Return what is wrong, and at which member; empty where it is the whole document."""
    fault, _, place = str(error).partition(" - at `$")
    return fault, place.strip(".`")
