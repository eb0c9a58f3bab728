"""The Backend port over a bursar server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TextIO

from backend.allocations.model import AllocationRow
from backend.backend import Badges, Connection, Link
from backend.core.plan import Command, Plan, Receipt
from backend.core.runtime import Runtime, system_runtime
from backend.http import Http
from backend.outbox import Outbox
from backend.served import wire, worldfile
from backend.served.line import Line, ServedListing
from backend.served.listener import Listener, Pace
from backend.served.orders import Orders
from backend.served.rooms import (
    ServedJournal,
    ServedNico,
    ServedOpenPortal,
    ServedPlacement,
    ServedProjects,
    ServedQuotas,
)
from backend.served.wire import Preview


class ServedBackend:
    """A bursar server as a Backend.

    `http` is for the server's root, with `failure=wire.failure`; without an outbox, a change
    whose outcome was not heard is forgotten when the process ends. What is connected is known
    once something was read. To be used from one event loop.
    """

    def __init__(
        self,
        http: Http,
        outbox: Outbox | None = None,
        *,
        pace: Pace | None = None,
        runtime: Runtime | None = None,
    ) -> None:
        runtime, pace = runtime or system_runtime(), pace or Pace()
        self._line = Line(http)
        self._orders = Orders(http, outbox, runtime, pace)
        self._listener = Listener(http, self._introduce, pace, runtime)
        self._line.answered = self._listener.hurry
        self._orders.settled = self._listener.tell
        self.projects = ServedProjects(self._line)
        self.quotas = ServedQuotas(self._line)
        self.placement = ServedPlacement(self._line)
        self.openportal = ServedOpenPortal(self._line)
        self.nico = ServedNico(self._line)
        self.allocations: ServedListing[AllocationRow] = ServedListing(self._line, "allocations")
        self.journal = ServedJournal(self._line)

    @property
    def connection(self) -> Connection:
        """What the server is and who one is there, as far as it is known."""
        return self._line.connection

    @property
    def link(self) -> Link:
        """How it stands with the server."""
        return self._listener.link

    async def badges(self) -> Badges:
        """Counts for the chrome; warnings tell what became of changes that were not heard of."""
        badges: Badges = wire.reply(Badges, await self._line.get("badges"))
        own = [self._line.mismatch] if self._line.mismatch else []
        return replace(badges, warnings=(*own, *self._orders.told, *badges.warnings))

    async def plan(self, command: Command) -> Plan:
        """What the command would do now."""
        body = wire.encode(Preview, Preview(command))
        plan: Plan = wire.reply(Plan, await self._line.ask("plan", body))
        return plan

    async def apply(self, plan: Plan, reason: str) -> Receipt:
        """Do what was previewed, once. Raises OutcomeUnknown when the server cannot be asked any
        more; it is asked again later."""
        await self._line.known()
        return await self._orders.carry_out(plan, reason)

    async def export(self, target: TextIO) -> list[str]:
        """Write everything as a world file, of which nothing lacks. Raises BursarError, also when
        not all of it came."""
        await self._line.known()
        await worldfile.receive(self._line.http, target)
        return []

    def watch(self, changed: Callable[[int], None]) -> Callable[[], None]:
        """Hear of every change; from within the event loop."""
        return self._listener.watch(changed)

    def hurry(self) -> None:
        """What is read next asks the server, whose answer hurries the rest."""

    async def close(self) -> None:
        """Let go of the server."""
        await self._listener.close()
        await self._orders.close()
        await self._line.http.close()

    async def _introduce(self) -> None:
        await self._line.introduce()
        await self._orders.resume()
