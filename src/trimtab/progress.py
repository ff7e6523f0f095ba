"""What a long step tells about how far it is. Nothing here prints."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Told what is being done, in words for a person; where it can be counted, how far it is."""

    def __call__(self, words: str, done: int = 0, total: int = 0) -> None:
        """Take the words of a step, and how many of ``total`` like it are ``done``; 0 of 0 is not known."""


def silent(words: str, done: int = 0, total: int = 0) -> None:
    """Tell nobody."""
    del words, done, total
