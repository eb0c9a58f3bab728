"""A context that names two systems: each is asked on its own, and shown in its place."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from functools import partial

import pytest
from starlette.requests import Request
from starlette.responses import Response

from backend.backend import LinkState
from backend.core.database import Tx
from backend.core.errors import Unreachable
from backend.core.listing import Query
from backend.core.principals import add, digest, parse_grant
from backend.core.runtime import Runtime, system_runtime
from backend.http import Http
from backend.placement.model import CreateProvider, ReplaceInventories, Stock
from backend.projects.model import ChangeProjectState, ProjectAction
from backend.remote import AstakosSettings, PlacementSettings, RemoteBackend, RemoteSettings
from tests.openstack import ADMIN
from tests.placement.dialect import claim
from tests.remote.conftest import Stand, until
from tests.remote.consoles import HASTY, QUICK, SERVICES, presenting
from tests.serving import IN_PROCESS
from tests.worlds import OPERATOR

P, C = "aaaaaaaa-0000-4000-8000-000000000001", "cccccccc-0000-4000-8000-000000000001"


def play(stand: Stand, scene: Callable[[RemoteBackend], Awaitable[None]]) -> None:
    """A scene with a console on both, of a server where C holds 2 of 8."""

    def admit(tx: Tx) -> None:
        add(tx, OPERATOR, ADMIN, [parse_grant("placement:admin")], digest(ADMIN), 0)

    stand.world.database.write(admit)
    stand.world.do(CreateProvider(actor=OPERATOR, name="node", uuid=P))
    stocks = {"VCPU": Stock(8)}
    stand.world.do(ReplaceInventories(actor=OPERATOR, provider=P, stocks=stocks))
    stand.world.do(claim(C, {P: {"VCPU": 2}}, project="lab", user="bob"))

    async def played() -> None:
        http = partial(Http, transport=stand.meddler.transport(), patience=HASTY)
        services = {name: presenting(name) for name in SERVICES}
        astakos = AstakosSettings(f"{IN_PROCESS}/astakos", presenting("A"), services, http=http)
        placement = PlacementSettings(f"{IN_PROCESS}/placement", presenting(ADMIN), http=http)
        settings = RemoteSettings(astakos, placement, stand.folder)
        backend = RemoteBackend(settings, Runtime(system_runtime().now, random.Random(1)), QUICK)
        try:
            await scene(backend)
        finally:
            await backend.close()

    asyncio.run(played())


def down(system: str) -> Callable[[Request], Response | None]:
    return lambda request: Response("", 503) if request.url.path.startswith(f"/{system}") else None


def test_each_room_is_filled_and_each_command_finds_its_way(stand: Stand) -> None:
    uuid = stand.world.project("both.lab", (10, 4))

    async def scene(backend: RemoteBackend) -> None:
        assert backend.connection.systems == {"astakos", "placement"}
        assert backend.connection.kind == "astakos+placement"
        (row,) = await backend.allocations.page(Query(), 9)
        (project,) = await backend.projects.listing.page(Query("both.lab"), 9)
        assert (row.of.uuid, project.name) == (C, "both.lab")
        assert backend.connection.lacks.keys().isdisjoint({"ReplaceAllocations", "EnrollMember"})
        suspend = ChangeProjectState(actor=OPERATOR, project=uuid, action=ProjectAction.SUSPEND)
        await backend.apply(await backend.plan(suspend), "over there")
        release = claim(C, {}, 1, project="lab", user="bob")
        await backend.apply(await backend.plan(release), "gone")
        entries = await backend.journal.listing.page(Query(), 9)
        assert [one.action for one in entries] == ["allocations.remove", "project.suspend"]

    play(stand, scene)
    assert stand.world.see(uuid).state == "suspended"


def test_what_one_does_not_answer_leaves_the_other_alone(stand: Stand) -> None:
    stand.world.project("both.lab", (10, 4))

    async def scene(backend: RemoteBackend) -> None:
        stand.meddler.before = down("placement")
        badges = await backend.badges()
        assert any("busy" in one for one in badges.warnings)
        (project,) = await backend.projects.listing.page(Query("both.lab"), 9)
        assert project.name == "both.lab"
        with pytest.raises(Unreachable):
            await backend.allocations.page(Query(), 9)

        async def lost() -> bool:
            return backend.link.state is LinkState.LOST

        await until(backend, lost)
        stand.meddler.before = lambda _: None

        async def back() -> bool:
            return backend.link.state is LinkState.POLLING

        await until(backend, back)
        (row,) = await backend.allocations.page(Query(), 9)
        assert row.of.uuid == C

    play(stand, scene)


def test_none_that_answers_is_an_error(stand: Stand) -> None:
    async def scene(backend: RemoteBackend) -> None:
        stand.meddler.before = lambda _: Response("", 503)
        with pytest.raises(Unreachable):
            await backend.badges()

    play(stand, scene)
