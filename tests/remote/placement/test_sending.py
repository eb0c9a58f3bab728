"""Changes through Placement's API: previewed on what is there, sent once, never guessed at."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from backend.core.errors import (
    Conflict,
    GenerationConflict,
    Invalid,
    NotAllowed,
    OutcomeUnknown,
)
from backend.core.listing import Query
from backend.core.plan import Command, Receipt
from backend.placement.client import PlacementClient
from backend.placement.client.client import EXORCISED
from backend.placement.model import (
    KEEP,
    Claim,
    CreateProvider,
    CreateResourceClass,
    DeleteAllocations,
    DeleteProvider,
    DeleteResourceClass,
    DropInventory,
    ModifyProvider,
    ReplaceAllocations,
    Reshape,
    SetAggregates,
    SetInventory,
    SetTraits,
    Stock,
)
from backend.remote import RemoteBackend
from tests.nasty import Request, gone, saying
from tests.nasty import answer as said
from tests.placement.dialect import ME, claim, do, fresh, listed
from tests.remote.placement.conftest import Stand, carry_out

EIGHT = Stock(8, allocation_ratio=2.0)
LAB = {"project": "lab", "user": "bob"}


def hold(
    uuid: str, held: Mapping[str, Mapping[str, int]], generation: int | None, kind: str = KEEP
) -> Command:
    return claim(uuid, held, generation, consumer_type=kind, **LAB)


def writing(request: Request) -> bool:
    return request.method != "GET"


def written(stand: Stand) -> list[str]:
    return [one.method for one in stand.line.seen if writing(one)]


def test_an_allocation_is_replaced(stand: Stand) -> None:
    p, q = stand.provider(VCPU=EIGHT), stand.provider(VCPU=EIGHT)
    uuid = stand.consumer({p: {"VCPU": 2}})

    async def scene(backend: RemoteBackend) -> Receipt:
        plan = await backend.plan(hold(uuid, {q: {"VCPU": 3}}, 1))
        assert plan.request.method == "PUT"
        assert plan.request.body["consumer_type"] == "INSTANCE"
        assert {(one.before, one.after) for one in plan.changes} == {(2, None), (None, 3)}
        receipt = await backend.apply(plan, "moved by hand")
        (entry,) = await backend.journal.listing.page(Query(), 9)
        assert (entry.action, entry.reason) == ("allocations.replace", "moved by hand")
        (row,) = await listed(backend, uuid)
        assert (row.amounts, row.generation) == ((("VCPU", 3),), 2)
        return receipt

    assert stand.play(scene).seq == 1
    assert stand.held(uuid) == {q: {"VCPU": 3}}
    assert written(stand) == ["PUT"]


def test_a_safe_delete_goes_by_the_generation(stand: Stand) -> None:
    p = stand.provider(VCPU=EIGHT)
    uuid = stand.consumer({p: {"VCPU": 2}})
    stand.play(lambda backend: carry_out(backend, hold(uuid, {}, 1)))
    assert stand.held(uuid) == {}
    assert stand.line.seen[-1].method == "GET"


def test_several_consumers_change_together(stand: Stand) -> None:
    p, q = stand.provider(VCPU=Stock(4)), stand.provider(VCPU=Stock(4))
    a, b = stand.consumer({p: {"VCPU": 4}}), stand.consumer({q: {"VCPU": 4}}, "")
    swap = [
        Claim(consumer=a, allocations={q: {"VCPU": 4}}, generation=1, **LAB),
        Claim(consumer=b, allocations={p: {"VCPU": 4}}, generation=1, **LAB),
    ]
    stand.play(lambda on: carry_out(on, ReplaceAllocations(actor=ME, claims=swap)))
    assert (stand.held(a), stand.held(b)) == ({q: {"VCPU": 4}}, {p: {"VCPU": 4}})
    assert written(stand) == ["POST"]


def test_what_does_not_fit_is_told_with_figures_and_not_sent(stand: Stand) -> None:
    p = stand.provider(VCPU=Stock(8))
    uuid = stand.consumer({p: {"VCPU": 2}})

    async def scene(backend: RemoteBackend) -> None:
        with pytest.raises(Conflict) as caught:
            await backend.plan(hold(uuid, {p: {"VCPU": 9}}, 1))
        assert caught.value.data["rule"] == "capacity"
        assert caught.value.data["capacity"] == 8

    stand.play(scene)
    assert written(stand) == []


def test_the_generation_that_was_displayed_counts(stand: Stand) -> None:
    p = stand.provider(VCPU=EIGHT)
    uuid = stand.consumer({p: {"VCPU": 2}})

    async def scene(backend: RemoteBackend) -> None:
        await stand.change(uuid, {p: {"VCPU": 3}})
        with pytest.raises(GenerationConflict) as caught:
            await backend.plan(hold(uuid, {p: {"VCPU": 4}}, 1))
        assert caught.value.data["expected"] == 2

    stand.play(scene)
    assert stand.held(uuid) == {p: {"VCPU": 3}}
    assert written(stand) == []


def test_who_was_faster_is_told_before_anything_is_sent(stand: Stand) -> None:
    p = stand.provider(VCPU=EIGHT)
    uuid = stand.consumer({p: {"VCPU": 2}})

    async def scene(backend: RemoteBackend) -> None:
        plan = await backend.plan(hold(uuid, {p: {"VCPU": 4}}, 1))
        await stand.change(uuid, {p: {"VCPU": 3}})
        with pytest.raises(GenerationConflict):
            await backend.apply(plan, "")
        assert written(stand) == []
        again = await backend.plan(hold(uuid, {p: {"VCPU": 4}}, 2))
        (change,) = again.changes
        assert (change.before, change.after) == (3, 4)
        await backend.apply(again, "looked again")

    stand.play(scene)
    assert stand.held(uuid) == {p: {"VCPU": 4}}
    assert written(stand) == ["PUT"]


def test_a_race_that_the_server_decides_is_no_loss(stand: Stand) -> None:
    p = stand.provider(VCPU=EIGHT)
    uuid = stand.consumer({p: {"VCPU": 2}})
    raced = """{"errors": [{"status": 409, "title": "Conflict", "code":
        "placement.concurrent_update", "detail": "x\\n\\n consumer generation conflict "}]}"""

    async def scene(backend: RemoteBackend) -> None:
        plan = await backend.plan(hold(uuid, {p: {"VCPU": 4}}, 1))
        stand.line.turn(
            saying(said("409 Conflict", raced, "Content-Type: application/json")), writing
        )
        with pytest.raises(GenerationConflict):
            await backend.apply(plan, "")
        (entry,) = await backend.journal.listing.page(Query(), 9)
        assert entry.outcome == "refused"

    stand.play(scene)
    assert written(stand) == ["PUT"]


def test_an_untyped_consumer_stays_untyped_or_gets_a_type(stand: Stand) -> None:
    p = stand.provider(VCPU=EIGHT)
    uuid = stand.consumer({p: {"VCPU": 2}}, "")

    async def scene(backend: RemoteBackend) -> None:
        plan = await backend.plan(hold(uuid, {p: {"VCPU": 3}}, 1))
        assert "consumer_type" not in plan.request.body
        await backend.apply(plan, "")
        await carry_out(backend, hold(uuid, {p: {"VCPU": 3}}, 2, "INSTANCE"))
        with pytest.raises(Invalid, match="cannot be taken away"):
            await backend.plan(hold(uuid, {p: {"VCPU": 3}}, 3, ""))

    stand.play(scene)
    found = stand.elsewhere(lambda on: on.consumer(uuid))
    assert found is not None
    assert found.consumer_type == "INSTANCE"


def test_a_ghost_is_freed_and_told(stand: Stand) -> None:
    p, uuid = stand.provider(VCPU=EIGHT), fresh()

    async def haunt(on: PlacementClient) -> None:
        with pytest.raises(Invalid):
            await do(on, claim(uuid, {fresh(): {"VCPU": 1}}))

    stand.elsewhere(haunt)
    receipt = stand.play(lambda on: carry_out(on, hold(uuid, {p: {"VCPU": 1}}, None, "INSTANCE")))
    assert receipt.message.endswith(EXORCISED) is not stand.is_ours  # which makes no ghosts
    assert stand.held(uuid) == {p: {"VCPU": 1}}


@pytest.mark.parametrize("done", [True, False], ids=["done", "lost"])
def test_an_answer_that_is_lost_is_looked_for(stand: Stand, done: bool) -> None:
    p = stand.provider(VCPU=EIGHT)
    uuid = stand.consumer({p: {"VCPU": 2}})
    away = saying(said("500 Internal Server Error", "<h1>oops"))

    async def scene(backend: RemoteBackend) -> Receipt | None:
        plan = await backend.plan(hold(uuid, {p: {"VCPU": 4}}, 1))
        stand.line.turn(gone if done else away, writing)
        if done:
            return await backend.apply(plan, "")
        with pytest.raises(OutcomeUnknown, match="does not show it"):
            await backend.apply(plan, "")
        return None

    receipt = stand.play(scene)
    assert (receipt is not None) is done
    assert stand.held(uuid) == {p: {"VCPU": 4 if done else 2}}
    assert written(stand) == ["PUT"]


def test_somebody_else_in_between_leaves_it_open(stand: Stand) -> None:
    p = stand.provider(VCPU=EIGHT)
    uuid = stand.consumer({p: {"VCPU": 2}})

    async def scene(backend: RemoteBackend) -> None:
        plan = await backend.plan(hold(uuid, {p: {"VCPU": 4}}, 1))

        async def meddle(line: object, request: Request, writer: object) -> None:
            await stand.change(uuid, {p: {"VCPU": 7}})
            raise OSError

        stand.line.turn(meddle, writing)
        with pytest.raises(OutcomeUnknown, match="somebody else changed it"):
            await backend.apply(plan, "")

    stand.play(scene)


def test_what_was_not_heard_is_settled_by_the_next_console(stand: Stand) -> None:
    p = stand.provider(VCPU=EIGHT)
    uuid = stand.consumer({p: {"VCPU": 2}})
    away = saying(said("500 Internal Server Error", "<h1>oops"))

    async def first(backend: RemoteBackend) -> None:
        plan = await backend.plan(hold(uuid, {p: {"VCPU": 4}}, 1))
        stand.line.turn(away, writing)
        with pytest.raises(OutcomeUnknown):
            await backend.apply(plan, "")

    async def second(backend: RemoteBackend) -> list[str]:
        await backend.badges()
        return [one.outcome for one in await backend.journal.listing.page(Query(), 9)]

    stand.play(first)
    stand.line.turn(None)
    assert stand.play(second) == ["unknown"]
    stand.play(lambda on: stand.change(uuid, {p: {"VCPU": 4}}))
    assert stand.play(second) == ["done", "unknown"]


def test_inventories_are_changed(stand: Stand) -> None:
    p = stand.provider(VCPU=EIGHT, DISK_GB=Stock(5))
    stand.consumer({p: {"VCPU": 6}})

    async def scene(backend: RemoteBackend) -> None:
        lower = SetInventory(
            actor=ME, provider=p, resource_class="VCPU", stock=Stock(4), generation=2
        )
        plan = await backend.plan(lower)
        assert plan.request.body["resource_provider_generation"] == 2
        assert plan.impacts[0].over_by == 2
        await backend.apply(plan, "smaller")
        (over,) = await backend.placement.inventories.page(
            Query(view="over", scope=f"provider:{p}"), 9
        )
        assert over.over_by == 2
        await carry_out(backend, DropInventory(actor=ME, provider=p, resource_class="DISK_GB"))
        with pytest.raises(Conflict, match="in use"):
            await backend.plan(DropInventory(actor=ME, provider=p, resource_class="VCPU"))
        stale = SetInventory(
            actor=ME, provider=p, resource_class="VCPU", stock=Stock(5), generation=2
        )
        with pytest.raises(GenerationConflict):
            await backend.plan(stale)

    stand.play(scene)
    assert stand.elsewhere(lambda on: on.stocks(p))[1] == {"VCPU": Stock(4)}


def test_providers_come_and_go(stand: Stand) -> None:
    async def scene(backend: RemoteBackend) -> None:
        plan = await backend.plan(CreateProvider(actor=ME, name=f"new-{fresh()}"))
        uuid = str((await backend.apply(plan, "")).created["provider"])
        parent = stand_in = f"root-{fresh()}"
        made = await carry_out(backend, CreateProvider(actor=ME, name=parent))
        top = str(made.created["provider"])
        await carry_out(backend, ModifyProvider(actor=ME, provider=uuid, name="leaf", parent=top))
        assert (await backend.placement.provider_named(uuid)).parent_name == stand_in
        traits = SetTraits(actor=ME, provider=uuid, traits=["HW_CPU_X86_AVX2"], generation=0)
        await carry_out(backend, traits)
        aggregate = fresh()
        aggregates = SetAggregates(actor=ME, provider=uuid, aggregates=[aggregate], generation=1)
        await carry_out(backend, aggregates)
        key = (await backend.placement.provider_named(uuid)).key
        detail = await backend.placement.provider(key)
        assert (detail.traits, detail.aggregates) == (("HW_CPU_X86_AVX2",), (aggregate,))
        await carry_out(backend, DeleteProvider(actor=ME, provider=uuid))
        await carry_out(backend, DeleteProvider(actor=ME, provider=top))

    stand.play(scene)


def test_classes_come_and_go(stand: Stand) -> None:
    async def scene(backend: RemoteBackend) -> None:
        await carry_out(backend, CreateResourceClass(actor=ME, name="CUSTOM_GOLD"))
        assert "CUSTOM_GOLD" in await backend.placement.classes()
        await carry_out(backend, DeleteResourceClass(actor=ME, name="CUSTOM_GOLD"))
        assert "CUSTOM_GOLD" not in await backend.placement.classes()

    stand.play(scene)


def test_an_unconditional_delete(stand: Stand) -> None:
    p = stand.provider(VCPU=EIGHT)
    uuid = stand.consumer({p: {"VCPU": 2}})

    async def scene(backend: RemoteBackend) -> None:
        receipt = await carry_out(backend, DeleteAllocations(actor=ME, consumer=uuid))
        assert receipt.message.startswith("Deleted: consumer ")
        assert await listed(backend, uuid) == []

    stand.play(scene)
    assert stand.held(uuid) == {}


def test_what_the_api_lets_services_do_only_is_dimmed(stand: Stand) -> None:
    async def scene(backend: RemoteBackend) -> None:
        assert "services" in backend.connection.lacks["Reshape"]
        with pytest.raises(NotAllowed):
            await backend.plan(Reshape(actor=ME, stocks={}))

    stand.play(scene)
