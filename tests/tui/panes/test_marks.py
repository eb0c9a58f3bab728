"""Marks, and decisions about everything that is marked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from backend.core.listing import Query
from backend.projects.model import ApplicationState, Capacity, DenyApplication, ProjectState
from backend.quotas.model import RejectCommission
from tests.tui.stage import (
    SIZES,
    Stage,
    dialog,
    listens,
    play,
    press,
    said,
    set_up,
    settled,
    stuck,
    until,
    write,
)
from tests.worlds import CPU, OPERATOR, VM, World
from tui.app import BursarApp
from tui.dialogs.bulk import BulkScreen
from tui.panes.listpane import ListPane
from tui.widgets import marking

Compare = Callable[..., bool]
NAMES = ("alpha.bio", "beta.chem", "gamma.phys")


@pytest.fixture
def queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A stage on which three more new projects wait, and four more commissions are stuck."""
    monkeypatch.chdir(tmp_path)

    def fill(world: World) -> None:
        for applicant, name in zip("MNL", NAMES, strict=True):
            world.submit(applicant, name=name, grants={VM: Capacity(5, 5)})

    with set_up(Path(), fill) as made:
        for _ in range(4):
            stuck(made.world, made.project, ((CPU, 1),))
        yield made


def states(stage: Stage) -> dict[str, str]:
    """The state of each new application, by the name it asks for."""
    found = (stage.world.application(stage.newcomer + n) for n in range(1, 4))
    return {one.name or "": one.state.value for one in found}


async def bulk(pilot: Pilot[None]) -> BulkScreen:
    """The dialog for several, once it listens."""

    def listening() -> bool:
        return isinstance(pilot.app.screen, BulkScreen) and listens(pilot.app.screen)

    await until(pilot, listening)
    assert isinstance(pilot.app.screen, BulkScreen)
    return pilot.app.screen


async def gone(pilot: Pilot[None]) -> None:
    """Wait until the dialog is closed."""
    await until(pilot, lambda: not isinstance(pilot.app.screen, BulkScreen))


def pane(pilot: Pilot[None]) -> ListPane[Any]:
    """The list on screen."""
    assert isinstance(pilot.app.screen, ListPane)
    return pilot.app.screen


def shown(pilot: Pilot[None]) -> list[int]:
    """The keys of the list on screen."""
    return list(pane(pilot).list.source.keys)


async def filtered(pilot: Pilot[None], text: str) -> None:
    """Type a filter."""
    await pilot.press("/", "ctrl+u", *(("space" if c == " " else c) for c in text), "enter")
    await settled(pilot)


def test_space_marks_and_goes_on_and_escape_takes_all_marks(queue: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "5", "space", "space")
        first, second, *_ = shown(pilot)
        assert list(pane(pilot).state.marked) == [first, second]
        assert pane(pilot).list.cursor == 2
        assert "marked 2" in said(pilot.app)
        await press(pilot, "k", "space")
        assert list(pane(pilot).state.marked) == [first]
        await press(pilot, "escape")
        assert not pane(pilot).state.marked
        assert "marked" not in said(pilot.app)

    play(queue.app(), script)


def test_a_range_goes_from_the_last_mark_to_the_cursor(queue: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "5", "j", "space", "G", "v")
        assert set(pane(pilot).state.marked) == set(shown(pilot)[1:])
        await press(pilot, "escape", "v")
        assert list(pane(pilot).state.marked) == shown(pilot)[-1:]

    play(queue.app(), script)


def test_all_that_is_listed_is_marked_and_again_none(queue: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "1")
        await filtered(pilot, "new")
        await press(pilot, "*")
        assert len(pane(pilot).state.marked) == 4
        await press(pilot, "*")
        assert not pane(pilot).state.marked

    play(queue.app(), script)


def test_marks_stay_while_other_panes_are_shown_and_a_filter_finds_them(queue: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "5", "space", "1", "5")
        first, *others = shown(pilot)
        assert list(pane(pilot).state.marked) == [first]
        await filtered(pilot, "marked")
        assert shown(pilot) == [first]
        await filtered(pilot, "!marked")
        assert shown(pilot) == others
        await press(pilot, "space")
        assert shown(pilot) == others[1:]

    play(queue.app(), script)


def test_more_marks_than_a_preview_can_show_are_refused(
    queue: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marking, "MOST", 3)

    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "5", "*")
        assert not pane(pilot).state.marked
        assert "at most 3 rows can be marked" in said(pilot.app)

    play(queue.app(), script)


def test_all_marked_commissions_are_rejected_with_one_consent(queue: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "5", "*", "X")
        await bulk(pilot)
        await write(pilot, "the service lost them")
        await press(pilot, "enter")
        await write(pilot, "reject 5")
        await press(pilot, "enter", "y")
        await gone(pilot)
        assert "5 done" in said(pilot.app)
        assert not pane(pilot).state.marked

    play(queue.app(), script)
    assert queue.world.database.read(lambda tx: tx.scalar("SELECT count(*) FROM commission")) == 0
    entries = queue.world.database.read(
        lambda tx: tx.all("SELECT reason FROM journal WHERE action = 'commission.reject'")
    )
    assert entries == [("the service lost them",)] * 5


def test_a_mistake_leaves_the_buttons_on_screen_until_it_is_mended(queue: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "5", "*", "X")
        screen = await bulk(pilot)
        await press(pilot, "enter")
        mistake = "It needs a reason."
        await until(pilot, lambda: mistake in said(pilot.app) and "Cancel" in said(pilot.app))
        await write(pilot, "the service lost them")
        await until(pilot, lambda: mistake not in said(pilot.app))
        assert "Cancel" in said(pilot.app)
        await press(pilot, "escape")
        await gone(pilot)
        assert screen.session.news is not None
        assert screen.session.news.text == "nothing was changed"

    play(queue.app(), script, (80, 20))


def test_approving_several_takes_as_much_as_denying_them(queue: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "1")
        await filtered(pilot, "new")
        await press(pilot, "*", "A")
        await bulk(pilot)
        assert "Approve 4" in said(pilot.app)
        assert "Approve (needs a reason)" in said(pilot.app)
        await write(pilot, "there is room")
        await press(pilot, "enter")
        await write(pilot, "approve 4")
        await press(pilot, "enter", "y")
        await gone(pilot)

    play(queue.app(), script)
    assert set(states(queue).values()) == {"approved"}


def test_rows_that_cannot_be_done_are_left_out_and_stay_marked(queue: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "1")
        await filtered(pilot, "alpha|climate|beta")
        await press(pilot, "*", "Z")
        asked = await bulk(pilot)
        assert "Suspend 1, 2 left out" in asked.heading()
        await write(pilot, "ended")
        await press(pilot, "enter")
        await write(pilot, "climate.hpc")
        await press(pilot, "enter", "y")
        await gone(pilot)
        assert len(pane(pilot).state.marked) == 2
        assert "1 done, 2 not and still marked" in said(pilot.app)

    play(queue.app(size=(140, 40)), script, (140, 40))
    assert queue.world.see(queue.project).state is ProjectState.SUSPENDED


def test_the_first_failure_ends_it_and_the_rest_stays_marked(queue: Stage) -> None:
    """Somebody else denies the second application while the preview is read."""

    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "1")
        await filtered(pilot, "alpha|beta|gamma")
        await press(pilot, "*", "A")
        shown = await bulk(pilot)
        assert [case.label for case in shown.cases] == list(NAMES)
        command = DenyApplication(actor=OPERATOR, application=queue.newcomer + 2)
        queue.world.do(command, "no budget")
        await write(pilot, "there is room")
        await press(pilot, "enter")
        await write(pilot, "approve 3")
        await press(pilot, "enter", "y")
        await until(pilot, lambda: not shown.applying)
        assert [case.outcome for case in shown.cases] == ["done", "refused", "not tried"]
        await until(pilot, lambda: "Close" in said(pilot.app))
        text = said(pilot.app)
        assert "1 of 3 done" in text
        assert "Nothing was changed" not in text
        await press(pilot, "y")
        assert isinstance(pilot.app.screen, BulkScreen)
        await press(pilot, "escape")
        await settled(pilot)
        assert len(pane(pilot).state.marked) == 2

    play(queue.app(), script)
    assert states(queue) == {
        "alpha.bio": "approved",
        "beta.chem": "denied",
        "gamma.phys": ApplicationState.PENDING.value,
    }


def test_one_marked_row_is_decided_like_one_under_the_cursor(queue: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "5", "j", "space", "G")
        second = str(next(iter(pane(pilot).state.marked)))
        await press(pilot, "A")
        shown = await dialog(pilot)
        assert shown.plan.target == second
        await press(pilot, "enter", "y")
        await until(pilot, lambda: isinstance(pilot.app.screen, ListPane))
        assert not pane(pilot).state.marked

    play(queue.app(), script)


def test_a_read_only_session_marks_but_decides_nothing(queue: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "5", "*", "A")
        assert isinstance(pilot.app.screen, ListPane)
        assert "read-only session" in said(pilot.app)

    play(queue.app(read_only=True), script)


def test_marked_rows_are_exported(queue: Stage, tmp_path: Path) -> None:
    marked: list[int] = []

    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "5", "space", "j", "space")
        marked.extend(pane(pilot).state.marked)
        await press(pilot, "x", "enter", "enter")
        await until(pilot, lambda: Path("commissions.csv").exists())

    play(queue.app(), script)
    lines = Path("commissions.csv").read_text(encoding="utf-8").splitlines()
    assert [int(text.split(",")[0]) for text in lines[1:]] == marked
    assert len(marked) == 2


def test_marked_members_are_removed_together(queue: Stage) -> None:
    from tui.panes.project import ProjectPane

    async def script(pilot: Pilot[None]) -> None:
        assert isinstance(pilot.app, BursarApp)
        (row,) = await queue.backend.projects.listing.page(Query("climate"), 1)
        screen = ProjectPane(pilot.app.session, row.key)
        pilot.app.push_screen(screen)
        await until(pilot, lambda: screen.found is not None)
        await press(pilot, "tab", "*", "delete")
        await bulk(pilot)
        await write(pilot, "they left")
        await press(pilot, "enter")
        await write(pilot, "remove 3")
        await press(pilot, "enter", "y")
        await gone(pilot)
        assert screen.found is not None
        assert {member.state.value for member in screen.found.members} == {"removed"}

    play(queue.app(), script)


@pytest.mark.parametrize("size", SIZES)
def test_the_dialog_for_several(queue: Stage, snap_compare: Compare, size: str) -> None:
    async def open_it(pilot: Pilot[None]) -> None:
        await press(pilot, "1")
        await filtered(pilot, "alpha|climate|beta|urban")
        await press(pilot, "*", "A")
        await bulk(pilot)

    app = queue.app(SIZES[size])
    assert snap_compare(app, terminal_size=SIZES[size], run_before=open_it)


def test_of_marked_projects_the_suspended_are_left_out_whatever_is_under_the_cursor(
    queue: Stage,
) -> None:
    from backend.projects.model import ProjectAction

    queue.world.approve(queue.newcomer)
    queue.world.act(queue.project, ProjectAction.SUSPEND)

    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "1")
        await filtered(pilot, "climate|urban")
        await press(pilot, "*", "g", "Z")
        asked = await bulk(pilot)
        assert "Suspend 1, 1 left out" in asked.heading()

    play(queue.app(), script)


def test_marks_of_what_is_gone_go_too(queue: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "5", "space", "space")
        for key in list(pane(pilot).state.marked):
            queue.world.do(RejectCommission(actor=OPERATOR, serial=key), "by its service")
        await press(pilot, "A")
        await until(pilot, lambda: not pane(pilot).state.marked)
        assert "no longer there: 2 marked rows" in said(pilot.app)

    play(queue.app(), script)


def test_marked_rows_are_copied_together(queue: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "5", "space", "space", "C")
        assert "2 marked rows as CSV" in said(pilot.app)
        await press(pilot, "enter")
        assert pilot.app.clipboard.count("\n") == 2

    play(queue.app(), script)
