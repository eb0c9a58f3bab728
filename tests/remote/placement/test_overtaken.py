"""An operator who is overtaken on somebody else's Placement sees both sides, and decides again."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable

from textual.pilot import Pilot

from backend.backend import LinkState
from backend.core.runtime import micros
from backend.placement.model import Stock
from tests.nasty import Nasty, Request
from tests.remote.placement.conftest import Stand
from tests.remote.placement.test_session_pictures import asked, known
from tests.tui.stage import meanwhile, press, said, until
from tests.tui.troubles import order
from tests.worlds import START
from tui.app import BursarApp
from tui.dialogs.conflict import ConflictScreen
from tui.format.glyphs import UNICODE
from tui.session import Session, Settings
from tui.widgets.overlay import Overlay


def operated(
    stand: Stand, uuid: str, worked: Callable[[Pilot[None], BursarApp], Awaitable[None]]
) -> None:
    """Work on a console that lists a consumer."""
    backend = stand.console()
    session = Session(backend, Settings("cloud", glyphs=UNICODE), lambda: micros(START))
    app = BursarApp(session, live=False)

    async def played() -> None:
        async with app.run_test(size=(140, 40)) as pilot:
            forget = backend.watch(lambda head: None)
            await until(pilot, lambda: backend.link.state is LinkState.POLLING)
            await order(pilot, f"allocations {uuid}")
            await until(pilot, lambda: known(pilot))
            await worked(pilot, app)
            forget()
            await backend.close()

    asyncio.run(played())


def test_what_is_read_slowly_is_seen_and_opens_over_nothing_else(stand: Stand) -> None:
    node = stand.provider(VCPU=Stock(16))
    uuid = stand.consumer({node: {"VCPU": 4}})

    async def worked(pilot: Pilot[None], app: BursarApp) -> None:
        goes_on = threading.Event()

        async def held(line: Nasty, request: Request, writer: asyncio.StreamWriter) -> None:
            while not goes_on.is_set():
                await asyncio.sleep(0.01)
            await line.passed(request, writer)

        stand.line.turn(held)
        await pilot.press("e")
        await meanwhile(pilot, lambda: "reading what it is about" in said(app))
        await pilot.press("escape")
        await until(pilot, lambda: "nothing was opened" in said(app))
        await pilot.press("delete")
        await meanwhile(pilot, lambda: "reading what it is about" in said(app))
        await pilot.press("question_mark")
        await meanwhile(pilot, lambda: isinstance(app.screen, Overlay))
        goes_on.set()
        await until(pilot, lambda: any("another screen was" in one.text
                                       for one in app.session.messages))  # fmt: skip
        assert isinstance(app.screen, Overlay)

    operated(stand, uuid, worked)


def test_both_sides_are_shown(stand: Stand) -> None:
    node = stand.provider(VCPU=Stock(16))
    uuid = stand.consumer({node: {"VCPU": 4}})

    async def worked(pilot: Pilot[None], app: BursarApp) -> None:
        await asked(pilot, "delete", reason="lost")
        await stand.change(uuid, {node: {"VCPU": 7}})
        await press(pilot, "enter", *uuid[:8], "enter", "y")
        await until(pilot, lambda: isinstance(app.screen, ConflictScreen))
        told = said(app)
        assert "Changed meanwhile" in told
        sides = told.partition("THEIRS NOW")[2].splitlines()[1]
        assert sides.partition("VCPU")[2].split()[:3] == ["4", "7", "-"]
        await asked(pilot, "r", reason="lost all the same")
        assert "7 -> -" in said(app)
        await press(pilot, "enter", *uuid[:8], "enter", "y")
        await until(pilot, lambda: any("Removed" in one.text for one in app.session.messages))

    operated(stand, uuid, worked)
    assert stand.held(uuid) == {}
