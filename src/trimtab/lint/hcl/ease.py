"""What the grammar of python-hcl2 does not take although it is HCL, rewritten so that it does.

Every character keeps its position, so that lines are still found: newlines inside ``${…}`` of a
string become blanks, and so does a double negation.
"""

from __future__ import annotations

import re

_HEREDOC = re.compile(r"<<-?([A-Za-z][\w.-]*)[ \t]*\r?\n")


def eased(text: str) -> str:
    """Return the text with the same meaning and length."""
    made = list(text)
    stack: list[bool] = []  # what is open: True for a string, False for an expression inside one
    depths: list[int] = []  # the braces that are open in each of these expressions
    at = 0
    while at < len(text):
        char = text[at]
        if stack and stack[-1]:
            at += _inside(text, at, depths, stack)
            continue
        if (skipped := _comment_or_heredoc(text, at, inside=bool(stack))) > at:
            at = skipped
            continue
        if char == '"':
            stack.append(True)
        elif stack and char in "{}":
            depths[-1] += 1 if char == "{" else -1
            if depths[-1] == 0:
                depths.pop()
                stack.pop()
        elif stack and char in "\r\n":
            made[at] = " "
        elif text.startswith("!!", at):
            made[at : at + 2] = "  "
            at += 1
        at += 1
    return "".join(made)


def _inside(text: str, at: int, depths: list[int], stack: list[bool]) -> int:
    """Read on inside a string; return how many characters that took."""
    if text[at] == "\\" or text.startswith(("$${", "%%{"), at):
        return 2 if text[at] == "\\" else 3
    if text.startswith(("${", "%{"), at):
        stack.append(False)
        depths.append(1)
        return 2
    if text[at] == '"':
        stack.pop()
    return 1


def _comment_or_heredoc(text: str, at: int, *, inside: bool) -> int:
    """Return where a comment or heredoc that begins here ends; ``at`` where none does."""
    if text.startswith(("#", "//"), at) and not inside:
        end = text.find("\n", at)
        return len(text) if end < 0 else end
    if text.startswith("/*", at):
        end = text.find("*/", at + 2)
        return len(text) if end < 0 else end + 2
    opening = _HEREDOC.match(text, at)
    if opening is None:
        return at
    mark = re.compile(rf"^[ \t]*{re.escape(opening[1])}[ \t]*\r?$", re.MULTILINE)
    last = mark.search(text, opening.end())
    return len(text) if last is None else last.end()
