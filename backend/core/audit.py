"""Reading the journal: the Audit pane's list, details, and the check of the chain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backend.core.database.tx import Row, Tx
from backend.core.journal import GENESIS, link
from backend.core.listing import Query

COLUMNS = (
    'seq, at, actor, action, target, "before", "after", reason, request_id, outcome, '
    "(SELECT count(*) FROM journal_change c WHERE c.seq = j.seq)"
)
SELECT_KEYS = "SELECT seq FROM journal j WHERE seq > 0"
TEXT = """lower(actor) LIKE ? ESCAPE '!' OR lower(action) LIKE ? ESCAPE '!'
    OR lower(target) LIKE ? ESCAPE '!' OR lower(reason) LIKE ? ESCAPE '!'"""
DECISIONS = "AND action NOT LIKE 'commission.%'"
SELECT_ROWS = f"SELECT {COLUMNS} FROM journal j WHERE seq IN ({{keys}})"
SELECT_EFFECTS = 'SELECT target, "before", "after" FROM journal_change WHERE seq = ? ORDER BY n'
# The index leaves commissions out: they are many, and their history is the provision log.
SELECT_OF = f"""SELECT {COLUMNS} FROM journal j
WHERE target = ? AND (target < 'commission:' OR target >= 'commission;')
ORDER BY seq DESC LIMIT ?"""
SELECT_CHAIN = """
SELECT seq, at, actor, action, target, "before", "after", reason, request_id, outcome, hash
FROM journal ORDER BY seq"""
SELECT_ALL_EFFECTS = 'SELECT seq, n, target, "before", "after" FROM journal_change ORDER BY seq, n'


def keys_sql(query: Query, named: Sequence[str] = ()) -> tuple[str, list[object]]:
    """The journal's seqs, newest first; `descending` turns that round. `named` are further
    conditions of a text filter, each with one LIKE pattern of the folded text."""
    parts, params = [SELECT_KEYS], []
    if "decisions" in query.view.split():
        parts.append(DECISIONS)
    if query.scope:
        parts.append("AND target = ?")
        params.append(query.scope)
    if query.text:
        folded = query.text.casefold().replace("!", "!!").replace("%", "!%").replace("_", "!_")
        conditions = " OR ".join([TEXT, *named])
        parts.append(f"AND ({conditions})")
        params += [f"%{folded}%"] * (4 + len(named))
    newest = not query.descending
    parts.append("ORDER BY seq DESC" if newest else "ORDER BY seq")
    return " ".join(parts), list(params)


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
