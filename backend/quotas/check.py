"""The ledger's invariants I1-I9 of storage.md §6.1, journal replay and hash chain."""

from __future__ import annotations

from collections.abc import Iterator

from backend.core.audit import ChainCheck, history
from backend.core.database.tx import Tx
from backend.quotas.replay import Replay

# I1
SELECT_DISORDER = """
SELECT id, usage_min, usage_max FROM holding WHERE usage_min < 0 OR usage_max < usage_min"""
# I2
SELECT_UNEXPLAINED = """
SELECT h.id, h.usage_max - h.usage_min, coalesce(p.total, 0) FROM holding h LEFT JOIN
    (SELECT holding_id, sum(abs(quantity)) AS total FROM provision GROUP BY holding_id) p
    ON p.holding_id = h.id
WHERE h.usage_max - h.usage_min <> coalesce(p.total, 0)"""
SELECT_ORPHANS = """
SELECT v.serial, v.n FROM provision v LEFT JOIN holding h ON h.id = v.holding_id
LEFT JOIN commission c ON c.serial = v.serial WHERE h.id IS NULL OR c.serial IS NULL"""
# I5
SELECT_KEYS = "SELECT serial FROM commission_key"
SELECT_FIGURES = "SELECT id, lim, usage_min, usage_max FROM holding"


def findings(tx: Tx) -> Iterator[str]:
    """What is wrong with holdings, commissions or the journal, one line each."""
    for id, low, high in tx.all(SELECT_DISORDER):
        yield f"holding {id}: usage_min {low} and usage_max {high} are out of order"
    for id, pending, total in tx.all(SELECT_UNEXPLAINED):
        yield f"holding {id}: {pending} pending, but pending commissions explain {total}"
    for serial, n in tx.all(SELECT_ORPHANS):
        yield f"commission {serial}: provision {n} has no holding or no commission"
    yield from _replayed(tx)


def _replayed(tx: Tx) -> Iterator[str]:
    """I3, I4, I6-I9: the chain holds, and its replay gives today's holdings."""
    chain, replay = ChainCheck(), Replay()
    keyed = {f"commission:{serial}" for (serial,) in tx.all(SELECT_KEYS)}
    for row, effects in history(tx):
        yield from chain.faults(row, effects)
        yield from replay.apply(row, effects)
        keyed.discard(row[4])
        keyed.difference_update(effect[1] for effect in effects)  # an import's
    for target in keyed:
        yield f"{target}: acknowledged under a key, but unknown to the journal"
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
