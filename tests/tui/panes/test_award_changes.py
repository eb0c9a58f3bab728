"""Deciding on awards of other portals, and changing our own."""

from __future__ import annotations

import re

from textual.pilot import Pilot

from backend.openportal.model import AwardState
from backend.openportal.store import allocations, awards
from tests.tui.forms.play import fill
from tests.tui.panes.harbour import agreed, messages, worked
from tests.tui.portals import Clocked, P, portal_of
from tests.tui.stage import Stage, play, press, said, until
from tests.tui.troubles import listed, order

SET_LINKS = "UPDATE portal_remote_project SET links = ?"


async def only(pilot: Pilot[None], words: str) -> None:
    """List the one thing that these words find."""
    await order(pilot, words)
    await listed(pilot, lambda count: count == 1)


def test_an_award_is_approved_in_the_queue_and_the_next_is_shown(harbour: Stage) -> None:
    p = portal_of(harbour)

    async def script(pilot: Pilot[None]) -> None:
        await only(pilot, "awards Glaciers")
        await press(pilot, "a")
        await until(pilot, lambda: "3 of 4 pending" in said(pilot.app))
        await press(pilot, "A")
        await agreed(pilot)
        await until(pilot, lambda: "3 of 3 pending" in said(pilot.app))
        assert "Tides" in said(pilot.app)
        await worked(pilot, p)
        await until(pilot, lambda: "creation of Glaciers on Isambard 3: OK" in messages(pilot))

    play(harbour.app(), script)
    found = p.see(awards.award, "u6ac.brics", "brics.bristol.i3")
    assert found is not None
    assert found.state is AwardState.APPROVED
    (made,) = p.see(allocations.on_service, found.project, uuid_of_service(p))
    assert made.node_limit == 1000


def uuid_of_service(p: Clocked) -> str:
    """The service that awards are for."""
    found = p.see(lambda tx: tx.scalar("SELECT uuid FROM portal_service WHERE name = 'Isambard 3'"))
    assert isinstance(found, str)
    return found


def test_an_award_is_rejected_with_a_reason(harbour: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await only(pilot, "awards Tides")
        await press(pilot, "X")
        await agreed(pilot)

    play(harbour.app(), script)
    found = portal_of(harbour).see(awards.award, "u9zz.brics", "brics.bristol.i3")
    assert found is not None
    assert (found.state, found.comment) == (AwardState.REJECTED, "as agreed")


def test_an_award_is_attached_noted_and_let_go(harbour: Stage) -> None:
    p = portal_of(harbour)

    async def script(pilot: Pilot[None]) -> None:
        await only(pilot, "awards Glaciers")
        await press(pilot, "N", *"asked", "enter")
        await agreed(pilot)
        await press(pilot, "T")
        await press(pilot, *"Lab", "enter")
        await agreed(pilot)
        await press(pilot, "enter")
        await until(pilot, lambda: "for the project Lab" in said(pilot.app))
        await press(pilot, "T")
        await agreed(pilot)
        await until(pilot, lambda: "a new project Glaciers" in said(pilot.app))

    play(harbour.app(), script)
    found = p.see(awards.award, "u6ac.brics", "brics.bristol.i3")
    assert found is not None
    assert ("asked" in found.notes, found.project) == (True, "")


def test_an_award_of_ours_is_sent_again_noted_and_edited(harbour: Stage) -> None:
    p = portal_of(harbour)

    async def script(pilot: Pilot[None]) -> None:
        await only(pilot, "remote-projects waiting")
        await press(pilot, "N", *"please", "enter")
        await agreed(pilot)
        await press(pilot, "R")
        await agreed(pilot)
        await press(pilot, "e")
        await fill(pilot, earliest_approve="2026-12-24T00:00:00Z")
        await press(pilot, "ctrl+s")
        await agreed(pilot)

    play(harbour.app(), script)
    found = p.see(lambda tx: tx.one("SELECT notes, earliest_approve FROM portal_remote_project r"
                                    " JOIN portal_project p ON p.id = r.project_id"
                                    " WHERE p.uuid = ?", (P,)))  # fmt: skip
    assert found is not None
    assert "please" in found[0]
    assert found[1].startswith("2026-12-24")


def test_what_was_decided_is_reviewed_without_what_approving_would_do(harbour: Stage) -> None:
    p = portal_of(harbour)

    async def script(pilot: Pilot[None]) -> None:
        await only(pilot, "awards Glaciers")
        await press(pilot, "enter")
        await until(pilot, lambda: "APPROVING IT" in said(pilot.app))
        assert "X reject" in said(pilot.app).rstrip().split("\n")[-1]
        await press(pilot, "A")
        await agreed(pilot)
        await worked(pilot, p)
        await only(pilot, "awards Glaciers")
        await press(pilot, "enter")
        await until(pilot, lambda: "ITS PROJECT" in said(pilot.app))
        assert "APPROVING IT" not in said(pilot.app)
        assert re.search(r"Isambard 3 +0 of 1,000", said(pilot.app))

    play(harbour.app(), script)


def test_an_award_of_ours_names_the_service_and_links_in_words(harbour: Stage) -> None:
    p = portal_of(harbour)
    p.database.write(lambda tx: tx.execute(SET_LINKS, ("{}",)))

    async def script(pilot: Pilot[None]) -> None:
        await only(pilot, "remote-projects waiting")
        assert re.search(r"Ocean +AIRR ", said(pilot.app))
        await press(pilot, "enter")
        await until(pilot, lambda: "WAITS FOR THE OTHER SIDE" in said(pilot.app))
        assert "LINKS" not in said(pilot.app)
        p.database.write(lambda tx: tx.execute(SET_LINKS, ('{"call": "https://c.example"}',)))
        await press(pilot, "r")
        await until(pilot, lambda: "call  https://c.example" in said(pilot.app))

    play(harbour.app(), script)
