"""Services that keep using the demo world: commissions issued, accepted, rejected, refused, and
now and then a server that is placed."""

from __future__ import annotations

import random
import threading
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType

from backend.core.database import Database
from backend.core.errors import BursarError
from backend.core.identity import Actor, Role
from backend.demo.moves import Moves
from backend.demo.plot import GIB, full_name
from backend.quotas.ledger import Ledger, Resolve
from backend.quotas.model import UNLIMITED, IssueCommission, Provision

# Members with something to use, in projects that wait for no decision: nobody's preview may
# change its verdict because of traffic.
SELECT_TARGETS = """
SELECT o.name, s.name, r.name, h.lim FROM holding h JOIN holder o ON o.id = h.holder_id
JOIN holder s ON s.id = h.source_id JOIN resource r ON r.id = h.resource_id
JOIN project p ON s.name = 'project:' || p.uuid
WHERE p.state = 'active' AND p.is_base = 0 AND p.pending_app = 0 AND h.lim > 0
    AND r.name NOT LIKE 'astakos.%' ORDER BY h.id LIMIT ?"""
SELECT_WAITING = "SELECT pending_app FROM project WHERE 'project:' || uuid = ?"

TARGETS = 4000
OUTSTANDING = 4
KEPT = 24
MIB = 2**20
GIVEN_BACK = "release"
MOVING = 0.1

Amounts = dict[str, int]


@dataclass(frozen=True, slots=True)
class Target:
    """A member of a project, with the limits that are above zero."""

    holder: str
    source: str
    limits: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Use:
    """Something that a service reserved for a target."""

    serial: int
    target: Target
    clientkey: str
    name: str
    amounts: Amounts


class Traffic:
    """About `rate` operations a second, the same ones for the same seed and world.

    A thread does them between `start` and `stop`; stop it before the database is closed.
    What was taken is given back later, so that usage stays about where it was.
    """

    def __init__(self, database: Database, seed: int = 1, rate: float = 2.0) -> None:
        self._database = database
        self._ledger = Ledger(database)
        self._rng = random.Random(seed)  # noqa: S311
        self._pause = 1 / rate
        self._targets = _targets(database)
        self._open: deque[Use] = deque()
        self._settled: deque[Use] = deque()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.counts: Counter[str] = Counter()
        self._chance = random.Random(f"{seed}:moves")  # noqa: S311
        self.moves = Moves(database, self._chance)

    def start(self) -> None:
        """Begin, on a thread of its own."""
        self._thread = threading.Thread(target=self._loop, name="bursar-traffic", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the operation under way."""
        self._stop.set()
        if self._thread:
            self._thread.join()

    def __enter__(self) -> Traffic:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _loop(self) -> None:
        while self._targets and not self._stop.wait(self._pause * self._rng.uniform(0.5, 1.5)):
            self.step()

    def step(self) -> None:
        """One operation; some of them with a change of what runs where."""
        if self._chance.random() < MOVING:
            self.moves.step()
        roll = self._rng.random()
        try:
            if self._open and (len(self._open) >= OUTSTANDING or roll < 0.35):
                self._resolve()
            elif self._settled and (len(self._settled) >= KEPT or roll < 0.5):
                self._give_back()
            else:
                self._take(too_much=roll > 0.92)
        except BursarError as error:
            self.counts[error.code] += 1

    def _take(self, *, too_much: bool) -> None:
        target = self._rng.choice(self._targets)
        clientkey, name, amounts = _wish(self._rng, target)
        if too_much:
            amounts = {r: target.limits[r] + 1 for r in amounts if target.limits[r] != UNLIMITED}
        if amounts and not self._waits(target):
            self._issue(target, clientkey, name, amounts)

    def _waits(self, target: Target) -> bool:
        """True when somebody applied for a change of the project meanwhile."""
        return bool(self._database.read(lambda tx: tx.scalar(SELECT_WAITING, (target.source,))))

    def _issue(self, target: Target, clientkey: str, name: str, amounts: Amounts) -> None:
        provisions: list[Provision] = []
        for resource, quantity in amounts.items():
            provisions.append(Provision(target.holder, target.source, resource, quantity))
            provisions.append(Provision(target.source, "", resource, quantity))
        at_once = self._rng.random() < 0.2
        command = IssueCommission(
            actor=Actor(f"service:{clientkey}", Role.SERVICE, component=clientkey),
            clientkey=clientkey,
            provisions=tuple(provisions),
            name=name,
            auto_accept=at_once,
        )
        serial = self._ledger.issue(command)
        self.counts["charged" if at_once else "issued"] += 1
        use = Use(serial, target, clientkey, name, amounts)
        if not at_once:
            self._open.append(use)
        elif name != GIVEN_BACK:
            self._settled.append(use)

    def _resolve(self) -> None:
        use = self._open.popleft()
        accepted = self._rng.random() < 0.85
        why = "" if accepted else self._rng.choice(("no host found", "timed out", "user gave up"))
        actor = f"service:{use.clientkey}"
        self._ledger.resolve(Resolve(actor, use.serial, accepted, use.clientkey, why))
        self.counts["accepted" if accepted else "rejected"] += 1
        if accepted == (use.name != GIVEN_BACK):
            self._settled.append(use)

    def _give_back(self) -> None:
        """Release what was taken longest ago."""
        use = self._settled.popleft()
        back = {resource: -abs(quantity) for resource, quantity in use.amounts.items()}
        self._issue(use.target, use.clientkey, GIVEN_BACK, back)


def _wish(rng: random.Random, target: Target) -> tuple[str, str, Amounts]:
    """What a service might do for this target: component, name and amounts."""
    cores = rng.choice((1, 2, 4))
    wishes: list[tuple[str, str, Mapping[str, int]]] = [
        ("cyclades", "server create", {"vm": 1, "cpu": cores, "ram": 2 * cores * GIB}),
        ("cyclades", "server resize", {"cpu": cores, "ram": cores * GIB}),
        ("cyclades", "volume create", {"disk": 10 * cores * GIB}),
        ("cyclades", "floating ip create", {"ip": 1}),
        ("pithos", "upload", {"store": rng.randrange(20, 2000) * MIB}),
    ]
    clientkey, name, wished = rng.choice(wishes)
    amounts = {full_name(short): n for short, n in wished.items()}
    return clientkey, name, {r: n for r, n in amounts.items() if target.limits.get(r)}


def _targets(database: Database) -> list[Target]:
    grouped: dict[tuple[str, str], dict[str, int]] = {}
    rows = database.read(lambda tx: tx.all(SELECT_TARGETS, (TARGETS,)))
    for holder, source, resource, limit in rows:
        grouped.setdefault((holder, source), {})[resource] = limit
    return [Target(holder, source, limits) for (holder, source), limits in grouped.items()]
