"""The forms of the Backend port, and what each of them can do.

A form is a function that, with a world in a database, gives a way to connect to it. To add one,
write that function and its line in `FORMS`.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    asynccontextmanager,
    contextmanager,
)
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import httpx
import pytest

from backend.backend import Backend
from backend.core.database import Tx
from backend.core.identity import Actor, Role
from backend.core.principals import add, digest, parse_grant
from backend.core.runtime import Runtime, system_runtime
from backend.embedded import EmbeddedBackend, open_embedded
from backend.http import Http
from backend.projects.model import Capacity, ModifyBaseProjects, Wishes
from backend.remote import (
    NicoSettings,
    OpenPortalSettings,
    Pace,
    PlacementSettings,
    RemoteBackend,
    RemoteSettings,
)
from backend.server.app import create_app
from tests import openstack
from tests.openstack import ADMIN
from tests.places import Place
from tests.remote import consoles as remote
from tests.served.consoles import Buffering, admit, console
from tests.serving import IN_PROCESS, QUIET, serving
from tests.worlds import OPERATOR, PENDING_APP, World

T = TypeVar("T")
CLOUD, PORTAL, METAL = "cloud", "portal", "metal"
MANY = 10_000
"""Applications that each may have waiting."""
Connect = Callable[[Role], AbstractAsyncContextManager[Backend]]


class Can(Enum):
    """What not every form can do; a test names what it needs."""

    ASTAKOS = auto()
    """Have projects and quotas."""
    PLACEMENT = auto()
    """Have providers and consumers."""
    OPENPORTAL = auto()
    """Have allocations of OpenPortal, and what is asked of them done."""
    NICO = auto()
    """Have allocations of NICo."""
    EVERYTHING = auto()
    """Show all that the database knows, to the last field, and do whatever a command says."""
    MEMORY = auto()
    """Show what others did before."""
    ROLES = auto()
    """Be opened as approver and viewer."""
    READ_ONLY = auto()
    """Be opened on a database in which nothing may be changed."""


@dataclass(frozen=True, slots=True)
class Form:
    """One way of having a Backend."""

    opened: Callable[[Place, bool], AbstractContextManager[Connect]]
    can: frozenset[Can]
    marks: Sequence[pytest.MarkDecorator] = ()
    on_database: bool = True
    """Whether the world's database is behind it."""


@dataclass(slots=True)
class Stand:
    """A world, a form on it, and what is needed to play in both."""

    form: Form
    world: World
    place: Place
    oracle: EmbeddedBackend
    connect: Connect
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def name(self, word: str = "lab") -> str:
        """A project name that no other test has, for they share the world."""
        return f"{word}-{next(self.numbers)}.lab"

    def play(self, scene: Callable[[Backend], Awaitable[T]], role: Role = Role.ADMIN) -> T:
        """What comes of a scene with a connected backend."""

        return asyncio.run(_played(self.connect, role, scene))

    def look(self, scene: Callable[[Backend], Awaitable[T]]) -> T:
        """The same on a database that is open read-only."""
        with self.form.opened(self.place, True) as connect:
            return asyncio.run(_played(connect, Role.ADMIN, scene))


async def _played(connect: Connect, role: Role, scene: Callable[[Backend], Awaitable[T]]) -> T:
    async with connect(role) as backend:
        return await scene(backend)


@contextmanager
def _embedded(place: Place, read_only: bool) -> Iterator[Connect]:
    backend = open_embedded(place, read_only=read_only, actor=OPERATOR)

    @asynccontextmanager
    async def connect(role: Role) -> AsyncIterator[Backend]:
        if role is Role.ADMIN:
            yield backend
        else:
            yield backend.acting(Actor(f"token:{role}", role))

    try:
        yield connect
    finally:
        backend.shut()


@contextmanager
def _in_process(place: Place, read_only: bool) -> Iterator[Connect]:
    """The server's application without a socket, through which no events come."""
    backend = open_embedded(place, read_only=read_only, actor=OPERATOR)
    app = create_app(backend, QUIET)

    @asynccontextmanager
    async def connect(role: Role) -> AsyncIterator[Backend]:
        served = console(transport=Buffering(app), role=role)
        try:
            yield served
        finally:
            await served.close()

    try:
        yield connect
    finally:
        backend.shut()


@contextmanager
def _in_a_process_of_its_own(place: Place, read_only: bool) -> Iterator[Connect]:
    """`bursar serve`, over a real socket."""
    with serving(place) as server:

        @asynccontextmanager
        async def connect(role: Role) -> AsyncIterator[Backend]:
            served = console(server.url, role=role)
            try:
                yield served
            finally:
                await served.close()

        yield connect


@contextmanager
def _astakos(place: Place, read_only: bool) -> Iterator[Connect]:
    """The dialect client, with a project admin's and all services' tokens."""
    backend = open_embedded(place, actor=OPERATOR)
    remote.admit(backend.database)
    app = create_app(backend, QUIET)
    folder = TemporaryDirectory()

    @asynccontextmanager
    async def connect(role: Role) -> AsyncIterator[Backend]:
        found = remote.console(Buffering(app), folder=Path(folder.name))
        try:
            yield found
        finally:
            await found.close()

    try:
        yield connect
    finally:
        folder.cleanup()
        backend.shut()


@contextmanager
def _offering(place: Place, token: str, grant: str) -> Iterator[tuple[EmbeddedBackend, Buffering]]:
    """What `bursar serve` offers, and to a token what is granted."""
    backend = open_embedded(place, actor=OPERATOR)

    def let_in(tx: Tx) -> None:
        add(tx, OPERATOR, token, [parse_grant(grant)], digest(token), 0)

    backend.database.write(let_in)
    try:
        yield backend, Buffering(create_app(backend, QUIET))
    finally:
        backend.shut()


@contextmanager
def _consoles(whole: RemoteSettings, pace: Pace = remote.QUICK) -> Iterator[Connect]:
    """Consoles of one context."""
    folder = TemporaryDirectory()
    kept = replace(whole, folder=Path(folder.name))
    clock = Runtime(system_runtime().now, random.Random(1))

    @asynccontextmanager
    async def connect(role: Role) -> AsyncIterator[Backend]:
        found = RemoteBackend(kept, clock, pace)
        try:
            yield found
        finally:
            await found.close()

    try:
        yield connect
    finally:
        folder.cleanup()


@contextmanager
def _placement(place: Place, read_only: bool) -> Iterator[Connect]:
    """The dialect client on what `bursar serve` offers as Placement."""
    with (
        _offering(place, CLOUD, "placement:admin") as (_, app),
        _on_placement(f"{IN_PROCESS}/placement", CLOUD, app) as connect,
    ):
        yield connect


@contextmanager
def _openportal(place: Place, read_only: bool) -> Iterator[Connect]:
    """The dialect client on what `bursar serve` offers as Waldur, with a staff's token."""
    pace = Pace(quick=0.05, whole=0.2, lists=0.2, busy=0.05, longest=0.1, looks=(0.0, 0.01))
    with _offering(place, PORTAL, "openportal:admin") as (backend, app):
        forget = backend.watch(lambda _: None)
        http = partial(Http, transport=app, patience=remote.HASTY)
        settings = OpenPortalSettings(IN_PROCESS, remote.presenting(PORTAL), http)
        try:
            with _consoles(RemoteSettings(openportal=settings), pace) as connect:
                yield connect
        finally:
            forget()


@contextmanager
def _nico(place: Place, read_only: bool) -> Iterator[Connect]:
    """The dialect client on what `bursar serve` offers as NICo, with a provider's token."""
    with _offering(place, METAL, "nico:admin:acme") as (_, app):
        http = partial(Http, transport=app, patience=remote.HASTY)
        settings = NicoSettings(IN_PROCESS, remote.presenting(METAL), "acme", http=http)
        with _consoles(RemoteSettings(nico=settings)) as connect:
            yield connect


@contextmanager
def _openstack(place: Place, read_only: bool) -> Iterator[Connect]:
    """The same on a real OpenStack Placement."""
    with openstack.placement() as url, _on_placement(url, ADMIN) as connect:
        yield connect


@contextmanager
def _on_placement(
    url: str, token: str, transport: httpx.AsyncBaseTransport | None = None
) -> Iterator[Connect]:
    """Consoles on a Placement, which an admin's token opens."""
    http = partial(Http, transport=transport, patience=remote.HASTY)
    settings = PlacementSettings(url, remote.presenting(token), who="ada", http=http)
    with _consoles(RemoteSettings(placement=settings)) as connect:
        yield connect


ALL = frozenset(Can)
FORMS: Mapping[str, Form] = {
    "embedded": Form(_embedded, ALL),
    "served": Form(_in_process, ALL),
    "astakos": Form(_astakos, frozenset({Can.ASTAKOS})),
    "process": Form(_in_a_process_of_its_own, ALL - {Can.READ_ONLY}),
    "placement": Form(_placement, frozenset({Can.PLACEMENT})),
    "openportal": Form(_openportal, frozenset({Can.OPENPORTAL})),
    "nico": Form(_nico, frozenset({Can.NICO})),
    "openstack": Form(_openstack, frozenset({Can.PLACEMENT}), (pytest.mark.slow,), False),
}


@contextmanager
def standing(form: Form, world: World, place: Place) -> Iterator[Stand]:
    """The form on this world."""
    admit(world.database)
    plenty = Wishes(grants={PENDING_APP: Capacity(MANY, MANY)})
    world.do(ModifyBaseProjects(actor=OPERATOR, wishes=plenty))
    oracle = open_embedded(place, actor=OPERATOR)
    try:
        with form.opened(place, False) as connect:
            yield Stand(form, world, place, oracle, connect)
    finally:
        oracle.shut()
