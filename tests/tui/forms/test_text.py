"""A form as a text: what goes in comes back, and mistakes stand where they were made."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui.forms.samples import sample
from tests.tui.hostile import NASTY
from tui.forms.form import Form
from tui.forms.rounds import Outcome, decoded, rounds
from tui.forms.text import FAULT, read, render, with_faults, without_faults

LINES = st.text(st.characters(exclude_categories=["Cs"])) | st.text(
    st.sampled_from(list('"\n #!=\\u{}b\x1b'))
)


@given(st.fixed_dictionaries({id: LINES for id in sample().initial}))
def test_what_is_written_is_read_again(values: dict[str, str]) -> None:
    form = sample(**values)
    reading = read(form, render(form, form.initial))
    assert reading.values == form.initial
    assert (reading.faults, reading.stale) == ({}, set())


@given(st.text(st.sampled_from(list('"\n #!=a')), max_size=80))
def test_any_text_is_read_and_loses_nothing_but_told_faults(text: str) -> None:
    form = sample()
    reading = read(form, text)
    told = with_faults(text, reading.faults)
    if not reading.stale and -1 not in reading.faults:
        assert without_faults(form, told) == text


def test_it_says_what_each_field_is() -> None:
    text = render(sample(), {"name": "a.b", "words": 'one\n"""\ntwo'})
    assert text.startswith("# Sample\n# Said above.\n")
    assert "\n# Name: such as x.y\nname = a.b\n" in text
    assert "\n# kind: auto, closed\nkind = auto\n" in text
    assert "# --- LIMITS ---" in text
    assert 'words = """\none\n\\u{22}""\ntwo\n"""\n' in text


def test_what_may_harm_a_terminal_is_not_in_the_text() -> None:
    form = sample(words=NASTY, name=NASTY)
    assert all(char == "\n" or char.isprintable() for char in render(form, form.initial))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("nmae = x", "there is no field nmae"),
        ("what is this", "a line is name = value, or a comment after #"),
        ("many = 1\nmany = 2", "many stands here a second time"),
        ('words = """\nno end', 'the text that begins here has no closing """'),
        ("many = lots", "no number, such as 12, 10G, 1.5T or inf"),
        ("person = bo@uni.example", "nobody is known as 'bo@uni.example'"),
    ],
)
def test_a_mistake_comes_back_above_its_line(line: str, words: str) -> None:
    given: list[str] = []
    text = f"name = x.y\n# mine\n{line}"

    def edit(text_before: str) -> bytes:
        given.append(text_before)
        return text.encode() if len(given) == 1 else text_before.encode()

    outcome = round_trip(edit)
    wrong = line.split("\n")[1 if "second time" in words else 0]
    assert f"{FAULT} {words}\n{wrong}" in given[1]
    assert without_faults(sample(), given[1]) == text
    assert not outcome.done
    assert outcome.text == text
    assert outcome.values["name"] == "x.y"


def round_trip(edit: Callable[[str], bytes], form: Form | None = None, text: str = "") -> Outcome:
    """Rounds through an editor that does this."""
    form = form or sample()
    return asyncio.run(rounds(form, form.initial, text, edit))


def test_mended_mistakes_end_the_rounds() -> None:
    def edit(text: str) -> bytes:
        if FAULT in text:
            return text.replace("lots", "7").encode()
        return text.replace("many = 20G", "many = lots").encode()

    outcome = round_trip(edit)
    assert outcome.done
    assert outcome.text == ""
    assert outcome.values == {**sample().initial, "many": "7"}


def test_a_program_that_writes_the_same_mistakes_again_is_not_called_for_ever() -> None:
    given: list[str] = []

    def edit(text: str) -> bytes:
        given.append(text)
        return b"many = lots\n"

    outcome = round_trip(edit)
    assert len(given) == 2
    assert outcome.text == "many = lots\n"
    assert not outcome.done


def test_an_unchanged_text_changes_nothing() -> None:
    outcome = round_trip(lambda text: text.encode())
    assert outcome == Outcome(sample().initial, "", done=False)


def test_a_line_that_was_removed_leaves_its_field_alone() -> None:
    outcome = round_trip(lambda text: b"many = 3\n")
    assert outcome.done
    assert outcome.values == {**sample().initial, "many": "3"}


def test_what_lacks_without_a_line_is_told_at_the_top() -> None:
    given: list[str] = []

    def edit(text: str) -> bytes:
        given.append(text)
        return b"many = 3\n" if len(given) == 1 else text.encode()

    round_trip(edit, sample(name=""))
    assert given[1].startswith(f"{FAULT} name: cannot be empty\n")


def test_bytes_that_are_no_text_are_told_and_kept() -> None:
    given: list[str] = []

    def edit(text: str) -> bytes:
        given.append(text)
        return b"many = 3\r\nname = caf\xe9.x\r\n" if len(given) == 1 else text.encode()

    outcome = round_trip(edit)
    assert "no UTF-8: byte 0xe9" in given[1].split("\n")[1]
    assert outcome.text == "many = 3\nname = caf\\xe9.x\n"


def test_a_mark_of_byte_order_is_no_part_of_the_text() -> None:
    assert decoded(b"\xef\xbb\xbfa\r\nb") == ("a\nb", {})


def test_the_rounds_go_on_with_what_was_left() -> None:
    outcome = round_trip(lambda text: text.replace("= x", "= 4").encode(), text="many = x\n")
    assert outcome.values["many"] == "4"
