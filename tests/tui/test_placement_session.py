"""One operator's session on Placement, step by step, as different terminals show it: who is over,
who fills it, an inventory set right, a share taken away, orphans found and removed."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from textual.pilot import Pilot

from backend.core.errors import NotFound
from backend.core.listing import Query
from tests.tui.conftest import Film
from tests.tui.stage import Stage, set_up, until
from tests.tui.stock import BIG, MOVING, NOBODYS, ONE, RAM, TWO, VCPU, WEB, held, stocked
from tests.tui.test_operator_session import Terminal, done, settled_screen
from tui.app import BursarApp
from tui.format.glyphs import ASCII, UNICODE
from tui.panes.allocations import AllocationsPane
from tui.session import Session, Settings

LIVE = "live-ids"
TERMINALS = {
    "80x24-ascii-nocolor": Terminal((80, 24), ASCII, no_color=True),
    "140x40": Terminal((140, 40), UNICODE),
}
STEPS: Mapping[str, Sequence[str]] = {
    "1-what-is-over": ("4", "t", "o"),
    "2-who-fills-it": ("enter", "G"),
    "3-room-for-it": ("escape", "e", "end", "backspace", "6", "ctrl+s"),
    "4-a-share": ("enter", "y", "3", "j", "j", "U", "down", "enter", *"moved"),
    "5-what-is-left": ("enter", "y", "enter"),
    "6-orphans": ("escape", ":", *"orphans", "space", *LIVE, "enter"),
    "7-all-at-once": ("delete", *"lost", "enter", *"remove 2"),
    "8-gone": ("enter", "y", "escape"),
}
"""What is pressed before each picture; every step goes on from the one before."""


@pytest.fixture
def cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A stage with a Placement, and a file that knows two of its four consumers."""
    monkeypatch.chdir(tmp_path)
    Path(LIVE).write_text(f"{WEB}\n{MOVING}\n")
    with set_up(Path()) as made:
        stocked(made)
        made.world.clock.goes = False
        os.utime(LIVE, (listed := made.world.clock.at.timestamp() + 300, listed))
        yield made


async def played(pilot: Pilot[None], film: Film) -> None:
    """All steps, with a picture after each."""
    await settled_screen(pilot)
    for step, keys in STEPS.items():
        await done(pilot, keys)
        if step == "6-orphans":
            await until(pilot, lambda: _marked(pilot) == 2)
        await settled_screen(pilot)
        await film.take(pilot, step)


def _marked(pilot: Pilot[None]) -> int:
    screen = pilot.app.screen
    if not isinstance(screen, AllocationsPane) or screen.query_shown.text != "marked":
        return 0
    return screen.list.shown or 0


@pytest.mark.parametrize("name", TERMINALS)
def test_session(cloud: Stage, film: Film, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    terminal = TERMINALS[name]
    if terminal.no_color:
        monkeypatch.setenv("NO_COLOR", "1")
    settings = Settings(glyphs=terminal.glyphs, theme=terminal.theme)
    app = BursarApp(Session(cloud.backend, settings, cloud.app().session.now), live=False)

    async def working() -> None:
        async with app.run_test(size=terminal.size) as pilot:
            await played(pilot, film)
        await _is_done(cloud)

    asyncio.run(working())
    assert film.changed == []


async def _is_done(stage: Stage) -> None:
    """What the session was for."""
    assert await held(stage, MOVING) == {"compute-01": {VCPU: 4}}
    assert set(await held(stage, WEB)) == {"compute-01", "storage-pool"}
    for gone in (BIG, NOBODYS):
        with pytest.raises(NotFound):
            await stage.backend.placement.consumer_named(gone)
    rows = await stage.backend.placement.inventories.page(Query(), 10)
    figures = {(row.provider, row.resource_class): row for row in rows}
    assert (figures[ONE, VCPU].stock.total, figures[ONE, VCPU].used) == (16, 12)
    assert figures[TWO, RAM].used == 0
