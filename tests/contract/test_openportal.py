"""What a Backend with OpenPortal promises, told by the port alone.

Where forms differ: what is under way has a job where its database is, and over the API only a
state.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from backend.backend import OPENPORTAL, Backend
from backend.core.database import Tx
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.listing import Query
from backend.core.plan import Command, Receipt
from backend.openportal.model import (
    CreateAllocation,
    DeleteAllocation,
    MarkErred,
    MarkOk,
    ModifyAllocation,
    NameProject,
    PortalRow,
    PullAllocation,
    SetNodeLimit,
    State,
    UnlinkAllocation,
)
from tests.contract.forms import Can, Stand
from tests.openportal.portals import L, P, Q, R, furnish, simulate
from tests.worlds import OPERATOR

pytestmark = pytest.mark.needs(Can.OPENPORTAL)


@pytest.fixture(scope="module", autouse=True)
def furnished(stand: Stand) -> None:
    """People, projects and services, which do at once what they are asked for."""

    def write(tx: Tx) -> None:
        furnish(tx)
        for service in (L, R):
            simulate(tx, service, {"delay": 0})

    stand.world.database.write(write)


async def do(backend: Backend, command: Command) -> Receipt:
    """Plan and apply."""
    return await backend.apply(await backend.plan(command), "as agreed")


@asynccontextmanager
async def watched(backend: Backend) -> AsyncIterator[None]:
    """What is asked for is done meanwhile."""
    forget = backend.watch(lambda _: None)
    try:
        yield
    finally:
        forget()


async def settled(backend: Backend, uuid: str) -> PortalRow | None:
    """An allocation when nothing is under way any more; None when it is gone then."""
    async with asyncio.timeout(60):
        while True:
            try:
                row = await backend.openportal.allocation_named(uuid)
            except NotFound:
                return None
            if not row.state.busy:
                return row
            await asyncio.sleep(0.02)


def new(name: str, *, remote: bool = False, project: str = P) -> Command:
    """A command that makes an allocation of 500 node-hours."""
    return CreateAllocation(
        actor=OPERATOR,
        remote=remote,
        name=name,
        service=R if remote else L,
        project=project,
        description="for ice",
        node_limit=500,
    )


async def made(backend: Backend, name: str, *, remote: bool = False, project: str = P) -> PortalRow:
    """A new allocation, once it is there."""
    receipt = await do(backend, new(name, remote=remote, project=project))
    found = await settled(backend, str(receipt.created["allocation"]))
    assert found is not None
    assert found.state is State.OK
    return found


@pytest.mark.parametrize("remote", [False, True])
def test_an_allocation_is_made_changed_and_deleted(stand: Stand, remote: bool) -> None:
    name = stand.name("climate")

    async def scene(backend: Backend) -> None:
        assert OPENPORTAL in backend.connection.systems
        async with watched(backend):
            row = await made(backend, name, remote=remote)
            assert (row.remote, row.node_limit, row.project_name) == (remote, 500, "Ocean")
            assert row.backend_id
            (listed,) = await backend.allocations.page(Query(name), 9)
            assert listed.of == row
            detail = await backend.openportal.allocation(row.key)
            assert (detail.description, detail.row.customer_abbreviation) == ("for ice", "CC")
            raw = await backend.openportal.raw_allocation(row.key)
            assert (raw["uuid"], raw["node_limit"]) == (row.uuid, 500)
            change = ModifyAllocation(actor=OPERATOR, allocation=row.uuid, description="for sea")
            await do(backend, change)
            detail = await backend.openportal.allocation(row.key)
            assert detail.description == "for sea"
            limit = SetNodeLimit(actor=OPERATOR, allocation=row.uuid, node_limit=77)
            await do(backend, limit)
            now = await settled(backend, row.uuid)
            assert now is not None
            assert (now.state, now.node_limit, now.key) == (State.OK, 77, row.key)
            await do(backend, DeleteAllocation(actor=OPERATOR, allocation=row.uuid))
            assert await settled(backend, row.uuid) is None
            assert await backend.allocations.page(Query(name), 9) == []

    stand.play(scene)


def test_a_pull_brings_what_people_used(stand: Stand) -> None:
    async def scene(backend: Backend) -> None:
        async with watched(backend):
            row = await made(backend, stand.name("used"), project=P)
            plan = await backend.plan(PullAllocation(actor=OPERATOR, allocation=row.uuid))
            assert (plan.is_harmless, plan.undo) == (True, "nothing to take back: it only reads")
            await backend.apply(plan, "as agreed")
            now = await settled(backend, row.uuid)
            assert now is not None
            assert now.state is State.OK
            detail = await backend.openportal.allocation(row.key)
            assert {one.username for one in detail.associations}
            assert sum(one.usage for one in detail.usages) >= (detail.row.usage or 0) > 0
            assert detail.account is not None
            assert detail.account.credits == 100_000

    stand.play(scene)


def test_marks_and_unlinking(stand: Stand) -> None:
    async def scene(backend: Backend) -> None:
        async with watched(backend):
            name = stand.name("marked")
            row = await made(backend, name, project=Q)
            failed = MarkErred(actor=OPERATOR, allocation=row.uuid, error_message="by hand")
            await do(backend, failed)
            (listed,) = await backend.allocations.page(Query(f"{name} erred"), 9)
            assert isinstance(listed.of, PortalRow)
            assert (listed.of.state, listed.of.error_message) == (State.ERRED, "by hand")
            assert (await backend.badges()).erred >= 1
            await do(backend, MarkOk(actor=OPERATOR, allocation=row.uuid))
            await do(backend, UnlinkAllocation(actor=OPERATOR, allocation=row.uuid))
            assert await settled(backend, row.uuid) is None

    stand.play(scene)


def test_what_is_not_possible_is_refused_in_the_preview(stand: Stand) -> None:
    async def scene(backend: Backend) -> None:
        async with watched(backend):
            row = await made(backend, stand.name("strict"), project=Q)
            low = SetNodeLimit(actor=OPERATOR, allocation=row.uuid, node_limit=-2)
            with pytest.raises(Invalid):
                await backend.plan(low)
            await do(backend, MarkErred(actor=OPERATOR, allocation=row.uuid))
            change = ModifyAllocation(actor=OPERATOR, allocation=row.uuid, name="x")
            with pytest.raises(Conflict):
                await backend.plan(change)
            await do(backend, UnlinkAllocation(actor=OPERATOR, allocation=row.uuid))
            with pytest.raises(NotFound):
                await backend.plan(low)

    stand.play(scene)


def test_a_project_is_named_and_services_are_listed(stand: Stand) -> None:
    async def scene(backend: Backend) -> None:
        await backend.badges()
        name = NameProject(actor=OPERATOR, project=Q, allowed_destinations="*")
        await do(backend, name)
        found = await backend.openportal.projects.page(Query("Ice"), 9)
        assert [one.project.allowed_destinations for one in found] == ["*"]
        services = await backend.openportal.services.page(Query(), 9)
        told = {(one.service.name, one.service.remote) for one in services}
        assert told == {("AIRR", True), ("Isambard 3", False)}

    stand.play(scene)
