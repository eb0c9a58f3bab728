"""The fullest projects, which the heat map shows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from backend.core.database import Tx
from backend.core.errors import Invalid
from backend.core.keys import keys_of
from backend.core.listing import Query
from backend.core.runtime import micros
from backend.projects import service as projects
from backend.projects.model import Capacity, ProjectAction, ProjectRow
from backend.projects.store import listing
from backend.schema import STEPS
from tests.places import Places
from tests.worlds import CPU, RAM, VM, World, world_w

FIRST = Query()


@pytest.fixture
def full(new_place: Places) -> Iterator[World]:
    """A project at 90 %, one at 50 % and over, one that is unused and one that has ended."""
    fresh = world_w(new_place(STEPS))
    grants = {VM: Capacity(10, 10), RAM: Capacity(100, 100), CPU: Capacity(8, 8)}
    for name, vm, ram in (("busy.lab", 9, 20), ("calm.lab", 5, 10), ("dead.lab", 0, 0)):
        uuid = fresh.project(name, grants=grants)
        fresh.enroll("M", uuid)
        if vm:
            fresh.charge("M", uuid, vm)
            fresh.charge("M", uuid, ram, RAM)
    fresh.act(fresh.project("gone.lab", grants=grants), ProjectAction.TERMINATE)
    yield fresh
    fresh.database.close()


def found(world: World, query: Query = FIRST) -> list[ProjectRow]:
    """The rows in order."""
    now = micros(world.clock.at)

    def read(tx: Tx) -> list[ProjectRow]:
        keys = keys_of(tx, projects.fullest_sql(query, now))
        rows = projects.full_rows(tx, keys)
        return [rows[key] for key in keys]

    return world.database.read(read)


def test_the_fullest_come_first_and_the_unused_not_at_all(full: World) -> None:
    rows = found(full)
    assert [row.name for row in rows] == ["busy.lab", "calm.lab"]
    assert rows[0].tightest == ((VM, 9, 10), (RAM, 20, 100))


@pytest.mark.parametrize(
    ("query", "names"),
    [
        (Query(descending=True), ["calm.lab", "busy.lab"]),
        (Query(sort="name"), ["busy.lab", "calm.lab"]),
        (Query(sort="name", descending=True), ["calm.lab", "busy.lab"]),
        (Query("tightest<60%"), ["calm.lab"]),
        (Query("nothing"), []),
    ],
)
def test_order_and_filter(full: World, query: Query, names: list[str]) -> None:
    assert [row.name for row in found(full, query)] == names


def test_a_limit_of_nothing_is_over_but_does_not_lead(full: World) -> None:
    for name, vm in (("full.lab", 10), ("over.lab", 10)):
        uuid = full.project(name, grants={VM: Capacity(10, 10)})
        full.enroll("M", uuid)
        full.charge("M", uuid, vm)
        if name == "over.lab":
            full.modify("O", uuid, grants={VM: Capacity(8, 8)})
    none = full.project("none.lab", grants={VM: Capacity(10, 10)})
    full.enroll("M", none)
    full.charge("M", none, 3)
    full.modify("O", none, grants={VM: Capacity(0, 0)})
    names = [row.name for row in found(full)]
    assert names == ["over.lab", "none.lab", "full.lab", "busy.lab", "calm.lab"]
    assert [row.name for row in found(full, Query("over"))] == ["over.lab", "none.lab"]
    assert [row.name for row in found(full, Query("tightest>100%"))] == ["over.lab", "none.lab"]


def test_a_wrong_filter_is_refused(full: World) -> None:
    with pytest.raises(Invalid):
        found(full, Query("tightest<"))


def test_there_are_never_too_many(full: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "FULLEST_SHOWN", 1)
    for query in (Query(), Query(descending=True), Query(sort="name")):
        assert [row.name for row in found(full, query)] == ["busy.lab"]


def test_every_limited_pool_is_told(full: World) -> None:
    names = [VM, CPU, RAM, "cyclades.disk", "cyclades.ip"]
    for name in names[3:]:
        full.register(name, 0, 0)
    uuid = full.project("many.lab", grants={name: Capacity(10, 10) for name in names})
    full.enroll("M", uuid)
    for name in names:
        full.charge("M", uuid, 10, name)
    assert [name for name, _, _ in found(full)[0].tightest] == sorted(names)
