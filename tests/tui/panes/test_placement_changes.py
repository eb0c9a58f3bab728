"""Changing what consumers hold and what providers have: previews, refusals, conflicts."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from textual.pilot import Pilot

from backend.core.errors import NotFound
from backend.core.plan import Tier
from backend.placement.model import ReplaceAllocations
from tests.tui.forms.play import STATE, editor, fill, form
from tests.tui.forms.test_editing import substitute
from tests.tui.panes.wishing import WHY, back, conflict, words
from tests.tui.stage import NARROW, Stage, dialog, listens, play, press, said, until
from tests.tui.stock import (
    BIG,
    DISK,
    MOVING,
    NAMES,
    NOBODYS,
    ONE,
    POOL,
    RAM,
    TWO,
    VCPU,
    WEB,
    detail,
    held,
    hold,
)
from tests.tui.troubles import consent, listed, order, screen
from tests.worlds import person
from tui.dialogs.bulk import BulkScreen
from tui.forms.screen import FormScreen
from tui.panes.allocations import AllocationsPane
from tui.panes.consumer import ConsumerPane
from tui.widgets.menu import Menu


def holds(stage: Stage, consumer: str) -> dict[str, dict[str, int]]:
    """What a consumer holds, by the names of providers; nothing when it is gone."""
    try:
        return asyncio.run(held(stage, consumer))
    except NotFound:
        return {}


async def at(pilot: Pilot[None], consumer: str) -> None:
    """The list of allocations with the cursor on a consumer."""
    await order(pilot, "allocations")
    row = [WEB, BIG, MOVING, NOBODYS].index(consumer)
    await press(pilot, "home", *["j"] * row)


# Amounts


def test_amounts_are_edited_in_a_form_and_replaced_as_one(shelves: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, WEB)
        await press(pilot, "e")
        shown = await form(pilot)
        told = words(pilot)
        assert "VCPU [8 ] up to 8; 1 to 16" in told
        assert "DISK_GB [80 ] up to 1,000; any amount" in told
        assert shown.typed[f"{NAMES[ONE]}/{RAM}"] == "16384"
        await fill(pilot, **{f"{NAMES[ONE]}/{VCPU}": "4", f"{NAMES[POOL]}/{DISK}": "0"})
        await press(pilot, "ctrl+s")
        plan = (await dialog(pilot)).plan
        assert plan.tier is Tier.HARMFUL
        assert "compute-01: VCPU 8 -> 4" in words(pilot)
        command = plan.command
        assert isinstance(command, ReplaceAllocations)
        assert command.claims[0].generation == 1
        await consent(pilot, reason=WHY)
        await back(pilot)

    play(shelves.app(state=STATE), script)
    assert holds(shelves, WEB) == {"compute-01": {VCPU: 4, RAM: 16384}}


def test_a_class_that_was_not_held_and_whose_it_is_are_changed(shelves: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, NOBODYS)
        await press(pilot, "enter")
        await until(pilot, lambda: "gives" in said(pilot.app) or "compute-02" in said(pilot.app))
        await press(pilot, "e")
        await fill(pilot, **{f"{NAMES[TWO]}/{RAM}": "1K"}, project=shelves.project, type="INSTANCE")
        await press(pilot, "ctrl+s")
        await consent(pilot, reason=WHY)
        await until(pilot, lambda: isinstance(pilot.app.screen, ConsumerPane))

    play(shelves.app(), script)
    found = asyncio.run(detail(shelves, NOBODYS))
    assert (found.row.consumer_type, found.row.project_name) == ("INSTANCE", "climate.hpc")
    assert holds(shelves, NOBODYS) == {"compute-02": {VCPU: 2, RAM: 1024}}


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({f"{NAMES[TWO]}/{VCPU}": "0"}, "nothing would be left"),
        ({f"{NAMES[TWO]}/{VCPU}": "-1"}, "not below 0"),
        ({f"{NAMES[TWO]}/{VCPU}": "many"}, "no number, such as"),
        ({"type": "instance"}, "capitals, digits and _"),
        ({"project": ""}, "cannot be empty"),
        ({"user": "u" * 256}, "at most 255 characters"),
    ],
)
def test_what_cannot_be_is_said_beside_the_field(
    shelves: Stage, values: dict[str, str], told: str
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, NOBODYS)
        await press(pilot, "e")
        await fill(pilot, **values)
        await press(pilot, "ctrl+s")
        assert told in words(pilot)
        assert isinstance(pilot.app.screen, FormScreen)

    play(shelves.app(NARROW), script)


def test_amounts_are_edited_as_a_text(shelves: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    editor(
        monkeypatch, 'cp "$1" seen; ' + substitute("s/^compute-01.VCPU = .*/compute-01\\/VCPU = 2/")
    )

    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, WEB)
        await press(pilot, "E")
        await consent(pilot, reason=WHY)
        await back(pilot)

    play(shelves.app(state=STATE), script)
    assert holds(shelves, WEB)["compute-01"][VCPU] == 2
    assert "# --- storage-pool ---" in Path("seen").read_text()


@pytest.mark.parametrize(
    ("amount", "rule", "figures"),
    [
        ("10", "capacity", r"! capacity +24 +20 used by others \+ 10 asked +6 too many"),
        ("20", "max_unit", r"! max_unit +16"),
    ],
)
def test_a_refusal_names_the_rule_and_its_figures(
    shelves: Stage, amount: str, rule: str, figures: str
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, WEB)
        await press(pilot, "e")
        await fill(pilot, **{f"{NAMES[ONE]}/{VCPU}": amount})
        await press(pilot, "ctrl+s")
        shown = await conflict(pilot)
        told = said(pilot.app)
        assert f"{rule} refuses   VCPU of compute-01" in told
        assert re.search(figures, told)
        assert not shown.may_go_on
        await press(pilot, "r", "escape")
        assert isinstance(pilot.app.screen, FormScreen)

    play(shelves.app(), script)
    assert holds(shelves, WEB)["compute-01"][VCPU] == 8


# Somebody else's changes


def test_what_others_changed_stands_beside_mine_and_mine_is_made_on_it(shelves: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, WEB)
        await press(pilot, "e")
        await fill(pilot, **{f"{NAMES[ONE]}/{VCPU}": "4"})
        theirs = {ONE: {VCPU: 6, RAM: 16384}, TWO: {VCPU: 1}}
        hold(shelves.world, WEB, theirs, shelves.project, person("M"))
        await press(pilot, "ctrl+s")
        await conflict(pilot)
        told = said(pilot.app)
        assert "consumer 5a1c0000" in told
        assert re.search(r"\* compute-01 VCPU +8 +6 +4 ", told)
        assert re.search(r"  compute-01 MEMORY_MB +16,384 +16,384 += ", told)
        assert re.search(r"\* storage-pool DISK_GB +80 +- += ", told)
        assert re.search(r"\* compute-02 VCPU +- +1 +- ", told)
        assert re.search(r"\* generation +1 +2 ", told)
        await press(pilot, "r")
        plan = (await dialog(pilot)).plan
        assert [(one.field, one.before, one.after) for one in plan.changes] == [(VCPU, 6, 4)]
        await consent(pilot, reason=WHY)
        await back(pilot)

    play(shelves.app(), script)
    assert holds(shelves, WEB) == {"compute-01": {VCPU: 4, RAM: 16384}, "compute-02": {VCPU: 1}}


def test_a_change_during_the_preview_is_a_conflict_too(shelves: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, BIG)
        await press(pilot, "delete")
        await dialog(pilot)
        hold(shelves.world, BIG, {ONE: {VCPU: 2}}, shelves.project, person("N"))
        await press(pilot, *WHY.replace(" ", "_"), "enter", *BIG[:8], "enter", "y")
        shown = await conflict(pilot)
        assert re.search(r"\* compute-01 VCPU +16 +2 +- ", said(pilot.app))
        assert shown.may_go_on
        await press(pilot, "escape")
        await back(pilot)
        assert "nothing was changed" in said(pilot.app)

    play(shelves.app(), script)
    assert holds(shelves, BIG) == {"compute-01": {VCPU: 2}}


def test_what_is_gone_meanwhile_cannot_be_gone_on_with(shelves: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, BIG)
        await press(pilot, "delete")
        await dialog(pilot)
        hold(shelves.world, BIG, {})
        await press(pilot, *"gone", "enter", *BIG[:8], "enter", "y")
        shown = await conflict(pilot)
        assert re.search(r"\* generation +1 +gone", said(pilot.app))
        assert not shown.may_go_on
        await press(pilot, "r", "escape")
        await back(pilot)

    play(shelves.app(), script)


# One provider's share, moving, removing


def test_one_share_is_taken_away_and_the_others_stay(shelves: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, MOVING)
        await press(pilot, "U")
        await until(pilot, lambda: "Take away the share of" in said(pilot.app))
        assert "compute-02   VCPU 4 MEMORY_MB 4,096" in said(pilot.app)
        await press(pilot, "enter")
        plan = (await dialog(pilot)).plan
        assert [(one.target, one.after) for one in plan.changes] == [("compute-01", None)]
        told = "cannot be put back: compute-01 would be over its capacity of VCPU"
        assert told in words(pilot)
        await consent(pilot, reason=WHY)
        await back(pilot)
        assert "takes it back" not in said(pilot.app)
        await press(pilot, "U")
        assert "it holds of one provider only; del removes" in said(pilot.app)

    play(shelves.app(), script)
    assert holds(shelves, MOVING) == {"compute-02": {VCPU: 4, RAM: 4096}}


def test_a_share_moves_to_another_provider_beside_what_that_gives(shelves: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, MOVING)
        await press(pilot, "M", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Menu))
        told = said(pilot.app)
        assert "Move VCPU 4 from compute-01 to" in told
        assert "region-1" not in told
        assert "compute-02   VCPU 26 left, 18% -> 31%" in told
        await press(pilot, "enter")
        plan = (await dialog(pilot)).plan
        assert plan.title.startswith(f"Move from compute-01 to compute-02: MIGRATION {MOVING} of ")
        assert "compute-02 gets fuller: VCPU 18% -> 31%" in words(pilot)
        assert "what runs on compute-01 stays there" in words(pilot)
        await consent(pilot, reason=WHY)
        await back(pilot)

    play(shelves.app(), script)
    assert holds(shelves, MOVING) == {"compute-02": {VCPU: 8, RAM: 4096}}


def test_a_move_is_offered_to_those_alone_who_have_room_for_all_of_it(shelves: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, BIG)
        await press(pilot, "M")
        await until(pilot, lambda: isinstance(pilot.app.screen, Menu))
        assert re.search("compute-02 .*\n.*storage-pool", said(pilot.app)) is None
        await pilot.press(*"storage")
        await until(pilot, lambda: "nothing fits" in said(pilot.app))
        await press(pilot, "escape", "escape")
        hold(shelves.world, NOBODYS, {TWO: {VCPU: 16, RAM: 32768}})
        hold(shelves.world, MOVING, {TWO: {VCPU: 1}})
        await press(pilot, "M")
        assert "no other provider has VCPU 16 MEMORY_MB 32,768 left" in said(pilot.app)

    play(shelves.app(), script)


def test_a_consumer_is_removed_if_it_is_still_as_shown(shelves: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, NOBODYS)
        await press(pilot, "delete")
        plan = (await dialog(pilot)).plan
        command = plan.command
        assert isinstance(command, ReplaceAllocations)
        assert (command.claims[0].allocations, command.claims[0].generation) == ({}, 1)
        await consent(pilot, reason=WHY, name=NOBODYS[:8])
        await listed(pilot, lambda count: count == 3)
        assert "Removed: consumer 8a1c...00e8, B takes it back" in said(pilot.app)
        await press(pilot, "B")
        assert "put back" in said(pilot.app) or "Replace" in said(pilot.app)

    play(shelves.app(), script)
    assert holds(shelves, NOBODYS) == {}


def test_marked_consumers_are_removed_together_and_typed_for(shelves: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, WEB)
        await press(pilot, "space", "space", "delete")
        await until(
            pilot, lambda: isinstance(pilot.app.screen, BulkScreen) and listens(pilot.app.screen)
        )
        told = said(pilot.app)
        assert "WHAT WILL BE DONE (2)" in told
        assert "Type remove 2" in told
        assert re.search(r"5a1c\.\.\.00e5   INSTANCE   climate\.hpc   9 m   m@uni ", told)
        assert "! all 2: nothing tells that it is gone: " in told
        assert "all 2: it came less than 10 minutes ago" in told
        assert "Undo      not in one step; cannot be put back: compute-01" in told
        await press(pilot, *"lost", "enter", *"remove", "space", "2", "enter", "y")
        await listed(pilot, lambda count: count == 2)

    play(shelves.app(), script)
    assert holds(shelves, WEB) == holds(shelves, BIG) == {}


def test_a_consumer_that_changed_is_left_out_and_the_rest_goes_on(shelves: Stage) -> None:
    """Somebody else lets the first of three hold less while the preview is read."""

    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, WEB)
        await press(pilot, "space", "space", "space", "delete")
        await until(
            pilot, lambda: isinstance(pilot.app.screen, BulkScreen) and listens(pilot.app.screen)
        )
        shown = pilot.app.screen
        assert isinstance(shown, BulkScreen)
        hold(shelves.world, BIG, {ONE: {VCPU: 1}}, shelves.project, person("N"))
        await press(pilot, *"lost", "enter", *"remove", "space", "3", "enter", "y")
        await until(pilot, lambda: "Close" in said(pilot.app))
        assert [case.outcome for case in shown.cases] == ["done", "refused", "done"]
        told = said(pilot.app)
        assert "2 of 3 done. 1 changed meanwhile and left as found." in told
        assert told.index("refused") < told.index("done      ")
        await press(pilot, "escape")
        await listed(pilot, lambda count: count == 2)
        assert len(screen(pilot).list.marked) == 1

    play(shelves.app(), script)
    assert holds(shelves, WEB) == holds(shelves, MOVING) == {}
    assert holds(shelves, BIG) == {"compute-01": {VCPU: 1}}


# What may not be


@pytest.mark.parametrize("key", ["e", "E", "M", "U", "delete"])
def test_nothing_is_changed_in_a_read_only_session(shelves: Stage, key: str) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "3", key)
        assert "read-only session (--read-only)" in said(pilot.app)
        assert isinstance(pilot.app.screen, AllocationsPane)
        await press(pilot, "4", "t", "e")
        assert "edit: read-only session" in said(pilot.app)
        assert screen(pilot).NAME == "Inventories"

    play(shelves.app(read_only=True), script)


@pytest.mark.parametrize("where", ["allocations", "inventories", "providers"])
def test_where_nothing_is_listed_nothing_can_be_done(stage: Stage, where: str) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, where)
        await press(pilot, "e")
        assert re.search(r"edit: no (allocation|inventory) is selected", said(pilot.app))

    play(stage.app(), script)
