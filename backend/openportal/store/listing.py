"""The SQL of the API's lists: which rows are wanted, how many there are, one page of them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from threading import Lock

from backend.core.database.tx import Tx
from backend.core.filter.conditions import escaped, lowered
from backend.core.journal import SELECT_HEAD
from backend.openportal.model.reads import Kind, Sight, Wanted
from backend.openportal.store.catalogues import SORTED, Catalogue, Narrow

Condition = tuple[str, list[object]]
REMEMBERED = 512


class Counts:
    """How many rows there are, counted once until something is journalled. Any thread may ask."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[object, ...], tuple[object, int]] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._known)

    def count(self, tx: Tx, catalogue: Catalogue, sight: Sight, wanted: Wanted) -> int:
        """How many rows are wanted."""
        sql, params = count_sql(catalogue, sight, wanted)
        key, head = (sql, *params), tx.one(SELECT_HEAD)
        with self._lock:
            known = self._known.get(key)
        if known is not None and known[0] == head:
            return known[1]
        found = int(tx.scalar(sql, params))
        with self._lock:
            self._known[key] = head, found
            self._known.move_to_end(key)
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return found


def ids(
    tx: Tx, catalogue: Catalogue, sight: Sight, wanted: Wanted, span: range, *, many: bool
) -> list[int]:
    """The ids of the wanted rows at these places; `many` says that there are many rows."""
    sql, params = page_sql(catalogue, sight, wanted, many=many)
    return [key for (key,) in tx.all(sql, [*params, len(span), span.start])]


def find(tx: Tx, catalogue: Catalogue, sight: Sight, key: Sequence[object]) -> int | None:
    """The id of the row with this key, None when it is not there or not seen."""
    found: int | None = tx.scalar(*find_sql(catalogue, sight, key))
    return found


def find_sql(catalogue: Catalogue, sight: Sight, key: Sequence[object]) -> Condition:
    """The statement that finds a row."""
    found, params = _from(catalogue, sight, Wanted())
    return f"SELECT {_alias(catalogue)}.id FROM {found} AND {catalogue.key}", [*params, *key]


def count_sql(catalogue: Catalogue, sight: Sight, wanted: Wanted) -> Condition:
    """The statement that counts."""
    found, params = _from(catalogue, sight, wanted)
    return f"SELECT count(*) FROM {found}", params


def page_sql(
    catalogue: Catalogue, sight: Sight, wanted: Wanted, *, many: bool = False
) -> Condition:
    """The statement of a page, to which its length and offset are still missing."""
    by_name = all(name == "name" for name, _ in wanted.order[:1])
    found, params = _from(catalogue, sight, wanted, many=many and by_name, by_name=by_name)
    told = [
        column + (" DESC" if down else "")
        for name, down in wanted.order
        for column in catalogue.orders[name]
    ]
    order = ", ".join([*told, catalogue.order])
    return f"SELECT {_alias(catalogue)}.id FROM {found} ORDER BY {order} LIMIT ? OFFSET ?", params


def _alias(catalogue: Catalogue) -> str:
    return catalogue.source.split()[1]


def _from(
    catalogue: Catalogue, sight: Sight, wanted: Wanted, *, many: bool = False, by_name: bool = True
) -> Condition:
    conditions = list(_conditions(catalogue, sight, wanted))
    in_order = (
        by_name
        and sight.everything
        and all(
            catalogue.narrow[name].sorted and len(values) == 1
            for name, values in wanted.values.items()
        )
    )
    source = catalogue.source.replace(SORTED, "" if many or in_order else "+")
    sql = " AND ".join([source, *(sql for sql, _ in conditions)])
    return sql, [value for _, values in conditions for value in values]


def _conditions(catalogue: Catalogue, sight: Sight, wanted: Wanted) -> Iterator[Condition]:
    if not sight.everything:
        yield _whose(catalogue.visible, sight)
    for name, values in wanted.values.items():
        narrow = catalogue.narrow[name]
        if narrow.kind is Kind.MINE:
            if not sight.manages_all:
                yield _whose(narrow.sql, sight)
        else:
            yield _condition(narrow, values)


def _whose(sql: str, sight: Sight) -> Condition:
    return sql, [sight.user] * sql.count("?")


def _condition(narrow: Narrow, values: Sequence[object]) -> Condition:
    if narrow.kind is Kind.NONE:
        return narrow.sql, []
    if narrow.kind is Kind.CHOICE:
        return narrow.sql.replace("{keys}", ",".join("?" * len(values))), list(values)
    if narrow.kind is Kind.TODAY:
        return narrow.sql, list(values)
    value = values[-1]
    if narrow.kind is Kind.PART:
        some = f"%{escaped(str(value).casefold())}%"
        return narrow.sql, [narrow.before + some + narrow.after]
    if narrow.kind is Kind.ASCII:
        return narrow.sql, [f"%{escaped(lowered(str(value)))}%"]
    return narrow.sql, [value]
