"""Doing something once however often it is asked for: a key and its receipt are written in the
transaction of the change itself (storage.md §2.1). A refusal is remembered, too: a copy of the
order that comes late, after its sender was told, must not be carried out."""

from __future__ import annotations

import json
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
REFUSED = (0, "", "{}")


@dataclass(frozen=True, slots=True)
class Once:
    """A key of a client's making, and a digest of all that it asks for."""

    key: str
    request: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a key led to before; without a receipt it was refused."""

    receipt: Receipt | None


def earlier(tx: Tx, actor: str, wanted: Once) -> Earlier | None:
    """What the actor's key led to, None when it is new. Raises Conflict when it was used for
    something else."""
    row = tx.one(SELECT_APPLIED, (actor, wanted.key))
    if row is None:
        return None
    request, seq, message, created = row
    if request != wanted.request:
        raise Conflict(
            "this idempotency key was used for something else",
            hint="make a new key for every change",
            data={"stored": request, "sent": wanted.request, "entry": seq},
        )
    return Earlier(Receipt(int(seq), str(message), json.loads(created)) if seq else None)


def note(tx: Tx, actor: str, wanted: Once, receipt: Receipt | None) -> None:
    """Remember what a new key led to, None for a refusal; what is too old is forgotten."""
    told = (receipt.seq, receipt.message, to_json(receipt.created)) if receipt else REFUSED
    tx.execute(DELETE_OLD, (tx.now - KEPT,))
    tx.execute(INSERT_APPLIED, (actor, wanted.key, wanted.request, tx.now, *told))
