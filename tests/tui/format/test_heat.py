from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from backend.quotas.model import UNLIMITED
from tui.format.glyphs import ASCII, UNICODE, Glyphs
from tui.format.heat import NARROW, WIDE, cell, legend
from tui.format.lines import BAD, QUIET, WARN, Part


def text(usage: int, limit: int, width: int = NARROW, glyphs: Glyphs = ASCII) -> str:
    return "".join(part[0] for part in cell(usage, limit, width, glyphs))


@pytest.mark.parametrize(
    ("usage", "limit", "told"),
    [
        (0, 10, "    0% "),
        (1, 10, ".  10% "),
        (2, 10, ":  20% "),
        (5, 10, "=  50% "),
        (79, 100, "*  79% "),
        (94, 100, "#  94% "),
        (10, 10, "# 100%!"),
        (25, 10, "# 250%!"),
        (99999, 10, "#>999%!"),
        (3, 0, "# of 0!"),
        (1, UNLIMITED - 1, ".   0% "),
    ],
)
def test_shade_figure_and_sign_agree(usage: int, limit: int, told: str) -> None:
    assert text(usage, limit) == told


def test_a_wider_cell_has_more_shade() -> None:
    assert text(94, 100, WIDE, UNICODE) == "██████  94% "
    assert text(30, 100, WIDE, UNICODE) == "░░░░░░  30% "


@pytest.mark.parametrize(
    ("usage", "tone"), [(49, QUIET), (50, "$bar-used"), (80, WARN), (100, WARN), (101, BAD)]
)
def test_colours(usage: int, tone: str) -> None:
    parts: list[Part] = cell(usage, 100, NARROW, ASCII)
    assert {part[1] for part in parts} == {tone}


@given(st.integers(0, UNLIMITED), st.integers(0, UNLIMITED - 1), st.integers(NARROW, WIDE))
def test_a_cell_is_exactly_as_wide_as_asked(usage: int, limit: int, width: int) -> None:
    for glyphs in (ASCII, UNICODE):
        assert cell_len(text(usage, limit, width, glyphs)) == width


def test_the_legend_names_every_shade() -> None:
    assert legend(ASCII) == (
        ". 0%  : 20%  = 40%  * 60%  # 80% and more of the limit   ! full or over"
    )
