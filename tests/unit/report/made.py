"""What a step told about how far it is, kept for a test to read."""

from __future__ import annotations


class Told(list[str]):
    """Takes a step's progress; holds its words."""

    def __call__(self, words: str, done: int = 0, total: int = 0) -> None:
        assert 0 <= done <= total
        self.append(words)
