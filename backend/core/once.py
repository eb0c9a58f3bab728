"""Doing something once however often it is asked for: a key and its receipt are written in the
transaction of the change itself (storage.md §2.1). What was refused has no key: it may be tried
again."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backend.core.errors import Conflict
from backend.core.journal import to_json
from backend.core.plan import Receipt

if TYPE_CHECKING:
    from backend.core.database.tx import Tx

KEPT = 30 * 86_400 * 1_000_000
"""Microseconds for which a key is known."""

SELECT_APPLIED = "SELECT request, seq, message, created FROM applied WHERE actor = ? AND key = ?"
INSERT_APPLIED = "INSERT INTO applied VALUES (?, ?, ?, ?, ?, ?, ?)"
DELETE_OLD = "DELETE FROM applied WHERE at < ?"


@dataclass(frozen=True, slots=True)
class Once:
    """A key of a client's making, and a digest of all that it asks for."""

    key: str
    request: str


def once(tx: Tx, actor: str, wanted: Once, work: Callable[[], Receipt]) -> Receipt:
    """The receipt of `work`, or the one that the actor's key already led to.

    Raises Conflict when the key was used for something else, and what `work` raises.
    """
    row = tx.one(SELECT_APPLIED, (actor, wanted.key))
    if row is None:
        receipt = work()
        told = (receipt.seq, receipt.message, to_json(receipt.created))
        tx.execute(DELETE_OLD, (tx.now - KEPT,))
        tx.execute(INSERT_APPLIED, (actor, wanted.key, wanted.request, tx.now, *told))
        return receipt
    request, seq, message, created = row
    if request != wanted.request:
        raise Conflict(
            "this idempotency key was used for something else",
            hint="make a new key for every change",
            data={"stored": request, "sent": wanted.request, "entry": seq},
        )
    return Receipt(int(seq), str(message), json.loads(created))
