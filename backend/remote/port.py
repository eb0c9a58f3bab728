"""The Backend port over servers that are somebody else's (design §1, §6)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TextIO

from backend.backend import Badges, Connection, Link
from backend.core.database import Tx
from backend.core.errors import BursarError, Invalid, NotAllowed, ReadOnly
from backend.core.plan import Command, Plan, Receipt
from backend.core.runtime import Runtime, system_runtime
from backend.embedded.changes import HANDLERS
from backend.embedded.projects import EmbeddedProjects
from backend.nico.counts import COUNT_OVERGIVEN
from backend.openportal.counts import COUNT_ERRED, COUNT_OVERSPENT, COUNT_WAITING
from backend.placement.counts import COUNT_OVERFULL
from backend.projects import queries
from backend.quotas import counts
from backend.remote.allocations import RemoteAllocations
from backend.remote.astakos.side import AstakosSide
from backend.remote.mirror import FILE, MirrorDatabase
from backend.remote.nico.side import NicoSide
from backend.remote.openportal.side import OpenPortalSide
from backend.remote.place import Place
from backend.remote.placement.side import PlacementSide
from backend.remote.poller import Pace
from backend.remote.settings import RemoteSettings
from backend.remote.side import Side
from backend.remote.trail import Trail, TrailJournal
from backend.world import dump

ROOMS: Mapping[str, str] = {
    "quotas": "astakos",
    "projects": "astakos",
    "placement": "placement",
    "openportal": "openportal",
    "nico": "nico",
}
"""Which system a room's commands go to."""
NAMES: Mapping[str, str] = {
    "astakos": "Astakos",
    "placement": "Placement",
    "openportal": "OpenPortal",
    "nico": "NICo",
}
ALLOCATING = ("placement", "openportal", "nico")
"""Systems whose allocations are listed together."""
UNTOLD = {
    "over": "SELECT 1 FROM holding WHERE known = 0 LIMIT 1",
    "overgiven": "SELECT 1 FROM nico_type WHERE counted = 0 LIMIT 1",
}
"""Whether a count is of what is shown only."""


class RemoteBackend:
    """Servers' APIs as a Backend: panes read a mirror, which is filled when it is first read
    and kept fresh while somebody watches. Nothing is asked of a server before."""

    def __init__(
        self,
        settings: RemoteSettings,
        runtime: Runtime | None = None,
        pace: Pace | None = None,
    ) -> None:
        runtime, pace = runtime or system_runtime(), pace or Pace()
        self._settings = settings
        self._place = Place()
        folder = self._place.path
        self._trail = trail = Trail(settings.folder or folder, runtime)
        self._sides: dict[str, Side] = {}
        if settings.astakos is not None:
            side = AstakosSide(settings.astakos, folder, trail, runtime, pace)
            self._sides["astakos"] = side
        if settings.placement is not None:
            there = PlacementSide(settings.placement, folder, trail, runtime, pace)
            self._sides["placement"] = there
        if settings.openportal is not None:
            portal = OpenPortalSide(settings.openportal, folder, trail, runtime, pace)
            self._sides["openportal"] = portal
        if settings.nico is not None:
            metal = NicoSide(settings.nico, folder, trail, runtime, pace)
            self._sides["nico"] = metal
        self._first = next(iter(self._sides.values()))
        self.quotas = self._side("astakos").quotas
        self.placement = self._side("placement").placement
        self.openportal = self._side("openportal").openportal
        self.nico = self._side("nico").nico
        self._together = MirrorDatabase(folder / FILE, runtime, self._allocations_ready)
        self.allocations = RemoteAllocations(self._together, *map(self._sides.get, ALLOCATING))
        self.journal = TrailJournal(trail.database, self._first.database, self._people)
        self._count = 0

    def _people(self) -> Mapping[str, str]:
        """Whom the tokens stand for, by their actors."""
        return {side.actor.name: side.address for side in self._sides.values() if side.address}

    def _side(self, system: str) -> Side:
        """A system; another one, where its rooms are empty, when it is not connected."""
        return self._sides.get(system, self._first)

    async def _allocations_ready(self) -> None:
        """Wait for all that list allocations. Raises what prevents it when none can be read."""
        sides = [self._sides[system] for system in ALLOCATING if system in self._sides]
        failed = await asyncio.gather(*map(_failure, sides or [self._first]))
        if failed[0] is not None and all(failed):
            raise failed[0]

    @property
    def connection(self) -> Connection:
        """The servers, whom the token stands for, and what their APIs lack."""
        first, lacks = self._first, self._lacks()
        return Connection(
            "+".join(self._sides),
            " ".join(side.place for side in self._sides.values()),
            first.actor,
            self._settings.read_only,
            empty=False,
            lacks=lacks,
            address=first.address,
            systems=frozenset(self._sides),
            only_shows=all(command.__name__ in lacks for command in HANDLERS),
        )

    def _lacks(self) -> Mapping[str, str]:
        found = {
            command.__name__: f"no {NAMES[system]} is connected"
            for command, room in HANDLERS.items()
            if (system := ROOMS[room.name]) not in self._sides
        }
        for side in self._sides.values():
            side.sender.lacks = side.lacks()
            found |= side.sender.lacks
        return found

    @property
    def link(self) -> Link:
        """How it stands with the servers now: with the first that is not heard, else with the
        one that has not answered for longest."""
        links = [side.poller.link for side in self._sides.values()]
        quietest = min(links, key=lambda link: link.heard)
        return next((link for link in links if not link.state.hears), quietest)

    @property
    def projects(self) -> EmbeddedProjects:
        """The projects room, as the token's user sees it."""
        return self._side("astakos").projects

    async def badges(self) -> Badges:
        """Counts for the chrome, and what is wrong with what is seen."""
        sides = self._sides.values()
        failed = [await _failure(side) for side in sides]
        if all(failed) and failed[0] is not None:
            raise failed[0]
        badges = await self._first.database.peek(_badges)
        partial = [name for side in sides for name in side.partial]
        warnings = [told for side in sides for told in side.warnings()]
        told = (*(str(one) for one in failed if one), *warnings)
        return replace(badges, warnings=told, partial=(*badges.partial, *partial))

    async def plan(self, command: Command) -> Plan:
        """What the command would do, on what the server says now."""
        return await (await self._for(command)).sender.plan(command)

    async def apply(self, plan: Plan, reason: str) -> Receipt:
        """Send it once, when it still is what was previewed. Raises OutcomeUnknown when the
        server did not answer and does not show it."""
        if self._settings.read_only:
            raise ReadOnly("this context is read-only", hint="see read_only in the configuration")
        side = await self._for(plan.command)
        try:
            return await side.sender.apply(plan, reason)
        finally:
            side.poller.tell()
            side.poller.poke()

    async def _for(self, command: Command) -> Side:
        """The side that a command is for, once it was read."""
        room = HANDLERS.get(type(command))
        if room is None:
            raise Invalid(f"{type(command).__name__} is not a command of this backend")
        system = ROOMS[room.name]
        if system not in self._sides:
            raise NotAllowed(f"no {NAMES[system]} is connected", hint="choose another context")
        await self._sides[system].poller.ready()
        self._lacks()
        return self._sides[system]

    async def export(self, target: TextIO) -> list[str]:
        """Write what is seen as a world file; what it lacks, in words. Raises BursarError."""
        lacking = [told for side in self._sides.values() for told in await side.read_all()]
        dump(self._first.database, target, logs=False)
        return lacking

    def watch(self, changed: Callable[[int], None]) -> Callable[[], None]:
        """Follow the servers while anybody watches; for a running event loop's thread."""

        def heard(_: int) -> None:
            self._count += 1
            changed(self._count)

        ends = [side.poller.watch(heard) for side in self._sides.values()]

        def forget() -> None:
            for end in ends:
                end()

        return forget

    def hurry(self) -> None:
        """Ask now the servers that are waited for."""
        for side in self._sides.values():
            if not side.poller.link.state.hears:
                side.poller.poke()

    async def close(self) -> None:
        """Let go of connections and of the mirror."""
        for side in self._sides.values():
            side.poller.stop()
            await side.close()
        await asyncio.to_thread(self._shut)

    def _shut(self) -> None:
        self._trail.close()
        self._together.close()
        for side in self._sides.values():
            side.mirror.close()
        self._place.close()


async def _failure(side: Side) -> BursarError | None:
    """Why a system was never read, None when it was."""
    try:
        await side.poller.ready()
    except BursarError as error:
        return error
    return None


def _badges(tx: Tx) -> Badges:
    return Badges(
        waiting=len(queries.queue(tx)),
        over=int(tx.scalar(counts.COUNT_OVER)),
        pending=int(tx.scalar(counts.COUNT_PENDING)),
        partial=tuple(name for name, untold in UNTOLD.items() if tx.scalar(untold)),
        overfull=int(tx.scalar(COUNT_OVERFULL)),
        erred=int(tx.scalar(COUNT_ERRED)),
        overgiven=int(tx.scalar(COUNT_OVERGIVEN)),
        awards=int(tx.scalar(COUNT_WAITING)),
        overspent=int(tx.scalar(COUNT_OVERSPENT)),
    )
