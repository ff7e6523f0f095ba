"""HCL text to syntax, by the grammar of python-hcl2, whose own result keeps no lines."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

import hcl2
from lark import Token, Tree
from lark.exceptions import LarkError

from trimtab.errors import UsageError
from trimtab.lint.hcl.ease import eased
from trimtab.lint.hcl.syntax import (
    ELEMENT,
    SHOWN,
    Attr,
    Binary,
    Block,
    Body,
    Call,
    Conditional,
    For,
    Index,
    Literal,
    Name,
    Node,
    ObjectOf,
    SourcePlace,
    Splat,
    TupleOf,
    Unary,
    Unsupported,
)
from trimtab.lint.hcl.template import heredoc, quoted_text, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

_GAPS = {"new_line_or_comment"}
_WORDS = {"true": True, "false": False, "null": None}


def parse(text: str, file: str) -> Body:
    """Return a file's attributes and blocks.

    Raises:
        UsageError: it is no HCL; says the file and the line.

    """
    whole = text + "\n"  # a line at the end that has no newline is no line to the parser
    try:
        try:
            tree = hcl2.parses_to_tree(whole)
        except LarkError:
            tree = hcl2.parses_to_tree(eased(whole))
        return _Reader(whole, file).body(_only(tree, "body"))
    except LarkError as error:
        line = getattr(error, "line", 0)
        last = max(1, len(text.splitlines()))
        place = f"{file}:{min(line, last)}" if isinstance(line, int) and line > 0 else f"{file}:{last}"
        raise UsageError(
            "is no HCL that can be read", where=place, advice="terraform validate says more"
        ) from error
    except RecursionError as error:
        raise UsageError("is nested too deep to be read", where=file) from error


def expression(text: str, file: str, line: int) -> Node:
    """Return an expression that stands inside a string, which begins at ``line``."""
    whole = f"x = {text.strip()}\n"
    try:
        tree = hcl2.parses_to_tree(whole)
        reader = _Reader(whole, file, line - 1, inside=True)
        return next(iter(reader.body(_only(tree, "body")).attributes.values()))
    except (LarkError, RecursionError, StopIteration):
        return Unsupported(SourcePlace(file, line, line, _short(text)), "an expression that cannot be read")


def _only(tree: Tree[Token], data: str) -> Tree[Token]:
    return next(one for one in _trees(tree) if one.data == data)


def _trees(tree: Tree[Token]) -> list[Tree[Token]]:
    return [one for one in tree.children if isinstance(one, Tree) and one.data not in _GAPS]


def _tokens(tree: Tree[Token]) -> list[str]:
    return [str(one) for one in tree.children if isinstance(one, Token)]


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"


class _Reader:
    """Turns the parser's tree of one file into syntax."""

    def __init__(self, text: str, file: str, before: int = 0, *, inside: bool = False) -> None:
        self.text = text
        self.file = file
        self.before = before
        self.inside = inside
        self.newlines = [found.start() for found in re.finditer("\n", text)]
        self.kinds: dict[str, Callable[[Tree[Token]], Node]] = {
            "expr_term": self._term,
            "binary_op": self._binary,
            "unary_op": self._unary,
            "conditional": self._conditional,
            "string": self._string,
            "heredoc_template": self._heredoc,
            "heredoc_template_trim": self._heredoc,
            "tuple": self._tuple,
            "object": self._object,
            "for_tuple_expr": self._for,
            "for_object_expr": self._for,
            "function_call": self._call,
            "identifier": self._identifier,
            "literal_value": self._word,
            "int_lit": self._number,
            "float_lit": self._number,
            "get_attr_expr_term": self._path,
            "index_expr_term": self._path,
            "attr_splat_expr_term": self._splat,
            "full_splat_expr_term": self._splat,
        }

    def place(self, tree: Tree[Token]) -> SourcePlace:
        meta: Any = tree.meta
        if meta.empty:
            return SourcePlace(self.file, self.before + 1, self.before + 1)
        text = _short(self.text[meta.start_pos : meta.end_pos])
        # By position, not by the parser's line: what was eased has lost newlines.
        first = bisect_left(self.newlines, meta.start_pos) + 1
        last = bisect_left(self.newlines, meta.end_pos) + 1
        span = None if self.inside else (meta.start_pos, meta.end_pos)
        return SourcePlace(self.file, self.before + first, self.before + last, text, span)

    def body(self, tree: Tree[Token]) -> Body:
        attributes: dict[str, Node] = {}
        blocks = []
        for branch in _trees(tree):
            parts = _trees(branch)
            if branch.data == "attribute":
                attributes[_word_of(parts[0])] = self.node(parts[1])
            elif branch.data == "block":
                names = [_word_of(part) for part in parts[:-1]]
                blocks.append(Block(names[0], tuple(names[1:]), self.body(parts[-1]), self.place(branch)))
        return Body(attributes, tuple(blocks))

    def node(self, tree: Tree[Token]) -> Node:
        make = self.kinds.get(str(tree.data))
        if make is None:
            return Unsupported(self.place(tree), "a form of expression that this tool does not know")
        return make(tree)

    def nodes(self, trees: Iterable[Tree[Token]]) -> tuple[Node, ...]:
        return tuple(self.node(one) for one in trees)

    def _term(self, tree: Tree[Token]) -> Node:
        return self.node(_trees(tree)[0])

    def _binary(self, tree: Tree[Token]) -> Node:
        left, term = _trees(tree)
        operator, right = _trees(term)
        return Binary(self.place(tree), _tokens(operator)[0], self.node(left), self.node(right))

    def _unary(self, tree: Tree[Token]) -> Node:
        return Unary(self.place(tree), _tokens(tree)[0], self.node(_trees(tree)[0]))

    def _conditional(self, tree: Tree[Token]) -> Node:
        test, yes, no = _trees(tree)
        return Conditional(self.place(tree), self.node(test), self.node(yes), self.node(no))

    def _string(self, tree: Tree[Token]) -> Node:
        place = self.place(tree)
        parts: list[Node] = []
        for part in _trees(tree):
            inner = part.children[0]
            if isinstance(inner, Token):
                parts.append(Literal(place, quoted_text(str(inner))))
            elif inner.data == "interpolation":
                parts.append(self.node(_trees(inner)[0]))
            else:
                return Unsupported(place, "a template directive")
        return text_of(place, parts)

    def _heredoc(self, tree: Tree[Token]) -> Node:
        return heredoc(_tokens(tree)[0], self.place(tree), expression)

    def _tuple(self, tree: Tree[Token]) -> Node:
        return TupleOf(self.place(tree), self.nodes(_trees(tree)))

    def _object(self, tree: Tree[Token]) -> Node:
        pairs = []
        for element in _trees(tree):
            key, value = _trees(element)
            pairs.append((self._key(key), self.node(value)))
        return ObjectOf(self.place(tree), tuple(pairs))

    def _key(self, tree: Tree[Token]) -> Node:
        inner = _trees(tree)[0]
        bare = inner
        while bare.data == "expr_term" and len(bare.children) == 1 and isinstance(bare.children[0], Tree):
            bare = bare.children[0]
        if bare.data in {"identifier", "keyword", "literal_value"}:
            return Literal(self.place(tree), _word_of(bare))
        return self.node(inner)

    def _for(self, tree: Tree[Token]) -> Node:
        intro, *rest = _trees(tree)
        *names, source = _trees(intro)
        condition = rest.pop() if rest[-1].data == "for_cond" else None
        return For(
            self.place(tree),
            tuple(_word_of(name) for name in names),
            self.node(source),
            self.node(rest[0]) if tree.data == "for_object_expr" else None,
            self.node(rest[-1]),
            None if condition is None else self.node(_trees(condition)[0]),
            "..." in _tokens(tree),
        )

    def _call(self, tree: Tree[Token]) -> Node:
        parts = _trees(tree)
        names = [_word_of(part) for part in parts if part.data == "identifier"]
        given = next((part for part in parts if part.data == "arguments"), None)
        arguments = () if given is None else self.nodes(_trees(given))
        spread = given is not None and "..." in _tokens(given)
        return Call(self.place(tree), "::".join(names).removeprefix("core::"), arguments, spread)

    def _identifier(self, tree: Tree[Token]) -> Node:
        return Name(self.place(tree), _word_of(tree))

    def _word(self, tree: Tree[Token]) -> Node:
        return Literal(self.place(tree), _WORDS[_word_of(tree)])

    def _number(self, tree: Tree[Token]) -> Node:
        text = _tokens(tree)[0]
        whole = re.fullmatch(r"-?\d{1,300}", text) is not None
        return Literal(self.place(tree), int(text) if whole else float(text))

    def _path(self, tree: Tree[Token]) -> Node:
        of, step = _trees(tree)
        return self._step(self.node(of), step, self.place(tree))

    def _step(self, of: Node, step: Tree[Token], place: SourcePlace) -> Node:
        if step.data == "get_attr":
            return Attr(place, of, _word_of(_trees(step)[0]))
        if step.data == "short_index":
            return Index(place, of, Literal(place, int(_tokens(step)[-1])))
        return Index(place, of, self.node(_trees(step)[0]))

    def _splat(self, tree: Tree[Token]) -> Node:
        of, splat = _trees(tree)
        place = self.place(tree)
        each: Node = Name(place, ELEMENT)
        steps = _trees(splat)
        # After `.*` an index is of the list that the splat makes, after `[*]` of each element.
        whole = splat.data == "full_splat"
        count = next((i for i, one in enumerate(steps) if not whole and one.data != "get_attr"), len(steps))
        for step in steps[:count]:
            each = self._step(each, step, place)
        reached: Node = Splat(place, self.node(of), each)
        for step in steps[count:]:
            reached = self._step(reached, step, place)
        return reached


def _word_of(tree: Tree[Token]) -> str:
    """Return a name, a keyword, or the text of a quoted label."""
    if tree.data != "string":
        return _tokens(tree)[0].strip()
    pieces = [part.children[0] for part in _trees(tree)]
    return "".join(quoted_text(str(one)) for one in pieces if isinstance(one, Token))
