"""An ``Api`` that remembers the answers of another, and one that repeats them, both able to fail."""

from __future__ import annotations

import copy
from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimtab.aws.api import Api

    Stop = Callable[[str, dict[str, Any]], None]
    """Called before each call with its name and parameters; raises what is to go wrong."""


class Recorder:
    """Asks another, and remembers."""

    def __init__(self, api: Api, before: Stop = lambda *_: None) -> None:
        self.region = api.region
        self.api = api
        self.before = before
        self.answers: dict[str, dict[str, Any]] = {}
        self.calls: Counter[str] = Counter()

    def call(self, service: str, operation: str, **parameters: object) -> dict[str, Any]:
        name = f"{service}:{operation}"
        self.calls[name] += 1
        self.before(name, parameters)
        answer = self.api.call(service, operation, **parameters)
        # What is read is changed on the way: environment values are emptied in place.
        self.answers[f"{name} {parameters}"] = copy.deepcopy(answer)
        return answer


class Repeater:
    """Gives remembered answers again, to the same questions."""

    def __init__(self, recorder: Recorder, before: Stop = lambda *_: None) -> None:
        self.region = recorder.region
        self.answers = recorder.answers
        self.before = before
        self.calls: Counter[str] = Counter()

    def call(self, service: str, operation: str, **parameters: object) -> dict[str, Any]:
        name = f"{service}:{operation}"
        self.calls[name] += 1
        self.before(name, parameters)
        question = f"{name} {parameters}"
        # A list that was never asked for is empty; anything else is a question gone wrong.
        if operation.startswith("List") and question not in self.answers:
            return {}
        return copy.deepcopy(self.answers[question])
