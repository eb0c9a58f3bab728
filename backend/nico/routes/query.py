"""What the parameters of a list say (spec nico §3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from starlette.datastructures import QueryParams

from backend.core.text import UNSTORABLE
from backend.nico.model.reads import Form, Wanted
from backend.nico.rules import values
from backend.nico.rules.values import Faults
from backend.nico.store.catalogues import Catalogue, Narrow

SIZE, LARGEST = 20, 100
NUMBER, PAGE_SIZE, ORDER, TEXT = "pageNumber", "pageSize", "orderBy", "query"
RELATION = "includeRelation"
DIRECTIONS = {"ASC": False, "DESC": True}
FLAGS = {
    **dict.fromkeys(("1", "t", "T", "TRUE", "true", "True"), True),
    **dict.fromkeys(("0", "f", "F", "FALSE", "false", "False"), False),
}
FARTHEST = 10**9
"""Pages beyond are as empty as this one."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A page of what is wanted of a list; `order` as it was told, None for the usual one."""

    wanted: Wanted
    number: int
    size: int
    order: str | None
    relations: frozenset[str]

    @property
    def span(self) -> range:
        """The places of its rows."""
        first = (self.number - 1) * self.size
        return range(first, first + self.size)


def asked(params: QueryParams, catalogue: Catalogue) -> Asked:
    """What is wanted of a list; unknown parameters say nothing. Raises Invalid with all that is
    wrong."""
    faults: Faults = {}
    number = _whole(params, NUMBER, 1, FARTHEST, faults) or 1
    size = _whole(params, PAGE_SIZE, 0, LARGEST, faults) or SIZE
    found = {name: tuple(_values(params, name, one, faults)) for name, one in _told(catalogue)}
    found = {name: told for name, told in found.items() if told}
    text, order = params.get(TEXT, "").strip(), params.get(ORDER) or None
    if UNSTORABLE.search(text):
        faults[TEXT] = "has a character that cannot be kept"
    by, down = _order(order, catalogue, faults)
    relations = _relations(params, catalogue.relations, faults)
    values.refuse(faults)
    return Asked(Wanted(found, text, by, down), number, size, order, relations)


def relations(params: QueryParams, catalogue: Catalogue) -> frozenset[str]:
    """What is to be told with one row. Raises Invalid."""
    faults: Faults = {}
    found = _relations(params, catalogue.relations, faults)
    values.refuse(faults)
    return found


def flag(params: QueryParams, name: str) -> bool:
    """A parameter that is true or false, and false where it is not told. Raises Invalid."""
    told = params.get(name, "")
    if told and told not in FLAGS:
        values.refuse({name: "must be true or false"})
    return FLAGS.get(told, False)


def _told(catalogue: Catalogue) -> Iterator[tuple[str, Narrow]]:
    return ((name, one) for name, one in catalogue.narrow.items() if one.form is not Form.INNER)


def _whole(params: QueryParams, name: str, least: int, most: int, faults: Faults) -> int:
    told = params.get(name, "")
    if not told:
        return 0
    if not (told.isascii() and told.isdigit() and len(told) < 10 and least <= int(told) <= most):
        faults[name] = f"must be a whole number from {max(1, least)} to {most}"
        return 0
    return int(told)


def _values(params: QueryParams, name: str, narrow: Narrow, faults: Faults) -> Iterator[object]:
    for told in params.getlist(name):
        if told:
            try:
                yield _value(narrow, told)
            except ValueError as error:
                faults[name] = str(error)


def _value(narrow: Narrow, told: str) -> object:
    """What a parameter says. Raises ValueError."""
    if narrow.form in (Form.UUID, Form.KNOWN):
        if values.identifier("", told):
            raise ValueError("must be a valid UUID")
        return values.plain(told)
    if narrow.form is Form.WORD and told not in narrow.choices:
        raise ValueError(f"must be one of {', '.join(narrow.choices)}")
    if narrow.form is Form.NUMBER:
        digits = told.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) < 19):
            raise ValueError("must be a whole number")
        return int(told)
    if narrow.form is Form.FLAG:
        if told not in FLAGS:
            raise ValueError("must be true or false")
        return FLAGS[told]
    if UNSTORABLE.search(told):
        raise ValueError("has a character that cannot be kept")
    return told


def _order(told: str | None, catalogue: Catalogue, faults: Faults) -> tuple[str, bool]:
    by, _, direction = (told or "").rpartition("_")
    if told is not None and not (by in catalogue.orders and direction in DIRECTIONS):
        faults[ORDER] = f"must be one of {', '.join(orders(catalogue))}"
    return (by, DIRECTIONS[direction]) if ORDER not in faults and told else ("", False)


def orders(catalogue: Catalogue) -> list[str]:
    """All orders of a list."""
    return [f"{by}_{direction}" for by in catalogue.orders for direction in DIRECTIONS]


def _relations(params: QueryParams, known: Sequence[str], faults: Faults) -> frozenset[str]:
    found = frozenset(filter(None, params.getlist(RELATION)))
    if found - {*known}:
        faults[RELATION] = f"must be one of {', '.join(known)}"
    return found
