"""A key of a client's makes a change happen once, however often it is asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.core.errors import Conflict, PreviewStale
from backend.core.identity import Actor, Role
from backend.core.once import KEPT, Once
from backend.core.plan import Plan
from backend.embedded import EmbeddedBackend
from backend.projects.model import ChangeProjectState, ProjectAction
from tests.worlds import OPERATOR, World, count, world_w

ENTRIES = "SELECT count(*) FROM journal"
KEYS = "SELECT count(*) FROM applied"
FIRST = Once("k1", "digest")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """World W with a project."""
    fresh = world_w(tmp_path / "world.db")
    yield fresh
    fresh.database.close()


@pytest.fixture
def backend(world: World) -> EmbeddedBackend:
    """The operator's backend."""
    return EmbeddedBackend(world.database, OPERATOR)


def suspension(backend: EmbeddedBackend, world: World, name: str = "phys.lab") -> Plan:
    """The plan of suspending a new project."""
    uuid = world.project(name)
    command = ChangeProjectState(actor=OPERATOR, project=uuid, action=ProjectAction.SUSPEND)
    return asyncio.run(backend.plan(command))


def test_the_same_key_gives_the_same_receipt(world: World, backend: EmbeddedBackend) -> None:
    plan = suspension(backend, world)
    first = asyncio.run(backend.carry_out(plan.command, plan.fingerprint, "why", FIRST))
    entries = count(world, ENTRIES)
    again = asyncio.run(backend.carry_out(plan.command, plan.fingerprint, "why", FIRST))
    assert again == first
    assert (count(world, ENTRIES), first.seq) == (entries, entries)


def test_a_key_stands_for_one_thing_of_one_actor(world: World, backend: EmbeddedBackend) -> None:
    plan, other = (suspension(backend, world, name) for name in ("phys.lab", "chem.lab"))
    asyncio.run(backend.carry_out(plan.command, plan.fingerprint, "", FIRST))
    with pytest.raises(Conflict, match="used for something else") as refused:
        asyncio.run(backend.carry_out(other.command, other.fingerprint, "", Once("k1", "another")))
    assert (refused.value.data["stored"], refused.value.data["sent"]) == ("digest", "another")
    ada = backend.acting(Actor("ada", Role.ADMIN))
    theirs = asyncio.run(ada.plan(other.command))
    asyncio.run(ada.carry_out(theirs.command, theirs.fingerprint, "", Once("k1", "another")))
    assert count(world, KEYS) == 2


def test_a_late_copy_of_what_was_refused_is_not_carried_out(
    world: World, backend: EmbeddedBackend
) -> None:
    plan = suspension(backend, world)
    uuid = str(plan.command.project)  # type: ignore[attr-defined]
    world.act(uuid, ProjectAction.TERMINATE)
    for _ in range(2):
        with pytest.raises((PreviewStale, Conflict)):
            asyncio.run(backend.carry_out(plan.command, plan.fingerprint, "", FIRST))
    world.act(uuid, ProjectAction.REINSTATE)
    assert asyncio.run(backend.plan(plan.command)).fingerprint == plan.fingerprint
    with pytest.raises(PreviewStale):
        asyncio.run(backend.carry_out(plan.command, plan.fingerprint, "", FIRST))
    assert world.see(uuid).state == "active"
    refused = "SELECT count(*) FROM journal WHERE outcome = 'refused'"
    assert (count(world, refused), count(world, KEYS)) == (1, 1)
    asyncio.run(backend.carry_out(plan.command, plan.fingerprint, "", Once("k2", "digest")))
    assert world.see(uuid).state == "suspended"


def test_keys_are_forgotten_after_a_month(world: World, backend: EmbeddedBackend) -> None:
    plan, other = (suspension(backend, world, name) for name in ("phys.lab", "chem.lab"))
    asyncio.run(backend.carry_out(plan.command, plan.fingerprint, "", FIRST))
    world.clock.advance(microseconds=KEPT + 1)
    asyncio.run(backend.carry_out(other.command, other.fingerprint, "", Once("k2", "digest")))
    assert count(world, KEYS) == 1
