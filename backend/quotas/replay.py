"""Holdings as the journal tells them: the ledger replayed from its first entry."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from backend.core.database.tx import Row
from backend.quotas import rules
from backend.quotas.rules import Account

FINAL = {"commission.accept", "commission.reject", "commission.expire"}


class Replay:
    """Applies entries in order; `accounts` are the holdings they lead to."""

    def __init__(self) -> None:
        self.accounts: dict[int, Account] = {}
        self.explained: set[int] = set()
        self._resolved: set[str] = set()

    def apply(self, row: Row, effects: Sequence[Row]) -> Iterator[str]:
        """Take the next entry (columns of `core.audit.SELECT_CHAIN`); yields what cannot be."""
        action, target, outcome = row[3], row[4], row[9]
        if outcome == "done" and action.startswith("commission."):
            if action in FINAL and target in self._resolved:
                yield f"{target} was resolved twice (entry {row[0]})"
            self._resolved.update([target] if action in FINAL else [])
            self._commission(action, json.loads(row[6]))
        for _, kind, _, after in effects:
            if kind == "limits":
                self._limits(json.loads(after))
            elif kind == "holdings":
                self._set(json.loads(after))

    def _commission(self, action: str, after: dict[str, object]) -> None:
        postings = after.get("p")
        for holding, quantity in postings if isinstance(postings, list) else ():
            account = self.accounts.setdefault(holding, Account(holding, 0, 0, 0))
            if action in ("commission.issue", "commission.charge"):
                rules.reserve(account, quantity)
            if action in ("commission.accept", "commission.charge"):
                rules.accept(account, quantity)
            if action in ("commission.reject", "commission.expire"):
                rules.reject(account, quantity)
            if after.get("forced"):
                self.explained.add(holding)

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
