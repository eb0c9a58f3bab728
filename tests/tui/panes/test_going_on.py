"""After a decision in the list of projects: on to what waits next."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from backend.projects.model import ApplicationState
from tests.tui.panes.test_finding import listed, pane
from tests.tui.stage import Stage, dialog, play, press, said, until
from tests.tui.troubles import consent
from tui.panes.projects import ProjectsPane


def under(pilot: Pilot[None]) -> str:
    """The project under the cursor."""
    row = pane(pilot).list.cursor_row
    return row.name if row else ""


@pytest.mark.parametrize("view", [("t", "enter"), ()])
def test_a_decided_row_says_that_nothing_waits_and_leads_on(
    stage: Stage, view: tuple[str, ...]
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "1", *view, "G")
        assert under(pilot) == "urban.air"
        await press(pilot, "A")
        await dialog(pilot)
        await press(pilot, "enter", "y")
        await until(pilot, lambda: isinstance(pilot.app.screen, ProjectsPane))
        pilot.app.session.messages.clear()  # type: ignore[attr-defined]
        pane(pilot).show_keys()
        told = "urban.air: nothing waits any more   A goes on to the next that does"
        await until(pilot, lambda: told in said(pilot.app))
        assert under(pilot) == "urban.air"
        await press(pilot, "A")
        await until(
            pilot, lambda: "urban.air: nothing waits any more; this is the next" in said(pilot.app)
        )
        assert isinstance(pilot.app.screen, ProjectsPane)
        assert under(pilot) == "climate.hpc"
        await press(pilot, "A")
        assert (await dialog(pilot)).plan.title.endswith("for project climate.hpc")

    play(stage.app(), script)
    assert stage.world.application(stage.newcomer).state is ApplicationState.APPROVED
    assert stage.world.application(stage.modification).state is ApplicationState.PENDING


def test_where_nothing_else_waits_the_cursor_stays(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "1")
        await listed(pilot, "urban")
        await press(pilot, "A")
        await dialog(pilot)
        await press(pilot, "enter", "y")
        await until(pilot, lambda: isinstance(pilot.app.screen, ProjectsPane))
        await press(pilot, "A")
        told = "urban.air: nothing waits any more; no other waits here"
        await until(pilot, lambda: told in said(pilot.app))

    play(stage.app(), script)


def test_what_is_suspended_has_no_application_that_waited(stage: Stage) -> None:
    stage.deny(stage.modification)

    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "1")
        await listed(pilot, "climate")
        await press(pilot, "Z")
        await consent(pilot, reason="moving", name="climate.hpc")
        await until(pilot, lambda: isinstance(pilot.app.screen, ProjectsPane))
        assert pane(pilot).list.held
        await press(pilot, "A")
        assert "approve: nothing waits for climate.hpc" in said(pilot.app)

    play(stage.app(), script)


def test_a_row_that_never_waited_is_named(stage: Stage) -> None:
    lab = stage.world.project("bio.lab", (10, 8))
    assert lab

    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "1")
        await listed(pilot, "bio")
        await press(pilot, "A")
        assert "approve: nothing waits for bio.lab" in said(pilot.app)

    play(stage.app(), script)
