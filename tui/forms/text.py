"""A form as a text for an editor, and back: `name = value` lines among comments.

Texts of several lines stand between two lines of three quotes. Mistakes come back as `#!` lines
above what is wrong; nothing that was typed is lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from backend.core.text import display
from tui.forms.exact import escape, meant
from tui.forms.form import Field, Form, Kind, Typed, said

QUOTES = '"""'
FAULT = "#!"
_KEY = re.compile(r"[^\w.:@/-]", re.ASCII)
_EDGES = re.compile(r"\A\s+|\s+\Z")
_HEAD = (
    "Lines that begin with # are comments. Amounts have units of 1024, such as 10G, or are inf.",
    "Save and close to see what would change; close without saving to change nothing.",
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What an edited text says: the values, what is wrong by line, where each field is, and
    the lines that told of earlier mistakes."""

    values: dict[str, str] = field(default_factory=dict)
    faults: dict[int, str] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    stale: set[int] = field(default_factory=set)


def render(form: Form, typed: Typed) -> str:
    """The text of a form with these values."""
    lines = [*_comments(form.title, said(form.note), *_HEAD)]
    section = row = ""
    for one in form.fields:
        if one.section != section:
            section = one.section
            lines += ["", *_comments(f"--- {section} ---")]
        if not one.row or one.row != row:
            lines.append("")
        row = one.row
        lines += _field(one, typed.get(one.id, one.written(one.value)))
    return "\n".join(lines) + "\n"


def _field(one: Field, value: str) -> Iterator[str]:
    told = [one.label if not one.row else "", said(one.help), ", ".join(one.choices)]
    yield from _comments(": ".join(word for word in told if word))
    if one.kind is Kind.TEXT:
        yield f"{_key(one)} = {QUOTES}"
        yield from (_quoted(line) for line in value.split("\n"))
        yield QUOTES
    else:
        yield f"{_key(one)} = {_EDGES.sub(_spaces, value)}".rstrip()


def _comments(*texts: str) -> Iterator[str]:
    yield from (f"# {display(text)}" for text in texts if text)


def _key(one: Field) -> str:
    return _KEY.sub(lambda found: escape(found[0]), one.id)


def _quoted(line: str) -> str:
    """A line of a text that would end it is written with an escape."""
    return escape('"') + line[1:] if line.strip() == QUOTES and line[0] == '"' else line


def _spaces(found: re.Match[str]) -> str:
    return "".join(map(escape, found[0]))


def read(form: Form, text: str) -> Reading:
    """The values in an edited text; a field that is not in it has none."""
    result, lines = Reading(), text.split("\n")
    fields = {_key(one): one for one in form.fields}
    number = 0
    while number < len(lines):
        line = lines[number].strip()
        if line.startswith(FAULT):
            result.stale.add(number)
        elif line and not line.startswith("#"):
            number = _read_line(result, fields, lines, number)
        number += 1
    return result


def _read_line(
    result: Reading, fields: Mapping[str, Field], lines: Sequence[str], number: int
) -> int:
    """Read a field; the number of its last line."""
    name, equals, value = (part.strip() for part in lines[number].partition("="))
    one = fields.get(name)
    if not equals:
        result.faults[number] = "a line is name = value, or a comment after #"
    elif one is None:
        result.faults[number] = f"there is no field {display(name)}"
    if one is not None and one.id in result.places:
        result.faults[number] = f"{display(name)} stands here a second time"
        one = None
    end = _end(lines, number) if value == QUOTES and (one is None or one.kind is Kind.TEXT) else 0
    if end < 0:
        result.faults[number] = f"the text that begins here has no closing {QUOTES}"
        return len(lines)
    if one is not None and number not in result.faults:
        found = "\n".join(lines[number + 1 : end]) if end else value
        result.values[one.id] = one.written(meant(found))
        result.places[one.id] = number
    return end or number


def _end(lines: Sequence[str], start: int) -> int:
    closing = (n for n in range(start + 1, len(lines)) if lines[n].rstrip() == QUOTES)
    return next(closing, -1)


def with_faults(text: str, faults: Mapping[int, str]) -> str:
    """The text with each fault above its line, those without a line (-1) at the top."""
    told: list[str] = [f"{FAULT} {display(faults[-1])}"] if -1 in faults else []
    for number, line in enumerate(text.split("\n")):
        if number in faults:
            told.append(f"{FAULT} {display(faults[number])}")
        told.append(line)
    return "\n".join(told)


def without_faults(form: Form, text: str) -> str:
    """The text without the faults that an earlier look at it left."""
    stale = read(form, text).stale
    return "\n".join(line for n, line in enumerate(text.split("\n")) if n not in stale)
