"""What a legend says of columns that are on screen, and of others."""

from __future__ import annotations

import pytest

from tui.format.legends import legend

LINES = ("USED, LEFT = of all   VALUE = a number", "READY LEFT = those that work   and so on")


@pytest.mark.parametrize(
    ("absent", "told"),
    [
        ((), list(LINES)),
        (("LEFT",), ["USED = of all   VALUE = a number", LINES[1]]),
        (("READY LEFT",), [LINES[0], "and so on"]),
        (("USED", "LEFT", "VALUE"), [LINES[1]]),
    ],
)
def test_a_legend_names_only_what_is_on_screen(absent: tuple[str, ...], told: list[str]) -> None:
    titles = {one: one not in absent for one in ("USED", "LEFT", "READY LEFT", "VALUE", "")}
    assert legend(LINES, titles) == told


def test_a_note_that_takes_a_column_for_known_goes_with_it() -> None:
    lines = ("EFF = the least   LEFT = EFF - USED",)
    assert legend(lines, {"EFF": False, "LEFT": True, "USED": True}) == []
    assert legend(lines, {"EFF": True, "LEFT": True, "USED": False}) == ["EFF = the least"]
