"""The sanitiser: nothing a terminal acts on gets through, everything else does."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.text import MAX_CHARS, counted, display

FORBIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain name", "plain name"),
        ("\x1b]0;owned\x07", "␛]0;owned␇"),
        ("a\x9bb", "a<U+009B>b"),
        ("a‮gpj.exe", "a<U+202E>gpj.exe"),
        ("one\ntwo", "one␤two"),
        ("zero​width", "zero<U+200B>width"),
        ("del\x7f", "del␡"),
        ("nb sp", "nb sp"),
        ("Åsa", "Åsa"),
        ("研究", "研究"),
        (17, "17"),
    ],
)
def test_what_is_shown(raw: object, shown: str) -> None:
    assert display(raw) == shown


@pytest.mark.parametrize(
    ("number", "told"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (12345, "12,345 rows")]
)
def test_counts_in_words(number: int, told: str) -> None:
    assert counted(number, "row") == told


def test_lines_survive_where_asked_for() -> None:
    assert display("a\r\nb\x1b", multiline=True) == "a\nb␛"


@given(st.text(alphabet=st.characters(), max_size=MAX_CHARS * 2), st.integers(2, 40))
def test_nothing_acts_on_the_terminal(raw: str, limit: int) -> None:
    for shown in (display(raw), display(raw, limit=limit)):
        assert not [char for char in shown if unicodedata.category(char) in FORBIDDEN]
        shown.encode()
    assert len(display(raw, limit=limit)) <= limit


@given(st.text(max_size=200))
def test_showing_twice_changes_nothing(raw: str) -> None:
    assert display(display(raw)) == display(raw)
