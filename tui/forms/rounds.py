"""Rounds through an editor: what comes back wrong goes in again, with the mistakes told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from tui.forms.form import Checked, Form, Typed, resolved
from tui.forms.text import Reading, read, render, with_faults, without_faults

TOP = -1
"""The place of a fault that has no line."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came back: the values, the text where mistakes are left in it, and whether the
    operator is done with it."""

    values: Typed
    text: str
    done: bool


async def rounds(form: Form, typed: Typed, text: str, edit: Callable[[str], bytes]) -> Outcome:
    """Have a form edited as a text until it can be read, or comes back as it was given but for
    the mistakes that were told. `text` is what was left of earlier rounds. Raises BursarError."""
    given, values, left = text or render(form, typed), typed, text
    while (found := decoded(edit(given)))[0] != given:
        await asyncio.sleep(0)  # the console may have been ended meanwhile
        edited = without_faults(form, found[0])
        if edited == left:
            break
        reading = read(form, edited)
        values = {**typed, **reading.values}
        faults = _faults(reading, await resolved(form, values))
        for number, fault in found[1].items():
            faults[number - _removed(form, found[0], number)] = fault
        if not faults:
            return Outcome(values, "", done=True)
        left, given = edited, with_faults(edited, faults)
    return Outcome(values, left, done=False)


def decoded(data: bytes) -> tuple[str, dict[int, str]]:
    """The text, and the line from which on it is no UTF-8; those bytes are written out."""
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n"), {}
    except UnicodeDecodeError as error:
        text = data.decode("utf-8", "backslashreplace").replace("\r\n", "\n")
        line = data.count(b"\n", 0, error.start)
        return text, {line: f"no UTF-8: byte 0x{data[error.start]:02x}, written here as \\x.."}


def _removed(form: Form, text: str, number: int) -> int:
    return sum(stale < number for stale in read(form, text).stale)


def _faults(reading: Reading, found: Checked) -> dict[int, str]:
    """What is wrong, by line."""
    faults = dict(reading.faults)
    for id, words in found.wrong.items():
        place = reading.places.get(id, TOP)
        told = words if place != TOP else f"{id}: {words}"
        faults[place] = f"{faults[place]}; {told}" if place in faults else told
    return faults
