"""Reading the journal: the Audit pane's list, details, and the check of the chain."""

from __future__ import annotations

from collections.abc import Iterator

from backend.core.database.tx import Row, Tx
from backend.core.filter.sql import Where
from backend.core.journal import GENESIS, link
from backend.core.listing import Query

COLUMNS = (
    'seq, at, actor, action, target, "before", "after", reason, request_id, outcome, '
    "(SELECT count(*) FROM journal_change c WHERE c.seq = j.seq), "
    "(SELECT c.target FROM journal_change c WHERE c.seq = j.seq ORDER BY c.n DESC LIMIT 1)"
)
SELECT_KEYS = "SELECT seq FROM journal j WHERE seq > 0"
# What people decided: nothing of what services do by the thousand, and of commissions what
# somebody else than a service resolved, or was refused.
DECISIONS = """(actor NOT LIKE 'service:%' AND (action NOT LIKE 'commission.%'
    OR action IN ('commission.accept', 'commission.reject') OR outcome = 'refused'))"""
SELECT_ROWS = f"SELECT {COLUMNS} FROM journal j WHERE seq IN ({{keys}})"
SELECT_EFFECTS = """
SELECT target, "before", "after" FROM journal_change
WHERE seq = ? AND target NOT LIKE 'journal:%' ORDER BY n LIMIT ?"""
# The index leaves commissions out: they are many, and their history is the provision log.
INDEXED = "(target < 'commission:' OR target >= 'commission;')"
SELECT_CHAIN = """
SELECT seq, at, actor, action, target, "before", "after", reason, request_id, outcome, hash
FROM journal ORDER BY seq"""
SELECT_ALL_EFFECTS = 'SELECT seq, n, target, "before", "after" FROM journal_change ORDER BY seq, n'


def keys_sql(query: Query, found: Where) -> tuple[str, list[object]]:
    """The journal's seqs, newest first, that a filter finds; `descending` turns that round."""
    parts, params = [SELECT_KEYS], []
    if "decisions" in query.view.split():
        parts.append(DECISIONS)
    if query.scope:
        parts.append("target = ?")
        parts += [] if query.scope.startswith("commission:") else [INDEXED]
        params.append(query.scope)
    parts += [found.sql] if found.sql else []
    order = "ORDER BY seq" if query.descending else "ORDER BY seq DESC"
    return f"{' AND '.join(parts)} {order}", [*params, *found.params]


def history(tx: Tx) -> Iterator[tuple[Row, list[Row]]]:
    """Every entry with its hash, and its effects as (n, target, before, after), in order."""
    effects = tx.each(SELECT_ALL_EFFECTS)
    ahead = next(effects, None)
    for row in tx.each(SELECT_CHAIN):
        own: list[Row] = []
        while ahead is not None and ahead[0] <= row[0]:
            own.append(ahead[1:])
            ahead = next(effects, None)
        yield row, own


class ChainCheck:
    """Follows the hash chain entry by entry and tells where it breaks."""

    def __init__(self) -> None:
        self._expected = 0
        self._previous = GENESIS

    def faults(self, row: Row, effects: list[Row]) -> Iterator[str]:
        """What is wrong with the next entry; nothing when it holds."""
        self._expected += 1
        if row[0] != self._expected:
            yield f"journal: entry {self._expected} is missing, {row[0]} comes next"
            self._expected = row[0]
        if link(self._previous, row[:10], effects) != bytes(row[10]):
            yield f"journal: entry {row[0]} does not match its hash: it was changed afterwards"
        self._previous = bytes(row[10])
