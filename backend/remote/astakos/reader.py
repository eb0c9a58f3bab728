"""Reads a server: everything, or what a few projects and commissions are now."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from backend.core.errors import NotAllowed, NotFound, NotSignedIn
from backend.core.identity import Actor, Role
from backend.http import Http, Token, x_auth_token
from backend.projects.client import (
    Identity,
    ProjectsClient,
    ProjectTold,
    account_path,
    identify,
)
from backend.quotas.client import (
    CommissionTold,
    Component,
    Ledger,
    QuotasClient,
    failure,
)
from backend.remote.astakos.reading import OWN, Reading, project_of
from backend.remote.astakos.settings import AstakosSettings, Held

IDENTITY = "/identity/v2.0"
NOBODY = Actor("nobody", Role.USER)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whom the token stands for, the path of the account API, and its clients."""

    me: Identity
    base: str
    projects: ProjectsClient
    quotas: QuotasClient


class Reader:
    """The clients of one Astakos. All methods that read raise BursarError.

    `actor` is known once `signed_in` has succeeded, and whether he is an admin once projects
    were read. `refused` says by component why its token shows nothing.
    """

    def __init__(self, settings: AstakosSettings) -> None:
        self._settings = settings
        self.place = settings.url.removesuffix("/").removesuffix(IDENTITY)
        origin = "{}://{}".format(*urlsplit(self.place)[:2])
        self._held = Held(settings.token)
        self._front = self._server(self.place, self._held.client())
        self.http = {OWN: self._server(origin, self._held.client())}
        """By component; the user's own under ``."""
        for name, token in settings.services.items():
            self.http[name] = self._server(origin, token)
        self._signed: SignedIn | None = None
        self._token = ""
        self._names: dict[str, str] = {}
        self._pending: dict[str, dict[int, CommissionTold]] = {}
        self.actor = NOBODY
        self.refused: dict[str, str] = {}

    @property
    def admin(self) -> bool:
        """Whether the token is a project admin's."""
        return self.actor.is_admin

    @property
    def who(self) -> str:
        """The address of whom the token stands for, as far as it is known."""
        uuid = self.actor.uuid
        return self._names.get(uuid, "") or uuid

    @property
    def answers(self) -> int:
        """How many came."""
        return sum(http.answers for http in self.http.values())

    def _server(self, url: str, token: Token) -> Http:
        return self._settings.http(url, token=token, sign=x_auth_token, failure=failure)

    async def signed_in(self, *, again: bool = False) -> SignedIn:
        """Whom the token stands for and where the account API is, asked for once a token."""
        token = await self._held.now()
        if self._signed is None or again or token != self._token:
            try:
                me = await identify(self._front, token)
            except NotSignedIn:  # the token in the body was replaced while this was refused
                token = await self._held.now()
                me = await identify(self._front, token)
            self._token = token
            base, own = account_path(me), self.http[OWN]
            self._signed = SignedIn(me, base, ProjectsClient(own, base), QuotasClient(own, base))
            if self.actor.uuid != me.uuid:
                self.actor = Actor(f"user:{me.uuid}", Role.USER, me.uuid)
        return self._signed

    async def _components(self) -> list[Component]:
        base = (await self.signed_in()).base
        return [Component(self.http[name], base, name) for name in self._settings.services]

    async def everything(self) -> Reading:
        """All there is to be seen."""
        structure, usage = await self.structure(), await self.usage()
        pending = await self.commissions()
        names = {**usage.names, **structure.names}
        whole = replace(structure, names=names, figures=usage.figures)
        return replace(whole, commissions=pending.commissions)

    async def structure(self) -> Reading:
        """Resources, projects, memberships and the people in them."""
        on = await self.signed_in()
        resources = await on.quotas.resources()
        told, members = await on.projects.projects(), await on.projects.memberships()
        self._judge(told, on.me)
        reading = Reading(on.me, resources, told, members)
        return replace(reading, names=await self._named(reading.people() | {on.me.uuid}))

    def _judge(self, found: Iterable[ProjectTold], me: Identity) -> None:
        """Other people's base projects are shown to project admins only."""
        admin = any(p.project.is_base and p.project.uuid != me.uuid for p in found)
        role = Role.ADMIN if admin else Role.USER
        self.actor = Actor(f"user:{me.uuid}", role, me.uuid)

    async def usage(self, scope: Collection[str] = ()) -> Reading:
        """Figures of these projects, or of all, as far as tokens show them."""
        on = await self.signed_in()
        own = await on.quotas.own(on.me.uuid)
        figures: dict[str, Ledger] = {OWN: _within(own, scope)}
        for component in await self._components():
            with self._tolerated(component.name):
                figures[component.name] = await component.held(sorted(scope))
        reading = Reading(figures=figures, scope=frozenset(scope) if scope else None)
        return replace(reading, names=await self._named(reading.people()))

    async def commissions(self) -> Reading:
        """Pending commissions of the components whose tokens there are; what one showed that is
        refused now is known no more."""
        found: dict[str, list[CommissionTold]] = {}
        for component in await self._components():
            found[component.name] = []
            with self._tolerated(component.name):
                found[component.name] = await self._commissions(component)
        return Reading(commissions=found)

    async def _commissions(self, component: Component) -> list[CommissionTold]:
        """What a commission is never changes: only new ones are read."""
        known, now = self._pending.get(component.name, {}), {}
        for serial in await component.pending():
            with suppress(NotFound):  # resolved meanwhile
                now[serial] = known.get(serial) or await component.commission(serial)
        self._pending[component.name] = now
        return list(now.values())

    async def around(self, uuids: Collection[str]) -> Reading:
        """What these projects are now. Raises NotFound, NotAllowed when one is gone or hidden:
        only a list of everything tells that it is so for good."""
        projects = (await self.signed_in()).projects
        told, members = [], []
        for uuid in uuids:
            told.append(await projects.project(uuid))
            members += await projects.memberships(uuid)
        usage = await self.usage(uuids)
        reading = replace(usage, projects=told, memberships=members)
        names = await self._named(reading.people())
        return replace(reading, names=names, scope=frozenset(uuids))

    async def named(self, uuid: str) -> Reading:
        """The address of somebody, if anybody has this uuid."""
        names = await self._named([uuid])
        return Reading(names=names, scope=frozenset())

    async def find(self, address: str) -> Reading:
        """Whoever has this address."""
        projects = (await self.signed_in()).projects
        uuid = await projects.find(address)
        if uuid:
            self._names[uuid] = address
        return Reading(names={uuid: address} if uuid else {}, scope=frozenset())

    def forget_names(self) -> None:
        """Ask for everybody's address again."""
        self._names.clear()

    async def _named(self, uuids: Collection[str]) -> dict[str, str]:
        """Addresses by uuid; those that are known are not asked for again."""
        projects = (await self.signed_in()).projects
        asked = sorted(uuid for uuid in uuids if uuid not in self._names)
        if asked:
            found = await projects.names(asked)
            self._names |= {uuid: found.get(uuid, "") for uuid in asked}
        return {uuid: self._names[uuid] for uuid in uuids if self._names[uuid]}

    def _tolerated(self, name: str) -> _Tolerated:
        return _Tolerated(self.refused, name)

    async def close(self) -> None:
        """Let go of connections."""
        for http in (self._front, *self.http.values()):
            await http.close()


class _Tolerated:
    """A component's token that is refused hides what it would show, and nothing else."""

    def __init__(self, refused: dict[str, str], name: str) -> None:
        self._refused, self._name = refused, name

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if isinstance(error, NotSignedIn | NotAllowed):
            self._refused[self._name] = error.message
            return True
        if error is None:
            self._refused.pop(self._name, None)
        return False


def _within(ledger: Ledger, scope: Collection[str]) -> Ledger:
    return {k: v for k, v in ledger.items() if project_of(k) in scope} if scope else ledger
