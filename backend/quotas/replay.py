"""Holdings and commissions as the journal tells them: the ledger replayed from its first
entry."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from backend.core.database.tx import Row
from backend.core.journal import DONE
from backend.quotas import rules
from backend.quotas.rules import Account

FINAL = {"commission.accept", "commission.reject", "commission.expire"}

Pending = dict[int, list[list[int]]]  # serial → [holding id, quantity]
Key = tuple[int, str]  # serial, idempotency key


class Replay:
    """Applies entries in order; `accounts`, `pending` and `keys` are what they lead to,
    `explained` the holdings that an entry has put over their limit."""

    def __init__(self) -> None:
        self.accounts: dict[int, Account] = {}
        self.explained: set[int] = set()
        self.pending: Pending = {}
        self.keys: set[Key] = set()

    def apply(self, row: Row, effects: Sequence[Row]) -> Iterator[str]:
        """Take the next entry (columns of `core.audit.SELECT_CHAIN`); yields what cannot be.

        Raises ValueError, TypeError or AttributeError when it makes no sense.
        """
        action, target, request, outcome = row[3], row[4], row[8], row[9]
        if outcome == DONE and action.startswith("commission."):
            serial, after = int(target.partition(":")[2]), json.loads(row[6])
            if request:
                self.keys.add((serial, request))
            if not self._commission(action, serial, after):
                yield f"{target} was resolved, but not as it was pending (entry {row[0]})"
        for _, kind, _, after in effects:
            if kind == "limits":
                self._limits(json.loads(after))
            elif kind == "holdings":
                self._set(json.loads(after))
            elif kind.startswith("commission:"):
                self._imported(int(kind.partition(":")[2]), json.loads(after))

    def _commission(self, action: str, serial: int, after: Mapping[str, Any]) -> bool:
        """False when this resolves what is not pending, or not like this."""
        postings: list[list[int]] = after.get("p", [])
        for holding, quantity in postings:
            self._post(action, holding, quantity)
            if after.get("forced"):
                self.explained.add(holding)
        if action in FINAL:
            return self.pending.pop(serial, None) == postings
        if action == "commission.issue":
            self.pending[serial] = postings
        return True

    def _post(self, action: str, holding: int, quantity: int) -> None:
        account = self.accounts.setdefault(holding, Account(holding, 0, 0, 0))
        if action in ("commission.issue", "commission.charge"):
            rules.reserve(account, quantity)
        if action in ("commission.accept", "commission.charge"):
            rules.accept(account, quantity)
        if action in ("commission.reject", "commission.expire"):
            rules.reject(account, quantity)

    def _imported(self, serial: int, after: Mapping[str, Any]) -> None:
        """A pending commission or a key; the figures that it led to are imported, too."""
        if "p" in after:
            self.pending[serial] = after["p"]
        if "key" in after:
            self.keys.add((serial, after["key"]))

    def _limits(self, after: Sequence[Row]) -> None:
        for holding, limit in after:
            if limit is None:
                self.accounts.pop(holding, None)
                continue
            account = self.accounts.setdefault(holding, Account(holding, 0, 0, 0))
            account.limit = limit
            if account.usage_max > limit:
                self.explained.add(holding)

    def _set(self, rows: Sequence[Row]) -> None:
        for holding, limit, usage_min, usage_max in rows:
            self.accounts[holding] = Account(holding, limit, usage_min, usage_max)
            self.explained.add(holding)
