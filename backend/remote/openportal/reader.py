"""Reads a Waldur: its lists, or what some of it is now."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import TypeVar

from backend.core.errors import NotAllowed, NotFound
from backend.core.identity import Actor, Role
from backend.openportal.client import (
    AccountTold,
    AllocationTold,
    Listed,
    MeTold,
    NamesTold,
    OpenPortalClient,
    base,
    failure,
    sign,
)
from backend.remote.openportal.reading import Reading, Some
from backend.remote.openportal.settings import OpenPortalSettings
from backend.remote.several import each

T = TypeVar("T")

NOBODY = Actor("nobody", Role.USER)
REMOTE, SERVICES, PROJECTS = "remote allocations", "services", "projects"
AWARDS, REMOTE_PROJECTS = "awards of other portals", "awards to other portals"
OTHERS = 1
"""How many a list misses that is known to be a part."""
ASSOCIATIONS, USAGES = "associations", "usages"


class Reader:
    """The client of one Waldur. All methods that read raise BursarError. `actor` is whom the token
    stands for, once that was asked; `lacking` are the parts that this server does not have, or
    does not show; `marks` is False once it has turned out not to know marks."""

    def __init__(self, settings: OpenPortalSettings) -> None:
        self.place = base(settings.url)
        self._http = settings.http(
            self.place, token=settings.token, sign=sign, failure=failure, replays=False
        )
        self.client = OpenPortalClient(self._http)
        self.actor = NOBODY
        self.who = ""
        self.me: MeTold | None = None
        self.lacking: set[str] = set()
        self.marks = True
        self._signed = 0

    @property
    def answers(self) -> int:
        """How many came."""
        return self._http.answers

    def doubt(self) -> None:
        """The server may be another one now: ask again who signed in and what there is."""
        self._signed = 0
        self.lacking.clear()
        self.marks = True

    async def signed_in(self) -> MeTold:
        """Whom the token stands for, asked for once a token."""
        if self.me is None or self._http.signed != self._signed:
            self.me = await self.client.me()
            self._signed = self._http.signed
            self.actor = Actor(f"user:{self.me.uuid}", _role(self.me), self.me.uuid)
            self.who = self.me.email or self.me.full_name or self.me.username
        return self.me

    # Whole lists

    async def allocations(self, *, remote: bool) -> Reading:
        """All of one kind."""
        if not remote:
            return Reading(allocations={False: await self.client.allocations(remote=False)})
        found = await self._had(REMOTE, lambda: self.client.allocations(remote=True))
        return Reading(allocations={True: found or Listed(())})

    async def services(self) -> Reading:
        """All that allocations may be on."""
        return Reading(services=await self._had(SERVICES, self.client.services))

    async def projects(self) -> Reading:
        """All that allocations may be for, and who one is in them."""
        me = await self.signed_in()
        return Reading(me=me, projects=await self._had(PROJECTS, self.client.projects))

    async def awards(self) -> Reading:
        """Awards between portals, in both directions."""
        return Reading(
            awards=await self._had(AWARDS, self.client.awards),
            remote_projects=await self._had(REMOTE_PROJECTS, self.client.remote_projects),
        )

    async def _had(self, part: str, ask: Callable[[], Awaitable[T]]) -> T | None:
        """A part that not every server has or shows; it is not asked for again."""
        if part in self.lacking:
            return None
        try:
            return await ask()
        except (NotFound, NotAllowed):
            self.lacking.add(part)
            return None

    # Some of it

    async def some(self, wanted: Mapping[str, bool], *, fresh: bool = False) -> Reading:
        """What these are, by uuid and whether they are remote; None for those that are gone."""
        found = await each(self._one(wanted), wanted)
        some = {uuid: Some(wanted[uuid], told) for uuid, told in found.items()}
        return Reading(some=some, fresh=fresh)

    def _one(self, wanted: Mapping[str, bool]) -> Callable[[str], Awaitable[AllocationTold]]:
        return lambda uuid: self.client.allocation(uuid, remote=wanted[uuid])

    async def places(self, project: str, service: str = "") -> Reading:
        """A project, and a service; what is not shown is left out."""
        projects, services = [], []
        with suppress(NotFound, NotAllowed):
            projects.append(await self.client.project(project))
        with suppress(NotFound, NotAllowed):
            services += [await self.client.service(service)] if service else []
        return Reading(
            projects=Listed(projects, OTHERS), services=Listed(services, OTHERS), fresh=True
        )

    async def about(self, uuid: str, months: Sequence[tuple[int, int]]) -> Reading:
        """Who has accounts with an allocation, or all (``), and what they used in these months."""
        people = await self._had(ASSOCIATIONS, lambda: self.client.associations(uuid))
        used = {}
        for month in months:
            told = await self._had(USAGES, partial(self.client.usages, *month, uuid))
            if told is not None:
                used[uuid, *month] = told
        return Reading(associations={} if people is None else {uuid: people}, usages=used)

    async def account(self, project: str) -> AccountTold | None:
        """What a project was given and spent, where the server says."""
        with suppress(NotFound, NotAllowed):
            return await self.client.account(project)
        return None

    async def names(self, project: str) -> NamesTold | None:
        """What a project is called elsewhere, where the server says."""
        with suppress(NotFound, NotAllowed):
            return await self.client.names(project)
        return None

    async def count(self) -> int | None:
        """How many local allocations there are."""
        return await self.client.count(remote=False)

    async def close(self) -> None:
        """Let go of connections."""
        await self._http.close()


def _role(me: MeTold) -> Role:
    if me.is_staff:
        return Role.ADMIN
    return Role.VIEWER if me.is_support else Role.USER
