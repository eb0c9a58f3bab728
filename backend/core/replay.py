"""Stored things as the journal tells them, against those that are kept.

World files are imported without their facts in the journal, so what it told before one is
forgotten, and what is kept may be unknown to it afterwards.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from backend.core.database.tx import Tx
from backend.core.usecase import Entity, facts

IMPORT = "world.import"
Facts = dict[str, Any]


def statement(*actions: str) -> str:
    """The SQL of the entries, with their effects, whose actions begin so."""
    likes = " OR ".join(f"action LIKE '{action}%'" for action in (*actions, IMPORT))
    wanted = f"outcome = 'done' AND ({likes})"
    return f"""
SELECT seq, -1 AS n, action, target, "before", "after" FROM journal WHERE {wanted}
UNION ALL SELECT c.seq, c.n, j.action, c.target, c."before", c."after"
FROM journal_change c JOIN journal j ON j.seq = c.seq WHERE {wanted}
ORDER BY 1, 2"""


class Replay:
    """Applies entries in order; `told` is what they lead to by target, and `complete` whether
    that is all there can be.

    Entries are those of a `statement`, targets of other `kinds` are left out. What is `made_here`
    cannot be unknown to a journal that is complete.
    """

    def __init__(self, sql: str, kinds: tuple[str, ...], made_here: tuple[str, ...]) -> None:
        self.told: dict[str, Facts] = {}
        self.complete = True
        self._sql = sql
        self._kinds = kinds
        self._made_here = made_here

    def take(self, tx: Tx) -> Iterator[str]:
        """Take the whole journal; what of it makes no sense, one line each."""
        for seq, _, *entry in tx.each(self._sql):
            try:
                self._apply(*entry)
            except (ValueError, TypeError, AttributeError):
                yield f"journal: entry {seq} cannot be understood"

    def _apply(self, action: str, target: str, before: str, after: str) -> None:
        if action == IMPORT:
            self.told, self.complete = {}, False
        elif target.startswith(self._kinds):
            old, new = json.loads(before), json.loads(after)
            if new or not old:
                self.told.setdefault(target, {}).update(new)
            else:
                self.told.pop(target, None)

    def differences(self, everything: Iterable[Entity]) -> Iterator[str]:
        """Where the journal and all that is kept differ, one line each."""
        missing = dict(self.told)
        for kept in everything:
            told = missing.pop(kept.target, None)
            if told is not None:
                yield from _differing(kept, told)
            elif self.complete and kept.target.startswith(self._made_here):
                yield f"{kept.target}: the journal knows nothing of it"
        for target in missing:
            yield f"{target}: told by the journal, but missing"


def _differing(kept: Entity, told: Facts) -> Iterator[str]:
    shown = facts(kept)
    for name, value in told.items():
        if name in shown and shown[name] != value:
            yield f"{kept.target}: {name} {shown[name]} stored, {value} by the journal"
