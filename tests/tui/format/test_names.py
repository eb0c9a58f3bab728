from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.format.glyphs import ASCII, UNICODE, Glyphs, choose
from tui.format.names import (
    brief,
    brief_person,
    cut,
    fit,
    gist,
    identifier,
    person,
    place,
    shorten,
)


@pytest.mark.parametrize(
    ("text", "cells", "shown"),
    [
        ("hpc-climate", 11, "hpc-climate"),
        ("hpc-climate", 10, "hpc-c~mate"),
        ("hpc-climate", 3, "h~e"),
        ("hpc-climate", 2, "hp"),
        ("hpc-climate", 0, ""),
    ],
)
def test_shorten_in_the_middle(text: str, cells: int, shown: str) -> None:
    assert shorten(text, cells, ASCII) == shown


def test_uuids_are_short_in_a_text() -> None:
    text = "Removed: consumer 5a1c0000-0000-4000-8000-0000000000e5, undo"
    assert brief(text) == "Removed: consumer 5a1c...00e5, undo"
    assert brief("no-such-0000-uuid") == "no-such-0000-uuid"


@given(st.text(max_size=40), st.integers(0, 30), st.sampled_from([ASCII, UNICODE]))
def test_nothing_is_wider_than_its_place(text: str, cells: int, glyphs: Glyphs) -> None:
    assert cell_len(shorten(text, cells, glyphs)) <= cells
    assert cell_len(cut(text, cells, glyphs)) <= cells
    assert cell_len(fit(text, cells, glyphs)) == cells


def test_fit_aligns() -> None:
    assert fit("ab", 4) == "ab  "
    assert fit("ab", 4, right=True) == "  ab"


def test_people() -> None:
    assert person("ada@uni.example") == "ada"
    assert brief_person("ada@uni.example") == "ada@uni"
    assert person("@odd") == "@odd"
    assert person("ada@uni.example +2") == "ada +2"
    assert brief_person("ada@uni.example +2") == "ada@uni +2"
    assert place("system:6a0d") == "(base)"
    assert place("hpc") == "hpc"
    assert brief_person("operator:op1") == "operator:op1"


def test_hostile_names_lose_their_power() -> None:
    assert "\x1b" not in shorten("\x1b]0;x\x07", 50)
    assert "\x1b" not in person("\x1b@x")
    assert "\x1b" not in identifier("\x1b")


def test_identifiers_are_cut_in_the_middle() -> None:
    assert identifier("6a0d1111-2222-4333-8444-5555666641c2") == "6a0d...41c2"
    assert identifier("417") == "417"


def test_glyphs_follow_the_terminal() -> None:
    assert choose("ascii") is ASCII
    assert choose("unicode", {"TERM": "linux"}) is UNICODE
    assert choose("auto", {"TERM": "linux"}) is ASCII
    assert choose("auto", {"TERM": "vt220"}) is ASCII


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("short enough", "short enough"),
        ("there is no command quotas.groupprojgrid (did you mean quotas.group?)",
         "there is no command qu~ (did you mean quotas.group?)"),
        ("edit: only modifications are edited: deny a new one now!",
         "edit: only modifications are edited: deny a new one~"),
        ("Limit of fluid-lab set, its service hears of it soon, B takes it back",
         "Limit of fluid-lab set, its service~ B takes it back"),
        ("there is no field foo here (fields: name, owner, member, state, resource)",
         "there is no field foo here (fields: name, owner, me~"),
        ("one long word after another without any turn at all in it",
         "one long word after another without any turn at all~"),
    ],
)  # fmt: skip
def test_of_what_is_said_the_remedy_is_kept(text: str, told: str) -> None:
    shown = gist(text, 52, ASCII)
    assert cell_len(shown) <= 52
    assert shown == told
