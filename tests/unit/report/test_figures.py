"""Tables on the terminal: whatever the width, no word is broken and no line ends in blanks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Group
from rich.text import Text

from trimtab.report.figures import Figures, ServiceFigures, Words
from trimtab.report.layout import lines

CELLS = st.text("abcé1.,$%-/", min_size=0, max_size=24)
SENTENCES = st.lists(st.text("abc-é", min_size=1, max_size=30), max_size=12).map(" ".join)
WIDTHS = st.integers(20, 160)


@given(
    body=st.lists(st.tuples(CELLS, CELLS, CELLS, CELLS, SENTENCES), max_size=5),
    width=WIDTHS,
    indent=st.integers(0, 4),
    blocks=st.sampled_from([(), ((1, 2),), ((1, 2), (3, 4)), ((2, 3),)]),
)
def test_every_cell_is_there_whole_and_no_line_ends_in_blanks(
    body: list[tuple[str, ...]], width: int, indent: int, blocks: tuple[tuple[int, ...], ...]
) -> None:
    heads = ("service\n", "size\nbefore", "tasks\nbefore", "$/month\nafter", "why\n")
    table = Figures(
        heads=heads,
        body=body,
        foots=("total", "", "", "1", ""),
        words=frozenset({0, 4}),
        blocks=blocks,
        indent=indent,
    )
    shown = lines(Group(table), width=width)
    words = set(" ".join(shown).split())
    assert all(word in words for row in (heads, *body) for cell in row for word in cell.split())
    assert all(line == line.rstrip() for line in shown)


@given(
    names=st.lists(st.text("abc-", min_size=1, max_size=40), min_size=1, max_size=4),
    width=st.integers(60, 160),
)
def test_a_table_that_can_be_parted_is_no_wider_than_asked_for(names: list[str], width: int) -> None:
    body = [(name, "1024/2048", "12.5", "1,234.56", "trim, CPU and memory both") for name in names]
    table = Figures(heads=("s", "a", "b", "c", "d"), body=body, words=frozenset({0, 4}))
    assert max(map(len, lines(Group(table), width=width))) <= width


def test_columns_that_do_not_fit_come_below_under_the_same_names() -> None:
    table = Figures(
        heads=("service", "size", "tasks", "before", "after"),
        body=[("api", "256/512", "4.5", "216.44", "51.87")],
        foots=("total", "", "", "216.44", "51.87"),
        blocks=((1, 2), (3, 4)),
    )
    assert lines(Group(table), width=60)[0].split() == ["service", "size", "tasks", "before", "after"]
    assert lines(Group(table), width=25) == [
        "service    size tasks",
        "─────────────────────",
        "api     256/512   4.5",
        "",
        "service before after",
        "────────────────────",
        "api     216.44 51.87",
        "",
        "total   216.44 51.87",
    ]


def test_a_foot_that_says_only_how_many_stays() -> None:
    table = Figures(heads=("service", "from"), body=[("a", "b")], foots=("1 service", ""))
    assert lines(Group(table), width=40)[-1] == "1 service"


def test_a_long_name_stands_above_its_figures() -> None:
    table = Figures(heads=("service", "tasks"), body=[("a-service-with-a-long-name", "4.5"), ("b", "1.0")])
    assert lines(Group(table), width=40)[2:] == [
        "a-service-with-a-long-name",
        "                   4.5",
        "b                  1.0",
    ]


@given(text=SENTENCES, width=WIDTHS, indent=st.integers(0, 6))
def test_a_paragraph_keeps_every_word_and_the_width_but_for_longer_words(
    text: str, width: int, indent: int
) -> None:
    shown = lines(Group(Words(text, indent=indent)), width=width)
    assert " ".join(shown).split() == text.split()
    longest = max(map(len, text.split()), default=0)
    assert all(len(line) <= max(width, indent + longest) for line in shown)
    assert all(line == line.rstrip() for line in shown)


def test_colours_stay_where_a_paragraph_wraps() -> None:
    words = Text.assemble(("danger ahead", "bold red"), " and the rest")
    shown = lines(Group(Words(words)), width=12, colours=True)
    assert "\x1b[" in shown[0]
    assert "\x1b[" not in shown[1]
    assert not any(line.endswith(" ") for line in shown)


@given(pairs=st.lists(st.tuples(SENTENCES, SENTENCES), min_size=1, max_size=4), width=st.integers(40, 120))
def test_facts_keep_every_word_of_label_and_text(pairs: list[tuple[str, str]], width: int) -> None:
    shown = lines(Group(ServiceFigures(pairs=pairs, indent=2, label_width=20)), width=width)
    words = sorted(" ".join(shown).split())
    assert words == sorted(" ".join(" ".join(pair) for pair in pairs).split())
