"""A resource backend that plays the outside world: figures follow from uuid, limit and time, but
are never less than what is known, and what came is kept in tables of its own, by transactions of
its own."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from backend.core.database import Database
from backend.core.database.tx import Tx
from backend.core.errors import Unreachable
from backend.core.runtime import micros, moment
from backend.openportal.model import (
    UNLIMITED,
    Answer,
    Association,
    Done,
    Failed,
    Operation,
    Order,
    PortalUser,
    Usage,
    Waiting,
)
from backend.openportal.rules import identifiers
from backend.openportal.service.outcome import months, used
from backend.openportal.store import places, usages
from backend.openportal.work.settings import Settings, read

SECOND = 1_000_000
NEVER = 2**62
ASK_AGAIN = 29 * 60 * SECOND
BOUNDLESS = 1000
"""Node-hours that percentages are of where nothing bounds a project."""
USED_AT_MOST = 10**15
"""Hundredths of a node-hour in a month, whatever the limit, so that sums can be stored."""
KEPT = 30 * 86_400 * SECOND

SELECT_ORDER = "SELECT ready_at FROM sim_order WHERE key = ?"
INSERT_ORDER = """
INSERT INTO sim_order (key, allocation, operation, sent, at, ready_at) VALUES (?, ?, ?, 1, ?, ?)
ON CONFLICT (key) DO UPDATE SET sent = sim_order.sent + 1"""
DELETE_OLD = """
DELETE FROM sim_order WHERE at < ? AND NOT EXISTS (SELECT 1 FROM portal_job j
    WHERE j.key = sim_order.key)"""


@dataclass(frozen=True, slots=True)
class _Sight:
    """How a service is simulated, the time, and what is known to be used of an allocation."""

    settings: Settings
    now: int
    known: Sequence[Usage]


class Simulator:
    """All services of a database, simulated as their settings say."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, order: Order) -> Answer | None:
        """What has become of an order."""
        sight, ready_at = self._database.read(lambda tx: _looked(tx, order))
        _require_up(order, sight.settings)
        return None if ready_at is None else _answer(order, sight, ready_at)

    def send(self, order: Order) -> Answer:
        """Take an order; one that comes twice is counted."""

        def take(tx: Tx) -> tuple[_Sight, int]:
            sight = _sight(tx, order)
            _require_up(order, sight.settings)
            ready_at = _ready_at(order, sight.settings, tx.now)
            tx.execute(DELETE_OLD, (tx.now - KEPT,))
            told = (order.key, order.allocation.uuid, order.operation, tx.now, ready_at)
            tx.execute(INSERT_ORDER, told)
            return sight, ready_at

        return _answer(order, *self._database.write(take))


def _looked(tx: Tx, order: Order) -> tuple[_Sight, int | None]:
    ready_at: int | None = tx.scalar(SELECT_ORDER, (order.key,))
    return _sight(tx, order), ready_at


def _sight(tx: Tx, order: Order) -> _Sight:
    settings = read(places.simulator(tx, order.service.uuid))
    return _Sight(settings, tx.now, usages.usages(tx, order.allocation.uuid))


def _require_up(order: Order, settings: Settings) -> None:
    if settings.down:
        raise Unreachable(f"{order.service.name} does not answer")


def _ready_at(order: Order, settings: Settings, now: int) -> int:
    if order.allocation.remote and order.operation is Operation.CREATE and settings.approval:
        return NEVER if settings.approval < 0 else now + settings.approval * SECOND
    return now + settings.delay * SECOND


def _answer(order: Order, sight: _Sight, ready_at: int) -> Answer:
    settings = sight.settings
    if sight.now < ready_at:
        asks = order.allocation.remote and settings.approval and order.operation == "create"
        told = f"waiting for approval at {identifiers.other_portal_of(order.service)}"
        return Waiting(min(ready_at, sight.now + ASK_AGAIN), told if asks else "")
    if settings.rejects and order.allocation.remote and order.operation != "delete":
        return Failed(settings.rejects)
    if order.operation in settings.fails or _chance(order.key) < settings.share:
        return Failed(settings.error)
    known = order.allocation.backend_id or order.project.shortname
    if not known and order.operation is not Operation.DELETE:
        return Failed(f"{order.service.name} knows no project without a short name")
    return _done(order, sight)


def _done(order: Order, sight: _Sight) -> Done:
    settings = sight.settings
    pulls = order.operation in (Operation.PULL, Operation.UPDATE)
    limits = order.operation in (Operation.CREATE, Operation.LIMIT, Operation.UPDATE)
    here = order.allocation.backend_id or f"{order.project.shortname}.{_portal(order)}"
    if order.operation is Operation.DELETE:
        return Done()
    return Done(
        backend_id=here,
        counterpart=_counterpart(order, settings, here),
        node_limit=_clamped(order.allocation.node_limit, settings.clamp) if limits else None,
        associations=None if order.allocation.remote else _accounts(order, here),
        usages=_usages(order, sight, here) if pulls else None,
    )


def _portal(order: Order) -> str:
    return identifiers.portal_of(order.service) or "portal"


def _counterpart(order: Order, settings: Settings, here: str) -> str:
    """The group here, or what the other portal calls the project."""
    if order.allocation.counterpart:
        return order.allocation.counterpart
    code, _, portal = here.partition(".")
    if not order.allocation.remote:
        return f"{portal}.{code}"
    there = identifiers.other_portal_of(order.service) or "remote"
    own = f"u{_digest(order.project.uuid)[:3]}.{there}"
    return settings.identifiers.get(order.project.shortname or "", own)


def _clamped(limit: int, most: int) -> int:
    return most if most >= 0 and (limit > most or limit == UNLIMITED) else limit


def _accounts(order: Order, here: str) -> tuple[Association, ...]:
    code, _, portal = here.partition(".")
    return tuple(
        Association(f"{one.username}.{code}", f"{portal}.{code}", f"{one.username}.{here}")
        for one in order.members
    )


def _usages(order: Order, sight: _Sight, here: str) -> tuple[Usage, ...]:
    """What people used of this month so far, and of all of the last one if it was there."""
    today = moment(sight.now)
    first = datetime(today.year, today.month, 1, tzinfo=UTC)
    length = timedelta(days=monthrange(today.year, today.month)[1])
    passed = [(first, min(1000, (today - first) * 1000 // length))]
    if order.allocation.created_at < micros(first):
        passed.append((first - timedelta(days=1), 1000))
    known, told = months(sight.known), list[Usage]()
    for month, thousandths in passed:
        fresh = _month(order, sight.settings, month, thousandths, here)
        told += max(known.get((month.year, month.month), []), fresh, key=used)
    return tuple(told)


def _month(
    order: Order, settings: Settings, month: datetime, thousandths: int, here: str
) -> list[Usage]:
    limit = order.allocation.node_limit
    limit = BOUNDLESS if limit == UNLIMITED else limit
    # Between half and one and a half times as much as the service's projects use in all.
    own = 50 + _chance(f"{order.allocation.uuid}/{month:%Y-%m}")
    hundredths = min(USED_AT_MOST, limit * settings.usage * own * thousandths // 100_000)
    shares = [1 + _chance(f"{one.uuid}/{order.allocation.uuid}") for one in order.members]
    return [
        _used(one, month, hundredths * share // sum(shares), here)
        for one, share in zip(order.members, shares, strict=True)
    ]


def _used(one: PortalUser, month: datetime, hundredths: int, here: str) -> Usage:
    name = f"{one.username}.{here}"
    return Usage(month.year, month.month, name, one.full_name, hundredths)


def _chance(of: str) -> int:
    """0 to 99, always the same for the same text."""
    return int(_digest(of)[:8], 16) % 100


def _digest(of: str) -> str:
    return sha256(of.encode()).hexdigest()
