"""What panes read of placement: lists in every order, details, the API's own JSON."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from backend.allocations import queries as allocations
from backend.core.database import Database, open_database
from backend.core.errors import Invalid, NotFound
from backend.core.keys import first_keys
from backend.core.listing import Query
from backend.embedded.allocations import EmbeddedAllocations
from backend.embedded.placement import EmbeddedPlacement
from backend.placement import fields, queries
from backend.placement.model import Stock
from backend.placement.rules.names import standard_classes
from backend.schema import STEPS
from tests.placement.crowd import crowd, uuid
from tests.places import Places
from tests.steps import steps

FEW, MANY = 1000, 10000
PAGE = 15
KeysSql = Callable[[Query, int], tuple[str, list[object]]]
Rows = Callable[..., dict[int, Any]]


def consumer_keys_sql(query: Query, now: int) -> tuple[str, list[object]]:
    """Where consumers are all that there is, they are the first part of all allocations."""
    return next(one for one in allocations.statements(query, now) if "consumer c" in one[0])


CONSUMERS = (consumer_keys_sql, allocations.rows)
INVENTORIES = (queries.inventory_keys_sql, queries.inventory_rows)
PROVIDERS = (queries.provider_keys_sql, queries.provider_rows)
ORDERED = (
    *((*CONSUMERS, sort) for sort in ("name", "age", "project", "state", "where")),
    *((*INVENTORIES, sort) for sort in ("", "class")),
    *((*PROVIDERS, sort) for sort in ("", "name")),
)


@pytest.fixture(scope="module")
def sizes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, Database]]:
    """A small one and one ten times as large."""
    folder: Path = tmp_path_factory.mktemp("crowds")
    small, large = (open_database(folder / f"{size}.db", STEPS) for size in (FEW, MANY))
    crowd(small, FEW)
    crowd(large, MANY)
    yield small, large
    small.close()
    large.close()


@pytest.mark.parametrize(("keys_sql", "rows", "sort"), ORDERED)
@pytest.mark.parametrize("descending", [False, True])
def test_a_first_page_takes_the_same_of_any_size(
    sizes: tuple[Database, Database], keys_sql: KeysSql, rows: Rows, sort: str, descending: bool
) -> None:
    query = Query(sort=sort, descending=descending)

    def page(tx: Any) -> None:
        assert len(rows(tx, first_keys(tx, keys_sql(query, 0), PAGE))) == PAGE

    few, many = (steps(database, page) for database in sizes)
    assert many < 1.5 * few


@pytest.mark.parametrize(
    ("keys_sql", "rows", "sort"), [*ORDERED, (*CONSUMERS, "kind"), (*CONSUMERS, allocations.AMOUNT)]
)
def test_every_order_has_every_row_once(
    sizes: tuple[Database, Database], keys_sql: KeysSql, rows: Rows, sort: str
) -> None:
    def keys(query: Query) -> list[int]:
        return sizes[0].read(lambda tx: first_keys(tx, keys_sql(query, 0), 10 * FEW))

    up, down = keys(Query(sort=sort)), keys(Query(sort=sort, descending=True))
    assert up == down[::-1] or sort == ""
    assert sorted(up) == sorted(down) == sorted(keys(Query()))


@pytest.fixture
def database(new_place: Places) -> Iterator[Database]:
    """A hundred consumers of two providers."""
    fresh = open_database(new_place(STEPS), STEPS)
    crowd(fresh, 100)
    yield fresh
    fresh.close()


@pytest.fixture
def room(database: Database) -> EmbeddedPlacement:
    """What a pane reads."""
    return EmbeddedPlacement(database)


def listed(listing: Any, text: str = "", **more: Any) -> list[Any]:
    """The rows of a query."""
    return list(asyncio.run(listing.page(Query(text, **more), 1000)))


def held(database: Database, text: str = "", **more: Any) -> list[Any]:
    """The consumers among all allocations."""
    return [row.of for row in listed(EmbeddedAllocations(database), text, **more)]


def test_a_row_tells_whose_it_is_and_what_it_holds(room: EmbeddedPlacement) -> None:
    row = asyncio.run(room.consumer_named(uuid(4, 40)))
    assert (row.project, row.project_name, row.consumer_type) == (uuid(1, 1), "hpc", "INSTANCE")
    assert row.amounts == (("VCPU", 4), ("MEMORY_MB", 4096), ("DISK_GB", 40))
    assert (row.provider, row.providers, row.generation) == ("Node-00001", 1, 1)


def test_lists_are_narrowed_to_a_project_and_a_provider(
    database: Database, room: EmbeddedPlacement
) -> None:
    ours = held(database, scope=f"project:{uuid(1, 1)}")
    assert {row.key for row in ours} == {40, 80}
    assert len(held(database, scope=f"provider:{uuid(3, 2)}")) == 50
    assert len(listed(room.inventories, scope=f"provider:{uuid(3, 2)}")) == 3
    assert len(listed(room.providers, scope=f"provider:{uuid(3, 2)}")) == 1
    assert held(database, scope="provider:none") == []


def test_projects_stand_by_their_names(database: Database) -> None:
    rows = held(database, sort="project")
    shown = [row.project_name or row.project for row in rows]
    assert shown == sorted(shown)
    assert "hpc" in shown


def test_what_is_over_is_found(room: EmbeddedPlacement) -> None:
    over = listed(room.inventories, view="over")
    assert {row.resource_class for row in over} == {"VCPU", "MEMORY_MB", "DISK_GB"}
    assert [row.over_by for row in listed(room.inventories, "class:vcpu over>100")] == [104, 104]
    assert listed(room.inventories, "over=0") == []
    fullest = [row.fullest for row in listed(room.providers, sort="share")]
    assert fullest[0] == ("VCPU", 200, 96) or fullest[0] == ("MEMORY_MB", 204800, 98304)


def test_a_detail_has_each_share_with_its_inventory(room: EmbeddedPlacement) -> None:
    found = asyncio.run(room.consumer(7))
    (share,) = found.shares
    assert share.provider.name == "Node-00001"
    name, amount, row = share.amounts[0]
    assert row is not None
    assert (name, amount, row.stock, row.used) == ("VCPU", 4, Stock(64, allocation_ratio=1.5), 200)


def test_a_class_without_inventory_has_a_share_without_one(
    database: Database, room: EmbeddedPlacement
) -> None:
    database.write(lambda tx: tx.execute("DELETE FROM inventory WHERE class_id = 1"))
    (share,) = asyncio.run(room.consumer(7)).shares
    assert [stock is None for _, _, stock in share.amounts] == [True, False, False]


def test_a_provider_tells_what_stands_below_and_who_holds_most(
    database: Database, room: EmbeddedPlacement
) -> None:
    child = "UPDATE provider SET parent_id = 1, root_id = 1 WHERE id = 2"
    database.write(lambda tx: tx.execute(child))
    more = "UPDATE allocation SET used = 60 WHERE consumer_id = 9 AND class_id = 1"
    database.write(lambda tx: tx.execute(more))
    found = asyncio.run(room.provider(1))
    assert found.children == ("Node-00002",)
    row, held = found.consumers[0]
    assert held == (("VCPU", 60), ("MEMORY_MB", 4096), ("DISK_GB", 40))
    assert row == asyncio.run(room.consumer(9)).row
    assert row.uuid == uuid(4, 9)
    assert len(found.consumers) == 50
    below = asyncio.run(room.provider_named("Node-00002"))
    assert (below.depth, below.parent_name, below.consumers) == (1, "Node-00001", 50)
    assert [row.name for row in listed(room.providers)] == ["Node-00001", "Node-00002"]


def test_whoever_is_gone_is_not_found(room: EmbeddedPlacement) -> None:
    for work in (
        room.consumer(9999),
        room.provider(9999),
        room.consumer_named("none"),
        room.provider_named("none"),
        room.raw_consumer(9999),
        room.raw_provider(9999),
    ):
        with pytest.raises(NotFound, match="not there any more|there is no"):
            asyncio.run(work)


def test_orphans_are_those_that_nobody_names_however_ids_are_written(
    room: EmbeddedPlacement,
) -> None:
    live = [uuid(4, n) for n in range(1, 99)]
    written = [live[0].upper(), live[1].replace("-", ""), f"{{{live[2]}}}\n", *live[3:], "other"]
    assert sorted(asyncio.run(room.orphans(written))) == [99, 100]
    assert len(asyncio.run(room.orphans([]))) == 100


def test_the_json_is_that_of_placement(database: Database, room: EmbeddedPlacement) -> None:
    untyped = "UPDATE consumer SET type_id = 0 WHERE id = 7"
    database.write(lambda tx: tx.execute(untyped))
    found = asyncio.run(room.raw_consumer(7))
    amounts = {"VCPU": 4, "MEMORY_MB": 4096, "DISK_GB": 40}
    assert found == {
        "allocations": {uuid(3, 1): {"generation": 7, "resources": amounts}},
        "project_id": uuid(1, 8),
        "user_id": uuid(2, 8),
        "consumer_generation": 1,
        "consumer_type": "unknown",
    }
    provider = asyncio.run(room.raw_provider(1))
    assert provider["parent_provider_uuid"] is None
    assert provider["usages"] == {"VCPU": 200, "MEMORY_MB": 204800, "DISK_GB": 2000}


def test_amounts_of_classes_are_fields(database: Database) -> None:
    assert len(held(database, "vcpu>3 memory_mb>=4K disk_gb=40")) == 100
    assert held(database, "vcpu>4|8") == []
    assert len(held(database, "custom_gpu=0 CUSTOM_Gpu<1")) == 100
    with pytest.raises(Invalid, match="did you mean vcpu"):
        held(database, "vcpux>4")
    assert {row.key for row in held(database, "project:hpc")} == {40, 80}
    assert held(database, "placeholder") == []


def test_every_standard_class_is_a_field() -> None:
    assert tuple(name.upper() for name in fields.STANDARD) == standard_classes()


def test_classes_are_the_standard_ones_and_those_of_this_place(
    database: Database, room: EmbeddedPlacement
) -> None:
    own = "INSERT INTO resource_class VALUES (9, 'CUSTOM_GPU', 1, 1)"
    database.write(lambda tx: tx.execute(own))
    assert asyncio.run(room.classes()) == [*standard_classes(), "CUSTOM_GPU"]


def test_what_a_server_did_not_say_is_not_guessed(
    database: Database, room: EmbeddedPlacement
) -> None:
    database.write(lambda tx: tx.execute("UPDATE consumer SET known = 0 WHERE id = 40"))
    (row,) = held(database, "unread")
    assert (row.key, row.known, row.project_name) == (40, False, "")
    assert [row.key for row in held(database, "project:hpc")] == [80]
    assert set(asyncio.run(room.raw_consumer(40))) == {"allocations"}
