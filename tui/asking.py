"""What is typed into the message row: where it is wrong, and how a word of it may go on; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from backend.core import filter as language
from backend.core.errors import Invalid
from backend.core.listing import FieldSpec, Kind


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a line, from which character on."""

    at: int
    text: str

    @staticmethod
    def of(error: Invalid, start: int = 0) -> Fault:
        """A refused text that begins at `start`."""
        at = error.data.get("at")
        return Fault(start + (at if isinstance(at, int) else 0), str(error))


@dataclass(frozen=True, slots=True)
class Offer:
    """What may stand in place of the word that begins at `start`."""

    start: int
    words: tuple[str, ...] = ()


class Asked:
    """What may be typed: here any text."""

    def fault(self, text: str, *, entered: bool) -> Fault | None:
        """What is wrong with it; a line that is not `entered` may be on its way."""
        return None

    def offer(self, text: str) -> Offer:
        """How the end of the text may go on."""
        return Offer(len(text))


ANYTHING = Asked()

_NAMED = (Kind.TEXT, Kind.STATE)
_TIMES = ("now", "today", "yesterday", "tomorrow", "never")
_WORD = re.compile(
    r"(?:(?<=\s)|^)!?(?:(?P<field>[A-Za-z][A-Za-z0-9_-]*)(?::=|==|!=|<=|>=|[:=<>]))?"
    r'(?:[^\s|"]*\|)*(?P<part>[^\s|"!~:=<>]*)\Z'
)


class FilterLine(Asked):
    """A filter of a list with these fields."""

    def __init__(self, specs: Sequence[FieldSpec]) -> None:
        self._specs = specs

    def fault(self, text: str, *, entered: bool) -> Fault | None:
        """What the filter language says."""
        try:
            language.parse(text, self._specs)
        except Invalid as error:
            return Fault.of(error)
        return None

    def offer(self, text: str) -> Offer:
        """Fields and flags, or the words of the field that is being compared."""
        found = _WORD.search(text)
        if found is None:
            return Offer(len(text))
        known = self._values(found["field"]) if found["field"] else self._names()
        return Offer(found.start("part"), starting(found["part"], known))

    def _names(self) -> Iterator[str]:
        for spec in self._specs:
            yield f"{spec.name}:" if spec.kind in _NAMED else spec.name

    def _values(self, field: str) -> Iterator[str]:
        for spec in self._specs:
            if spec.kind is not Kind.FLAG and field.lower() in (spec.name, *spec.aliases):
                yield from _TIMES if spec.kind is Kind.TIME else spec.words


def starting(part: str, words: Iterator[str] | Sequence[str]) -> tuple[str, ...]:
    """The words that begin so, each once."""
    return tuple(dict.fromkeys(word for word in words if word.startswith(part.lower())))
