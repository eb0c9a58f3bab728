"""Limits against projects as a list (spec astakos §3.5): what verifying would set right."""

from __future__ import annotations

import time
from array import array
from collections.abc import Iterator, Mapping, Sequence
from threading import Lock

from backend.core.database.tx import Tx
from backend.core.listing import Query
from backend.projects.model import MismatchRow
from backend.projects.service.limits import labels, mismatches
from backend.projects.store.mismatches import MISMATCHES, Findings
from backend.quotas import service as quotas
from backend.quotas.model import HoldingKey, Mismatch

FIELDS = MISMATCHES.specs
PATIENCE = 10
"""What was found is good for so many times as long as it took to find."""
SELECT_HEAD = "SELECT coalesce(max(seq), 0) FROM journal"
COUNT_DECIDED = """
SELECT count(*) FROM journal
WHERE seq > ? AND action NOT LIKE 'commission.%' AND action NOT LIKE 'allocations.%'"""


class DryRun:
    """Compares every limit with what projects say when it is asked: again when something else
    than commissions and allocations happened since, or when some time has passed."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._findings = Findings()
        self._rows: Mapping[int, MismatchRow] = {}
        self._numbers: dict[HoldingKey, int] = {}
        self._head, self._until = -1, 0.0

    def keys(self, tx: Tx, query: Query) -> array[int]:
        """All keys in order. Raises Invalid on a bad filter."""
        with self._lock:
            self._refresh(tx)
            return self._findings.keys(query)

    def rows(self, keys: Sequence[int]) -> dict[int, MismatchRow]:
        """Rows by key as they were found; vanished ones are missing."""
        with self._lock:
            return {key: self._rows[key] for key in keys if key in self._rows}

    def _refresh(self, tx: Tx) -> None:
        begun, head = time.monotonic(), int(tx.scalar(SELECT_HEAD))
        if begun < self._until and not (head > self._head and self._decided(tx)):
            self._head = head
            return
        self._rows = {row.key: row for row in self._found(tx)}
        self._findings.replace(self._rows.values())
        ended = time.monotonic()
        self._head, self._until = head, ended + PATIENCE * (ended - begun)

    def _decided(self, tx: Tx) -> bool:
        return int(tx.scalar(COUNT_DECIDED, (self._head,))) > 0

    def _found(self, tx: Tx) -> Iterator[MismatchRow]:
        found = mismatches(tx, unexpected=True)
        names = labels(tx, [one.key for one in found])
        units = {resource.name: resource.unit for resource in quotas.resources(tx)}
        for one in found:
            yield _row(self._number(tx, one.key), one, names, units.get(one.key.resource, ""))

    def _number(self, tx: Tx, key: HoldingKey) -> int:
        """The holding's id; a missing one has a negative number of its own for good."""
        holding = quotas.holding(tx, key)
        return holding.id if holding else self._numbers.setdefault(key, -1 - len(self._numbers))


def _row(number: int, one: Mismatch, names: Mapping[str, str], unit: str) -> MismatchRow:
    holder, source = one.key.holder, one.key.source or one.key.holder
    person = (names.get(holder, _bare(holder)), _bare(holder)) if one.key.source else ("", "")
    project = (names.get(source, _bare(source)), _bare(source))
    return MismatchRow(number, *person, *project, one.key.resource, unit, one.expected, one.found)


def _bare(name: str) -> str:
    return name.partition(":")[2] or name
