"""A ledger on a real file, with holdings brought to wanted figures by real commissions."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from backend.core import journal
from backend.core.database import Database, Step, Tx, open_database
from backend.core.identity import Actor, Role
from backend.core.journal import Entry
from backend.core.runtime import Runtime
from backend.quotas import schema, service, store
from backend.quotas.ledger import Ledger, Resolve
from backend.quotas.model import (
    HoldingKey,
    IssueCommission,
    Limit,
    Provision,
    Resource,
    SetLimits,
)

STEPS = (
    Step("journal", journal.SCHEMA),
    Step("quotas", schema.SCHEMA),
    Step("history", schema.HISTORY),
    Step("unknown", schema.UNKNOWN),
)
CYCLADES = Actor("service:cyclades", Role.SERVICE, component="cyclades")
RESOURCES = ("vm", "cpu", "ram")


@dataclass(slots=True)
class Clock:
    """A clock that moves only when told to."""

    now: datetime = datetime(2026, 11, 20, 14, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


class World:
    """A database with three resources and the moves that scenarios are written in."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self.ledger = Ledger(database)
        database.write(self._resources)

    def _resources(self, tx: Tx) -> None:
        for n, name in enumerate(RESOURCES, start=1):
            unit = "bytes" if name == "ram" else ""
            about = Resource(n, name, "", "", "cyclades", unit, 2, 0, True, True)
            store.save_resource(tx, about)

    def limit(self, holder: str, source: str, resource: str, limit: int) -> None:
        """Set one limit, journalled as a sync is."""
        key = HoldingKey(holder, source, resource)

        def write(tx: Tx) -> None:
            effects = service.persist(tx, SetLimits((Limit(key, limit),)), "test", "")
            tx.record(Entry("test", "quotas.sync", "quotas", effects=effects))

        self.database.write(write)

    def set(self, name: str, limit: int, low: int = 0, high: int = 0) -> None:
        """Bring holding `name` of `project:P` to limit/usage_min/usage_max."""
        self.limit("project:P", "", name, limit)
        if low:
            self.issue((name, low), force=True, accept=True)
        if high > low:
            self.issue((name, high - low), force=True)

    def issue(
        self, *amounts: tuple[str, int], force: bool = False, accept: bool = False, name: str = ""
    ) -> int:
        """A commission on pools of `project:P`; its serial."""
        provisions = [Provision("project:P", "", resource, q) for resource, q in amounts]
        return self.send(provisions, force=force, accept=accept, name=name)

    def send(
        self,
        provisions: Sequence[Provision],
        *,
        force: bool = False,
        accept: bool = False,
        name: str = "",
        key: str = "",
        timeout: int = 0,
    ) -> int:
        """Issue as the component `cyclades`."""
        return self.ledger.issue(
            IssueCommission(
                actor=CYCLADES,
                clientkey="cyclades",
                provisions=provisions,
                name=name,
                force=force,
                auto_accept=accept,
                key=key,
                timeout=timeout,
            )
        )

    def accept(self, serial: int, component: str = "cyclades") -> None:
        """Accept as a component."""
        self.ledger.resolve(Resolve(f"service:{component}", serial, True, component))

    def reject(self, serial: int, component: str = "cyclades") -> None:
        """Reject as a component."""
        self.ledger.resolve(Resolve(f"service:{component}", serial, False, component))

    def figures(self, name: str, holder: str = "project:P", source: str = "") -> str:
        """`limit/usage_min/usage_max` of a holding."""
        key = HoldingKey(holder, source, name)
        found = self.database.read(lambda tx: service.holding(tx, key))
        assert found is not None
        return f"{found.limit}/{found.usage_min}/{found.usage_max}"

    def pending(self) -> list[int]:
        """Serials of pending commissions."""
        rows = self.database.read(lambda tx: tx.all("SELECT serial FROM commission"))
        return sorted(serial for (serial,) in rows)


def pair(user: str, project: str, resource: str, quantity: int) -> list[Provision]:
    """What services send: the member's provision and the project's (§4.2)."""
    return [
        Provision(f"user:{user}", f"project:{project}", resource, quantity),
        Provision(f"project:{project}", "", resource, quantity),
    ]


@contextmanager
def world(place: Path | str) -> Iterator[World]:
    """A fresh ledger in a place."""
    clock = Clock()
    database = open_database(place, STEPS, Runtime(clock, random.Random(7)))
    try:
        yield World(database, clock)
    finally:
        database.close()
