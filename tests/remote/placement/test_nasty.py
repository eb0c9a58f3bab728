"""Servers as nasty as the world is, and as old: it is said, nothing is lost, nothing is guessed."""

from __future__ import annotations

import json

import pytest

from backend.backend import LinkState
from backend.core.errors import BursarError, NotAllowed
from backend.placement.model import (
    KEEP,
    CreateResourceClass,
    Provider,
    SetAggregates,
    SetInventory,
    SetTraits,
    Stock,
)
from backend.remote import RemoteBackend
from backend.remote.placement.sender import OWNERLESS, UNCHECKED
from backend.remote.placement.stock import forest
from tests.nasty import ANSWERS, Fault, Request, answer, reset, saying
from tests.placement.dialect import ME, claim, fresh, listed
from tests.remote.conftest import until
from tests.remote.placement.conftest import Stand, carry_out

FAULTS: dict[str, Fault] = {name: saying(octets) for name, octets in ANSWERS.items()}
FAULTS["reset"] = reset
JSON = "Content-Type: application/json"


def reading(request: Request) -> bool:
    return request.method == "GET"


@pytest.mark.parametrize("fault", FAULTS)
def test_lists_stay_and_come_back(stand: Stand, fault: str) -> None:
    p = stand.provider(VCPU=Stock(8))
    uuid = stand.consumer({p: {"VCPU": 2}})

    async def scene(backend: RemoteBackend) -> str:
        await backend.badges()
        stand.line.turn(FAULTS[fault])

        async def lost() -> bool:
            return backend.link.state is LinkState.LOST

        await until(backend, lost)
        told = backend.link.reason
        (row,) = await listed(backend, uuid)
        assert row.amounts == (("VCPU", 2),)
        stand.line.turn(None)

        async def back() -> bool:
            return backend.link.state is LinkState.POLLING

        await until(backend, back)
        return told

    told = stand.play(scene)
    assert told
    assert told.isprintable()


@pytest.mark.parametrize("fault", FAULTS)
def test_changes_are_not_sent_on_what_cannot_be_read(stand: Stand, fault: str) -> None:
    p = stand.provider(VCPU=Stock(8))
    uuid = stand.consumer({p: {"VCPU": 2}})

    async def scene(backend: RemoteBackend) -> None:
        plan = await backend.plan(claim(uuid, {p: {"VCPU": 3}}, 1, project="lab", user="bob"))
        stand.line.turn(FAULTS[fault], reading)
        with pytest.raises(BursarError):
            await backend.apply(plan, "")

    stand.play(scene)
    assert [one.method for one in stand.line.seen if one.method != "GET"] == []
    assert stand.held(uuid) == {p: {"VCPU": 2}}


def old(minor: int) -> Fault:
    """What a server says at its root that speaks no more than this."""
    told = {"versions": [{"id": "v1.0", "min_version": "1.0", "max_version": f"1.{minor}"}]}
    return saying(answer("200 OK", json.dumps(told), JSON))


def at_root(request: Request) -> bool:
    return request.path in ("/", "/placement/")


@pytest.mark.parametrize("minor", [0, 1, 8, 12, 14, 27, 28, 37])
def test_older_servers_do_what_they_can(stand: Stand, minor: int) -> None:
    p = stand.provider(VCPU=Stock(8))
    uuid = stand.consumer({p: {"VCPU": 2}})
    stand.line.turn(old(minor), at_root)

    async def scene(backend: RemoteBackend) -> None:
        (row,) = await listed(backend, uuid)
        detail = await backend.placement.consumer(row.key)
        assert detail.row.known is (minor >= 12)
        assert detail.row.generation == (1 if minor >= 28 else 0)
        generation = detail.row.generation
        plan = await backend.plan(
            claim(uuid, {p: {"VCPU": 3}}, generation, project="lab", user="bob")
        )
        assert (UNCHECKED in plan.warnings) is (minor < 28)
        assert (OWNERLESS in plan.warnings) is (minor < 8)
        await backend.apply(plan, "")
        lower = SetInventory(
            actor=ME, provider=p, resource_class="VCPU", stock=Stock(9), generation=3
        )
        await carry_out(backend, lower)
        generation += minor >= 28
        await carry_out(backend, claim(uuid, {}, generation, project="lab", user="bob"))
        lacks = backend.connection.lacks
        assert ("CreateResourceClass" in lacks) is (minor < 2)
        assert ("SetTraits" in lacks) is (minor < 6)
        assert ("SetAggregates" in lacks) is (minor < 19)

    stand.play(scene)
    assert stand.held(uuid) == {}


def test_what_an_older_server_lacks_is_told_with_its_version(stand: Stand) -> None:
    p = stand.provider(VCPU=Stock(8))
    stand.line.turn(old(1), at_root)
    commands = [
        CreateResourceClass(actor=ME, name="CUSTOM_A"),
        SetTraits(actor=ME, provider=p, traits=[]),
        SetAggregates(actor=ME, provider=p, aggregates=[]),
    ]

    async def scene(backend: RemoteBackend) -> None:
        await backend.badges()
        for command in commands:
            with pytest.raises(NotAllowed, match=r"this server speaks 1\.1"):
                await backend.plan(command)

    stand.play(scene)


def test_a_server_that_was_set_back_is_asked_again_what_it_speaks(stand: Stand) -> None:
    p = stand.provider(VCPU=Stock(8))
    uuid = stand.consumer({p: {"VCPU": 2}})

    async def scene(backend: RemoteBackend) -> None:
        await backend.badges()
        stand.line.turn(saying(answer("406 Not Acceptable", "{}", JSON)))

        async def lost() -> bool:
            return backend.link.state is LinkState.LOST

        await until(backend, lost)
        stand.line.turn(old(37), at_root)

        async def back() -> bool:
            return backend.link.state is LinkState.POLLING

        await until(backend, back)
        plan = await backend.plan(claim(uuid, {p: {"VCPU": 3}}, 1, consumer_type=KEEP))
        assert "consumer_type" not in plan.request.body

    stand.play(scene)


A, B, C = fresh(), fresh(), fresh()


@pytest.mark.parametrize(
    ("parents", "roots"),
    [
        ({A: "", B: A, C: B}, {A: A, B: A, C: A}),
        ({A: fresh(), B: A}, {A: A, B: A}),
        ({A: A}, {A: A}),
    ],
)
def test_trees_are_trees(parents: dict[str, str], roots: dict[str, str]) -> None:
    found = forest(Provider(uuid, uuid, 0, up, fresh()) for uuid, up in parents.items())
    assert {uuid: one.root for uuid, one in found.items()} == roots


def test_a_circle_is_cut_open() -> None:
    found = forest(Provider(u, u, 0, up, A) for u, up in ((A, B), (B, C), (C, A)))
    (top,) = [one.uuid for one in found.values() if not one.parent]
    assert {one.root for one in found.values()} == {top}
