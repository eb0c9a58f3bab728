"""Reading the filter language (docs/filters.md)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from backend.core.errors import Invalid
from backend.core.filter import values
from backend.core.filter.tree import (
    Compare,
    Filter,
    Flag,
    Number,
    Op,
    Search,
    Term,
    Time,
    Value,
    Word,
    names,
)
from backend.core.listing import FieldSpec, Kind
from backend.core.text import UNSTORABLE

MAX_CHARS = 2000
MAX_PARTS = 200

_BLANKS = re.compile(r"\s*")
_BARE = re.compile(r'[^\s|"]+')
_QUOTED = re.compile(r'"((?:[^"]|"")*)"')
_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9_-]*)(:=|==|!=|<=|>=|[:=<>])")
_LOST_OPERATOR = re.compile(r"[<>=:]+")
_SAME = {":=": "=", "==": "=", "!=": "="}
_WORDS_ONLY = (Op.LIKE, Op.IS)


@dataclass(frozen=True, slots=True)
class _Piece:
    """One value as written: where it stands and how."""

    text: str
    at: int
    fuzzy: bool
    quoted: bool


def parse(text: str, specs: Sequence[FieldSpec]) -> Filter:
    """Read a filter for a list with these fields.

    Raises Invalid, which names the part that is wrong, its place as `data["at"]`, and what
    to write instead.
    """
    return _Parser(text, specs).read()


def fault(message: str, at: int, hint: str) -> Invalid:
    """A mistake in a filter at a place of its text."""
    return Invalid(message, hint=hint, data={"at": at})


class _Parser:
    def __init__(self, text: str, specs: Sequence[FieldSpec]) -> None:
        self._text = text
        self._at = 0
        self._parts = 0
        self._flags, self._fields = _named(tuple(specs))

    def read(self) -> Filter:
        if len(self._text) > MAX_CHARS:
            raise fault("the filter is too long", MAX_CHARS, f"at most {MAX_CHARS} characters")
        if bad := UNSTORABLE.search(self._text):
            raise fault(f"{bad[0]!r} cannot be searched for", bad.start(), "leave it out")
        terms: list[Term] = []
        while not self._end():
            terms.append(self._term())
        return Filter(tuple(terms))

    def _end(self) -> bool:
        self._match(_BLANKS)
        return self._at == len(self._text)

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self._text, self._at)
        if found:
            self._at = found.end()
        return found

    def _next(self) -> str:
        """The character here; a blank at the end."""
        return self._text[self._at : self._at + 1] or " "

    def _take(self, char: str) -> bool:
        here = self._next() == char
        self._at += here
        return here

    def _term(self) -> Term:
        start = self._at
        negated = self._take("!")
        if negated and (self._next().isspace() or self._next() == "!"):
            raise fault(
                "! has to stand before what it negates", start, "write !word or !field:value"
            )
        if named := self._match(_FIELD):
            test = self._compare(named[1], _SAME.get(named[2], named[2]), named.start())
            return Term(test, negated != (named[2] == "!="))
        if lost := _LOST_OPERATOR.match(self._text, self._at):
            known = ", ".join(spec.name for spec in dict.fromkeys(self._fields.values()))
            raise fault(f"no field stands before {lost[0]}", self._at, f"fields: {known}")
        return Term(Search(tuple(map(self._plain, self._pieces("one")))), negated)

    def _plain(self, piece: _Piece) -> Word | Flag:
        flag = self._flags.get(piece.text.casefold())
        if flag and not piece.quoted and not piece.fuzzy:
            return Flag(flag.name)
        return _word(piece)

    def _compare(self, name: str, op: str, at: int) -> Compare:
        spec = self._fields.get(name.lower()) or self._beginning(name.lower())
        if spec is None:
            raise self._unknown(name, at)
        wanted = Op(op)
        if spec.kind in (Kind.TEXT, Kind.STATE):
            if wanted not in _WORDS_ONLY:
                message = f"{name} is a text and has no order: {op}"
                raise fault(message, at + len(name), f"write {spec.example}")
        elif wanted is Op.LIKE:
            wanted = Op.IS
        found = tuple(self._value(spec, wanted, piece) for piece in self._pieces(spec.example))
        return Compare(name.lower() if spec.prefix else spec.name, wanted, found)

    def _beginning(self, name: str) -> FieldSpec | None:
        specs = self._fields.values()
        return next((one for one in specs if one.prefix and name.startswith(one.name)), None)

    def _unknown(self, name: str, at: int) -> Invalid:
        if name.lower() in self._flags:
            return fault(f"{name} is compared with nothing", at, f"write {name} or !{name}")
        known = [spec.name for spec in dict.fromkeys(self._fields.values())]
        near = _nearest(name.lower(), self._fields)
        hint = f"did you mean {near}?" if near else f"fields: {', '.join(known)}"
        return fault(f"there is no field {name} here", at, f'{hint}; quote "…" what is text')

    def _value(self, spec: FieldSpec, op: Op, piece: _Piece) -> Value:
        if spec.kind is Kind.TEXT:
            return _word(piece, empty=op is Op.IS)
        if piece.fuzzy:
            raise fault(f"~ is for texts, {spec.name} is none", piece.at, f"write {spec.example}")
        try:
            return _READERS[spec.kind](spec, op, piece.text)
        except ValueError as error:
            message = f"{spec.name} {piece.text!r}: {error}"
            raise fault(message, piece.at, f"write {spec.example}") from None

    def _pieces(self, example: str) -> list[_Piece]:
        found = [self._piece(example)]
        while self._take("|"):
            found.append(self._piece(example))
        self._parts += len(found)
        if self._parts > MAX_PARTS:
            raise fault("the filter has too many parts", self._at, f"at most {MAX_PARTS} values")
        if not self._next().isspace():
            raise fault("a quote ends or begins inside a value", self._at, _HOW_TO_QUOTE)
        return found

    def _piece(self, example: str) -> _Piece:
        at, fuzzy = self._at, self._take("~")
        if quoted := self._match(_QUOTED):
            return _Piece(quoted[1].replace('""', '"'), at, fuzzy, True)
        if self._next() == '"':
            raise fault("a quote is not closed", self._at, _HOW_TO_QUOTE)
        if bare := self._match(_BARE):
            return _Piece(bare[0], at, fuzzy, False)
        sign = ', or "|" for the sign itself' if self._next() == "|" else ""
        raise fault("a value is missing", self._at, f"write {example}{sign}")


_HOW_TO_QUOTE = 'put the whole value in "…", a quote inside it twice'


@lru_cache(maxsize=32)
def _named(specs: tuple[FieldSpec, ...]) -> tuple[Mapping[str, FieldSpec], Mapping[str, FieldSpec]]:
    """Flags and fields by their names; the same for every key that is typed."""
    flags = [spec for spec in specs if spec.kind is Kind.FLAG]
    return _index(flags), _index(spec for spec in specs if spec.kind is not Kind.FLAG)


def _index(specs: Iterable[FieldSpec]) -> Mapping[str, FieldSpec]:
    return {name: spec for spec in specs for name in names(spec)}


def _nearest(name: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, list(known), 1)), "")


def _word(piece: _Piece, *, empty: bool = False) -> Word:
    if not piece.text and (piece.fuzzy or not empty):
        hint = 'field="" finds what is empty'
        raise fault("an empty text is everywhere", piece.at, hint)
    return Word(piece.text, piece.fuzzy)


def _state(spec: FieldSpec, op: Op, text: str) -> Word:
    wanted = text.casefold()
    fits = (word == wanted if op is Op.IS else word.startswith(wanted) for word in spec.words)
    if not wanted or not any(fits):
        if "," in wanted:
            raise ValueError("words are parted by |, not by a comma")
        raise ValueError(f"none of {', '.join(spec.words)}")
    return Word(wanted)


def _time(spec: FieldSpec, op: Op, text: str) -> Time:
    wanted = text.lower()
    if wanted == values.NEVER:
        if op is not Op.IS:
            raise ValueError("neither early nor late; use = or !=")
        return Time(wanted)
    try:
        values.age(wanted)
    except ValueError:
        values.span(wanted, 0)
    return Time(wanted)


def _age(spec: FieldSpec, op: Op, text: str) -> Time:
    values.age(text.lower())
    return Time(text.lower())


_READERS: Mapping[Kind, Callable[[FieldSpec, Op, str], Value]] = {
    Kind.STATE: _state,
    Kind.NUMBER: lambda spec, op, text: Number(values.amount(text)),
    Kind.PERCENT: lambda spec, op, text: Number(values.share(text)),
    Kind.DECIMAL: lambda spec, op, text: Number(values.decimal(text)),
    Kind.TIME: _time,
    Kind.AGE: _age,
}
