"""What is typed becomes exact values, mistakes are told beside their field, nothing else moves."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.runtime import micros
from backend.quotas.model import UNLIMITED
from tests.tui.forms.samples import sample
from tests.tui.hostile import FORBIDDEN, NASTY
from tui.forms.exact import hidden, meant, shown
from tui.forms.form import checked, resolved
from tui.forms.projects import date_text, limit_text

TEXTS = st.text(st.characters(exclude_categories=["Cs"])) | st.text(
    st.sampled_from(["\\", "u", "{", "}", "1", "b", "\n", "\x1b", "\u202e", "\r", " "])
)


@given(TEXTS)
def test_a_shown_text_is_read_as_it_was(text: str) -> None:
    assert meant(shown(text)) == text
    assert hidden(shown(text)) == shown(text)
    assert not (set(shown(text)) - {"\n"}) & FORBIDDEN


def test_what_cannot_be_a_character_stays_as_typed() -> None:
    assert meant(r"\u{110000} \u{d800} \u{41}") == r"\u{110000} \u{d800} A"


@pytest.mark.parametrize(
    ("id", "text", "value"),
    [
        ("many", "1.5T", 3 * 2**39),
        ("many", " inf ", UNLIMITED),
        ("day", "2028-02-29", micros(datetime(2028, 2, 29, tzinfo=UTC))),
        ("day", "2028-02-29 14:30:05", micros(datetime(2028, 2, 29, 14, 30, 5, tzinfo=UTC))),
        ("kind", "closed", "closed"),
        ("name", " a.b ", "a.b"),
        ("words", " two\n lines ", " two\n lines "),
        ("words", r"a\u{1b}b", "a\x1bb"),
        ("person", "who@else.example", "who@else.example"),
    ],
)
def test_a_value_is_read(id: str, text: str, value: object) -> None:
    found = checked(sample(), {id: text})
    assert (found.changed, found.wrong) == ({id: value}, {})


@pytest.mark.parametrize(
    ("id", "text", "words"),
    [
        ("many", "10X", "no number, such as 12, 10G, 1.5T or inf"),
        ("many", "-1", "not below 0"),
        ("many", "", "cannot be empty"),
        ("day", "31.3.2027", "no date, such as 2026-12-31"),
        ("day", "2027-02-29", "there is no such time"),
        ("day", "tomorrow", "no date, such as 2026-12-31"),
        ("kind", "open", "one of auto, closed"),
        ("name", "  ", "cannot be empty"),
        ("person", "ada and bo", "no e-mail address, such as ada@uni.example"),
        ("limit.a b=c.member", "1", "both limits are needed"),
    ],
)
def test_a_mistake_is_told_in_words(id: str, text: str, words: str) -> None:
    found = checked(sample(), {id: text})
    assert words in found.wrong.values()
    assert id not in found.changed or id.startswith("limit")


def test_a_member_gets_no_more_than_the_project() -> None:
    typed = {"limit.a b=c.project": "10", "limit.a b=c.member": "11"}
    wrong = {"limit.a b=c.member": "the member limit is above the project limit"}
    assert checked(sample(), typed).wrong == wrong
    assert checked(sample(), {**typed, "limit.a b=c.member": "10"}).wrong == {}


def test_what_was_not_touched_is_neither_sent_nor_judged() -> None:
    form = sample(words=NASTY, name=f"{NASTY}\n", day="when?", many="lots")
    assert checked(form, form.initial) == checked(form, {})
    assert checked(form, form.initial).changed == {}
    assert checked(form, form.initial).wrong == {}
    assert checked(form, {**form.initial, "many": "3"}).changed == {"many": 3}


def test_another_spelling_of_the_same_value_is_no_change() -> None:
    assert checked(sample(), {"many": "20480M", "day": "2027-03-31 00:00"}).changed == {}


def test_a_stored_text_of_which_a_part_is_edited_keeps_the_rest() -> None:
    form = sample(words=f"{NASTY}\r\nend")
    typed = form.initial["words"].replace("end", "END")
    assert checked(form, {"words": typed}).changed == {"words": f"{NASTY}\r\nEND"}


def test_people_are_looked_up_by_their_address() -> None:
    async def run() -> None:
        known = await resolved(sample(), {"person": "ada@uni.example"})
        assert known.changed == {"person": "ada's uuid"}
        unknown = await resolved(sample(), {"person": "bo@uni.example"})
        assert unknown.wrong == {"person": "nobody is known as 'bo@uni.example'"}

    asyncio.run(run())


@given(st.integers(0, UNLIMITED), st.sampled_from(["", "bytes"]))
def test_a_limit_is_typed_as_it_is_shown(value: int, unit: str) -> None:
    assert checked(sample(many="7"), {"many": limit_text(value, unit)}).changed in (
        {"many": value},
        {},
    )
    form = sample(many=limit_text(value, unit))
    assert form.fields[2].read(form.initial["many"]) == value


@pytest.mark.parametrize("text", ["2027-03-31", "2027-03-31 14:30:05"])
def test_a_day_is_typed_as_it_is_shown(text: str) -> None:
    value = sample().fields[3].read(text)
    assert isinstance(value, int)
    assert date_text(value) == text
