"""An operator's session on somebody else's Placement, in pictures: listing, editing, removing."""

from __future__ import annotations

import asyncio

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.pilot import Pilot

from backend.backend import LinkState
from backend.core.runtime import micros
from backend.placement.client import PlacementClient
from backend.placement.model import CreateProvider, ReplaceInventories, Stock
from backend.placement.rules import telling
from backend.placement.service import allocations
from tests.placement.dialect import ME, claim, do
from tests.remote.placement.conftest import Stand
from tests.tui.conftest import Film
from tests.tui.forms.play import form
from tests.tui.stage import NARROW, dialog, press, said, until, write
from tests.tui.troubles import screen
from tests.worlds import START
from tui.app import BursarApp
from tui.format.glyphs import ASCII
from tui.panes.allocations import AllocationsPane
from tui.session import Session, Settings
from tui.widgets.rows import RowSource

NODE = "20000000-0000-4000-8000-000000000002"
MINE, GONE = (f"{n}a1c0000-0000-4000-8000-0000000000e{n}" for n in (5, 6))


@pytest.fixture
def film(snapshot: SnapshotAssertion) -> Film:
    """No pictures yet."""
    return Film(snapshot)


def furnish(stand: Stand) -> None:
    """A node, a consumer that is to hold more of it, and one that is gone elsewhere."""

    async def scene(on: PlacementClient) -> None:
        stocks = {"VCPU": Stock(8, allocation_ratio=2.0)}
        await do(on, CreateProvider(actor=ME, name="node-1", uuid=NODE))
        await do(on, ReplaceInventories(actor=ME, provider=NODE, stocks=stocks, generation=0))
        for uuid, kind in ((MINE, "INSTANCE"), (GONE, "MIGRATION")):
            held = {NODE: {"VCPU": 2}}
            await do(on, claim(uuid, held, project="lab", user="bob", consumer_type=kind))

    stand.elsewhere(scene)


def known(pilot: Pilot[None]) -> bool:
    """Whether the server has said whose the listed consumers are."""
    source = screen(pilot).list.source
    rows = [source.row(n) for n in range(len(source))]
    return bool(rows) and all(row is not None and getattr(row.of, "known", True) for row in rows)


async def asked(pilot: Pilot[None], *keys: str, reason: str) -> None:
    """Press keys that lead to a preview, and give the reason."""
    await press(pilot, *keys)
    await dialog(pilot)
    await write(pilot, reason)


async def consented(pilot: Pilot[None], session: Session, count: int, uses: str) -> None:
    """Carry it out, and wait until the list of so many consumers shows it."""
    await press(pilot, "enter", "y")
    for _ in range(200):
        if isinstance(pilot.app.screen, AllocationsPane):
            await session.read_again()
            screen(pilot).tick()
            if screen(pilot).list.shown == count and uses in said(pilot.app):
                for _ in range(RowSource.MARK_TICKS):
                    screen(pilot).tick()
                return
        await pilot.pause(0.05)
    raise AssertionError(said(pilot.app))


async def worked(pilot: Pilot[None], session: Session, film: Film) -> None:
    """One consumer gets more, another one goes; a picture of each step."""
    await press(pilot, "3", "s", "home", "enter")
    await until(pilot, lambda: known(pilot))
    await film.take(pilot, "1-who-holds-what")
    await press(pilot, "e")
    await form(pilot)
    await asked(pilot, "end", "backspace", "4", "ctrl+s", reason="agreed")
    await film.take(pilot, "2-more-of-it")
    await consented(pilot, session, 2, "VCPU 4 ")
    await film.take(pilot, "3-done")
    await asked(pilot, "j", "delete", reason="lost")
    await press(pilot, "enter")
    await write(pilot, GONE[:8])
    await film.take(pilot, "4-removal")
    await consented(pilot, session, 1, "VCPU 4 ")
    await film.take(pilot, "5-gone")


def test_session(stand: Stand, film: Film, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allocations, "YOUNG", 0)  # a server tells its own time
    monkeypatch.setattr(telling, "age", lambda seconds: "3 d")
    furnish(stand)
    backend = stand.console()
    session = Session(backend, Settings("cloud", glyphs=ASCII), lambda: micros(START))
    app = BursarApp(session, live=False)

    async def played() -> None:
        async with app.run_test(size=NARROW) as pilot:
            forget = backend.watch(lambda head: None)
            await until(pilot, lambda: backend.link.state is LinkState.POLLING)
            await session.read_again()
            await worked(pilot, session, film)
            forget()
            await backend.close()

    asyncio.run(played())
    assert film.changed == []
    assert stand.held(MINE) == {NODE: {"VCPU": 4}}
    assert stand.held(GONE) == {}
