"""One database for several principals: who is written down, and what a role lets do."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from backend.core.errors import NotAllowed
from backend.core.identity import Actor, Role
from backend.embedded import EmbeddedBackend, open_embedded
from backend.projects.model import ApproveApplication, Capacity, ChangeProjectState, ProjectAction
from backend.schema import STEPS
from tests.places import Places
from tests.worlds import OPERATOR, VM, World, world_w


@pytest.fixture
def world(new_place: Places) -> Iterator[World]:
    """World W in a file."""
    fresh = world_w(new_place(STEPS))
    yield fresh
    fresh.database.close()


@pytest.fixture
def backend(world: World) -> Iterator[EmbeddedBackend]:
    """The operator's backend on it."""
    opened = open_embedded(world.database.place, actor=OPERATOR)
    yield opened
    opened.shut()


def test_a_command_is_the_actors_whatever_it_says(world: World, backend: EmbeddedBackend) -> None:
    _, application = world.submit("O", name="phys.lab", grants={VM: Capacity(10, 4)})
    ada = backend.acting(Actor("ada", Role.APPROVER))

    async def approve() -> str:
        plan = await ada.plan(ApproveApplication(actor=OPERATOR, application=application))
        assert plan.command.actor == ada.actor
        receipt = await ada.apply(plan, "fits")
        return (await ada.journal.detail(receipt.seq)).row.actor

    assert asyncio.run(approve()) == "ada"


def test_approvers_decide_and_viewers_look(world: World, backend: EmbeddedBackend) -> None:
    uuid = world.project("phys.lab")
    command = ChangeProjectState(actor=OPERATOR, project=uuid, action=ProjectAction.SUSPEND)
    plan = asyncio.run(backend.plan(command))
    for role in (Role.APPROVER, Role.VIEWER):
        other = backend.acting(Actor("ada", role))
        assert other.connection.lacks["ChangeProjectState"]
        assert ("AcceptCommission" in other.connection.lacks) == (role is Role.VIEWER)
        with pytest.raises(NotAllowed) as refused:
            asyncio.run(other.plan(command))
        assert refused.value.message == other.connection.lacks["ChangeProjectState"]
        with pytest.raises(NotAllowed):
            asyncio.run(other.apply(plan, "no"))
    assert backend.acting(Actor("root", Role.ADMIN)).connection.lacks == {}


def test_closing_it_closes_nothing(world: World, backend: EmbeddedBackend) -> None:
    world.project("phys.lab")
    asyncio.run(backend.acting(Actor("ada", Role.VIEWER)).close())
    assert asyncio.run(backend.badges()).waiting == 0
