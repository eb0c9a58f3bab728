"""Changing allocations of OpenPortal, until what was asked has settled."""

from __future__ import annotations

import re

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from backend.core.identity import Actor, Role
from backend.core.plan import Tier
from backend.openportal.model import PortalRow, State
from tests.tui.forms.play import fill, form
from tests.tui.panes.harbour import agreed, at, messages, uuid_of, worked
from tests.tui.portals import AI, Q, portal_of
from tests.tui.stage import Stage, dialog, play, press, said, until, write
from tests.tui.troubles import listed, order, screen
from tui.app import BursarApp
from tui.dialogs.bulk import BulkScreen
from tui.dialogs.confirm import ConfirmScreen
from tui.forms.screen import FormScreen


def test_a_limit_is_set_with_a_preview_and_its_end_is_told(harbour: Stage) -> None:
    p = portal_of(harbour)

    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, "ocean-ai")
        await press(pilot, "L", *"1200", "enter")
        shown = await agreed(pilot)
        assert shown.plan.tier is Tier.REVERSIBLE
        keeps = "ocean on Isambard 3 keeps 1,000 node-hours"
        assert any(one.startswith(keeps) for one in shown.plan.warnings)
        await until(pilot, lambda: "UPDATE_SC~" in said(pilot.app))
        await worked(pilot, p)
        await until(pilot, lambda: "limit of ocean-ai on Isambard AI: OK" in messages(pilot))
        assert re.search(r"ocean-ai +Ocean +OK +0 of 1,200", said(pilot.app))
        assert screen(pilot).list.cursor_key == screen(pilot).list.source.keys[0]

    play(harbour.app(), script)
    assert p.seen(uuid_of(p, "ocean-ai")).node_limit == 1200


def test_a_clamped_limit_is_told(harbour: Stage) -> None:
    p = portal_of(harbour)

    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, "ocean-ai")
        await press(pilot, "L", "backspace", *"1500", "enter")
        await agreed(pilot)
        p.run()
        p.put(uuid_of(p, "ocean-ai"), node_limit=900)
        await press(pilot, "r")
        told = "limit of ocean-ai on Isambard AI: OK, but the limit is 900, not 1,500 as asked"
        await until(pilot, lambda: told in messages(pilot))

    play(harbour.app(), script)


@pytest.mark.parametrize("typed", ["12.5", "lots", "-7"])
def test_what_is_no_limit_is_said_while_it_is_typed(harbour: Stage, typed: str) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, "ocean-ai")
        await press(pilot, "L", "ctrl+w")
        await pilot.press(*["minus" if c == "-" else "full_stop" if c == "." else c for c in typed])
        await press(pilot, "enter")
        assert "no whole number, nor inf" in said(pilot.app)

    play(harbour.app(), script)


def test_a_pull_that_fails_says_why(harbour: Stage) -> None:
    p = portal_of(harbour)
    p.simulate(AI, fails=["pull"], error="slurm is away")

    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, "ocean-ai")
        await press(pilot, "P")
        await agreed(pilot)
        await worked(pilot, p)
        await until(
            pilot,
            lambda: "pull of ocean-ai on Isambard AI: ERRED: slurm is away" in messages(pilot),
        )
        assert re.search(r"ocean-ai +Ocean +ERRED .* ERR", said(pilot.app))

    play(harbour.app(), script)


def test_what_takes_longer_than_a_minute_is_said_to_run_still(harbour: Stage) -> None:
    p = portal_of(harbour)

    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, "ocean-ai")
        await press(pilot, "P")
        await agreed(pilot)
        session = screen(pilot).session
        now = session.now()
        session.now = lambda: now + 61_000_000
        session.mind()
        session.mind()
        assert messages(pilot).count("pull of ocean-ai on Isambard AI: still running") == 1
        await worked(pilot, p)
        await until(pilot, lambda: "pull of ocean-ai on Isambard AI: OK" in messages(pilot))

    play(harbour.app(), script)


def test_what_is_changed_stays_under_the_cursor_though_the_filter_loses_it(harbour: Stage) -> None:
    p = portal_of(harbour)

    async def script(pilot: Pilot[None]) -> None:
        p.put(uuid_of(p, "ice"), state=State.ERRED)
        await order(pilot, "allocations erred")
        await listed(pilot, lambda count: count == 2)
        name = under(pilot).name
        await press(pilot, "P")
        await agreed(pilot)
        screen(pilot).list._reader.last_move = 0.0
        await screen(pilot).refresh_data()
        await listed(pilot, lambda count: count == 1)
        for _ in range(3):
            screen(pilot).tick()
            await screen(pilot).refresh_data()
        assert (under(pilot).name, under(pilot).state) == (name, State.UPDATE_SCHEDULED)
        await worked(pilot, p)
        await until(pilot, lambda: under(pilot).state is State.OK)
        await press(pilot, "g", "G", "g")
        screen(pilot).tick()
        assert under(pilot).name != name
        assert len(screen(pilot).list.source) == 1

    play(harbour.app(), script)


def under(pilot: Pilot[None]) -> PortalRow:
    """The allocation under the cursor."""
    row = screen(pilot).list.cursor_row
    assert row is not None
    assert isinstance(row.of, PortalRow)
    return row.of


@pytest.mark.parametrize(("second", "offered"), [(700, "700"), (900, "")])
def test_what_is_typed_for_several_begins_with_the_limit_they_share(
    harbour: Stage, second: int, offered: str
) -> None:
    p = portal_of(harbour)
    for name, limit in (("ocean", 700), ("ocean-ai", second), ("ice", 42)):
        p.put(uuid_of(p, name), node_limit=limit)

    async def script(pilot: Pilot[None]) -> None:
        for name in ("ocean", "ocean-ai"):
            await at(pilot, name)
            await press(pilot, "space")
        await at(pilot, "ice")
        await press(pilot, "L")
        await until(pilot, lambda: "2 marked: " in said(pilot.app))
        assert re.search(rf"2 marked: {offered}(?!\d)", said(pilot.app))

    play(harbour.app(), script)


def test_a_deletion_ends_with_the_row_gone(harbour: Stage) -> None:
    p = portal_of(harbour)
    uuid = uuid_of(p, "ocean-ai")

    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, "ocean-ai")
        await press(pilot, "delete")
        assert (await agreed(pilot)).consent.needs_name
        await until(pilot, lambda: "DELETION_~" in said(pilot.app))
        await worked(pilot, p)
        await until(pilot, lambda: "ocean-ai on Isambard AI is deleted" in messages(pilot))

    play(harbour.app(), script)
    assert p.gone(uuid)


def test_a_stuck_one_is_unlinked_or_marked(harbour: Stage) -> None:
    p = portal_of(harbour)
    uuid = uuid_of(p, "corpse")

    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, "corpse")
        for key in ("P", "L", "e", "delete"):
            await press(pilot, key)
            assert "it is DELETING" in said(pilot.app)
        await press(pilot, "X")
        await agreed(pilot)
        await until(pilot, lambda: " ERR" in said(pilot.app))
        assert p.state(uuid) is State.ERRED
        await press(pilot, "O")
        await agreed(pilot)
        assert p.state(uuid) is State.OK
        await press(pilot, "U")
        assert (await agreed(pilot)).consent.needs_name

    play(harbour.app(), script)
    assert p.gone(uuid)


def unwrapped(pilot: Pilot[None]) -> str:
    """The hints beside the fields of a form, each on one line."""
    hints = pilot.app.screen.query(".told").results(Static)
    return "\n".join(" ".join(str(one.content).split()) for one in hints)


def test_the_record_is_edited_and_its_limit_is_the_record_only(harbour: Stage) -> None:
    p = portal_of(harbour)

    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, "ice")
        await press(pilot, "e")
        await form(pilot)
        assert "L sets it there, and inf (-1), no limit" in unwrapped(pilot)
        await fill(pilot, node_limit="-1")
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "! only L sets inf (-1), no limit" in unwrapped(pilot))
        await fill(pilot, name="ice-core", node_limit="50")
        await press(pilot, "ctrl+s")
        shown = await dialog(pilot)
        assert "record only" in " ".join(shown.plan.warnings)
        await agreed(pilot)

    play(harbour.app(), script)
    found = p.seen(uuid_of(p, "ice-core"))
    assert (found.node_limit, found.state) == (50, State.OK)


def test_a_new_allocation_is_made_and_followed_until_it_is_ok(harbour: Stage) -> None:
    p = portal_of(harbour)

    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, "ice")
        await press(pilot, "n")
        await fill(pilot, service="nowhere", name="ice-new", node_limit="77")
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "called nowhere" in said(pilot.app))
        await fill(pilot, node_limit="inf")
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "! inf (-1) is set once it is made" in unwrapped(pilot))
        await fill(pilot, node_limit="77")
        await fill(pilot, service="isambard ai")
        await press(pilot, "ctrl+s")
        await agreed(pilot)
        await until(pilot, lambda: not isinstance(pilot.app.screen, FormScreen))
        await worked(pilot, p)
        await until(pilot, lambda: "creation of ice-new on Isambard AI: OK" in messages(pilot))

    play(harbour.app(), script)
    found = p.seen(uuid_of(p, "ice-new"))
    assert (found.project, found.service, found.node_limit) == (Q, AI, 77)


def test_several_are_pulled_at_once_and_consumers_among_them_are_not(harbour: Stage) -> None:
    p = portal_of(harbour)

    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "allocations name:ocean|ice|6a1c !kind:opr")
        await listed(pilot, lambda count: count == 5)
        await press(pilot, "*", "P")
        await until(pilot, lambda: isinstance(pilot.app.screen, BulkScreen))
        bulk = pilot.app.screen
        assert isinstance(bulk, BulkScreen)
        assert [case.outcome for case in bulk.cases].count("refused") == 1
        await until(pilot, lambda: bulk.armed)
        await write(pilot, "as agreed")
        await press(pilot, "enter")
        await until(pilot, lambda: bulk.armed and not bulk.resting)
        await press(pilot, "y")
        await until(pilot, lambda: not any(c.outcome == "planned" for c in bulk.cases))
        await press(pilot, "escape")
        await worked(pilot, p)
        await until(pilot, lambda: "4 settled" in messages(pilot))

    play(harbour.app(), script)


@pytest.mark.parametrize("size", [False, True], ids=["list", "detail"])
def test_what_only_staff_may_do_is_off_for_others(harbour: Stage, size: bool) -> None:
    member = Actor("user:m", Role.APPROVER)
    backend = harbour.backend.acting(member)
    harbour.backend = backend  # type: ignore[assignment]

    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, "ocean")
        if size:
            await press(pilot, "enter")
            await until(pilot, lambda: "THIS MONTH" in said(pilot.app))
        for key in ("L", "U", "O", "X"):
            await press(pilot, key)
            assert not isinstance(pilot.app.screen, ConfirmScreen)
            assert lacking(pilot, "SetNodeLimit") in messages(pilot).splitlines()[-1]

    play(harbour.app(), script)


def lacking(pilot: Pilot[None], command: str) -> str:
    """Why a command cannot be given."""
    assert isinstance(pilot.app, BursarApp)
    assert (why := pilot.app.session.lacking([command]))
    return why
