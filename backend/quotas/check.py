"""The ledger's invariants I1-I9 of storage.md §6.1, journal replay and hash chain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from backend.core.audit import ChainCheck, history
from backend.core.database.tx import Tx
from backend.core.journal import to_json
from backend.quotas.replay import Key, Pending, Replay

SELECT_FIGURES = "SELECT id, lim, usage_min, usage_max FROM holding ORDER BY id"
SELECT_PENDING = """
SELECT c.serial, v.holding_id, v.quantity FROM commission c
LEFT JOIN provision v ON v.serial = c.serial ORDER BY c.serial, v.n"""
SELECT_ORPHANS = """
SELECT v.serial, v.n FROM provision v LEFT JOIN holding h ON h.id = v.holding_id
LEFT JOIN commission c ON c.serial = v.serial WHERE h.id IS NULL OR c.serial IS NULL"""
SELECT_KEYS = "SELECT serial, key FROM commission_key"


def findings(tx: Tx) -> Iterator[str]:
    """What is wrong with holdings, commissions or the journal, one line each."""
    pending = _pending(tx)
    yield from _counted(tx, pending)
    for serial, n in tx.all(SELECT_ORPHANS):
        yield f"commission {serial}: provision {n} has no holding or no commission"
    replay = Replay()
    yield from _replayed(tx, replay)
    yield from _figures(tx, replay)
    yield from _commissions(pending, replay.pending)
    yield from _keys({(serial, key) for serial, key in tx.all(SELECT_KEYS)}, replay.keys)


def _pending(tx: Tx) -> Pending:
    """The stored postings of every pending commission."""
    found: Pending = {}
    for serial, holding, quantity in tx.all(SELECT_PENDING):
        postings = found.setdefault(serial, [])
        if holding is not None:
            postings.append([holding, quantity])
    return found


def _counted(tx: Tx, pending: Pending) -> Iterator[str]:
    """I1, I2: the counters are in order, and what is pending explains their difference."""
    totals: Counter[int] = Counter()
    for postings in pending.values():
        for holding, quantity in postings:
            totals[holding] += abs(quantity)
    for id, _, low, high in tx.each(SELECT_FIGURES):
        if not 0 <= low <= high:
            yield f"holding {id}: usage_min {low} and usage_max {high} are out of order"
        if high - low != totals[id]:
            told = f"{high - low} pending, but pending commissions explain {totals[id]}"
            yield f"holding {id}: {told}"


def _replayed(tx: Tx, replay: Replay) -> Iterator[str]:
    """I4, I6, I9: the chain holds and can be replayed."""
    chain = ChainCheck()
    for row, effects in history(tx):
        yield from chain.faults(row, effects)
        try:
            yield from replay.apply(row, effects)
        except (ValueError, TypeError, AttributeError):
            yield f"journal: entry {row[0]} cannot be understood"


def _figures(tx: Tx, replay: Replay) -> Iterator[str]:
    """I3, I7, I8: the journal's replay gives today's holdings."""
    told = replay.accounts
    for id, *figures in tx.each(SELECT_FIGURES):
        account = told.pop(id, None)
        if account is None:
            yield f"holding {id}: the journal knows nothing of it"
        elif [account.limit, account.usage_min, account.usage_max] != figures:
            expected = f"{account.limit}/{account.usage_min}/{account.usage_max}"
            stored = "/".join(map(str, figures))
            yield f"holding {id}: {stored} stored, {expected} by the journal"
        elif account.usage_max > account.limit and id not in replay.explained:
            yield f"holding {id}: over its limit, which no entry explains"
    for id in told:
        yield f"holding {id}: told by the journal, but missing"


def _commissions(stored: Pending, told: Pending) -> Iterator[str]:
    """I3: what is pending is what was issued and not resolved, to the last posting."""
    for serial in sorted({*stored, *told}):
        if serial not in told:
            yield f"commission {serial}: the journal knows nothing of it"
        elif serial not in stored:
            yield f"commission {serial}: told by the journal, but missing"
        elif stored[serial] != told[serial]:
            shown = f"{to_json(stored[serial])} stored, {to_json(told[serial])} by the journal"
            yield f"commission {serial}: {shown}"


def _keys(stored: set[Key], told: set[Key]) -> Iterator[str]:
    """I5: every idempotency key leads to what was done under it."""
    for serial, key in sorted(told - stored):
        yield f"commission {serial}: its key {key!r} is lost, a retry would do it again"
    for serial, key in sorted(stored - told):
        yield f"commission {serial}: its key {key!r} is unknown to the journal"
