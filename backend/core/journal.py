"""The journal: audit trail and change feed in one hash-chained table (design §4).

h(n) = sha256(h(n-1) || canonical JSON of entry n with its mass-effect rows)
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backend.core.database.tx import Tx

SCHEMA = """
CREATE TABLE journal (
    seq {int64} PRIMARY KEY, at {int64} NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
    target TEXT NOT NULL, "before" TEXT NOT NULL, "after" TEXT NOT NULL, reason TEXT NOT NULL,
    request_id TEXT NOT NULL, outcome TEXT NOT NULL, hash {blob} NOT NULL){strict};
CREATE INDEX journal_target ON journal (target, seq)
    WHERE target < 'commission:' OR target >= 'commission;';
CREATE TABLE journal_change (
    seq {int64} NOT NULL REFERENCES journal (seq), n {int64} NOT NULL, target TEXT NOT NULL,
    "before" TEXT NOT NULL, "after" TEXT NOT NULL, PRIMARY KEY (seq, n)){clustered};
CREATE TABLE refusal (
    id {int64} PRIMARY KEY, at {int64} NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
    detail TEXT NOT NULL){strict};
CREATE TABLE counter (name TEXT PRIMARY KEY, value {int64} NOT NULL){clustered};
"""

GENESIS = bytes(32)
DONE = "done"
REFUSED = "refused"
ENTRY = "journal:"
_ENTRY = re.compile(rf"{ENTRY}([0-9]{{1,18}})")
REFUSALS_KEPT = 1000

SELECT_OWN = """
SELECT count(*) FROM journal j WHERE seq = ? AND outcome = 'done' AND actor = ? AND (target = ?
    OR EXISTS (SELECT 1 FROM journal_change c WHERE c.seq = j.seq AND c.target = ?))"""
SELECT_HEAD = "SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1"
INSERT_ENTRY = "INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
INSERT_CHANGE = "INSERT INTO journal_change VALUES (?, ?, ?, ?, ?)"
SELECT_LAST_REFUSAL = "SELECT coalesce(max(id), 0) FROM refusal"
INSERT_REFUSAL = "INSERT INTO refusal VALUES (?, ?, ?, ?, ?)"
DELETE_OLD_REFUSALS = "DELETE FROM refusal WHERE id <= ?"


@dataclass(frozen=True, slots=True)
class SideEffect:
    """One row of a mass effect: what else an entry changed, as JSON texts."""

    target: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What happened, before it has its place in the chain. `before`/`after` are JSON texts."""

    actor: str
    action: str
    target: str
    before: str = "{}"
    after: str = "{}"
    reason: str = ""
    request_id: str = ""
    outcome: str = DONE
    effects: Sequence[SideEffect] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """A service's refused attempt, kept in a bounded ring outside the chain; detail is JSON."""

    actor: str
    action: str
    detail: str


def to_json(values: Mapping[str, object] | Sequence[object]) -> str:
    """Canonical compact JSON, the only form that is hashed."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def link(previous: bytes, row: Sequence[object], effects: Sequence[Sequence[object]]) -> bytes:
    """Hash of an entry: `row` are its ten columns before the hash, `effects` its change rows."""
    texts = [str(value) for value in chain(row, *effects)]
    told = "".join([f"{len(text)}:{text}" for text in texts])
    return hashlib.sha256(previous + told.encode("utf-8")).digest()


def taking_back(tx: Tx, entry: Entry, seq: int) -> Entry:
    """The entry of what takes an earlier one back, which its last side effect says where the
    journal bears it out: that was done, by the same actor, to the same."""
    if not seq or not tx.scalar(SELECT_OWN, (seq, entry.actor, entry.target, entry.target)):
        return entry
    return replace(entry, effects=(*entry.effects, SideEffect(f"{ENTRY}{seq}", "{}", "{}")))


def taken_back(target: str | None) -> int:
    """The entry that the last side effect of another names, 0 for none."""
    found = _ENTRY.fullmatch(target or "")
    return int(found[1]) if found else 0


class Chain:
    """The unwritten end of the journal inside one transaction.

    Entries stay in memory until `flush`, so that rolling back to a savepoint (`truncate`)
    leaves no trace, the head included.
    """

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._entries: list[Entry] = []
        self._refusals: list[Refusal] = []
        self._head: tuple[int, bytes] | None = None
        self._wrote = False

    def append(self, entry: Entry) -> int:
        """Add an entry and return the seq it will have."""
        self._entries.append(entry)
        return self.head()[0] + len(self._entries)

    def refuse(self, refusal: Refusal) -> None:
        """Note a refusal for the ring; survives `truncate`."""
        self._refusals.append(refusal)

    def mark(self) -> int:
        """A position to go back to."""
        return len(self._entries)

    def truncate(self, mark: int) -> None:
        """Forget the entries after `mark`."""
        del self._entries[mark:]

    def head(self) -> tuple[int, bytes]:
        """Last written seq and hash, (0, GENESIS) in an empty journal."""
        if self._head is None:
            row = self._tx.one(SELECT_HEAD)
            self._head = (int(row[0]), bytes(row[1])) if row else (0, GENESIS)
        return self._head

    def written(self) -> tuple[int, bytes] | None:
        """The head that this transaction has written, None when it wrote no entry."""
        return self.head() if self._wrote else None

    def flush(self) -> int:
        """Write everything and return the last seq."""
        if self._entries:
            self._write_entries()
        if self._refusals:
            self._write_refusals()
        return self.head()[0]

    def _write_entries(self) -> None:
        at = self._tx.now
        seq, previous = self.head()
        rows: list[tuple[object, ...]] = []
        changes: list[tuple[object, ...]] = []
        for e in self._entries:
            seq += 1
            told = (e.before, e.after, e.reason, e.request_id, e.outcome)
            row = (seq, at, e.actor, e.action, e.target, *told)
            own = [(n, c.target, c.before, c.after) for n, c in enumerate(e.effects)]
            previous = link(previous, row, own)
            rows.append((*row, previous))
            changes.extend((seq, *change) for change in own)
        self._tx.many(INSERT_ENTRY, rows)
        if changes:
            self._tx.many(INSERT_CHANGE, changes)
        self._entries.clear()
        self._head, self._wrote = (seq, previous), True

    def _write_refusals(self) -> None:
        (last,) = self._tx.one(SELECT_LAST_REFUSAL) or (0,)
        at = self._tx.now
        kept = self._refusals[-REFUSALS_KEPT:]
        rows = [(last + n, at, r.actor, r.action, r.detail) for n, r in enumerate(kept, start=1)]
        self._tx.many(INSERT_REFUSAL, rows)
        self._tx.execute(DELETE_OLD_REFUSALS, (last + len(rows) - REFUSALS_KEPT,))
        self._refusals.clear()
