"""What a console sees of a NICo, however strange its answers are."""

from __future__ import annotations

import pytest

from backend.core.listing import Query
from backend.nico.model import ConstraintRow, NicoRow
from backend.remote import RemoteBackend
from tests.nico.cloud import B16, B22, G100, T2
from tests.remote.conftest import until
from tests.remote.nico.conftest import Stand, detail
from tests.remote.nico.strange import HABITS, without


async def rows(backend: RemoteBackend, text: str = "") -> list[ConstraintRow]:
    """The constraints that are listed, by the names of their allocations."""
    return list(await backend.nico.constraints.page(Query(text), 99))


@pytest.mark.parametrize("habit", ["", *HABITS])
def test_lists_are_whole_whatever_the_server_is_used_to(stand: Stand, habit: str) -> None:
    stand.cloud.give(G100, 4, name="train")
    stand.cloud.give(B16, 24, T2, name="web")
    stand.cloud.use(G100, 3)
    if habit:
        stand.strange.turns.append(HABITS[habit])

    async def scene(backend: RemoteBackend) -> list[ConstraintRow]:
        await backend.badges()
        return await rows(backend)

    machines, net = stand.play(scene, page_size=1)
    assert (machines.allocation_name, machines.tenant_org, machines.site_name) == (
        "train", "t1", "S1",
    )  # fmt: skip
    assert (machines.value, machines.used, machines.left, machines.room) == (4, 3, 1, 6)
    assert (net.value, net.used, net.cidr, net.resource_cidr) == (
        24, 0, "10.20.0.0/24", "10.20.0.0/16",
    )  # fmt: skip
    assert machines.bounds is not None
    assert (machines.bounds.least, machines.bounds.most) == (3, 10)
    assert net.bounds is not None
    assert (net.bounds.least, net.bounds.most) == (16, 32)


def test_words_that_nobody_knows_are_shown_as_they_are(stand: Stand) -> None:
    uuid = stand.cloud.give(B16, 24)
    stand.strange.turns.append(HABITS["newer"])

    async def scene(backend: RemoteBackend) -> None:
        await backend.badges()
        found = await detail(backend, uuid)
        assert found.row.status == "Zombie"
        assert found.constraint.mode_told == "Burst"
        assert found.source is not None
        assert found.source.routing == "Fabric"
        assert [row.of for row in await backend.allocations.page(Query(), 9)] == [found.row]

    stand.play(scene)


def test_an_older_name_is_asked_for(stand: Stand) -> None:
    async def scene(backend: RemoteBackend) -> None:
        await backend.badges()

    with pytest.raises(Exception, match="neither provider nor tenant"):
        stand.play(scene, api_name="carbide", api_version="v1")
    assert {one.path.split("?")[0].rpartition("/carbide/")[0] for one in stand.line.seen} == {
        "/v1/org/acme"
    }


@pytest.mark.parametrize("status", [403, 404])
def test_blocks_that_are_not_shown_are_not_known(stand: Stand, status: int) -> None:
    stand.cloud.give(B16, 24, name="web")

    def hidden(answer: object) -> None:
        for end in ("/ipblock", "/derived"):
            without(end, status)(answer)  # type: ignore[arg-type]

    stand.strange.turns.append(hidden)

    async def scene(backend: RemoteBackend) -> ConstraintRow:
        await backend.badges()
        assert await backend.nico.blocks.page(Query(), 9) == []
        return (await rows(backend))[0]

    row = stand.play(scene)
    assert (row.resource_name, row.resource_cidr) == ("net 10.20.0.0", "10.20.0.0/16")
    assert (row.value, row.used, row.cidr, row.bounds) == (24, None, "", None)


def test_a_tenant_sees_what_it_was_given_and_changes_nothing(stand: Stand) -> None:
    stand.cloud.give(G100, 4, name="train")
    stand.cloud.give(G100, 3, T2, name="theirs")
    one = stand.cloud.give(B16, 24, name="web")
    stand.cloud.hold(one, subnet=True)
    stand.cloud.use(G100, 3)

    async def scene(backend: RemoteBackend) -> list[ConstraintRow]:
        await backend.badges()
        lacks = backend.connection.lacks
        assert "tenant" in lacks["SetConstraintValue"]
        assert await backend.nico.types.page(Query(), 9) == []
        assert await backend.nico.blocks.page(Query(), 9) == []
        assert (await detail(backend, one)).pieces == ()
        return await rows(backend)

    machines, net = stand.play(scene, who="user")
    assert (machines.allocation_name, machines.used, machines.left) == ("train", 3, 1)
    assert (machines.room, machines.bounds) == (None, None)
    assert (net.allocation_name, net.used, net.cidr, net.bounds) == ("web", 1, "10.20.0.0/24", None)


@pytest.mark.parametrize("habit", ["", "one value"])
def test_what_others_do_shows(stand: Stand, habit: str) -> None:
    stand.strange.turns += [HABITS[habit]] if habit else []
    one, two = stand.cloud.give(G100, 4, name="one"), stand.cloud.give(B22, 24, name="two")

    async def scene(backend: RemoteBackend) -> None:
        await backend.badges()
        before = {row.allocation: row.key for row in await rows(backend)}
        stand.cloud.set(one, 6)
        stand.cloud.set(two, 25)
        three = stand.cloud.give(B22, 24, T2, name="three")
        stand.cloud.use(G100, 2)

        async def shown() -> bool:
            found = {row.allocation: row for row in await rows(backend)}
            figures = [(row.value, row.used, row.cidr) for row in found.values()]
            kept = all(found[uuid].key == key for uuid, key in before.items() if uuid in found)
            return kept and figures == [
                (6, 2, ""), (24, 0, "192.168.1.0/24"), (25, 0, "192.168.0.0/25"),
            ]  # fmt: skip

        await until(backend, shown)
        stand.cloud.delete(three)
        stand.cloud.delete(two)

        async def gone() -> bool:
            blocks = await backend.nico.blocks.page(Query(scope=f"block:{B22}"), 9)
            listed = [row.allocation for row in await rows(backend)]
            return listed == [one] and (blocks[0].taken, blocks[0].free) == (0, 1024)

        await until(backend, gone)

    stand.play(scene)


def test_names_go_round(stand: Stand) -> None:
    """Two that change names are two all the while."""
    one, two = stand.cloud.give(G100, 1, name="aa"), stand.cloud.give(G100, 1, name="bb")

    async def scene(backend: RemoteBackend) -> None:
        await backend.badges()
        names = {one: "bb", two: "aa"}

        def swapped(told: dict[str, object]) -> None:
            told |= {"name": names[str(told["id"])]} if told.get("id") in names else {}

        stand.strange.turns.append(lambda answer: answer.turn(swapped))

        async def shown() -> bool:
            return {row.allocation: row.allocation_name for row in await rows(backend)} == names

        await until(backend, shown)

    stand.play(scene)


def test_two_of_one_name_are_told_apart(stand: Stand) -> None:
    one, two = stand.cloud.give(G100, 1, name="aa"), stand.cloud.give(G100, 2, name="bb")
    stand.strange.turns.append(lambda answer: answer.turn(_same))

    async def scene(backend: RemoteBackend) -> list[str]:
        await backend.badges()
        return [row.allocation_name for row in await rows(backend)]

    found = stand.play(scene)
    assert found[0] == "aa"
    assert found[1] in (f"aa ({one})", f"aa ({two})")


def _same(told: dict[str, object]) -> None:
    if told.get("name") == "bb":
        told["name"] = "aa"


def test_the_list_of_all_has_its_rows(stand: Stand) -> None:
    uuid = stand.cloud.give(G100, 4)

    async def scene(backend: RemoteBackend) -> None:
        await backend.badges()
        (row,) = await backend.allocations.page(Query(), 9)
        assert isinstance(row.of, NicoRow)
        assert row.of.uuid == uuid

    stand.play(scene)


@pytest.mark.parametrize(("count", "used"), [(-(2**53), 0), (2**53, 10_000)])
def test_counts_that_make_no_sense_are_not_believed(stand: Stand, count: int, used: int) -> None:
    stand.cloud.give(B16, 24)

    def turn(one: dict[str, object]) -> None:
        if "acquiredPrefixes" in one:
            one["acquiredPrefixes"] = count

    stand.strange.turns.append(lambda answer: answer.turn(turn))

    async def scene(backend: RemoteBackend) -> int | None:
        await backend.badges()
        return (await rows(backend))[0].used

    assert stand.play(scene) == used


async def unknown_uses(backend: RemoteBackend) -> None:
    """It is not known who uses the machines, which is not that nobody does."""
    (row,) = await rows(backend, "machines")
    assert (row.value, row.used, row.left, row.bounds) == (4, None, None, None)
    assert await rows(backend, "used=0") == await rows(backend, "idle") == []
    (given,) = [one.of for one in await backend.allocations.page(Query("machines"), 9)]
    assert isinstance(given, NicoRow)
    assert given.used is None


def test_what_was_not_read_yet_is_not_known(stand: Stand) -> None:
    stand.cloud.give(G100, 4, name="train")
    stand.cloud.use(G100, 3)
    stand.strange.turns.append(without("/machine", 503))

    async def scene(backend: RemoteBackend) -> None:
        forget = backend.watch(lambda count: None)
        await backend.badges()
        await unknown_uses(backend)
        found = {row.name: row for row in await backend.nico.types.page(Query(sort="used"), 9)}
        row = found["g100"]
        assert (row.allocated, row.used, row.usable) == (4, None, None)
        assert await backend.nico.types.page(Query("used=0"), 9) == []
        stand.strange.turns.clear()

        async def told() -> bool:
            return [row.used for row in await rows(backend)] == [3]

        await until(backend, told)
        forget()

    stand.play(scene)


def test_what_a_tenant_is_not_told_is_not_known(stand: Stand) -> None:
    stand.cloud.give(G100, 4, name="train")
    stand.cloud.hold(stand.cloud.give(B16, 24, name="web"), subnet=True)

    def hidden(told: dict[str, object]) -> None:
        for name in ("allocationStats", "usageStats"):
            told.pop(name, None)

    stand.strange.turns.append(lambda answer: answer.turn(hidden))

    async def scene(backend: RemoteBackend) -> None:
        await backend.badges()
        await unknown_uses(backend)
        (net,) = await rows(backend, "addresses")
        assert (net.used, net.cidr) == (None, "10.20.0.0/24")

    stand.play(scene, who="user")
