"""Resources as the console lists them, and changing their defaults and visibility."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from backend.core.errors import Invalid, NotAllowed, NotFound
from backend.core.listing import Query
from backend.core.plan import Tier
from backend.embedded import EmbeddedBackend
from backend.projects.model import Capacity
from backend.quotas import catalog
from backend.quotas.model import UNLIMITED, ModifyResource, ResourceRow
from backend.schema import STEPS
from tests.places import Places, sqlite_only
from tests.steps import steps
from tests.worlds import CPU, OPERATOR, PENDING_APP, RAM, VM, World, world_w


@pytest.fixture
def w(new_place: Places) -> Iterator[World]:
    """World W."""
    world = world_w(new_place(STEPS))
    yield world
    world.database.close()


def listed(w: World, text: str = "", sort: str = "name") -> list[ResourceRow]:
    listing = EmbeddedBackend(w.database, OPERATOR).quotas.catalog
    return list(asyncio.run(listing.page(Query(text, sort=sort), 50)))


def test_resources_are_listed_found_and_sorted(w: World) -> None:
    assert [row.name for row in listed(w)] == [PENDING_APP, CPU, RAM, VM]
    assert [row.name for row in listed(w, sort="base")] == [VM, PENDING_APP, CPU, RAM]
    assert [row.name for row in listed(w, "hidden")] == [PENDING_APP]
    assert [row.name for row in listed(w, "base>=4G name:ram bytes")] == [RAM]
    assert [row.name for row in listed(w, "project=inf")] == [PENDING_APP]


def test_holders_over_and_holdings_are_counted(w: World) -> None:
    project = w.project("phys.lab", (10, 4))
    w.enroll("M", project)
    w.charge("M", project, 4)
    w.modify("O", project, grants={VM: Capacity(10, 1)})
    rows = {row.name: row.over for row in listed(w)}
    assert rows == {PENDING_APP: 0, CPU: 0, RAM: 0, VM: 1}
    assert [row.name for row in listed(w, "over")] == [VM]
    (row,) = listed(w, "name:vm")
    found = asyncio.run(EmbeddedBackend(w.database, OPERATOR).quotas.resource(row.key))
    assert (found.members, found.pools, found.unlimited, found.used) == (6, 6, 0, 2)
    with pytest.raises(NotFound, match="the resource is not there any more"):
        asyncio.run(EmbeddedBackend(w.database, OPERATOR).quotas.resource(99))


@sqlite_only
def test_only_who_is_over_in_the_rows_asked_for_is_counted(w: World) -> None:
    project = w.project("phys.lab", (10, 4))
    w.enroll("M", project)
    w.charge("M", project, 4)
    w.modify("O", project, grants={VM: Capacity(10, 1)})
    keys = {row.name: row.key for row in listed(w)}

    def asked(name: str) -> int:
        return steps(w.database, lambda tx: catalog.rows(tx, [keys[name]]))

    assert asked(CPU) < asked(VM)


def test_a_changed_default_is_told_as_one_for_the_future(w: World) -> None:
    plan = w.plan(ModifyResource(actor=OPERATOR, name=RAM, uplimit=UNLIMITED))
    assert [(c.field, c.after, c.unit) for c in plan.changes] == [("uplimit", UNLIMITED, "bytes")]
    assert plan.warnings == ("defaults apply to future projects only",)
    assert plan.request.path == f"resource-modify {RAM} --system-default inf"
    assert (plan.tier, plan.target) == (Tier.HARMFUL, RAM)


def test_visibility_says_nothing_of_the_future(w: World) -> None:
    plan = w.plan(ModifyResource(actor=OPERATOR, name=VM, api_visible=False))
    assert {c.field for c in plan.changes} == {"api_visible", "ui_visible"}
    assert plan.warnings == ()
    assert plan.request.path == f"resource-modify {VM} --api-visible False --ui-visible False"


def test_what_cannot_be_changed(w: World) -> None:
    with pytest.raises(Invalid, match="base default -1 is not between"):
        w.plan(ModifyResource(actor=OPERATOR, name=VM, uplimit=-1))
    with pytest.raises(NotFound, match="no resource 'nix'"):
        w.plan(ModifyResource(actor=OPERATOR, name="nix", uplimit=1))
    with pytest.raises(NotAllowed):
        w.plan(ModifyResource(actor=w.actor("M"), name=VM, uplimit=1))
