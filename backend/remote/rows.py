"""A table of the mirror beside what was read: rows keep their keys, and nothing is written that is
the same already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from backend.core.database import Tx

Values = tuple[Any, ...]


class Table:
    """Rows of one table by their uuid, or what else names them as `key`; `columns` are the others
    that a reading tells."""

    def __init__(self, name: str, *columns: str, key: str = "uuid") -> None:
        listed = ", ".join(columns)
        marks = ", ".join("?" * (len(columns) + 2))
        self._name = name
        self._all = f"SELECT {key}, {listed} FROM {name}"
        self._some = f"SELECT {key}, {listed} FROM {name} WHERE {key} IN ({{keys}})"
        self._ids = f"SELECT {key}, id FROM {name} WHERE {key} IN ({{keys}})"
        self._insert = f"INSERT INTO {name} (id, {key}, {listed}) VALUES ({marks})"
        self._update = f"UPDATE {name} SET {' = ?, '.join(columns)} = ? WHERE {key} = ?"

    def there(self, tx: Tx, uuids: Iterable[str] | None = None) -> dict[str, Values]:
        """The rows of these, or all."""
        rows = tx.all(self._all) if uuids is None else tx.within(self._some, list(uuids))
        return {uuid: tuple(values) for uuid, *values in rows}

    def ids(self, tx: Tx, uuids: Iterable[str]) -> dict[str, int]:
        """The keys of these."""
        return dict(tx.within(self._ids, list(uuids)))

    def put(self, tx: Tx, there: Mapping[str, Values], wanted: Mapping[str, Values]) -> None:
        """Have these rows as they are wanted; `there` is what they were."""
        fresh = [uuid for uuid in wanted if uuid not in there]
        changed = [u for u, values in wanted.items() if u in there and there[u] != values]
        ids: Sequence[int] = tx.next_ids(self._name, len(fresh)) if fresh else ()
        tx.many(self._insert, [(id, u, *wanted[u]) for id, u in zip(ids, fresh, strict=True)])
        tx.many(self._update, [(*wanted[uuid], uuid) for uuid in changed])
