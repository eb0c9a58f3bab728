"""What panes read: allocations of all systems in one list, codes, services, awards and details."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from backend.allocations import queries
from backend.allocations.model import AllocationRow, Kind
from backend.core.database import Tx
from backend.core.errors import NotFound
from backend.core.listing import Query
from backend.embedded import EmbeddedBackend
from backend.openportal.model import Operation, State
from backend.openportal.queries import allocation_rows
from tests.openportal.portals import Portal
from tests.places import Places
from tests.world.files import Json, loaded
from tests.world.test_openportal import ADA, CLUSTER, HERE, LAB, PORTAL, THERE, openportal, uuid
from tests.world.test_placement import NODE, OTHER, SERVER, placement
from tests.worlds import OPERATOR

AGAIN, DAWN, ALONE = uuid(20), uuid(21), uuid(22)
LATER = "2026-12-24T00:00:00+00:00"


def world() -> Json:
    """Two allocations of one code and limit, one of none, one elsewhere that waits, and
    consumers."""
    told = openportal()
    here = told["allocations"][0]
    told["service_settings"].append({"uuid": DAWN, "name": "Dawn"})
    told["allocations"] += [
        {**here, "uuid": AGAIN, "name": "Climate", "service_settings_uuid": DAWN, "state": "ERRED",
         "node_usage": "1300", "error_message": "no", "_bursar": {}},
        {"uuid": ALONE, "name": "älter", "service_settings_uuid": DAWN, "project_uuid": LAB,
         "created": "2026-01-01T00:00:00+00:00"},
    ]  # fmt: skip
    told["allocation_user_usage"].append(
        {"allocation_uuid": AGAIN, "username": "ada.a6b.brics", "year": 2026, "month": 11,
         "node_usage": "0.70"}
    )  # fmt: skip
    told["managed_projects"] += [
        {"identifier": "b.far", "destination": "brics.provider.platform.isambard",
         "project_uuid": LAB, "created": "2026-11-01T00:00:00+00:00", "notes": "mine",
         "details": {"earliest_approve": LATER, "notes": ["one", {"text": "two"}],
                     "call": {"url": "https://far.example/call"}}},
        {"identifier": "c.far", "destination": "x.y", "state": "rejected"},
    ]  # fmt: skip
    return {"bursar_world": 1, "openportal": told, "placement": placement()}


@pytest.fixture
def backend(new_place: Places) -> Iterator[EmbeddedBackend]:
    """A console's backend on it."""
    db = loaded(new_place, world())
    yield EmbeddedBackend(db, OPERATOR)
    db.close()


def listed(listing: Any, text: str = "", **more: Any) -> list[Any]:
    """The rows of a query, which the page and the whole order agree on."""

    async def read() -> list[Any]:
        query = Query(text, **more)
        keys = await listing.keys(query)
        rows = await listing.rows(keys)
        assert [row.key for row in await listing.page(query, 1000)] == list(keys)
        assert [row.key for row in await listing.page(query, 2)] == list(keys[:2])
        return [rows[key] for key in keys]

    return asyncio.run(read())


def uuids(rows: list[AllocationRow]) -> list[str]:
    return [row.of.uuid for row in rows]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("kind", [SERVER, OTHER, AGAIN, HERE, ALONE, THERE]),
        ("name", [SERVER, OTHER, AGAIN, HERE, THERE, ALONE]),
        ("state", [OTHER, AGAIN, SERVER, ALONE, THERE, HERE]),
        ("where", [AGAIN, ALONE, THERE, HERE, OTHER, SERVER]),
        ("amount", [ALONE, HERE, AGAIN, THERE, OTHER, SERVER]),
        ("used", [SERVER, OTHER, ALONE, THERE, HERE, AGAIN]),
        ("share", [SERVER, OTHER, ALONE, THERE, HERE, AGAIN]),
        ("code", [SERVER, OTHER, ALONE, THERE, HERE, AGAIN]),
    ],
)
def test_all_kinds_stand_in_one_order(
    backend: EmbeddedBackend, sort: str, expected: list[str]
) -> None:
    """Equal ones stand as they came; the contrary order is that to the last row."""
    rows = listed(backend.allocations, sort=sort)
    assert uuids(rows) == expected
    assert uuids(listed(backend.allocations, sort=sort, descending=True)) == expected[::-1]


@pytest.mark.parametrize("sort", [*queries.SORTS, *queries.PARTS, "", "no such"])
def test_every_order_has_every_row_once(backend: EmbeddedBackend, sort: str) -> None:
    assert sorted(uuids(listed(backend.allocations, sort=sort))) == sorted(
        [SERVER, OTHER, AGAIN, HERE, ALONE, THERE]
    )


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("project:p1", [SERVER]),
        (f"project:{LAB}", [AGAIN, HERE, ALONE, THERE]),
        (f"project:{LAB[:8]}-{LAB[8:12]}-{LAB[12:16]}-{LAB[16:20]}-{LAB[20:]}",
         [AGAIN, HERE, ALONE, THERE]),
        (f"provider:{NODE}", [SERVER, OTHER]),
        (f"service:{CLUSTER}", [HERE]),
        ("code:a6b", [AGAIN, HERE]),
        ("service:none", []),
    ],
)  # fmt: skip
def test_they_are_narrowed_to_an_object(
    backend: EmbeddedBackend, scope: str, expected: list[str]
) -> None:
    assert uuids(listed(backend.allocations, scope=scope, sort="kind")) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kind:opl", [AGAIN, HERE, ALONE]),
        ("kind:op node>500", [AGAIN, HERE, THERE]),
        ("!node>500", [SERVER, OTHER, ALONE]),
        ("state=erred|ok", [AGAIN, ALONE, THERE]),
        ("vcpu>1 !kind=opl", [SERVER]),
        ("!vcpu>1 !over", [HERE, ALONE, THERE]),
        ("waiting", [THERE]),
        ("busy shared", [HERE]),
        ("over", [SERVER, OTHER, AGAIN]),
        ("used>=86.4 used<86.41", [HERE]),
        ("share>100%", [AGAIN, HERE]),
        ("name=climate", [AGAIN]),
        ("name:clim !name:climate-", [AGAIN]),
        ("project=climate customer=uni user:ada", [AGAIN, HERE]),
        ("project:a6b where:isam", [HERE]),
        ("ÄLTER", [ALONE]),
        ("brics.a6b", [AGAIN, HERE]),
        ("node=inf", [THERE]),
        ("age>300d kind:opl", [ALONE]),
    ],
)
def test_one_filter_is_for_all(backend: EmbeddedBackend, text: str, expected: list[str]) -> None:
    assert uuids(listed(backend.allocations, text, sort="kind")) == expected


def test_a_row_says_which_kind_it_is_and_what_is_under_way(backend: EmbeddedBackend) -> None:
    rows = {row.of.uuid: row for row in listed(backend.allocations)}
    kinds = {row.kind for row in rows.values()}
    assert kinds == {Kind.CONSUMER, Kind.LOCAL, Kind.REMOTE}
    here: Any = rows[HERE].of
    assert (here.doing, here.since > 0, here.sharing, here.code) == (
        Operation.LIMIT, True, 2, "a6b"
    )  # fmt: skip
    assert (here.percent, here.waits) == (115, "")
    there: Any = rows[THERE].of
    assert (there.percent, there.sharing, bool(there.waits)) == (None, 1, True)


def test_a_limit_counts_once_for_a_code(backend: EmbeddedBackend) -> None:
    """Scenario 64."""
    (row,) = listed(backend.openportal.codes)
    assert (row.code, row.project, row.node_limit, row.usage) == ("a6b", LAB, 1200, 138_640)
    assert row.services == ("Dawn", "isambard")
    assert listed(backend.openportal.codes, "services>1 used>1386 project:clim") == [row]


@pytest.mark.parametrize(
    ("here", "again", "over"),
    [
        ((1200, 60_000), (1200, 60_000), 0),
        ((1200, 60_000), (1200, 60_001), 1),
        ((1200, 130_000), (1200, None), 1),
        ((1200, 130_000), (1300, 0), 0),
        ((1200, 130_000), (1300, 1), 1),
        ((1200, 130_000), (None, 0), 0),
        ((-1, 130_000), (-1, 0), 0),
        ((0, 0), (0, None), 0),
        ((0, 0), (0, 1), 1),
    ],
)
def test_codes_over_their_limit_are_counted_as_the_filter_finds_them(
    backend: EmbeddedBackend,
    here: tuple[int | None, int | None],
    again: tuple[int | None, int | None],
    over: int,
) -> None:
    sql = "UPDATE portal_allocation SET node_limit = ?, node_usage = ? WHERE uuid = ?"
    for figures, which in ((here, HERE), (again, AGAIN)):
        backend.database.write(partial(Tx.execute, sql=sql, params=(*figures, which)))
    assert asyncio.run(backend.badges()).overspent == over
    assert len(listed(backend.openportal.codes, "over")) == over


@pytest.mark.parametrize(
    ("here", "again", "differs"),
    [(1200, 1200, 0), (1200, 1300, 1), (1200, None, 1), (-1, 0, 1), (-1, -1, 0), (0, 0, 0)],
)
def test_codes_whose_limits_differ_are_found_by_the_word_that_the_list_has_for_it(
    backend: EmbeddedBackend, here: int, again: int | None, differs: int
) -> None:
    sql = "UPDATE portal_allocation SET node_limit = ? WHERE uuid = ?"
    for limit, which in ((here, HERE), (again, AGAIN)):
        backend.database.write(partial(Tx.execute, sql=sql, params=(limit, which)))
    (row,) = listed(backend.openportal.codes)
    assert (row.node_limit is None) == bool(differs)
    assert len(listed(backend.openportal.codes, "differs")) == differs
    assert len(listed(backend.openportal.codes, "!differs")) == 1 - differs


def test_services_and_projects(backend: EmbeddedBackend) -> None:
    rows = listed(backend.openportal.services, sort="erred", descending=True)
    assert [(row.service.name, row.allocations, row.erred) for row in rows] == [
        ("Dawn", 2, 1), ("far", 1, 0), ("isambard", 1, 0)
    ]  # fmt: skip
    assert [row.service.uuid for row in listed(backend.openportal.services, "remote")] == [PORTAL]
    (project,) = listed(backend.openportal.projects, "shortname=a6b")
    assert (project.project.uuid, project.customer_name) == (LAB, "University")


def test_a_detail_tells_all(backend: EmbeddedBackend) -> None:
    room = backend.openportal

    async def read() -> tuple[Any, Any]:
        row = await room.allocation_named(HERE.upper())
        elsewhere = await room.allocation_named(THERE)
        return await room.allocation(row.key), await room.allocation(elsewhere.key)

    here, there = asyncio.run(read())
    assert [one.uuid for one in here.others] == [AGAIN]
    assert [one.username for one in here.associations] == ["ada.a6b"]
    assert [(one.year, one.month, one.usage) for one in here.usages] == [(2026, 10, 1230)]
    account = here.account
    assert (account.credits, account.spent, account.this_month) == (120_050, 1230, 70)
    assert (here.job.operation, here.versions) == (Operation.LIMIT, None)
    assert (there.versions, there.service_state, there.others) == ((1, 0), "ERRED", ())


def test_what_is_gone_is_not_found(backend: EmbeddedBackend) -> None:
    room = backend.openportal
    for read in (room.allocation(99), room.raw_allocation(99), room.review(99), room.raw_award(99),
                 room.allocation_named(ADA)):  # fmt: skip
        with pytest.raises(NotFound):
            asyncio.run(read)


def test_it_is_shown_as_the_api_shows_it(backend: EmbeddedBackend) -> None:
    room = backend.openportal

    async def read() -> tuple[Any, Any]:
        row = await room.allocation_named(HERE)
        return await room.raw_allocation(row.key), await room.raw_award(1)

    told, award = asyncio.run(read())
    assert told["url"] == f"/api/openportal-allocations/{HERE}/"
    assert (told["state"], told["node_usage"], told["groupname"]) == (
        State.UPDATING, "86.40", "brics.a6b"
    )  # fmt: skip
    assert award["details"]["name"] == "Ocean"


def test_awards_wait_in_order(backend: EmbeddedBackend) -> None:
    room = backend.openportal

    async def read() -> list[Any]:
        return [await room.review(key) for key in await room.queue()]

    first, second = asyncio.run(read())
    assert (first.row.award.identifier, first.row.embargoed) == ("b.far", True)
    assert first.notes == ("one", "two", "mine")
    assert first.links == (("call", "https://far.example/call"),)
    assert first.service.uuid == CLUSTER
    assert len(first.allocations) == 4
    assert second.members == (("eve@far.example", "PI"),)
    assert (second.row.name, second.row.allocation) == ("Ocean", "500 NHR")
    assert (second.service, second.project, second.allocations) == (None, None, ())
    states = [row.award.state for row in listed(room.awards)]
    assert states == ["pending", "pending", "rejected"]
    (ours,) = listed(room.remote_projects)
    assert (ours.project_name, ours.remote_project.destination) == ("Climate", "far.x")


def test_the_chrome_counts_what_failed_and_what_waits(backend: EmbeddedBackend) -> None:
    badges = asyncio.run(backend.badges())
    assert (badges.erred, badges.waiting, badges.awards) == (1, 0, 2)


def test_a_row_has_the_end_of_a_traceback(p: Portal) -> None:
    uuid = p.made()
    for text in ("", "short", "x" * 5000 + "\N{BALLET SHOES}end"):
        p.put(uuid, error_traceback=text)
        (row,) = p.see(lambda tx: allocation_rows(tx, [1])).values()
        assert row.traceback == text[-2000:]
