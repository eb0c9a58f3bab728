"""A form as data: fields with what they are now, and the command that their new values make."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from backend.core.errors import NotFound
from backend.core.filter import amount, span
from backend.core.plan import Command, Plan
from tui.forms.exact import escape, meant, shown

if TYPE_CHECKING:
    from tui.wishes import Wish

Value = str | int
Typed = Mapping[str, str]
Changed = Mapping[str, Value]
Find = Callable[[str], Awaitable[str]]
Step = Callable[[str, int], str]
Words = str | Callable[[], str]
"""A text, or what says it as things are by now."""

BRIEF = 40
"""Characters of a text that are told."""
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ].*)?")


def at_most(most: int) -> Callable[[Value], None]:
    """Refuses texts of more characters."""

    def check(value: Value) -> None:
        if len(str(value)) > most:
            raise ValueError(f"at most {most:,} characters")

    return check


def said(words: Words) -> str:
    """What words are now."""
    return words if isinstance(words, str) else words()


class Kind(StrEnum):
    """What may stand in a field. LINE and TEXT are texts of one and of several lines, AMOUNT a
    number with units or `inf`, DATE a day in UTC, CHOICE one of the field's choices, PERSON
    somebody's e-mail address."""

    LINE = "line"
    TEXT = "text"
    AMOUNT = "amount"
    DATE = "date"
    CHOICE = "choice"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Field:
    """Something that can be changed. `value` is what it is now, `help` a few words beside it.

    `check` says what is wrong with a value by raising ValueError, `find` gives what is sent in
    its place (a uuid) and raises BursarError. `step(text, by)` is the text that `-` and `+` make of
    one. Fields with the same `row` stand on one line of that name; `section` is the heading of
    those that follow each other."""

    id: str
    label: str
    kind: Kind = Kind.LINE
    value: str = ""
    help: Words = ""
    choices: tuple[str, ...] = ()
    check: Callable[[Value], None] | None = None
    find: Find | None = None
    step: Step | None = None
    required: bool = False
    section: str = ""
    row: str = ""

    @property
    def may_be_empty(self) -> bool:
        """Texts can be taken away, other values only be left out."""
        is_text = self.kind in (Kind.LINE, Kind.TEXT)
        return not self.required and (is_text or not self.value)

    @property
    def is_figure(self) -> bool:
        """Figures are typed anew, other texts are changed."""
        return self.kind is Kind.AMOUNT or self.step is not None or self.value.isdecimal()

    def written(self, text: str) -> str:
        """An exact text as it stands in the field."""
        return shown(text) if self.kind is Kind.TEXT else shown(text).replace("\n", escape("\n"))

    def read(self, text: str) -> Value | None:
        """The value of an exact text, None for nothing. Raises ValueError."""
        if not text.strip() and self.kind is not Kind.TEXT:
            if not self.may_be_empty:
                raise ValueError("cannot be empty")
            return "" if self.kind is Kind.LINE else None
        value = READERS[self.kind](text)
        if self.choices and value not in self.choices:
            raise ValueError(f"one of {', '.join(self.choices)}")
        if self.check is not None:
            self.check(value)
        return value


def _no_problems(read: Mapping[str, Value | None]) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class Form:
    """Fields and the command that the changed ones make. `key` names what is edited, the same
    each time it is opened; `problems` finds what is wrong between fields, by field id. `wish`
    stands in for `command` where others may change the same meanwhile. `now` reads what stands
    in fields by now, by id, and `seen` tells what stood there for a plan; where there are none,
    it is what stood there when the form opened."""

    title: str
    key: str
    fields: tuple[Field, ...]
    command: Callable[[Changed], Command]
    problems: Callable[[Mapping[str, Value | None]], Mapping[str, str]] = _no_problems
    note: Words = ""
    wish: Callable[[Changed], Wish] | None = None
    now: Callable[[], Awaitable[Mapping[str, str]]] | None = None
    seen: Callable[[Plan], Mapping[str, str]] | None = None

    @property
    def initial(self) -> dict[str, str]:
        """What stands in the fields at first."""
        return {field.id: field.written(field.value) for field in self.fields}

    @property
    def is_brief(self) -> bool:
        """Whether it is typed again sooner than a question about it is answered: one value."""
        return len(self.fields) == 1 and self.fields[0].kind is not Kind.TEXT

    def overtaken(self, typed: Iterable[str], before: Typed, plan: Plan) -> list[str]:
        """What somebody else set, of the fields that were typed into when they were `before`."""
        seen = self.initial | dict(self.seen(plan) if self.seen else {})
        return [
            f"{field.label}: it was {_brief(before[field.id])} when this form opened; somebody set"
            f" {_brief(seen[field.id])}"
            for field in self.fields
            if field.id in typed and before[field.id] != seen[field.id]
        ]


def _brief(text: str) -> str:
    """A text as one would tell it."""
    line = " ".join(text.split())
    return (line if len(line) <= BRIEF else f"{line[:BRIEF]} ...") or "empty"


@dataclass(frozen=True, slots=True)
class Checked:
    """The values that differ from those at first, and what is wrong, by field id."""

    changed: dict[str, Value]
    wrong: dict[str, str]


def checked(form: Form, typed: Typed) -> Checked:
    """What was typed, without asking anybody. A field that was not touched is not judged,
    unless it has to be filled in."""
    read: dict[str, Value | None] = {}
    result = Checked({}, {})
    initial = form.initial
    for field in form.fields:
        text, before = typed.get(field.id, initial[field.id]), _present(field)
        if text == initial[field.id] and not (field.required and not text.strip()):
            read[field.id] = before
            continue
        try:
            value = read[field.id] = field.read(meant(text))
        except ValueError as error:
            result.wrong[field.id] = str(error)
            continue
        if value is not None and value != before:
            result.changed[field.id] = value
    for id, problem in form.problems(read).items():
        result.wrong.setdefault(id, problem)
    return result


async def resolved(form: Form, typed: Typed) -> Checked:
    """`checked`, with what `find` gives in place of names. Raises BursarError when that cannot
    be asked."""
    result = checked(form, typed)
    for field in form.fields:
        value = result.changed.get(field.id)
        if field.find is None or not isinstance(value, str) or field.id in result.wrong:
            continue
        try:
            result.changed[field.id] = await field.find(value)
        except NotFound as error:
            result.wrong[field.id] = error.message
    return result


def _present(field: Field) -> Value | None:
    """What a field is before anything is typed; a stored value may be none that can be typed."""
    try:
        return READERS[field.kind](field.value) if field.value else None
    except ValueError:
        return None


def _person(text: str) -> str:
    name = text.strip()
    if not name.isprintable() or " " in name:
        raise ValueError("no e-mail address, such as ada@uni.example")
    return name


def _amount(text: str) -> int:
    value = amount(text.strip())
    if value < 0:
        raise ValueError("not below 0")
    return value


def _date(text: str) -> int:
    text = text.strip()
    if not _DATE.fullmatch(text):
        raise ValueError("no date, such as 2026-12-31")
    return span(text, 0).low


READERS: Mapping[Kind, Callable[[str], Value]] = {
    Kind.LINE: str.strip,
    Kind.TEXT: str,
    Kind.AMOUNT: _amount,
    Kind.DATE: _date,
    Kind.CHOICE: str.strip,
    Kind.PERSON: _person,
}


__all__ = [
    "Changed",
    "Checked",
    "Field",
    "Find",
    "Form",
    "Kind",
    "Step",
    "Typed",
    "Value",
    "checked",
    "resolved",
]
