"""The Backend port over a database on this machine.

What the first list does not need is imported when it is asked for.
"""

from __future__ import annotations

import asyncio
import getpass
import os
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from backend.anything import is_empty
from backend.backend import Badges, Connection, Link, LinkState
from backend.core.database import Database, Tx, open_database
from backend.core.identity import Actor, operator
from backend.core.runtime import Runtime
from backend.embedded.projects import EmbeddedProjects
from backend.nico.counts import COUNT_OVERGIVEN
from backend.openportal.counts import COUNT_ERRED, COUNT_OVERSPENT, COUNT_WAITING
from backend.openportal.work import Worker as Portal
from backend.placement.counts import COUNT_OVERFULL
from backend.projects import queries
from backend.quotas import counts
from backend.quotas.expiry import held
from backend.quotas.sweeper import Sweeper
from backend.schema import STEPS

if TYPE_CHECKING:
    from backend.acting import Acting
    from backend.core.once import Once
    from backend.core.plan import Command, Plan, Receipt
    from backend.embedded.allocations import EmbeddedAllocations
    from backend.embedded.journal import EmbeddedJournal
    from backend.embedded.nico import EmbeddedNico
    from backend.embedded.openportal import EmbeddedOpenPortal
    from backend.embedded.placement import EmbeddedPlacement
    from backend.embedded.quotas import EmbeddedQuotas
    from backend.notices.deliverer import Worker
    from backend.notices.model import Sink
    from backend.quotas.ledger import Ledger


class EmbeddedBackend:
    """A database as a Backend."""

    link = Link(LinkState.LIVE)

    def __init__(self, database: Database, actor: Actor, sink: Sink | None = None) -> None:
        self.database = database
        self._sink = sink
        self._sweeper: Sweeper | None = None
        self._notifier: Worker | None = None
        self._portal: Portal | None = None
        self.projects = EmbeddedProjects(database, actor)
        self.connection = Connection(
            kind=f"embedded {database.kind}",
            place=database.place,
            actor=actor,
            read_only=database.read_only,
            barred=database.barred,
            empty=database.read(is_empty),
        )

    @cached_property
    def ledger(self) -> Ledger:
        """Commissions by the hundred."""
        from backend.quotas.ledger import Ledger

        return Ledger(self.database)

    @cached_property
    def quotas(self) -> EmbeddedQuotas:
        """The quotas room."""
        from backend.embedded.quotas import EmbeddedQuotas

        return EmbeddedQuotas(self.database)

    @cached_property
    def placement(self) -> EmbeddedPlacement:
        """The placement room."""
        from backend.embedded.placement import EmbeddedPlacement

        return EmbeddedPlacement(self.database)

    @cached_property
    def openportal(self) -> EmbeddedOpenPortal:
        """The OpenPortal room."""
        from backend.embedded.openportal import EmbeddedOpenPortal

        return EmbeddedOpenPortal(self.database)

    @cached_property
    def nico(self) -> EmbeddedNico:
        """The NICo room."""
        from backend.embedded.nico import EmbeddedNico

        return EmbeddedNico(self.database)

    @cached_property
    def allocations(self) -> EmbeddedAllocations:
        """Allocations of all systems."""
        from backend.embedded.allocations import EmbeddedAllocations

        return EmbeddedAllocations(self.database)

    @cached_property
    def journal(self) -> EmbeddedJournal:
        """The journal."""
        from backend.embedded.journal import EmbeddedJournal

        return EmbeddedJournal(self.database)

    def acting(self, actor: Actor) -> Acting:
        """The same database for somebody else, with what the role lets do."""
        from backend.acting import Acting, refusal
        from backend.embedded.changes import HANDLERS

        refused = {command.__name__: refusal(actor.role, command) for command in HANDLERS}
        lacks = {name: reason for name, reason in refused.items() if reason}
        connection = replace(self.connection, actor=actor, lacks=lacks)
        projects = EmbeddedProjects(self.database, actor, self.projects)
        return Acting(self, projects, connection)

    async def badges(self) -> Badges:
        """Counts for the chrome."""
        missing = self.database.lost
        badges = await self.database.aread(lambda tx: _badges(tx, self._sink))
        if not missing:
            return badges
        told = f"{missing}: {self.database.remedy}"
        return replace(badges, warnings=(told, *badges.warnings))

    async def plan(self, command: Command) -> Plan:
        """What the command would do now."""
        from backend.embedded import changes

        return await changes.plan(self.database, command)

    async def apply(self, plan: Plan, reason: str) -> Receipt:
        """Do what was previewed; refused attempts are journalled too."""
        told = (plan.command, plan.fingerprint, reason)
        return await self.carry_out(*told, takes_back=plan.takes_back)

    async def carry_out(
        self,
        command: Command,
        fingerprint: str,
        reason: str,
        wanted: Once | None = None,
        takes_back: int = 0,
    ) -> Receipt:
        """`apply` of the command whose plan had this fingerprint, once however often it is asked
        for. Raises Conflict, too, when the key was used for something else."""
        from backend.embedded import changes

        told = (command, fingerprint, reason, wanted, takes_back)
        return await changes.carry_out(self.database, *told)

    def world(self) -> AsyncGenerator[bytes, None]:
        """Everything as a world file, in pieces. Raises StorageError when they are taken."""
        from backend.world import pieces

        return pieces(self.database)

    def watch(self, changed: Callable[[int], None]) -> Callable[[], None]:
        """Hear of every change of any process; meanwhile due commissions expire, notices are sent
        and what was asked of allocations is done."""
        if self._sweeper is None and not self.database.read_only:
            self._sweeper = Sweeper(self.database)
            self._notifier = _notifier(self.database, self._sink) if self._sink else None
            self._portal = Portal(self.database)
        return self.database.watch(changed)

    def hurry(self) -> None:
        """Nobody is waited for."""

    async def close(self) -> None:
        """Finish writes and close the file; the event loop goes on meanwhile."""
        await asyncio.to_thread(self.shut)

    def shut(self) -> None:
        """`close` for those without an event loop."""
        for thread in (self._notifier, self._sweeper, self._portal):
            if thread is not None:
                thread.close()
        self.database.close()


def _badges(tx: Tx, sink: Sink | None) -> Badges:
    reason = held(tx)
    return Badges(
        waiting=len(queries.queue(tx)),
        over=int(tx.scalar(counts.COUNT_OVER)),
        pending=int(tx.scalar(counts.COUNT_PENDING)),
        failing=_failing(tx, sink) if sink else "",
        warnings=(reason,) if reason else (),
        overfull=int(tx.scalar(COUNT_OVERFULL)),
        erred=int(tx.scalar(COUNT_ERRED)),
        overgiven=int(tx.scalar(COUNT_OVERGIVEN)),
        awards=int(tx.scalar(COUNT_WAITING)),
        overspent=int(tx.scalar(COUNT_OVERSPENT)),
    )


def _failing(tx: Tx, sink: Sink) -> str:
    from backend.notices import service

    return service.failing(tx, sink.name)


def _notifier(database: Database, sink: Sink) -> Worker:
    from backend.notices.deliverer import Worker

    return Worker(database, sink)


def open_embedded(
    place: Path | str,
    *,
    read_only: bool = False,
    runtime: Runtime | None = None,
    actor: Actor | None = None,
    sink: Sink | None = None,
) -> EmbeddedBackend:
    """Open or create a database file, or one on a server, as a Backend.

    The actor defaults to the OS user with `admin`; notices go to `sink`. Raises StorageError.
    """
    database = open_database(place, STEPS, runtime, read_only=read_only)
    try:
        if sink is not None and not database.read_only:
            from backend.notices.deliverer import begin

            begin(database, sink)
        return EmbeddedBackend(database, actor or operator(user_name()), sink)
    except BaseException:
        database.close()
        raise


def user_name() -> str:
    """Who runs this, as the operating system calls him."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # containers run under numbers that nobody has named
        return f"uid {os.getuid()}"
