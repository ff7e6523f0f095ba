"""An ``Api`` that remembers the answers of another, and one that repeats them, both able to fail."""

from __future__ import annotations

import pickle
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
        self.answers: dict[str, bytes] = {}
        self.calls: Counter[str] = Counter()

    def call(self, service: str, operation: str, **parameters: object) -> dict[str, Any]:
        name = f"{service}:{operation}"
        self.calls[name] += 1
        self.before(name, parameters)
        answer = self.api.call(service, operation, **parameters)
        # What is read is changed on the way: environment values are emptied in place.
        self.answers[f"{name} {parameters}"] = pickle.dumps(answer)
        return answer


class Repeater:
    """Gives remembered answers again, to the same questions."""

    def __init__(self, recorder: Recorder, before: Stop = lambda *_: None) -> None:
        self.region = recorder.region
        self.answers = recorder.answers
        self.before = before
        self.calls: Counter[str] = Counter()

    def change(self, by: Callable[[dict[str, dict[str, Any]]], None]) -> None:
        """Give other answers from here on, which ``by`` has written over the remembered ones."""
        answers = {question: _read(answer) for question, answer in self.answers.items()}
        by(answers)
        self.answers = {question: pickle.dumps(answer) for question, answer in answers.items()}

    def call(self, service: str, operation: str, **parameters: object) -> dict[str, Any]:
        name = f"{service}:{operation}"
        self.calls[name] += 1
        self.before(name, parameters)
        question = f"{name} {parameters}"
        # A list that was never asked for is empty; anything else is a question gone wrong.
        if operation.startswith("List") and question not in self.answers:
            return {}
        return _read(self.answers[question])


def _read(kept: bytes) -> dict[str, Any]:
    answer: dict[str, Any] = pickle.loads(kept)  # noqa: S301 - written by this process
    return answer
