"""The filter language: what it reads, what it refuses and how it says so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.errors import Invalid
from backend.core.filter import (
    Compare,
    Filter,
    Flag,
    Number,
    Op,
    Search,
    Term,
    Time,
    Word,
    parse,
    render,
)
from backend.core.filter.parser import MAX_CHARS, MAX_PARTS
from backend.core.filter.tree import Value
from backend.core.listing import FieldSpec, Kind
from tests.core.filter.grammar import INFINITE, filters

SPECS = (
    FieldSpec("holder", Kind.TEXT, "the person", "holder:ada", ("user",)),
    FieldSpec("used", Kind.NUMBER, "what is taken", "used>=10G"),
    FieldSpec("share", Kind.PERCENT, "how full", "share>=90%"),
    FieldSpec("ends", Kind.TIME, "when it ends", "ends<30d"),
    FieldSpec("age", Kind.AGE, "how old", "age>5m"),
    FieldSpec("state", Kind.STATE, "its state", "state:over", words=("over", "full", "odd")),
    FieldSpec("over", Kind.FLAG, "too much", "over"),
    FieldSpec("pending", Kind.FLAG, "something pends", "pending", ("pend",)),
    FieldSpec("pending", Kind.NUMBER, "what pends", "pending>1"),
)
KNOWN = ("ada", "bob@uni", "cyclades.vm")


def search(*parts: Word | Flag, negated: bool = False) -> Term:
    return Term(Search(parts), negated)


def compare(field: str, op: Op, *values: Value, negated: bool = False) -> Term:
    return Term(Compare(field, op, values), negated)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", []),
        ("  \t ", []),
        ("ada", [search(Word("ada"))]),
        ("Ada LAB", [search(Word("Ada")), search(Word("LAB"))]),
        ("ada|bob", [search(Word("ada"), Word("bob"))]),
        ('"ada lab"', [search(Word("ada lab"))]),
        ('"say ""hi"""|x', [search(Word('say "hi"'), Word("x"))]),
        ("!ada", [search(Word("ada"), negated=True)]),
        ("~hcl", [search(Word("hcl", True))]),
        ('!~"h c"|~x', [search(Word("h c", True), Word("x", True), negated=True)]),
        ("over", [search(Flag("over"))]),
        ("!OVER|pend|ada", [search(Flag("over"), Flag("pending"), Word("ada"), negated=True)]),
        ('"over" ~over', [search(Word("over")), search(Word("over", True))]),
        ("bob@uni #417 a!b 12:30", [search(Word(t)) for t in ("bob@uni", "#417", "a!b", "12:30")]),
        ("holder", [search(Word("holder"))]),
        ("holder:ada", [compare("holder", Op.LIKE, Word("ada"))]),
        ("USER:Ada|~b", [compare("holder", Op.LIKE, Word("Ada"), Word("b", True))]),
        ("holder=ada", [compare("holder", Op.IS, Word("ada"))]),
        ("holder:=ada holder==ada", [compare("holder", Op.IS, Word("ada"))] * 2),
        ("holder!=ada", [compare("holder", Op.IS, Word("ada"), negated=True)]),
        ("!holder!=ada", [compare("holder", Op.IS, Word("ada"))]),
        ('holder=""', [compare("holder", Op.IS, Word(""))]),
        ("holder::x", [compare("holder", Op.LIKE, Word(":x"))]),
        ("used>=10G", [compare("used", Op.AT_LEAST, Number(10 << 30))]),
        ("used>1.5kib used<2TB", [
            compare("used", Op.ABOVE, Number(1536)), compare("used", Op.BELOW, Number(2 << 40)),
        ]),
        ("used:1,870|#3", [compare("used", Op.IS, Number(1870), Number(3))]),
        ("used<inf", [compare("used", Op.BELOW, Number(INFINITE))]),
        ("used<=-3B", [compare("used", Op.AT_MOST, Number(-3))]),
        ("used=7E", [compare("used", Op.IS, Number(7 << 60))]),
        ("share>=99.5%", [compare("share", Op.AT_LEAST, Number(99.5))]),
        ("share:90", [compare("share", Op.IS, Number(90.0))]),
        ("ends<2026-12-31", [compare("ends", Op.BELOW, Time("2026-12-31"))]),
        ('ends>"2026-12-31 09:30"', [compare("ends", Op.ABOVE, Time("2026-12-31 09:30"))]),
        ("ends:never|Today|14:02", [
            compare("ends", Op.IS, Time("never"), Time("today"), Time("14:02")),
        ]),
        ("age>2d4h", [compare("age", Op.ABOVE, Time("2d4h"))]),
        ("state:o|full", [compare("state", Op.LIKE, Word("o"), Word("full"))]),
        ("state!=ODD", [compare("state", Op.IS, Word("odd"), negated=True)]),
        ("pending pending>0", [search(Flag("pending")), compare("pending", Op.ABOVE, Number(0))]),
    ],
)  # fmt: skip
def test_what_is_read(text: str, terms: list[Term]) -> None:
    found = parse(text, SPECS)
    assert found == Filter(tuple(terms))
    assert parse(render(found, SPECS), SPECS) == found


@pytest.mark.parametrize(
    ("text", "at", "says"),
    [
        ("!", 0, "! has to stand before"),
        ("ada ! bob", 4, "! has to stand before"),
        ("!!ada", 0, "! has to stand before"),
        ("~", 1, r"a value is missing \(write one\)"),
        ("ada|", 4, "a value is missing"),
        ("ada||bob", 4, r'missing \(write one, or "\|" for the sign itself\)'),
        ("|ada", 0, "a value is missing"),
        ('x "ada', 2, "not closed"),
        ('x"ada"', 1, "inside a value"),
        ('"ada"x', 5, "inside a value"),
        ('""', 0, "empty"),
        ('holder:""', 7, 'holder:""|field="" finds'),
        ('holder=~""', 7, "empty"),
        ("holder:", 7, "a value is missing"),
        ("used>", 5, r"a value is missing \(write used>=10G\)"),
        ("holder: ada", 7, "a value is missing"),
        ("x >=10", 2, "no field stands before >="),
        (":x", 0, "holder, used, share"),
        ("hodler:ada", 0, "did you mean holder?"),
        ("zzz:ada", 0, "fields: holder, used"),
        ("x over:yes", 2, "over is compared with nothing"),
        ("holder>ada", 6, "no order: >"),
        ("state<over", 5, "no order: <"),
        ("state:x", 6, "over, full, odd"),
        ("state=o", 6, "over, full, odd"),
        ("state:over,full", 6, "parted by \\|"),
        ("used>lots", 5, "used 'lots': no number.*write used>=10G"),
        ("used>1.5", 5, "decimals need a unit"),
        ("used>8E", 5, "too large; inf"),
        ("used>99999999999999999999", 5, "no number"),
        ("used=1|~2", 7, "~ is for texts"),
        ("share>half", 6, "no percentage"),
        ("ends<2026-02-30", 5, "no such time"),
        ("ends<25:00", 5, "no such time"),
        ("ends<0999", 5, "a year between"),
        ("ends<soon", 5, "no time"),
        ("ends<never", 5, "neither early nor late"),
        ("ends<99999y", 5, "no time|more than"),
        ("age>2026", 4, "no age"),
        ("age>5x", 4, "no age"),
        ("a\0b", 1, "cannot be searched"),
        ("x" * (MAX_CHARS + 1), MAX_CHARS, "too long"),
        ("a " * (MAX_PARTS + 1), 2 * MAX_PARTS + 1, "too many parts"),
    ],
)
def test_what_is_refused(text: str, at: int, says: str) -> None:
    with pytest.raises(Invalid, match=says) as refused:
        parse(text, SPECS)
    assert refused.value.data == {"at": at}
    assert refused.value.hint


def test_plain_words_need_no_vocabulary() -> None:
    assert parse("over|x", ()) == Filter((search(Word("over"), Word("x")),))


def attempt(text: str) -> int:
    """Read a text, and what it is written as; where it is wrong, or -1."""
    try:
        found = parse(text, SPECS)
    except Invalid as refused:
        return int(str(refused.data["at"]))
    assert parse(render(found, SPECS), SPECS) == found
    return -1


@given(st.text() | st.text("ab:=<>!~|\"' 0123gm-.,%", max_size=20))
def test_nothing_but_invalid_is_ever_raised(text: str) -> None:
    assert -1 <= attempt(text) <= len(text)


@given(
    st.sampled_from(["used", "share", "ends", "age", "state", "holder", "pending"]),
    st.sampled_from([":", "=", "<", "<=", ">", ">=", "!="]),
    st.text("0123456789.,kmgtpebi%#-:tz ainfodwyshover", min_size=1, max_size=22),
)
def test_no_value_is_a_crash(field: str, op: str, value: str) -> None:
    assert attempt(f'{field}{op}"{value}"') in (-1, len(field), len(field) + len(op))


@given(filters(SPECS, KNOWN))
def test_every_filter_can_be_written(found: Filter) -> None:
    assert parse(render(found, SPECS), SPECS) == found


def test_it_is_written_as_people_do() -> None:
    text = 'ada !~x|"a b" user!=bob used>=10G used<inf share>90.0 over|"full moon" !pend'
    told = 'ada !~x|"a b" holder!=bob used>=10G used<inf share>90.0 over|"full moon" !pending'
    assert render(parse(text, SPECS), SPECS) == told
