"""Every command is previewed as it is carried out, and a preview of what was is refused."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from backend.core.errors import Conflict, PreviewStale
from backend.core.plan import Command, Tier
from backend.core.runtime import Runtime
from backend.core.usecase import execute, record_refusal
from backend.placement.model import (
    PLACEHOLDER,
    AddInventory,
    Claim,
    CreateProvider,
    CreateResourceClass,
    CreateTrait,
    DeleteAllocations,
    DeleteProvider,
    DeleteResourceClass,
    DeleteTrait,
    DropInventory,
    ModifyProvider,
    RenameResourceClass,
    ReplaceAllocations,
    ReplaceInventories,
    Reshape,
    SetAggregates,
    SetInventory,
    SetTraits,
    Stock,
)
from backend.placement.service import ROOM
from backend.schema import STEPS
from tests.placement.sites import ACTOR, CPU, RAM, Site, claim, site, uuid_of
from tests.places import Places
from tests.worlds import Clock

P, Q, C, SPARE = uuid_of("P"), uuid_of("Q"), uuid_of("c"), "CUSTOM_SPARE"
CASES: tuple[tuple[Command, str], ...] = (
    (ReplaceAllocations(actor=ACTOR, claims=[claim("c", 1, P={CPU: 3})]), f"consumer:{C}"),
    (ReplaceAllocations(actor=ACTOR, claims=[claim("c", 1), claim("d")]), "placement"),
    (DeleteAllocations(actor=ACTOR, consumer=C), f"consumer:{C}"),
    (CreateProvider(actor=ACTOR, name="new", parent=P), "placement"),
    (ModifyProvider(actor=ACTOR, provider=Q, name="new", parent=P), f"provider:{Q}"),
    (DeleteProvider(actor=ACTOR, provider=Q), f"provider:{Q}"),
    (ReplaceInventories(actor=ACTOR, provider=Q, stocks={RAM: Stock(1)}), f"provider:{Q}"),
    (
        AddInventory(actor=ACTOR, provider=Q, resource_class=RAM, stock=Stock(1)),
        f"inventory:{Q}/{RAM}",
    ),
    (
        SetInventory(actor=ACTOR, provider=P, resource_class=CPU, stock=Stock(1)),
        f"inventory:{P}/{CPU}",
    ),
    (DropInventory(actor=ACTOR, provider=P, resource_class=RAM), f"inventory:{P}/{RAM}"),
    (CreateResourceClass(actor=ACTOR, name="CUSTOM_NEW"), "placement"),
    (
        RenameResourceClass(actor=ACTOR, name=SPARE, new_name="CUSTOM_NEW"),
        f"resource_class:{SPARE}",
    ),
    (DeleteResourceClass(actor=ACTOR, name=SPARE), f"resource_class:{SPARE}"),
    (CreateTrait(actor=ACTOR, name="CUSTOM_NEW"), "placement"),
    (DeleteTrait(actor=ACTOR, name=SPARE), f"trait:{SPARE}"),
    (SetTraits(actor=ACTOR, provider=P, traits=[SPARE]), f"provider:{P}"),
    (SetAggregates(actor=ACTOR, provider=P, aggregates=[C]), f"provider:{P}"),
    (Reshape(actor=ACTOR, stocks={Q: {}}, claims=[claim("c", 1)]), "placement"),
)


@pytest.fixture
def filled(s: Site) -> Site:
    """Something is held, and there is something to spare."""
    s.put("c", None, P={CPU: 2})
    s.do(CreateResourceClass(actor=ACTOR, name=SPARE))
    s.do(CreateTrait(actor=ACTOR, name=SPARE))
    return s


def test_every_command_has_a_case() -> None:
    assert {type(command) for command, _ in CASES} == set(ROOM.uses)


@pytest.mark.parametrize(("command", "subject"), CASES, ids=lambda case: type(case).__name__)
def test_what_is_previewed_is_carried_out(filled: Site, command: Command, subject: str) -> None:
    plan = filled.plan(command)
    assert plan.changes
    assert plan.request.path.startswith("/")
    filled.database.write(lambda tx: execute(tx, ROOM, command, "as agreed", plan.fingerprint))
    error = Conflict("no")
    filled.database.write(lambda tx: record_refusal(tx, ROOM, command, "", error))
    assert filled.content()["journal"][-1][4] == subject


def test_a_preview_of_what_was_is_refused(filled: Site) -> None:
    command = ReplaceAllocations(actor=ACTOR, claims=[claim("c", P={CPU: 3})])
    seen = filled.plan(command).fingerprint
    filled.put("d", None, P={CPU: 1})
    assert filled.plan(command).fingerprint == seen
    filled.put("c", 1, P={CPU: 4})
    with pytest.raises(PreviewStale):
        filled.database.write(lambda tx: execute(tx, ROOM, command, "", seen))


def test_a_removal_says_whose_it_is_and_asks_for_its_name(new_place: Places) -> None:
    clock = Clock()
    filled = site(new_place(STEPS), Runtime(clock.now, random.Random(1)))
    filled.post(claim("c", None, kind="INSTANCE", P={CPU: 2}))
    clock.at += timedelta(days=893)
    removals = (
        ReplaceAllocations(actor=ACTOR, claims=[claim("c", 1)]),
        DeleteAllocations(actor=ACTOR, consumer=C),
    )
    for command in removals:
        plan = filled.plan(command)
        assert plan.title.endswith(f"the allocations of INSTANCE {C} of proj, user, 893 d old")
        assert (plan.tier, plan.target) == (Tier.DANGEROUS, C[:8])
        (told,) = plan.warnings
        assert told.startswith("nothing tells that it is gone")


def test_a_removal_of_what_is_known_to_be_gone_says_how_that_is_known(filled: Site) -> None:
    why = "not among the 391 live ids of live.txt"
    plan = filled.plan(ReplaceAllocations(actor=ACTOR, claims=[replace(claim("c", 1), gone=why)]))
    assert plan.tier is Tier.HARMFUL
    assert plan.warnings == ()
    assert f"known to be gone: {why}" in plan.figures


def test_an_untyped_consumer_of_no_project_is_told_as_such(s: Site) -> None:
    s.post(claim("c", None, project=PLACEHOLDER, user=PLACEHOLDER, P={CPU: 2}))
    plan = s.plan(ReplaceAllocations(actor=ACTOR, claims=[claim("c", 1)]))
    assert f"the allocations of untyped consumer {C} of no project, nobody, " in plan.title
    s.post(claim("c", 1, project=PLACEHOLDER, user=PLACEHOLDER, P={CPU: 3}))


def test_a_move_says_from_where_to_where_and_how_full_that_gets(filled: Site) -> None:
    moved = filled.plan(ReplaceAllocations(actor=ACTOR, claims=[claim("c", 1, Q={CPU: 2})]))
    assert moved.verb == "Move"
    assert moved.title.startswith(f"Move from P to Q: untyped consumer {C} of proj, user, ")
    assert moved.tier is Tier.HARMFUL
    assert "Q gets fuller: VCPU 0% -> 20%" in moved.figures
    (told,) = moved.warnings[:1]
    assert told == "Placement moves a count, no server: what runs on P stays there"
    receipt = filled.do(moved.command)
    assert receipt.message == f"Moved from P to Q: consumer {C}"
    assert moved.inverse is not None
    assert filled.plan(moved.inverse).title.startswith("Move from Q to P: ")


@pytest.mark.parametrize(
    "other",
    [
        claim("c", 1, Q={CPU: 3}),
        claim("c", 1, P={CPU: 1}, Q={CPU: 1}),
        claim("c", 1, project="other", Q={CPU: 2}),
    ],
)
def test_what_changes_otherwise_is_no_move(filled: Site, other: Claim) -> None:
    plan = filled.plan(ReplaceAllocations(actor=ACTOR, claims=[other]))
    assert plan.verb == "Replace"
    assert not any("no server" in told for told in plan.warnings)


def test_removing_what_has_just_come_is_told(new_place: Places) -> None:
    clock = Clock()
    filled = site(new_place(STEPS), Runtime(clock.now, random.Random(1)))
    filled.put("c", None, P={CPU: 2})
    removals = (
        ReplaceAllocations(actor=ACTOR, claims=[claim("c", 1)]),
        DeleteAllocations(actor=ACTOR, consumer=C),
    )
    for command in removals:
        (told,) = filled.plan(command).figures
        assert told == "it came less than 10 minutes ago: it may only be starting"
    clock.at += timedelta(minutes=10)
    assert not any(filled.plan(command).figures for command in removals)
    more = filled.plan(ReplaceAllocations(actor=ACTOR, claims=[claim("c", 1, P={CPU: 3})]))
    assert more.figures == ("P gets fuller: VCPU 12% -> 18%",)
