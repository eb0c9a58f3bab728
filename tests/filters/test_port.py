"""Filters through the port, on worlds made by commands."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from backend.core.errors import Invalid
from backend.core.listing import Kind, Listing, Query
from backend.embedded import EmbeddedBackend
from backend.projects.model import Capacity, ProjectAction
from backend.schema import STEPS
from tests.places import Places
from tests.worlds import OPERATOR, RAM, VM, World, world_w


@pytest.fixture
def world(new_place: Places) -> Iterator[World]:
    """World W with two projects, one of them held, one ended, one asked for."""
    fresh = world_w(new_place(STEPS))
    ended = fresh.project("old.lab")
    fresh.act(ended, ProjectAction.TERMINATE)
    phys = fresh.project("phys.lab", grants={VM: Capacity(10, 4), RAM: Capacity(64 << 30, 8 << 30)})
    fresh.enroll("M", phys)
    fresh.enroll("N", phys)
    fresh.charge("M", phys, 4)
    fresh.charge("N", phys, 3)
    fresh.charge("M", phys, 6 << 30, RAM)
    fresh.charge("N", phys, 1, keep=False)
    held = fresh.project("chem.lab")
    fresh.act(held, ProjectAction.SUSPEND)
    fresh.submit("N", name="new.lab")
    yield fresh
    fresh.database.close()


@pytest.fixture
def backend(world: World) -> EmbeddedBackend:
    """A console's backend on it."""
    return EmbeddedBackend(world.database, OPERATOR)


def found(listing: Listing[Any], text: str, *, view: str = "") -> list[Any]:
    """The rows of a filter, which the page and the whole order agree on."""

    async def read() -> list[Any]:
        query = Query(text, view)
        keys = await listing.keys(query)
        rows = await listing.rows(keys)
        assert await listing.count(query) == len(keys)
        assert [row.key for row in await listing.page(query, 1000)] == list(keys)
        return [rows[key] for key in keys]

    return asyncio.run(read())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("holder:m@uni project:phys used>0", {(VM, "m"), (RAM, "m")}),
        ("project:phys full", {(VM, "m"), (VM, "n")}),
        ("project:phys resource:vm used>3", {(VM, "m"), (VM, "n")}),
        ("project:phys used>=6G", {(RAM, "m")}),
        ("!base pending", {(VM, "n")}),
        ("~pyl left<inf left>=2G resource:ram", {(RAM, "m"), (RAM, "n")}),
        ("phys m@uni used>0", {(VM, "m"), (RAM, "m")}),
        ('"phys m@uni"', set()),
    ],
)
def test_holdings(backend: EmbeddedBackend, text: str, expected: set[tuple[str, str]]) -> None:
    rows = found(backend.quotas.listing, text)
    assert {(row.resource, row.holder[0]) for row in rows} == expected


@pytest.mark.parametrize(
    ("text", "view", "expected"),
    [
        ("", "", ["chem.lab", "new.lab", "phys.lab"]),
        ("lab !name:new", "", ["chem.lab", "phys.lab"]),
        ("name:phys|chem members>1", "", ["phys.lab"]),
        ("member:n@", "", ["phys.lab"]),
        ("pending", "", ["new.lab"]),
        ("tightest>=80%", "", ["phys.lab"]),
        ("created<1d !state:active", "", ["chem.lab", "new.lab"]),
        ("terminated", "", ["old.lab"]),
        ("terminated", "all", []),
        ("state:susp|term", "", ["chem.lab", "old.lab"]),
        ("!terminated !base", "", ["chem.lab", "new.lab", "phys.lab"]),
        ("ends>50y !new", "", ["chem.lab", "phys.lab"]),
    ],
)
def test_projects(backend: EmbeddedBackend, text: str, view: str, expected: list[str]) -> None:
    rows = found(backend.projects.listing, text, view=view)
    assert [row.name for row in rows] == expected


def test_base_projects_are_shown_when_asked_for(backend: EmbeddedBackend) -> None:
    rows = found(backend.projects.listing, "base")
    assert len(rows) == 5
    assert all(row.is_base for row in rows)


def test_pending_commissions_by_age_and_number(world: World, backend: EmbeddedBackend) -> None:
    listing = backend.quotas.commissions
    (row,) = found(listing, "for:n@ project:phys change<2")
    assert found(listing, f"serial:{row.key}") == found(listing, str(row.key)) == [row]
    assert found(listing, "overdue") == []
    world.clock.advance(minutes=6)
    assert found(listing, "overdue age>5m age<7m !expiring") == [row]


def test_the_journal(world: World, backend: EmbeddedBackend) -> None:
    listing = backend.journal.listing
    rows = found(listing, "about:chem who:op reason:agreed at:2026-11-20 age<1h")
    assert {row.about for row in rows} >= {"chem.lab"}
    assert {row.who for row in rows} == {"operator:op"}
    assert found(listing, "who:n@uni about:new")
    assert found(listing, "refused") == []
    world.clock.advance(days=3)
    assert found(listing, "age<1d") == []


def test_lists_tell_what_they_can_compare(backend: EmbeddedBackend) -> None:
    listing = backend.quotas.listing
    (left,) = [spec for spec in listing.fields if spec.name == "left"]
    assert (left.kind, left.example) == (Kind.NUMBER, "left<=1G")
    (state,) = [spec for spec in backend.projects.listing.fields if spec.kind is Kind.STATE]
    assert {"active", "pending", "suspended"} <= set(state.words)


def test_mistakes_are_placed(backend: EmbeddedBackend) -> None:
    with pytest.raises(Invalid, match="did you mean used") as refused:
        found(backend.quotas.listing, "vm usd>3")
    assert refused.value.data == {"at": 3}
