"""What the parameters of a list say (spec openportal §3.2, §3.4, §3.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from starlette.requests import Request

from backend.core.errors import NotFound
from backend.core.runtime import moment
from backend.openportal.model import MOST
from backend.openportal.model.reads import Kind, Wanted
from backend.openportal.store.catalogues import Catalogue, Narrow
from backend.openportal.wire import links
from backend.openportal.wire.bodies import HALF_CHARACTER, NULL_CHARACTER, refused

PAGE_SIZE, LARGEST = 10, 300
LAST = "last"
PAGE, SIZE, ORDER, FIELD = "page", "page_size", "o", "field"
INVALID_PAGE = "Invalid page."
FLAGS = {"true": 1, "True": 1, "1": 1, "false": 0, "False": 0, "0": 0}
NO_UUID = "Enter a valid UUID."
NO_NUMBER = "Enter a number."
NO_CHOICE = "Select a valid choice. {} is not one of the available choices."


def wanted(request: Request, catalogue: Catalogue, now: int) -> Wanted:
    """What is wanted of a list; unknown parameters and empty ones say nothing. Raises Invalid
    with all that is wrong."""
    values: dict[str, Sequence[object]] = {}
    faults: dict[str, list[str]] = {}
    for name, narrow in catalogue.narrow.items():
        told = [text for text in request.query_params.getlist(name) if text]
        try:
            found = _value(narrow, told, now) if told else None
        except ValueError as error:
            faults[name] = [str(error)]
        else:
            if found is not None:
                values[name] = found
    order = _order(request.query_params.get(ORDER, ""), catalogue.orders, faults)
    if faults:
        raise refused(faults)
    return Wanted(values, order)


def _value(narrow: Narrow, told: list[str], now: int) -> Sequence[object] | None:
    """What a parameter says, None for nothing. Raises ValueError with the dialect's text."""
    if narrow.kind is Kind.CHOICE:
        return [_choice(narrow, text) for text in told]
    text = told[-1]
    if narrow.kind in (Kind.FLAG, Kind.TODAY):
        flag = FLAGS.get(text)
        today = [moment(now).date().isoformat()] if narrow.kind is Kind.TODAY else []
        return None if flag is None else [*today, flag]
    if narrow.kind is Kind.UUID:
        return [_uuid(text)]
    return [_number(text) if narrow.kind is Kind.NUMBER else _text(text)]


def _choice(narrow: Narrow, text: str) -> str:
    if text not in narrow.choices:
        raise ValueError(NO_CHOICE.format(text))
    return text


def _uuid(text: str) -> str:
    found = links.plain(text.strip())
    if not found:
        raise ValueError(NO_UUID)
    return found


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 20) or int(text) > MOST:
        raise ValueError(NO_NUMBER)
    return int(text)


def _text(text: str) -> str:
    """A text that a database can hold."""
    if "\0" in text:
        raise ValueError(NULL_CHARACTER)
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise ValueError(HALF_CHARACTER)
    return text


def _order(
    told: str, orders: Mapping[str, object], faults: dict[str, list[str]]
) -> list[tuple[str, bool]]:
    found = []
    for one in filter(None, told.split(",")) if orders else ():
        name = one.removeprefix("-")
        if name not in orders:
            faults[ORDER] = [NO_CHOICE.format(one)]
        found.append((name, one != name))
    return found


def fields(request: Request, known: Sequence[str]) -> frozenset[str]:
    """The columns that are asked for; all when none of them is known."""
    return frozenset(request.query_params.getlist(FIELD)) & frozenset(known) or frozenset(known)


class Paging:
    """Which page of a list is asked for, and how it is told what is before and after (§3.2)."""

    def __init__(self, request: Request, url: str) -> None:
        self._query = list(request.query_params.multi_items())
        self._url = url
        told = request.query_params
        self._page = told.get(PAGE, "") or "1"
        size = told.get(SIZE, "")
        number = int(size) if size.isascii() and size.isdigit() and len(size) < 20 else 0
        self.size = min(number, LARGEST) if number else PAGE_SIZE

    def span(self, count: int) -> range:
        """The places of its rows. Raises NotFound about a page that is not there."""
        first = (self.number(count) - 1) * self.size
        return range(first, first + self.size)

    def nothing(self, count: int) -> range:
        """No rows, of a page that is there. Raises NotFound."""
        self.number(count)
        return range(0)

    def number(self, count: int) -> int:
        """Which page it is. Raises NotFound."""
        last = self.last(count)
        told = self._page
        number = last if told == LAST else 0
        if told.isascii() and told.isdigit() and len(told) < 20:
            number = int(told)
        if not 1 <= number <= last:
            raise NotFound(INVALID_PAGE)
        return number

    def last(self, count: int) -> int:
        """The last page; an empty list has one."""
        return max(-(-count // self.size), 1)

    def headers(self, count: int) -> Mapping[str, str]:
        """How long the list is, and where its pages are."""
        number, last = self.number(count), self.last(count)
        pages = {"first": 1, "prev": number - 1, "next": number + 1, "last": last}
        told = (f'<{self._at(n)}>; rel="{rel}"' for rel, n in pages.items() if 1 <= n <= last)
        return {"x-result-count": str(count), "link": ", ".join(told)}

    def _at(self, number: int) -> str:
        """The URL of a page; the first one has no number."""
        told = [(name, value) for name, value in self._query if name != PAGE]
        told += [(PAGE, str(number))] if number > 1 else []
        query = urlencode(sorted(told), errors="replace")
        return f"{self._url}?{query}" if query else self._url
