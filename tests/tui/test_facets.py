"""Picked facets become a filter and are found in one again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.allocations import fields as allocations
from backend.core.filter import parse
from backend.quotas import fields
from tests.core.filter.grammar import filters
from tui.facets import facets, picked, with_facets

SPECS = fields.MEMBERS.specs
OFFERED = [facet for facet, _ in facets(SPECS)]
KNOWN = ("ada", "vm", "over")


@given(chosen=st.sets(st.sampled_from(OFFERED)))
def test_what_is_picked_is_found_again(chosen: set[tuple[str, str]]) -> None:
    assert picked(with_facets("ada used>2", SPECS, chosen), SPECS) == chosen


@given(found=filters(SPECS, KNOWN), chosen=st.sets(st.sampled_from(OFFERED)))
def test_what_is_no_facet_stays(found: object, chosen: set[tuple[str, str]]) -> None:
    from backend.core.filter import Filter, render

    assert isinstance(found, Filter)
    text = render(found, SPECS)
    bare = with_facets(text, SPECS, ())
    assert picked(bare, SPECS) == set()
    assert with_facets(with_facets(text, SPECS, chosen), SPECS, ()) == bare


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", set()),
        ("over", {("", "over")}),
        ("!over", set()),
        ("over|full", set()),
        ("state:o", {("state", "over"), ("state", "odd"), ("state", "ok")}),
        ("state=ok pending", {("state", "ok"), ("", "pending")}),
    ],
)
def test_facets_of_typed_filters(text: str, expected: set[tuple[str, str]]) -> None:
    assert picked(text, SPECS) == expected


def test_what_a_field_is_about_is_said_once_and_each_word_what_it_means() -> None:
    told = dict(facets(allocations.SPECS))
    kinds = {word: text for (name, word), text in told.items() if name == "kind"}
    assert kinds == {
        "plc": "which system's: Placement",
        "opl": "OpenPortal",
        "opr": "OpenPortal at another portal",
        "nico": "NICo",
    }
    states = [text for (name, _), text in told.items() if name == "state"]
    assert states[0] == "how far it is"
    assert not any(states[1:])


def test_the_filter_is_written_as_one_would() -> None:
    text = with_facets("ada", SPECS, [("state", "over"), ("state", "full"), ("", "pending")])
    assert text == "ada state:over|full pending"
    assert parse(text, SPECS).terms
