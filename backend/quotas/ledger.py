"""Two-phase commissions, single or by the hundred (spec astakos §4, storage.md §1.3)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from backend.core.database import Database, Tx
from backend.core.errors import BursarError, Conflict, Invalid, NotFound
from backend.core.journal import Entry, Refusal, to_json
from backend.quotas.book import Book, HoldingIds, Pending, Posting
from backend.quotas.expiry import SECOND, SELECT_DUE, held
from backend.quotas.model import UNLIMITED, IssueCommission, Provision
from backend.quotas.rules import Account, accept, check, merge, reject, reserve

SELECT_KEY = "SELECT request, serial FROM commission_key WHERE clientkey = ? AND key = ?"
SELECT_SERIALS = "SELECT serial FROM commission WHERE clientkey = ? ORDER BY serial"

LONGEST_TIMEOUT = 10 * 366 * 86_400  # seconds
EXPIRE = "EXPIRE"
FORCED = ',"forced":true'


@dataclass(frozen=True, slots=True)
class Resolve:
    """Accept or reject a pending commission; `clientkey` `` acts on any component's."""

    actor: str
    serial: int
    accepted: bool
    clientkey: str = ""
    reason: str = ""


Operation = IssueCommission | Resolve


class Ledger:
    """The commissions of a database; concurrent callers share transactions."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ids = HoldingIds()

    def issue(self, command: IssueCommission) -> int:
        """Reserve; the serial. Raises OverLimit, NotFound (no holding), Invalid, Conflict
        (idempotency key used for something else)."""
        serial: int = self._database.write_many(self.run, command)
        return serial

    def resolve(self, operation: Resolve) -> None:
        """Accept or reject. Raises NotFound."""
        self._database.write_many(self.run, operation)

    async def submit(self, operation: Operation) -> int:
        """`issue` or `resolve` for event loops; the serial."""
        serial: int = await self._database.awrite_many(self.run, operation)
        return serial

    def run(self, tx: Tx, operations: Sequence[Operation]) -> list[Any]:
        """Do the operations in order in one transaction; a serial or an error for each."""
        return run(tx, operations, self._ids)


def run(tx: Tx, operations: Sequence[Operation], ids: HoldingIds | None = None) -> list[Any]:
    """Do the operations in order: each is all or nothing, a refused one leaves no trace
    but its line in the ring. Due commissions expire first, unless the clock is in doubt.
    Writes figures and journal."""
    batch = _Batch(tx, ids or HoldingIds())
    if batch.ids.is_time(tx.now) and not held(tx):
        batch.expire_due()
    batch.load(operations)
    outcomes = [batch.perform(operation) for operation in operations]
    batch.book.save()
    return outcomes


class _Batch:
    """The operations of one transaction."""

    def __init__(self, tx: Tx, ids: HoldingIds) -> None:
        self.tx = tx
        self.ids = ids
        self.book = Book(tx)
        self.merged: dict[int, list[tuple[Provision, int | None]]] = {}

    def expire_due(self) -> None:
        """Reject what asked to be rejected by now."""
        due = [serial for (serial,) in self.tx.all(SELECT_DUE, (self.tx.now,))]
        self.book.load_pending(due)
        for serial in due:
            self._resolve(Resolve("bursar", serial, False, reason=EXPIRE), "commission.expire")

    def load(self, operations: Sequence[Operation]) -> None:
        """Read all holdings and commissions that the operations name, each once."""
        issues = [one for one in operations if isinstance(one, IssueCommission)]
        if not self._load_accounts(issues):
            self.ids.forget()
            self._load_accounts(issues)
        keys: dict[str, list[str]] = {}
        for one in issues:
            if one.key:
                keys.setdefault(one.clientkey, []).append(one.key)
        for clientkey, used in keys.items():
            self.book.load_keys(clientkey, used)
        serials = [one.serial for one in operations if isinstance(one, Resolve)]
        self.book.load_pending([serial for serial in serials if 0 < serial <= UNLIMITED])

    def _load_accounts(self, commands: Sequence[IssueCommission]) -> bool:
        wanted: list[int] = []
        for command in commands:
            found = [(p, self.ids.find(self.tx, p)) for p in merge(command.provisions)]
            self.merged[id(command)] = found
            wanted += [holding for _, holding in found if holding is not None]
        return self.book.load_accounts(wanted)

    def perform(self, operation: Operation) -> int | BursarError:
        """One operation; its serial, or why it was refused."""
        try:
            if isinstance(operation, Resolve):
                action = "commission.accept" if operation.accepted else "commission.reject"
                return self._resolve(operation, action)
            return self._issue(operation)
        except BursarError as error:
            return error

    def _issue(self, command: IssueCommission) -> int:
        check_timeout(command)
        known = _same(command, self.book.key(command.clientkey, command.key))
        if known:
            return known
        accounts = self._checked(command)
        serial = self.book.serials.next()
        expires = self.tx.now + command.timeout * SECOND if command.timeout else 0
        postings = [(account.id, quantity) for account, quantity in accounts]
        pending = Pending(
            serial, command.name, command.clientkey, self.tx.now, expires, command.key, postings
        )
        for account, quantity in accounts:
            reserve(account, quantity)
        self.book.touch(postings)
        if command.auto_accept:
            for account, quantity in accounts:
                accept(account, quantity)
            self.book.log(pending, True, "")
        else:
            self.book.add(pending)
        if command.key:
            self.book.add_key(command.clientkey, command.key, _digest(command), serial)
        action = f"commission.{command.action}"
        self._record(
            command.actor.name, action, serial, postings, key=command.key, forced=command.force
        )
        return serial

    def _checked(self, command: IssueCommission) -> list[tuple[Account, int]]:
        """The accounts to charge. Raises the first refusal in request order."""
        accounts: list[tuple[Account, int]] = []
        for provision, holding in self.merged[id(command)]:
            account = self.book.account(holding)
            error = check(account, provision, command.force)
            if error is not None or account is None:
                self._refuse(command, error)
                raise error or NotFound("no such holding")
            accounts.append((account, provision.quantity))
        return accounts

    def _refuse(self, command: IssueCommission, error: BursarError | None) -> None:
        data = dict(error.data) if error else {}
        shown = [[p.holder, p.source, p.resource, p.quantity] for p in command.provisions]
        detail = to_json({"provisions": shown, "error": data})
        self.tx.refuse(Refusal(command.actor.name, "commission.issue", detail))

    def _resolve(self, operation: Resolve, action: str) -> int:
        pending = self.book.pending(operation.serial)
        mine = pending and operation.clientkey in ("", pending.clientkey)
        if pending is None or not mine:
            raise NotFound(f"no pending commission {operation.serial}")
        move = accept if operation.accepted else reject
        for holding, quantity in pending.postings:
            account = self.book.account(holding)
            if account is not None:
                move(account, quantity)
        self.book.touch(pending.postings)
        self.book.resolve(pending, operation.accepted, operation.reason)
        self._record(operation.actor, action, operation.serial, pending.postings, operation.reason)
        return operation.serial

    def _record(
        self,
        actor: str,
        action: str,
        serial: int,
        postings: Sequence[Posting],
        reason: str = "",
        *,
        key: str = "",
        forced: bool = False,
    ) -> None:
        shown = ",".join([f"[{holding},{quantity}]" for holding, quantity in postings])
        after = f'{{"p":[{shown}]{FORCED if forced else ""}}}'
        self.tx.record(Entry(actor, action, f"commission:{serial}", "{}", after, reason, key))


def check_timeout(command: IssueCommission) -> None:
    """The time until expiry is sensible. Raises Invalid."""
    if not 0 <= command.timeout <= LONGEST_TIMEOUT:
        raise Invalid(
            f"the timeout {command.timeout} is not between 0 and {LONGEST_TIMEOUT} seconds",
            hint="0 never expires",
        )


def replayed(tx: Tx, command: IssueCommission) -> int:
    """The serial that the command's key already led to, 0 when it is new or there is none.

    Raises Conflict when it led to something else.
    """
    row = tx.one(SELECT_KEY, (command.clientkey, command.key)) if command.key else None
    return _same(command, (row[0], int(row[1])) if row else None)


def _same(command: IssueCommission, used: tuple[str, int] | None) -> int:
    """The serial that its key led to, 0 without. Raises Conflict."""
    if used is None:
        return 0
    request, serial = used
    if request != _digest(command):
        raise Conflict(
            f"idempotency key {command.key!r} was used for another commission",
            hint="make a new key for a new commission",
            data={"stored": request, "sent": _digest(command), "serial": serial},
        )
    return serial


def _digest(command: IssueCommission) -> str:
    """What an idempotency key stands for."""
    plain = replace(command, key="")
    shown = [[p.holder, p.source, p.resource, p.quantity] for p in plain.provisions]
    told = [plain.name, shown, plain.force, plain.auto_accept, plain.timeout]
    return hashlib.sha256(to_json(told).encode()).hexdigest()


def pending_serials(tx: Tx, clientkey: str) -> list[int]:
    """A component's pending commissions."""
    return [serial for (serial,) in tx.all(SELECT_SERIALS, (clientkey,))]


@dataclass(frozen=True, slots=True)
class Bulk:
    """What became of the serials of a bulk resolution."""

    accepted: list[int]
    rejected: list[int]
    failed: list[tuple[int, BursarError]]


def resolve_bulk(
    tx: Tx, actor: str, clientkey: str, accepts: Sequence[int], rejects: Sequence[int]
) -> Bulk:
    """Resolve many: the accept list, then the reject list, each in request order; a serial
    in both is left alone and listed once (§5, Q5)."""
    both = set(accepts) & set(rejects)
    operations = [Resolve(actor, s, True, clientkey) for s in accepts if s not in both]
    operations += [Resolve(actor, s, False, clientkey) for s in rejects if s not in both]
    outcomes = list(zip(operations, run(tx, operations), strict=True))
    failed = [(op.serial, error) for op, error in outcomes if isinstance(error, BursarError)]
    twice = Invalid("the commission is to be accepted and rejected at once")
    return Bulk(
        [op.serial for op, error in outcomes if op.accepted and not _failed(error)],
        [op.serial for op, error in outcomes if not op.accepted and not _failed(error)],
        failed + [(serial, twice) for serial in dict.fromkeys(accepts) if serial in both],
    )


def _failed(outcome: object) -> bool:
    return isinstance(outcome, BursarError)
