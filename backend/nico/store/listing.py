"""The SQL of the API's lists: which rows are wanted, how many there are, one page of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backend.core.database.tx import Tx
from backend.core.filter.conditions import escaped, lowered
from backend.nico.model.reads import Form, Sight, Wanted
from backend.nico.store.catalogues import Catalogue, Narrow

Condition = tuple[str, list[object]]


def is_known(tx: Tx, narrow: Narrow, uuid: object) -> bool:
    """Whether there is what a parameter names."""
    return tx.scalar(narrow.known, (uuid,)) is not None


def count(tx: Tx, catalogue: Catalogue, sight: Sight, wanted: Wanted) -> int:
    """How many rows are wanted."""
    return int(tx.scalar(*count_sql(catalogue, sight, wanted)))


def ids(tx: Tx, catalogue: Catalogue, sight: Sight, wanted: Wanted, span: range) -> list[int]:
    """The ids of the wanted rows at these places."""
    sql, params = page_sql(catalogue, sight, wanted)
    return [key for (key,) in tx.all(sql, [*params, len(span), span.start])]


def find(tx: Tx, catalogue: Catalogue, key: str) -> int | None:
    """The id of the row that is named so, None when there is none."""
    found: int | None = tx.scalar(find_sql(catalogue), (key,))
    return found


def sees(tx: Tx, catalogue: Catalogue, sight: Sight, id: int) -> bool:
    """Whether a row is one of those that are seen."""
    sql, params = _from(catalogue, sight, Wanted())
    return bool(tx.scalar(f"SELECT count(*) {sql} AND {catalogue.alias}.id = ?", [*params, id]))


def find_sql(catalogue: Catalogue) -> str:
    """The statement that finds a row, whoever may see it."""
    alias = catalogue.alias
    return f"SELECT {alias}.id FROM {catalogue.source} WHERE {alias}.{catalogue.key} = ?"


def count_sql(catalogue: Catalogue, sight: Sight, wanted: Wanted) -> Condition:
    """The statement that counts."""
    sql, params = _from(catalogue, sight, wanted)
    return f"SELECT count(*) {sql}", params


def page_sql(catalogue: Catalogue, sight: Sight, wanted: Wanted) -> Condition:
    """The statement of a page, to which its length and offset are still missing."""
    sql, params = _from(catalogue, sight, wanted)
    columns = catalogue.orders[wanted.order] if wanted.order else ()
    told = [column + (" DESC" if wanted.down else "") for column in columns]
    order = ", ".join([*told, catalogue.order])
    return f"SELECT {catalogue.alias}.id {sql} ORDER BY {order} LIMIT ? OFFSET ?", params


def _from(catalogue: Catalogue, sight: Sight, wanted: Wanted) -> Condition:
    conditions = [_seen(catalogue, sight, wanted)]
    for name, values in wanted.values.items():
        if not catalogue.narrow[name].provider:
            conditions.append(_condition(catalogue.narrow[name], values))
    if wanted.text:
        conditions.append(_some(catalogue, wanted.text))
    sql = " AND ".join(f"({one})" for one, _ in conditions)
    params = [value for _, values in conditions for value in values]
    return f"FROM {catalogue.source} WHERE {sql}", params


def _seen(catalogue: Catalogue, sight: Sight, wanted: Wanted) -> Condition:
    """What a provider sees, narrowed perhaps, and what a tenant sees."""
    sides = list(_sides(catalogue, sight, wanted))
    sql = " OR ".join(one for one, _ in sides) or "1 = 0"
    return sql, [value for _, values in sides for value in values]


def _sides(catalogue: Catalogue, sight: Sight, wanted: Wanted) -> Iterator[Condition]:
    if sight.provider:
        found: Condition = (catalogue.provider, [sight.provider])
        for name, values in wanted.values.items():
            if catalogue.narrow[name].provider:
                more, also = _condition(catalogue.narrow[name], values)
                found = f"{found[0]} AND {more}", [*found[1], *also]
        yield f"({found[0]})", found[1]
    if sight.tenant:
        yield f"({catalogue.tenant})", [sight.tenant]


def _condition(narrow: Narrow, values: Sequence[object]) -> Condition:
    if narrow.form is Form.FLAG:
        return narrow.sql if values[-1] else f"NOT {narrow.sql}", []
    times = narrow.sql.count("{keys}")
    return narrow.sql.replace("{keys}", ",".join("?" * len(values))), [*values] * times


def _some(catalogue: Catalogue, text: str) -> Condition:
    """Rows that have a text in one of their columns."""
    folded, low = f"%{escaped(text.casefold())}%", f"%{escaped(lowered(text))}%"
    told = [f"{column} LIKE ? ESCAPE '!'" for column in catalogue.text]
    told += [f"lower(coalesce({column}, '')) LIKE ? ESCAPE '!'" for column in catalogue.lower]
    params: list[object] = [*[folded] * len(catalogue.text), *[low] * len(catalogue.lower)]
    return " OR ".join(told), params
