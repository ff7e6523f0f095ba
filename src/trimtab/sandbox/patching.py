"""Changes to moto's classes that can be taken back.

moto is a library of classes with no place to plug anything in, so the sandbox replaces
methods on them. Each replacement is remembered and undone when the sandbox stops: whoever
uses plain moto in the same process afterwards finds it as it was.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Around: TypeAlias = Callable[..., Any]
"""Called as ``around(original, self, *args, **kwargs)``."""

_ABSENT = object()


@dataclass(slots=True)
class Patches:
    """What has been replaced, in order."""

    _undo: list[Callable[[], None]] = field(default_factory=list)

    def add(self, owner: type, name: str, value: object) -> None:
        """Set ``owner.name``, whether or not it exists."""
        before = vars(owner).get(name, _ABSENT)
        setattr(owner, name, value)
        if before is _ABSENT:
            self._undo.append(lambda: delattr(owner, name))
        else:
            self._undo.append(lambda: setattr(owner, name, before))

    def wrap(self, owner: type, name: str, around: Around) -> None:
        """Replace the method ``owner.name`` by one that is handed the original."""
        original = getattr(owner, name)

        @functools.wraps(original)
        def replacement(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - moto's own types vary
            return around(original, *args, **kwargs)

        self.add(owner, name, replacement)

    def add_item(self, mapping: MutableMapping[Any, Any], key: object, value: object) -> None:
        """Set ``mapping[key]``, for moto's tables of URLs."""
        before = mapping.get(key, _ABSENT)
        mapping[key] = value
        if before is _ABSENT:
            self._undo.append(lambda: mapping.pop(key, None))
        else:
            self._undo.append(lambda: mapping.__setitem__(key, before))

    def remove_item(self, mapping: MutableMapping[Any, Any], key: object) -> None:
        """Take ``mapping[key]`` away, if it is there."""
        if key in mapping:
            before = mapping.pop(key)
            self._undo.append(lambda: mapping.__setitem__(key, before))

    def undo(self) -> None:
        """Put everything back, newest first."""
        while self._undo:
            self._undo.pop()()
