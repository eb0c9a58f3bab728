"""What fits into a table, and how its cells are cut."""

from __future__ import annotations

from collections.abc import Collection

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.tui.widgets.items import Item
from tui.format.glyphs import ASCII, UNICODE, Glyphs
from tui.format.lines import Look
from tui.widgets.columns import EXTRA, LUXURY, Column, arrange, heading
from tui.widgets.drawing import Drawing, RowState
from tui.widgets.rows import Mark
from tui.widgets.strips import Cell, clipped, fitted, pieces, width_of

COLUMNS: tuple[Column[Item], ...] = (
    Column("name", "NAME", lambda row, look: row.name, 10, 20, sort="name", middle=True),
    Column("note", "NOTE", lambda row, look: "note", 8, drop=2),
    Column("size", "SIZE", lambda row, look: str(row.size), 6, right=True, drop=1,
                 sort="size", figure=lambda row: row.size),
    Column("state", "", lambda row, look: "", 4, news=True),
)  # fmt: skip


def ids(width: int, offset: int = 0) -> list[str]:
    return [placed.column.id for placed in arrange(COLUMNS, width, offset)]


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (80, ["name", "note", "size", "state"]),
        (33, ["name", "note", "size", "state"]),
        (32, ["name", "size", "state"]),
        (24, ["name", "size", "state"]),
        (23, ["name", "state"]),
        (5, ["name"]),
    ],
)
def test_columns_give_way_by_their_priority(width: int, shown: list[str]) -> None:
    assert ids(width) == shown


def test_scrolled_columns_keep_the_first_and_show_what_was_dropped() -> None:
    assert ids(23) == ["name", "state"]
    assert ids(23, 1) == ["name", "size"]


def test_spare_cells_go_to_those_that_want_more_and_no_further() -> None:
    name = arrange(COLUMNS, 200)[0]
    assert name.width == 20


NAMED: tuple[Column[Item], ...] = (
    Column("name", "NAME", lambda row, look: row.name, 6, 20, enough=12),
    Column("held", "HELD", lambda row, look: "", 4, drop=10, bare=lambda row: not row.size),
    Column("limit", "LIMIT", lambda row, look: "", 5, drop=LUXURY),
    Column("bar", "BAR", lambda row, look: "", 8, 16, drop=EXTRA),
)


def sizes(width: int, bare: Collection[str] = ()) -> dict[str, int]:
    return {one.column.id: one.width for one in arrange(NAMED, width, bare=bare)}


@pytest.mark.parametrize(
    ("width", "bare", "shown"),
    [
        (39, (), {"name": 17, "held": 4, "limit": 5, "bar": 8}),
        (37, (), {"name": 20, "held": 4, "bar": 9}),
        (28, (), {"name": 12, "held": 4, "bar": 8}),
        (27, (), {"name": 20, "held": 4}),
        (13, (), {"name": 6, "held": 4}),
        (12, (), {"name": 10}),
        (37, ("held",), {"name": 20, "limit": 5, "bar": 8}),
        (47, ("held",), {"name": 20, "held": 4, "limit": 5, "bar": 13}),
        (27, ("held",), {"name": 16, "bar": 8}),
    ],
)
def test_names_get_their_room_before_what_is_beside_the_matter(
    width: int, bare: Collection[str], shown: dict[str, int]
) -> None:
    assert sizes(width, bare) == shown


def test_headings_are_whole_before_columns_grow_beyond_them() -> None:
    short: Column[Item] = Column("ab", "ab", lambda row, look: "", 4, 12)
    long: Column[Item] = Column("floating_ip", "floating_ip", lambda row, look: "", 4, 12)
    assert [one.width for one in arrange([short, long], 19)] == [5, 11]


@given(width=st.integers(1, 220), offset=st.integers(0, 3))
def test_columns_never_leave_the_table(width: int, offset: int) -> None:
    placed = arrange(COLUMNS, width, offset)
    ends = [one.x + one.width for one in placed]
    assert all(end < after.x for end, after in zip(ends, placed[1:], strict=False))
    assert not placed or ends[-1] <= max(width, placed[0].x + 1)


def test_the_heading_shows_the_order() -> None:
    name, _, size, _ = arrange(COLUMNS, 33)
    assert heading(name, "^") == "NAME ^    "
    assert heading(size, "v") == " SIZEv"
    assert heading(size, "") == "  SIZE"


@pytest.mark.parametrize(("glyphs", "sign"), [(UNICODE, "…"), (ASCII, "~")])
def test_a_heading_that_is_cut_has_a_sign(glyphs: Glyphs, sign: str) -> None:
    narrow: Column[Item] = Column("floating_ip", "floating_ip", lambda row, look: "", 7)
    (placed,) = arrange([narrow], 9)
    assert heading(placed, "", glyphs) == f"floati{sign}"
    assert heading(placed, "v", glyphs) == f"float{sign}v"
    assert heading(arrange(COLUMNS, 33)[2], "", glyphs) == "  SIZE"
    kind: Column[Item] = Column("kind", "KIND", lambda row, look: "", 4, sort="kind")
    assert heading(arrange([kind], 6)[0], "v", glyphs) == "KIND"


@given(
    text=st.text(max_size=40),
    width=st.integers(1, 30),
    right=st.booleans(),
    middle=st.booleans(),
)
def test_a_cell_has_exactly_its_width_and_nothing_a_terminal_acts_on(
    text: str, width: int, right: bool, middle: bool
) -> None:
    cells: list[Cell] = [text, (text, "bold"), [(text, "bold"), text]]
    for cell in cells:
        found = fitted(cell, width, right=right, middle=middle)
        assert width_of(found) == width
        shown = "".join(part for part, _ in found)
        assert not [c for c in shown if ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0]


def test_pairs_and_lists_of_parts_are_told_apart() -> None:
    assert pieces(("a", "bold")) == [("a", "bold")]
    assert pieces([("a", "bold"), "b"]) == [("a", "bold"), ("b", "")]
    assert pieces((("a", "bold"), ("b", ""))) == [("a", "bold"), ("b", "")]


def drawn(row: Item | None, state: RowState[Item], width: int = 33) -> str:
    drawing = Drawing(COLUMNS)
    drawing.fit(Look(width, ASCII), 0)
    return "".join(text for text, _ in drawing.row(row, state))


def test_signs_say_where_the_cursor_is_and_what_happened() -> None:
    row = Item(1, "ada", 5)
    assert drawn(row, RowState()).startswith("  ada")
    assert drawn(row, RowState(cursor=True)).startswith("> ada")
    new = drawn(row, RowState(change=Mark(None, 2)))
    assert new.startswith(" +ada")
    assert new.endswith("NEW ")
    gone = drawn(row, RowState(gone=True))
    assert gone.startswith(" -ada")
    assert gone.endswith("GONE")


@pytest.mark.parametrize(("before", "sign"), [(3, "+"), (9, "-"), (5, " ")])
def test_a_figure_that_changed_has_a_sign_before_it(before: int, sign: str) -> None:
    text = drawn(Item(1, "ada", 5), RowState(change=Mark(Item(1, "ada", before), 2)))
    assert text == f"  ada        note    {sign}     5     "


@given(
    name=st.text(alphabet="a漢字é\u0301\u0e33👩‍🚀\u202e\x1b", min_size=1, max_size=30),
    width=st.integers(20, 60),
)
def test_wide_and_combining_signs_never_push_the_next_column(name: str, width: int) -> None:
    text = drawn(Item(1, name, 5), RowState(), width)
    placed = arrange(COLUMNS, width)
    end = placed[-1].x + placed[-1].width
    assert cell_len(text) == end


def test_a_row_on_its_way_has_a_placeholder() -> None:
    drawing = Drawing(COLUMNS)
    drawing.fit(Look(40, UNICODE), 0)
    assert "".join(text for text, _ in drawing.row(None, RowState())) == "  …"


def test_blanks_at_the_end_are_cut_without_a_sign() -> None:
    assert clipped([("Left ", ""), ("20G", "bold"), ("  ", ""), ("   ", "dim")], 8) == [
        ("Left ", ""),
        ("20G", "bold"),
    ]
    assert clipped([("Left ", ""), ("20G  ", ""), ("of 30G", "")], 8) == [
        ("Left ", ""),
        ("20…", ""),
    ]
