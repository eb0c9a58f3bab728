"""Journal entries in words: what an operator reads of mass effects and odd targets."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from backend.core.errors import NotFound
from backend.core.journal import Entry, SideEffect
from backend.journal_view import EFFECTS_SHOWN, describe, rows
from backend.projects.model import Capacity, ModifyProject, Wishes
from backend.quotas.model import UNLIMITED
from backend.schema import STEPS
from tests.places import Places
from tests.worlds import OPERATOR, VM, World, person, world_w


@pytest.fixture
def world(new_place: Places) -> Iterator[World]:
    """World W in a file."""
    fresh = world_w(new_place(STEPS))
    yield fresh
    fresh.database.close()


def record(world: World, *effects: SideEffect, target: str = "world") -> int:
    """An entry with these effects."""
    return world.database.write(
        lambda tx: tx.record(Entry("me", "world.import", target, effects=effects))
    )


def holding(world: World, holder: str, source: str) -> int:
    """The number of a holding."""
    found = world.holding(holder, source)
    assert found is not None
    return found.id


def test_limits_are_told_by_holder_and_resource(world: World) -> None:
    project = world.project("phys.lab")
    world.enroll("M", project)
    wishes = Wishes(grants={VM: Capacity(UNLIMITED, 5)})
    seq = world.do(ModifyProject(actor=OPERATOR, project=project, wishes=wishes)).seq
    found = world.database.read(lambda tx: describe(tx, seq))
    told = {e.target: (json.loads(e.before), json.loads(e.after)) for e in found.effects}
    assert told["phys.lab (pool): cyclades.vm"] == ({"limit": 10}, {"limit": "inf"})
    assert told["m@uni.example in phys.lab: cyclades.vm"] == ({"limit": 4}, {"limit": 5})


def test_imported_holdings_are_told_by_name_and_figure(world: World) -> None:
    uuid = person("M")
    own = holding(world, f"user:{uuid}", f"project:{uuid}")
    figures = json.dumps([[own, UNLIMITED, 2, 5], [10**6, 3, 0, 0]])
    seq = record(world, SideEffect("holdings", "[]", figures))
    found = world.database.read(lambda tx: describe(tx, seq))
    assert [(e.target, json.loads(e.after)) for e in found.effects] == [
        (f"m@uni.example in system:{uuid}: {VM}", {"limit": "inf", "usage": 5, "pending": 3}),
        ("holding:1000000", {"limit": 3, "usage": 0, "pending": 0}),
    ]


def test_a_mass_effect_is_read_no_further_than_it_is_shown(world: World) -> None:
    chunk = json.dumps([[id, 1, 0, 0] for id in range(500)])
    unread = SideEffect("holdings", "[]", "would fail to be read")
    seq = record(world, SideEffect("holdings", "[]", chunk), unread)
    found = world.database.read(lambda tx: describe(tx, seq))
    assert len(found.effects) == EFFECTS_SHOWN


@pytest.mark.parametrize(
    "target", ["application:99999999999999999999", "application:x", "user:", "x"]
)
def test_an_odd_target_is_shown_as_it_is(world: World, target: str) -> None:
    seq = record(world, target=target)
    shown = world.database.read(lambda tx: rows(tx, [seq]))
    assert shown[seq].about == target


def test_an_unknown_entry_is_not_found(world: World) -> None:
    with pytest.raises(NotFound):
        world.database.read(lambda tx: describe(tx, 10**6))
