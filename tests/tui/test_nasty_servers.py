"""A console on a server as nasty as the world is: it keeps answering keys, says what happened and
what was not changed, gives its token to nobody else, and recovers by itself (storage.md §6.3)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from backend.backend import Link, LinkState
from backend.projects.model import ApplicationState
from tests import nasty
from tests.nasty import FAULTS, Fault, Nasty, Request
from tests.remote.consoles import SERVICES
from tests.tui.afar import FOLLOWED, PLACE, TOKEN, Afar, afar, arrived, fresh, left, pane
from tests.tui.panes.test_pictures import Compare
from tests.tui.stage import SIZES, dialog, play, press, said, until, write
from tui.app import BursarApp
from tui.dialogs.confirm import ConfirmScreen
from tui.format.lines import GOOD, WARN
from tui.panes import frame
from tui.widgets.chrome import Row

GENEROUS = 10.0
"""Seconds: what a machine that is busy with other things may need for 10 ms."""


@pytest.fixture
def far(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Afar]:
    monkeypatch.chdir(tmp_path)
    with afar(Path()) as found:
        yield found


class Heart:
    """Beats every 10 ms as long as the event loop lets it."""

    def __init__(self) -> None:
        self.beats, self.longest = 0, 0.0

    async def beat(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            then = loop.time()
            await asyncio.sleep(0.01)
            self.beats += 1
            self.longest = max(self.longest, loop.time() - then)


async def keys_work(pilot: Pilot[None]) -> None:
    """Keys are answered at once, whatever is waited for."""
    table = pane(pilot).list
    before = table.cursor_key
    await pilot.press("j")
    assert table.cursor_key != before
    await pilot.press("k")
    assert table.cursor_key == before


def session_of(pilot: Pilot[None]) -> BursarApp:
    assert isinstance(pilot.app, BursarApp)
    return pilot.app


SOME = ("reset", "drip", "garbage", "502", "429", "login page", "NaN", "bomb", "shape {}")
"""What a poller meets otherwise than a listener."""
SURVIVED = [*((fault, False) for fault in FAULTS), *((fault, True) for fault in SOME)]


@pytest.mark.parametrize(("name", "astakos"), SURVIVED)
def test_a_console_survives_it_and_recovers_by_itself(far: Afar, name: str, astakos: bool) -> None:
    fault = FAULTS[name]

    async def script(pilot: Pilot[None]) -> None:
        app = session_of(pilot)
        await arrived(pilot)
        await press(pilot, "space", "k")
        marked, key = dict(pane(pilot).state.marked), pane(pilot).list.cursor_key
        heart = Heart()
        beating = asyncio.create_task(heart.beat())
        far.line.turn(fault)
        await pilot.press("r")
        await keys_work(pilot)
        await until(pilot, lambda: not fresh(pilot).startswith(FOLLOWED))
        await keys_work(pilot)
        told = said(app)
        assert "climate.hpc" in told
        assert "\x1b" not in told
        far.line.turn(None)
        await until(pilot, lambda: fresh(pilot).startswith(FOLLOWED))
        await until(pilot, lambda: app.session.failure is None)
        assert (dict(pane(pilot).state.marked), pane(pilot).list.cursor_key) == (marked, key)
        await until(pilot, lambda: heart.beats > 20)
        beating.cancel()
        assert heart.longest < GENEROUS
        await left(pilot)

    play(far.app(astakos=astakos), script)
    assert far.line.tokens == ({"A", *SERVICES} if astakos else {TOKEN})


def test_a_server_that_is_gone_is_tried_again_until_it_is_back(far: Afar) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await arrived(pilot)
        far.line.refuse()
        await until(pilot, lambda: fresh(pilot).startswith("lost"))
        await until(pilot, lambda: "next try in" in fresh(pilot))
        await press(pilot, "r")
        await until(pilot, lambda: "Unreachable" in said(pilot.app))
        await keys_work(pilot)
        far.stage.deny(far.stage.newcomer)
        far.line.begin()
        await until(pilot, lambda: fresh(pilot).startswith("* live"))
        await until(pilot, lambda: "Denied" in said(pilot.app))
        await left(pilot)

    play(far.app(), script)


def test_a_loss_and_the_return_are_told(far: Afar) -> None:
    async def script(pilot: Pilot[None]) -> None:
        session = session_of(pilot).session
        await arrived(pilot)
        far.line.refuse()
        refused, again = f": {PLACE}: Connection refused", f"{PLACE} answers again"
        await until(pilot, lambda: any(refused in one.text for one in session.messages))
        await until(pilot, lambda: fresh(pilot).endswith("trying"))
        assert fresh(pilot).startswith("lost ")
        far.line.begin()
        await until(pilot, lambda: any(one.text == again for one in session.messages))
        await left(pilot)

    play(far.app(), script)


def test_behind_a_dialog_the_header_says_how_it_stands(far: Afar) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await denying(pilot, far)
        far.line.refuse()
        await until(pilot, lambda: header(pilot).rpartition("   ")[2].startswith("lost"))
        assert isinstance(pilot.app.screen, ConfirmScreen)
        await left(pilot)

    play(far.app(), script)


def header(pilot: Pilot[None]) -> str:
    """Row 1 of the pane, be it behind a dialog."""
    row = pilot.app.screen_stack[0].query_one("#connected", Row)
    return "".join(strip.text for strip in row.render_lines(row.region.reset_offset))


def test_one_that_never_answered_opens_and_says_why(far: Afar) -> None:
    far.line.refuse()

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: "it is tried again; r tries now" in said(pilot.app))
        assert "Unreachable" in said(pilot.app)
        far.line.begin()
        await arrived(pilot)
        assert "climate.hpc" in said(pilot.app)
        await left(pilot)

    play(far.app(), script)


def test_a_redirect_is_told_and_the_token_goes_nowhere_else(far: Afar) -> None:
    with nasty.nasty(far.line.upstream) as elsewhere:

        async def script(pilot: Pilot[None]) -> None:
            await arrived(pilot)
            far.line.turn(nasty.saying(nasty.to(elsewhere.url)))
            await press(pilot, "r")
            await until(pilot, lambda: "redirects to" in said(pilot.app))
            far.line.turn(None)
            await arrived(pilot)
            await left(pilot)

        play(far.app(), script)
        assert elsewhere.seen == []


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_what_is_old_looks_old(far: Afar, snap_compare: Compare, size: tuple[int, int]) -> None:
    """Dim rows, and in words since when and until when; the keys and the place stay."""
    app = far.app(size, live=False)

    async def before(pilot: Pilot[None]) -> None:
        session, since = app.session, app.session.now()
        await until(pilot, lambda: bool(pane(pilot).list.shown))
        await until(pilot, lambda: not pane(pilot).has_side or bool(pane(pilot).side.lines))
        far.line.refuse()
        await left(pilot)
        session.now = lambda: since + 34_000_000
        retry = Link(LinkState.LOST, "gone", since, since + 38_000_000)
        session.backend._listener.link = retry  # type: ignore[attr-defined]
        await press(pilot, "j")
        await until(pilot, lambda: "Unreachable" in said(app))
        pane(pilot).show_chrome()
        assert session.stale
        assert fresh(pilot) == "lost 34s, next try in 4s"

    assert snap_compare(app, terminal_size=size, run_before=before)


def test_a_silent_server_looks_other_than_a_quiet_one(far: Afar) -> None:
    app = far.app(live=False)

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: bool(pane(pilot).list.shown))
        await left(pilot)
        for seconds, tone in ((4, GOOD), (34, WARN)):
            heard = app.session.now() - seconds * 1_000_000
            link = Link(LinkState.POLLING, heard=heard)
            app.session.backend._listener.link = link  # type: ignore[attr-defined]
            assert frame.freshness(app.session) == (f"polled {seconds}s ago", tone)

    play(app, script)


# Writing


def of_apply(request: Request) -> bool:
    return request.path.endswith("/apply")


def of_plan(request: Request) -> bool:
    return request.path.endswith("/plan")


class Once:
    """Hits the first request of its kind."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, request: Request) -> bool:
        self.count += of_apply(request)
        return of_apply(request) and self.count == 1


async def denying(pilot: Pilot[None], far: Afar) -> ConfirmScreen:
    """Up to the last key of denying the newcomer's application."""
    await arrived(pilot)
    await press(pilot, "j", "X")
    screen = await dialog(pilot)
    await write(pilot, "not now")
    await press(pilot, "enter")
    return screen


def state(far: Afar) -> ApplicationState:
    return far.stage.world.application(far.stage.newcomer).state


def denials(far: Afar) -> int:
    """How often it was denied."""
    count = "SELECT count(*) FROM journal WHERE action = 'application.deny'"
    found = far.stage.world.database.read(lambda tx: tx.scalar(count))
    return int(found or 0)


@pytest.mark.parametrize("fault", [nasty.gone, FAULTS["reset"], FAULTS["garbage"], FAULTS["502"]])
def test_a_change_whose_answer_is_lost_is_made_once(far: Afar, fault: Fault) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await denying(pilot, far)
        far.line.turn(fault, Once())
        await press(pilot, "y")
        await until(pilot, lambda: not isinstance(pilot.app.screen, ConfirmScreen))
        await until(pilot, lambda: "denied" in said(pilot.app))
        await left(pilot)

    play(far.app(), script)
    assert (state(far), denials(far)) == (ApplicationState.DENIED, 1)


@pytest.mark.parametrize("done", [True, False])
def test_an_outcome_that_stays_unknown_is_not_repeated_and_told_later(
    far: Afar, done: bool
) -> None:
    fault = nasty.gone if done else FAULTS["reset"]

    async def script(pilot: Pilot[None]) -> None:
        app = session_of(pilot)
        await denying(pilot, far)
        far.line.turn(fault, of_apply)
        await press(pilot, "y")
        await until(pilot, lambda: "Outcome unknown" in said(app))
        sent = sum(map(of_apply, far.line.seen))
        await press(pilot, "y", "escape")
        assert len({one.headers["idempotency-key"] for one in far.line.seen if of_apply(one)}) == 1
        assert sent > 1
        far.line.turn(None)
        await until(pilot, lambda: any("was done" in one.text for one in app.session.messages))
        await left(pilot)

    play(far.app(), script)
    assert (state(far), denials(far)) == (ApplicationState.DENIED, 1)


def test_a_server_that_is_gone_changes_nothing_and_is_asked_again_by_the_operator(
    far: Afar,
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await denying(pilot, far)
        far.line.refuse()
        await press(pilot, "y")
        await until(pilot, lambda: "y tries again" in said(pilot.app))
        assert "Nothing was changed" in said(pilot.app)
        assert denials(far) == 0
        far.line.begin()
        await press(pilot, "y")
        await until(pilot, lambda: not isinstance(pilot.app.screen, ConfirmScreen))
        await left(pilot)

    play(far.app(), script)
    assert denials(far) == 1


def test_nothing_is_previewed_from_what_could_not_be_read_again(far: Afar) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await arrived(pilot)
        far.line.refuse()
        await press(pilot, "j", "X")
        await until(pilot, lambda: "Unreachable" in said(pilot.app))
        assert not isinstance(pilot.app.screen, ConfirmScreen)
        await left(pilot)

    play(far.app(), script)
    assert denials(far) == 0


def test_what_somebody_else_decided_meanwhile_is_not_overwritten(far: Afar) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await denying(pilot, far)
        far.line.turn(nasty.late(0.3), of_apply)
        far.stage.world.approve(far.stage.newcomer)
        await press(pilot, "y")
        await until(pilot, lambda: "Nothing was changed" in said(pilot.app))
        await left(pilot)

    play(far.app(), script)
    assert state(far) is ApplicationState.APPROVED


# Order


def test_a_late_answer_does_not_overwrite_a_newer_one(far: Afar) -> None:
    """The rows as they were arrive after the rows as they are."""
    slow = Slow()

    async def script(pilot: Pilot[None]) -> None:
        app = session_of(pilot)
        await arrived(pilot)
        far.line.fault, far.line.hit = nasty.late(0.6), slow
        reading = asyncio.create_task(pane(pilot).list.refresh_rows())
        await until(pilot, lambda: slow.count >= 1)
        far.stage.deny(far.stage.newcomer)
        await until(pilot, lambda: "Denied" in said(app))
        await asyncio.gather(reading, return_exceptions=True)
        assert "Denied" in said(app)
        await left(pilot)

    play(far.app(), script)


class Slow:
    """Hits the first reading of rows."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, request: Request) -> bool:
        hit = request.path.endswith("/rows")
        self.count += hit
        return hit and self.count == 1


def test_an_answer_that_comes_twice_is_taken_once(far: Afar) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await arrived(pilot)
        far.line.fault = nasty.twice
        far.line.hit = lambda request: not request.is_events
        for _ in range(3):
            await press(pilot, "r")
        await press(pilot, "5", "2", "1")
        assert "climate.hpc" in said(pilot.app)
        far.line.turn(None)
        await arrived(pilot)
        await left(pilot)

    play(far.app(), script)
    assert isinstance(far.line, Nasty)
