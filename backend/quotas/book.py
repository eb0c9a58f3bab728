"""The part of the ledger that one batch of operations works on, in memory.

The writer holds the database alone, so a batch reads each holding once, works on the figures
in arrival order, and writes final values once: a batch equals its operations one by one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from backend.core.database.tx import Row, Tx
from backend.quotas.model import Provision
from backend.quotas.rules import Account, log_reason

SELECT_ACCOUNTS = """
SELECT id, holder_id, source_id, resource_id, lim, usage_min, usage_max
FROM holding WHERE id IN ({keys})"""
FIND_HOLDING = """
SELECT h.id FROM holding h JOIN holder o ON o.id = h.holder_id
JOIN holder s ON s.id = h.source_id JOIN resource r ON r.id = h.resource_id
WHERE o.name = ? AND s.name = ? AND r.name = ?"""
SELECT_PENDING = """
SELECT c.serial, c.name, c.clientkey, c.issued_at, c.expires_at, c.key, v.quantity,
    h.id, h.holder_id, h.source_id, h.resource_id, h.lim, h.usage_min, h.usage_max
FROM commission c LEFT JOIN provision v ON v.serial = c.serial
LEFT JOIN holding h ON h.id = v.holding_id
WHERE c.serial IN ({keys}) ORDER BY c.serial, v.n"""
SET_USAGE = "UPDATE holding SET usage_min = ?, usage_max = ? WHERE id = ?"
SELECT_KEYS = (
    "SELECT key, request, serial FROM commission_key WHERE clientkey = ? AND key IN ({keys})"
)
INSERT_KEY = "INSERT INTO commission_key VALUES (?, ?, ?, ?, ?)"
INSERT_COMMISSION = "INSERT INTO commission VALUES (?, ?, ?, ?, ?, ?)"
INSERT_PROVISION = "INSERT INTO provision VALUES (?, ?, ?, ?)"
INSERT_LOG = "INSERT INTO provision_log VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
DELETE_PROVISIONS = "DELETE FROM provision WHERE serial = ?"
DELETE_COMMISSION = "DELETE FROM commission WHERE serial = ?"

CACHE_SIZE = 200_000
EXPIRY_GRAIN = 1_000_000  # microseconds

Key = tuple[str, str, str]
Posting = tuple[int, int]  # holding id, quantity


@dataclass(slots=True)
class Pending:
    """A pending commission and its stored provisions."""

    serial: int
    name: str
    clientkey: str
    issued_at: int
    expires_at: int
    key: str
    postings: list[Posting] = field(default_factory=list)


class HoldingIds:
    """Remembers which id a holding's names have, and when due commissions were last looked
    for. What the own transaction may have made is not remembered: if it fails, the id will be
    another holding's; nor is what was seen through another connection."""

    def __init__(self) -> None:
        self._known: dict[Key, int] = {}
        self._origin: object = None
        self._looked = 0

    def is_time(self, now: int) -> bool:
        """True once a second: expiry is no finer than that."""
        if 0 <= now - self._looked < EXPIRY_GRAIN:
            return False
        self._looked = now
        return True

    def find(self, tx: Tx, provision: Provision) -> int | None:
        """The holding's id, None when there is none."""
        if tx.origin is not self._origin:
            self._origin = tx.origin
            self.forget()
        key = (provision.holder, provision.source, provision.resource)
        known = self._known.get(key)
        if known is None:
            known = tx.scalar(FIND_HOLDING, key)
            if known is not None and not tx.chain.mark():
                if len(self._known) >= CACHE_SIZE:
                    self._known.clear()
                self._known[key] = known
        return known

    def forget(self) -> None:
        """Look all names up again: a holding is gone, and may have been made anew."""
        self._known.clear()


class Book:
    """Accounts and commissions of a batch, and what became of them."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._accounts: dict[int, Account] = {}
        self._owners: dict[int, tuple[int, int, int]] = {}
        self._pending: dict[int, Pending] = {}
        self._fresh: dict[int, Pending] = {}
        self._gone: set[int] = set()
        self._dirty: set[int] = set()
        self._log: list[tuple[object, ...]] = []
        self._keys: dict[tuple[str, str], tuple[str, int]] = {}
        self._fresh_keys: list[tuple[object, ...]] = []
        self.serials = tx.ids("serial")

    def load_accounts(self, ids: Collection[int]) -> bool:
        """Read the holdings that are not in the book yet; False when one does not exist."""
        missing = [id for id in dict.fromkeys(ids) if id not in self._accounts]
        found = self._tx.within(SELECT_ACCOUNTS, missing) if missing else []
        for row in found:
            self._open(row)
        return len(found) == len(missing)

    def load_pending(self, serials: Collection[int]) -> None:
        """Read pending commissions and the holdings they are about."""
        known = self._pending.keys() | self._gone
        wanted = [serial for serial in dict.fromkeys(serials) if serial not in known]
        if not wanted:
            return
        for row in self._tx.within(SELECT_PENDING, wanted):
            pending = self._pending.get(row[0])
            if pending is None:
                pending = self._pending[row[0]] = Pending(*row[:6])
            if row[7] is not None:
                pending.postings.append((row[7], row[6]))
                if row[7] not in self._accounts:
                    self._open(row[7:])

    def load_keys(self, clientkey: str, keys: Sequence[str]) -> None:
        """Read which of a component's idempotency keys were used."""
        for key, request, serial in self._tx.within(SELECT_KEYS, keys, (clientkey,)):
            self._keys[clientkey, key] = request, int(serial)

    def key(self, clientkey: str, key: str) -> tuple[str, int] | None:
        """What a loaded key was used for: digest of the request and serial."""
        return self._keys.get((clientkey, key))

    def add_key(self, clientkey: str, key: str, request: str, serial: int) -> None:
        """A key that is used from now on."""
        self._keys[clientkey, key] = request, serial
        self._fresh_keys.append((clientkey, key, request, serial, self._tx.now))

    def _open(self, row: Row) -> None:
        id, holder, source, resource, limit, low, high = row
        self._accounts[id] = Account(id, limit, low, high)
        self._owners[id] = (holder, source, resource)

    def account(self, holding: int | None) -> Account | None:
        """The account of a loaded holding."""
        return None if holding is None else self._accounts.get(holding)

    def pending(self, serial: int) -> Pending | None:
        """A commission that is still pending at this point of the batch."""
        return self._pending.get(serial)

    def touch(self, postings: Iterable[Posting]) -> None:
        """Note that these holdings have new figures."""
        self._dirty.update(id for id, _ in postings)

    def add(self, commission: Pending) -> None:
        """A new pending commission."""
        self._fresh[commission.serial] = self._pending[commission.serial] = commission

    def resolve(self, commission: Pending, accepted: bool, reason: str) -> None:
        """Take a commission out and log its provisions with the figures as they are now."""
        if self._fresh.pop(commission.serial, None) is None:
            self._gone.add(commission.serial)
        self._pending.pop(commission.serial, None)
        self.log(commission, accepted, reason)

    def log(self, commission: Pending, accepted: bool, reason: str) -> None:
        """Provision log rows of a commission that has just been resolved."""
        c, told = commission, log_reason(accepted, reason)
        for n, (holding, quantity) in enumerate(c.postings):
            a = self._accounts.get(holding)
            if a is not None:
                figures = (a.limit, a.usage_min, a.usage_max, quantity, told)
                what = (c.serial, n, c.name, c.issued_at, self._tx.now)
                self._log.append((*what, *self._owners[holding], *figures))

    def save(self) -> None:
        """Write everything that changed."""
        tx, accounts = self._tx, self._accounts
        if self._dirty:
            changed = [accounts[id] for id in sorted(self._dirty)]
            tx.many(SET_USAGE, [(a.usage_min, a.usage_max, a.id) for a in changed])
        if self._fresh:
            self._insert(list(self._fresh.values()))
        if self._gone:
            tx.many(DELETE_PROVISIONS, [(serial,) for serial in sorted(self._gone)])
            tx.many(DELETE_COMMISSION, [(serial,) for serial in sorted(self._gone)])
        if self._log:
            tx.many(INSERT_LOG, self._log)
        if self._fresh_keys:
            tx.many(INSERT_KEY, self._fresh_keys)
        self.serials.save()

    def _insert(self, fresh: Sequence[Pending]) -> None:
        self._tx.many(
            INSERT_COMMISSION,
            [(c.serial, c.name, c.clientkey, c.issued_at, c.expires_at, c.key) for c in fresh],
        )
        self._tx.many(
            INSERT_PROVISION,
            [(c.serial, n, *posting) for c in fresh for n, posting in enumerate(c.postings)],
        )
