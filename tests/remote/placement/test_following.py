"""What a console says of how fresh it is while others change a Placement, and while none does."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

from textual.pilot import Pilot

from backend.backend import LinkState
from backend.placement.model import Stock
from backend.remote import RemoteBackend
from tests.nasty import Nasty, Request
from tests.remote.conftest import until as follow
from tests.remote.placement.conftest import Stand
from tests.remote.placement.test_session_pictures import known
from tests.tui.stage import WIDE, said, until
from tests.tui.troubles import order, screen
from tui.app import BursarApp
from tui.format.glyphs import UNICODE
from tui.panes.frame import freshness
from tui.session import Session, Settings


def test_a_row_that_went_leaves_its_list_fresh(stand: Stand) -> None:
    node = stand.provider(VCPU=Stock(16))
    uuids = sorted(stand.consumer({node: {"VCPU": 4}}) for _ in range(2))
    backend = stand.console()
    session = Session(backend, Settings("cloud", glyphs=UNICODE, refresh=0.1))
    app = BursarApp(session)

    async def watched(pilot: Pilot[None]) -> None:
        await order(pilot, f"allocations provider:{node}")
        await until(pilot, lambda: known(pilot) and "Generation  1" in said(app))
        gone = screen(pilot).list.cursor_row
        assert gone is not None
        await stand.change(gone.of.uuid, {})
        await until(pilot, lambda: screen(pilot).list.shown == 1)
        left = next(uuid for uuid in uuids if uuid != gone.of.uuid)
        await stand.change(left, {node: {"VCPU": 7}})
        await until(pilot, lambda: "VCPU 7" in said(app))
        assert session.failure is None
        assert not [one.text for one in session.messages if "there is no" in one.text]
        assert str(freshness(session)[0]).startswith("polled")

    async def played() -> None:
        async with app.run_test(size=WIDE) as pilot:
            await watched(pilot)
        await backend.close()

    asyncio.run(played())


def test_an_answer_without_news_is_heard_and_silence_is_not(stand: Stand) -> None:
    stand.provider(VCPU=Stock(16))
    asked = threading.Event()

    async def hung(nasty: Nasty, request: Request, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await asyncio.sleep(60)

    async def scene(backend: RemoteBackend) -> None:
        await backend.badges()

        async def polled() -> bool:
            return backend.link.state is LinkState.POLLING

        await follow(backend, polled)
        forget = backend.watch(lambda _: None)
        first = backend.link.heard
        await _soon(lambda: backend.link.heard > first)
        stand.line.turn(hung)
        await _soon(asked.is_set)
        await asyncio.sleep(0.2)  # others that were under way are answered
        last = backend.link.heard
        await asyncio.sleep(0.2)
        assert (backend.link.state, backend.link.heard) == (LinkState.POLLING, last)
        forget()

    stand.play(scene)


async def _soon(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not holds():
            await asyncio.sleep(0.01)
