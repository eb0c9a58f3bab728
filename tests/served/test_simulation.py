"""Several consoles and a server over a line on which requests and answers are lost, delayed,
doubled and overtaken, while server and consoles crash (storage.md §6.2). Afterwards every order
was done once or not at all, as its console was told, and the database is sound.

What happens follows from a seed but for the order in which threads get their turns. A failure
names its seed; `SEED=n` plays it alone.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from backend.check import findings
from backend.core.errors import BursarError, OutcomeUnknown
from backend.core.listing import Query
from backend.core.plan import Command, Receipt
from backend.embedded import EmbeddedBackend, open_embedded
from backend.http import Patience
from backend.outbox import Outbox, Outcome
from backend.projects.model import (
    ApproveApplication,
    Capacity,
    ChangeProjectState,
    DenyApplication,
    ProjectAction,
)
from backend.quotas.model import AcceptCommission, RejectCommission
from backend.served.client import ServedBackend
from backend.served.listener import Pace
from backend.server.app import create_app
from tests.conftest import IN_CI
from tests.served.consoles import admit, console
from tests.served.network import Fate, Network
from tests.serving import QUIET
from tests.worlds import OPERATOR, VM, world_w

BLOCKS, SEEDS = 4, 7
CONSOLES, ORDERS = 4, 4
HURRIED = Pace(silence=5, wait=1, polling=5, pause=0.001, longest=0.01)
PATIENCE = Patience(connect=2, silence=10, total=20, attempts=2, pause=0.001)
ORDER_FATES = [Fate.FINE] * 8 + [Fate.UNANSWERED] * 3 + [f for f in Fate if f is not Fate.FINE] * 2
READ_FATES = [Fate.FINE] * 30 + [Fate.LOST, Fate.REFUSED, Fate.UNANSWERED]

TOLD = """
SELECT reason, count(*), max(seq) FROM journal WHERE outcome = 'done' AND reason LIKE 'sim %'
GROUP BY reason"""
GAPS = "SELECT count(*) - coalesce(max(seq), 0) FROM journal"
ENDINGS = """
SELECT target FROM journal
WHERE outcome = 'done' AND action IN ('commission.accept', 'commission.reject')
GROUP BY target HAVING count(*) > 1"""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with projects, waiting applications and pending commissions."""
    path = tmp_path_factory.mktemp("template") / "world.db"
    world = world_w(path)
    admit(world.database)
    labs = [world.project(f"phys{letter}.lab", (10, 4)) for letter in "abcdef"]
    for uuid, letter in zip(labs, "MNLMNL", strict=True):
        world.enroll(letter, uuid)
        world.charge(letter, uuid, 2)
        world.charge(letter, uuid, 1, keep=False)
    for uuid in labs[:3]:
        world.submit("O", uuid, grants={VM: Capacity(20, 8)})
    world.database.close()
    return path


@dataclass(slots=True)
class Told:
    """What operators were told of their orders, by the reasons they gave."""

    done: dict[str, Receipt] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)


class Simulation:
    """One seed."""

    def __init__(self, template: Path, folder: Path, seed: int) -> None:
        self.seed = seed
        self.rng = random.Random(seed)
        self.place = folder / f"{seed}.db"
        shutil.copy(template, self.place)
        self.told = Told()
        self.outboxes = [folder / f"{seed}-{n}.outbox" for n in range(CONSOLES)]
        self.line = Network(None, self.fate)
        self.line.lateness = lambda: self.rng.uniform(0, 0.05)
        self.backend: EmbeddedBackend | None = None
        self.starting = asyncio.Lock()

    def fate(self, request: httpx.Request) -> Fate:
        """What happens to a request."""
        order = request.url.path.endswith("/apply")
        return self.rng.choice(ORDER_FATES if order else READ_FATES)

    async def run(self) -> None:
        """Play, let everything settle, and compare."""
        await self.start()
        crashing = asyncio.ensure_future(self.crash_now_and_then())
        await asyncio.gather(*[self.operate(n) for n in range(CONSOLES)])
        crashing.cancel()
        await asyncio.gather(crashing, return_exceptions=True)
        self.line.fate = lambda request: Fate.FINE
        await self.start()
        await self.line.settled()
        for path in self.outboxes:
            await self.settle(path)
        await self.line.settled()
        assert self.backend is not None
        self.compare(self.backend)
        self.backend.shut()

    # What happens

    async def start(self) -> None:
        """Have a server, whatever became of the last one."""
        async with self.starting:
            self.line.crash()
            if self.backend is not None:
                await self.backend.close()
            self.backend = await asyncio.to_thread(open_embedded, self.place, actor=OPERATOR)
            self.line.app = create_app(self.backend, QUIET)

    async def crash_now_and_then(self) -> None:
        """The server dies at any moment and is started again."""
        while True:
            await asyncio.sleep(self.rng.uniform(0.02, 0.2))
            self.line.crash()
            await asyncio.sleep(self.rng.uniform(0, 0.02))
            await asyncio.shield(self.start())

    def console(self, path: Path) -> ServedBackend:
        """A console with this outbox."""
        return console(transport=self.line, outbox=Outbox(path), pace=HURRIED, patience=PATIENCE)

    async def operate(self, number: int) -> None:
        """Decide a few things; now and then the console dies while it waits for an answer."""
        path = self.outboxes[number]
        served = self.console(path)
        for n in range(ORDERS):
            reason = f"sim {number} {n}"
            ordering = asyncio.ensure_future(self.order(served, reason))
            if self.rng.random() < 0.15:
                await asyncio.sleep(self.rng.uniform(0, 0.03))
                ordering.cancel()
                with suppress(asyncio.CancelledError):
                    await ordering
                await served.close()
                served = self.console(path)
            else:
                await ordering
        await served.close()

    async def order(self, served: ServedBackend, reason: str) -> None:
        """Look for something to decide, and decide it."""
        try:
            plan = await served.plan(await self.command(served))
        except BursarError:
            return  # nothing was asked for
        try:
            self.told.done[reason] = await served.apply(plan, reason)
        except OutcomeUnknown:
            self.told.unknown.add(reason)
        except BursarError:
            self.told.refused.add(reason)
        except asyncio.CancelledError:
            self.told.unknown.add(reason)
            raise

    async def command(self, served: ServedBackend) -> Command:
        """Something that an operator may decide on. Raises BursarError."""
        me = served.connection.actor
        kind = self.rng.randrange(3)
        if kind == 0 and (queue := await served.projects.queue()):
            decide = self.rng.choice([ApproveApplication, DenyApplication])
            return decide(actor=me, application=self.rng.choice(queue))
        if kind == 1 and (pending := await served.quotas.commissions.page(Query(), 9)):
            resolve = self.rng.choice([AcceptCommission, RejectCommission])
            return resolve(actor=me, serial=self.rng.choice(pending).key)
        rows = await served.projects.listing.page(Query("phys"), 9)
        row = self.rng.choice(rows)
        turn = ProjectAction.SUSPEND if row.state == "active" else ProjectAction.UNSUSPEND
        return ChangeProjectState(actor=me, project=row.uuid, action=turn)

    # What must hold

    async def settle(self, path: Path) -> None:
        """Start a last console, which finds out what became of everything."""
        served = self.console(path)
        forget = served.watch(lambda head: None)
        async with asyncio.timeout(60):
            while Outbox(path).unfinished():
                await asyncio.sleep(0.002)
        forget()
        await served.close()

    def compare(self, backend: EmbeddedBackend) -> None:
        """Every order was done once or not at all, as was told; the database is sound."""
        told, seed = self.told, f"SEED={self.seed}"
        rows = backend.database.read(lambda tx: tx.all(TOLD))
        times = {reason: (number, seq) for reason, number, seq in rows}
        assert {number for number, _ in times.values()} <= {1}, seed
        assert {reason: (1, receipt.seq) for reason, receipt in told.done.items()} == {
            reason: times.get(reason) for reason in told.done
        }, seed
        assert not told.refused & times.keys(), seed
        late = dict(self.endings())
        for reason in told.unknown & late.keys():
            assert (late[reason] is Outcome.DONE) == (reason in times), (
                f"{seed}: {reason} was {late[reason]}, the journal says {times.get(reason)}"
            )
        assert times.keys() <= told.done.keys() | told.unknown, seed
        assert backend.database.read(lambda tx: list(findings(tx))) == [], seed
        assert backend.database.read(lambda tx: tx.scalar(GAPS)) == 0, seed
        assert backend.database.read(lambda tx: tx.all(ENDINGS)) == [], seed

    def endings(self) -> Iterator[tuple[str, Outcome]]:
        """The last word of the outboxes on every order."""
        for path in self.outboxes:
            for line in reversed(Outbox(path).trail(1000)):
                yield line.reason, line.outcome


@pytest.mark.parametrize("block", range(BLOCKS))
def test_every_order_is_done_once_or_not_at_all_and_told(
    template: Path, tmp_path: Path, block: int
) -> None:
    alone = os.environ.get("SEED")
    first = 0 if IN_CI else random.SystemRandom().randrange(10**9)
    seeds = [int(alone)] if alone else range(first + block * SEEDS, first + (block + 1) * SEEDS)
    for seed in seeds:
        print(f"SEED={seed}")
        asyncio.run(Simulation(template, tmp_path, seed).run())
