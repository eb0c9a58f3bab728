"""What every form of the port shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any
from uuid import uuid4

import pytest

from backend.backend import Backend
from backend.core.errors import Invalid, NotFound
from backend.core.listing import Listing, Query
from backend.placement.model import (
    Claim,
    CreateProvider,
    ReplaceAllocations,
    ReplaceInventories,
    Stock,
)
from backend.projects.model import Capacity, ProjectAction
from backend.served import port
from backend.world import load
from tests.contract.forms import Can, Stand
from tests.nico.cloud import B16, furnish, giving
from tests.placement.dialect import consumers
from tests.world.test_openportal import HERE, openportal
from tests.worlds import OPERATOR, VM, World, person

pytestmark = pytest.mark.needs(Can.ASTAKOS)

DAY = 86_400 * 1_000_000
CONSUMER = "5a1c0000-0000-4000-8000-000000000000"


def of(backend: Backend, name: str) -> Any:
    """A list or a read by `room/name`, or `name` where it is of no room."""
    return attrgetter(name.replace("/", "."))(backend)


async def shown(listing: Listing[Any], query: Query) -> list[Any]:
    """The rows of a query, which are the same by page and by key."""
    keys = await listing.keys(query)
    rows = await listing.rows(list(keys))
    found = [rows[key] for key in keys]
    assert await listing.count(query) == len(keys)
    assert list(await listing.page(query, len(keys) + 1)) == found
    assert list(await listing.page(query, 1)) == found[:1]
    return found


def names(stand: Stand, query: Query) -> list[str]:
    """The names of the projects that a query finds."""

    async def scene(backend: Backend) -> list[str]:
        return [row.name for row in await shown(backend.projects.listing, query)]

    return stand.play(scene)


def test_lists_filter_sort_and_page(stand: Stand) -> None:
    zoo, ant, bee = (stand.name(f"sorted-{word}") for word in ("zoo", "ant", "bee"))
    for name in (zoo, ant, bee):
        stand.world.project(name)
    assert names(stand, Query("sorted-")) == [ant, bee, zoo]
    assert names(stand, Query("sorted-", sort="name", descending=True)) == [zoo, bee, ant]
    assert names(stand, Query("name:SORTED-BEE")) == [bee]
    assert names(stand, Query("sorted- !name:sorted-ant")) == [bee, zoo]


def test_views_marks_and_scopes_narrow_a_list(stand: Stand) -> None:
    ended, waiting = stand.name("narrow"), stand.name("narrow")
    stand.world.act(stand.world.project(ended), ProjectAction.TERMINATE)
    stand.world.submit("N", name=waiting, grants={VM: Capacity(3, 1)})
    assert names(stand, Query("narrow terminated")) == [ended]
    assert names(stand, Query("narrow", view="pending")) == [waiting]

    async def scene(backend: Backend) -> list[Any]:
        (row,) = await shown(backend.projects.listing, Query("narrow", view="pending"))
        return await shown(backend.projects.listing, Query("marked", marked=(row.key,)))

    assert [row.name for row in stand.play(scene)] == [waiting]


def test_what_has_vanished_has_no_row(stand: Stand) -> None:
    async def scene(backend: Backend) -> Mapping[int, Any]:
        keys = list(await backend.projects.listing.keys(Query()))
        return await backend.projects.listing.rows([*keys[:1], 2**62, -1])

    assert len(stand.play(scene)) <= 1


def test_a_bad_filter_is_placed(stand: Stand) -> None:
    async def scene(backend: Backend) -> None:
        await backend.quotas.listing.keys(Query("vm usd>3"))

    with pytest.raises(Invalid, match="did you mean used") as refused:
        stand.play(scene)
    assert refused.value.data == {"at": 3}


def test_lists_say_what_they_can_be_filtered_by(stand: Stand) -> None:
    async def scene(backend: Backend) -> None:
        await backend.badges()
        for name in port.listings():
            assert list(of(backend, name).fields) == list(of(stand.oracle, name).fields)

    stand.play(scene)


def test_figures_are_exact(stand: Stand) -> None:
    huge, name = 2**63 - 1, stand.name("huge")
    stand.world.project(name, (huge, huge - 1))

    async def scene(backend: Backend) -> list[Any]:
        rows = await shown(backend.quotas.listing, Query(f"project:{name}", view="pools"))
        return [row.limit for row in rows if row.resource == VM]

    assert stand.play(scene) == [huge]


@pytest.mark.needs(Can.MEMORY)
def test_the_journal_is_searched_by_the_names_people_know(stand: Stand) -> None:
    name = stand.name("wanted")
    stand.world.act(stand.world.project(name), ProjectAction.SUSPEND)

    async def scene(backend: Backend) -> list[Any]:
        return await shown(backend.journal.listing, Query(name.upper()))

    rows = stand.play(scene)
    assert {row.about.partition(" of ")[2] or row.about for row in rows} == {name}
    assert {row.who for row in rows} == {"operator:op", "o@uni.example"}


def test_badges_count_what_needs_attention(stand: Stand) -> None:
    async def scene(backend: Backend) -> tuple[int, int, int]:
        badges = await backend.badges()
        return badges.waiting, badges.over, badges.pending

    before = stand.play(scene)
    uuid = stand.world.project(stand.name("counted"), (10, 4))
    stand.world.enroll("M", uuid)
    stand.world.charge("M", uuid, 3)
    stand.world.charge("M", uuid, 1, keep=False)
    stand.world.submit("O", uuid, grants={VM: Capacity(20, 8)})
    stand.world.act(uuid, ProjectAction.SUSPEND)
    assert stand.play(scene) == tuple(figure + 1 for figure in before)


@pytest.mark.parametrize(
    "read", ["projects/detail", "projects/person", "projects/review", "quotas/commission"]
)
def test_what_is_not_there_is_not_found(stand: Stand, read: str) -> None:
    (parameter,) = port.reads()[read].parameters

    async def scene(backend: Backend) -> None:
        await of(backend, read)(**{parameter: 999_999})

    with pytest.raises(NotFound):
        stand.play(scene)


def portal_world() -> Mapping[str, object]:
    """An OpenPortal in which nothing goes on."""
    told = openportal()
    told["allocations"][0] |= {"state": "OK", "_bursar": {}}
    return {"bursar_world": 1, "openportal": told}


@pytest.mark.needs(Can.EVERYTHING)
def test_every_list_and_every_read_shows_what_the_database_knows(stand: Stand) -> None:
    uuid = stand.world.project(stand.name("whole"), (10, 4))
    stand.world.enroll("M", uuid)
    stand.world.charge("M", uuid, 3)
    serial = stand.world.charge("M", uuid, 1, keep=False)
    _, application = stand.world.submit("O", uuid, grants={VM: Capacity(20, 8)})
    hold(stand.world, CONSUMER, "node-1", "node-2")
    load(stand.world.database, portal_world(), merge=True)
    stand.world.database.write(furnish)
    given_away = str(stand.world.do(giving(B16, 24)).created["allocation"])

    async def scene(backend: Backend) -> None:
        await backend.badges()
        oracle = stand.oracle.acting(backend.connection.actor)
        for name in port.listings():
            theirs = await shown(of(backend, name), Query())
            assert theirs == await shown(of(oracle, name), Query()), name
        project, row = await _found(backend, uuid)
        values = {
            "serial": serial,
            "application": application,
            "name": person("M"),
            "limit": 50,
            "minutes": 5,
            "seq": 3,
            "keys": [row],
            "live": [],
            "span": DAY,
            "count": 24,
            "kind": "type",
            "site": "",
        }
        own: dict[str, Any] = {
            "projects/detail": project,
            "projects/raw": project,
            "quotas/explain": row,
            "placement/consumer_named": CONSUMER,
            "placement/provider_named": "node-1",
            "openportal/allocation_named": HERE,
            "nico/allocation_named": given_away,
        }
        for name, read in port.reads().items():
            given = {one: values.get(one, own.get(name, 1)) for one in read.parameters}
            theirs = await of(backend, name)(**given)
            assert _plain(theirs) == _plain(await of(oracle, name)(**given)), name

    stand.play(scene)


@pytest.mark.needs(Can.EVERYTHING)
def test_the_living_may_be_many(stand: Stand) -> None:
    one, other = (str(uuid4()) for _ in range(2))
    for consumer in (one, other):
        hold(stand.world, consumer, stand.name("node"))
    live = [one, *(str(uuid4()) for _ in range(40_000))]

    async def scene(backend: Backend) -> list[str]:
        keys = await backend.placement.orphans(live)
        rows = await consumers(backend, keys)
        return [row.uuid for row in rows]

    found = stand.play(scene)
    assert other in found
    assert one not in found


def hold(world: World, consumer: str, *names: str) -> None:
    """Let a consumer hold something of new providers."""
    amounts = {}
    for name in names:
        provider = str(world.do(CreateProvider(actor=OPERATOR, name=name)).created["provider"])
        stocks = {"VCPU": Stock(8, allocation_ratio=1.5), "DISK_GB": Stock(100)}
        world.do(ReplaceInventories(actor=OPERATOR, provider=provider, stocks=stocks))
        amounts[provider] = {"VCPU": 4}
    claim = Claim(consumer=consumer, allocations=amounts, consumer_type="INSTANCE")
    world.do(ReplaceAllocations(actor=OPERATOR, claims=[claim]))


async def _found(backend: Backend, uuid: str) -> tuple[int, int]:
    """The keys of a project and of a holding in it."""
    projects = await backend.projects.listing.page(Query(uuid), 1)
    (project,) = [row.key for row in projects] or [0]
    holdings = await backend.quotas.listing.page(Query("m@uni used>0"), 1)
    return project, holdings[0].key


def _plain(value: Any) -> Any:
    """Without what the clock does to it between two reads."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return list(value)
    return value
