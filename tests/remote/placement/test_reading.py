"""What a console shows of a Placement of other people's."""

from __future__ import annotations

import asyncio

import pytest

from backend.backend import LinkState
from backend.core.errors import NotAllowed, ReadOnly
from backend.core.listing import Query
from backend.placement.model import ConsumerRow, SetInventory, Stock
from backend.projects.model import ChangeProjectState, ProjectAction
from backend.remote import RemoteBackend
from tests.placement.dialect import ME, claim, consumers, do, listed
from tests.remote.conftest import until
from tests.remote.placement.conftest import Stand, carry_out

EIGHT = Stock(8, allocation_ratio=2.0)


async def row(backend: RemoteBackend, uuid: str) -> ConsumerRow | None:
    """The row of a consumer, as the pane reads it."""
    rows = await listed(backend, uuid)
    return rows[0] if rows else None


def test_consumers_providers_and_inventories(stand: Stand) -> None:
    p, q = stand.provider(VCPU=EIGHT, DISK_GB=Stock(9)), stand.provider(VCPU=Stock(4))
    uuid = stand.consumer({p: {"VCPU": 2, "DISK_GB": 3}, q: {"VCPU": 1}})

    async def scene(backend: RemoteBackend) -> None:
        found = await row(backend, uuid)
        assert found is not None
        assert dict(found.amounts) == {"VCPU": 3, "DISK_GB": 3}
        assert found.providers == 2
        stock = await backend.placement.inventories.page(Query(scope=f"provider:{p}"), 9)
        assert {one.resource_class: (one.stock, one.used) for one in stock} == {
            "VCPU": (EIGHT, 2),
            "DISK_GB": (Stock(9), 3),
        }
        provider = await backend.placement.provider_named(q)
        assert (provider.consumers, provider.fullest) == (1, ("VCPU", 1, 4))
        assert backend.link.state is LinkState.POLLING
        assert backend.connection.systems == {"placement"}
        assert backend.connection.kind == "placement"
        assert await backend.projects.listing.page(Query(), 9) == []
        assert (await backend.badges()).warnings == ()

    stand.play(scene)


def test_whose_a_consumer_is_shows_when_it_is_looked_at(stand: Stand) -> None:
    p = stand.provider(VCPU=EIGHT)
    uuid = stand.consumer({p: {"VCPU": 2}})

    async def scene(backend: RemoteBackend) -> None:
        async def known() -> bool:
            found = await row(backend, uuid)
            return found is not None and found.known

        await until(backend, known)
        found = await row(backend, uuid)
        assert found is not None
        assert (found.project, found.user, found.consumer_type) == ("lab", "bob", "INSTANCE")
        assert found.generation == 1
        assert found.created_at > 0

    stand.play(scene)


def test_a_detail_is_read_anew(stand: Stand) -> None:
    p = stand.provider(VCPU=EIGHT)
    uuid = stand.consumer({p: {"VCPU": 2}})

    async def scene(backend: RemoteBackend) -> None:
        found = await row(backend, uuid)
        assert found is not None
        await stand.change(uuid, {p: {"VCPU": 5}})
        detail = await backend.placement.consumer(found.key)
        assert (detail.row.generation, detail.row.project) == (2, "lab")
        ((name, amount, stock),) = detail.shares[0].amounts
        assert (name, amount, stock.used if stock else 0) == ("VCPU", 5, 5)
        raw = await backend.placement.raw_consumer(found.key)
        assert raw["consumer_generation"] == 2

    stand.play(scene)


def test_the_screen_follows_what_others_do(stand: Stand) -> None:
    p = stand.provider(VCPU=EIGHT)
    uuid, other = stand.consumer({p: {"VCPU": 2}}), stand.consumer({p: {"VCPU": 1}})

    async def scene(backend: RemoteBackend) -> None:
        async def there(amount: int | None) -> bool:
            found = await row(backend, uuid)
            return (dict(found.amounts).get("VCPU") if found else None) == amount

        await until(backend, lambda: there(2))
        key = await row(backend, uuid)
        await stand.change(uuid, {p: {"VCPU": 7}})
        await until(backend, lambda: there(7))
        again = await row(backend, uuid)
        assert key is not None
        assert again is not None
        assert key.key == again.key
        await stand.at_once(lambda on: do(on, claim(uuid, {}, 2)))
        await until(backend, lambda: there(None))
        assert await row(backend, other) is not None

    stand.play(scene)


def test_traits_and_aggregates_show_with_the_provider(stand: Stand) -> None:
    p = stand.provider(VCPU=EIGHT)

    async def scene(backend: RemoteBackend) -> None:
        provider = await backend.placement.provider_named(p)
        detail = await backend.placement.provider(provider.key)
        assert (detail.traits, detail.aggregates) == ((), ())
        assert [one.resource_class for one in detail.inventories] == ["VCPU"]
        assert "VCPU" in await backend.placement.classes()

    stand.play(scene)


def test_several_consoles_and_consumers_that_are_gone(stand: Stand) -> None:
    p = stand.provider(VCPU=EIGHT)
    live, dead = stand.consumer({p: {"VCPU": 2}}), stand.consumer({p: {"VCPU": 1}})

    async def scene(backend: RemoteBackend) -> list[str]:
        keys = await backend.placement.orphans([live])
        return [one.uuid for one in await consumers(backend, keys)]

    found = stand.play(scene)
    assert dead in found
    assert live not in found


def test_other_systems_are_not_there(stand: Stand) -> None:
    command = ChangeProjectState(actor=ME, project="p", action=ProjectAction.SUSPEND)

    async def scene(backend: RemoteBackend) -> None:
        assert "Astakos" in backend.connection.lacks["ChangeProjectState"]
        with pytest.raises(NotAllowed, match="no Astakos is connected"):
            await backend.plan(command)

    stand.play(scene)


def test_a_read_only_context_changes_nothing(stand: Stand) -> None:
    p = stand.provider(VCPU=EIGHT)
    change = SetInventory(actor=ME, provider=p, resource_class="VCPU", stock=Stock(4), generation=1)

    async def scene(backend: RemoteBackend) -> None:
        with pytest.raises(ReadOnly):
            await carry_out(backend, change)

    stand.play(scene, read_only=True)
    assert [one.method for one in stand.line.seen if one.method != "GET"] == []


def test_nothing_is_asked_before_something_is_shown(stand: Stand) -> None:
    async def scene(backend: RemoteBackend) -> None:
        assert backend.link.state is LinkState.CONNECTING
        await asyncio.sleep(0)

    stand.play(scene)
    assert stand.line.seen == []
