"""One operator's session, step by step, as three very different terminals show it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from rich import console as rich_console
from rich.terminal_theme import DEFAULT_TERMINAL_THEME
from textual.pilot import Pilot
from textual.widgets import Input

from tests.tui.conftest import Film
from tests.tui.stage import Stage, listens, press, set_up, stuck, until
from tests.worlds import CPU
from tui.app import BursarApp
from tui.dialogs.asking import AskingDialog
from tui.format.glyphs import ASCII, UNICODE, Glyphs
from tui.session import Session, Settings

VAST = (200, 60)


@dataclass(frozen=True, slots=True)
class Terminal:
    """A terminal to work at."""

    size: tuple[int, int]
    glyphs: Glyphs
    theme: str = ""
    no_color: bool = False


TERMINALS = {
    "80x24-ascii-nocolor": Terminal((80, 24), ASCII, no_color=True),
    "80x24-ansi-light": Terminal((80, 24), UNICODE, theme="ansi"),
    "200x60": Terminal(VAST, UNICODE),
}

STEPS: Mapping[str, Sequence[str]] = {
    "1-what-waits": ("t", "enter"),
    "2-decision": ("a", "A", *"agreed", "enter"),
    "3-who-fills-it": ("escape", "escape", "J", "enter", "G", "k", "i"),
    "4-all-at-once": ("escape", "5", "*", "X", *"lost"),
    "5-results": ("enter", *"reject 4", "enter", "y"),
}
"""What is pressed before each picture; every step goes on from the one before."""


@pytest.fixture
def busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A stage with four commissions that are stuck; how often it is read shows nowhere."""
    monkeypatch.chdir(tmp_path)
    with set_up(Path()) as made:
        for _ in range(3):
            stuck(made.world, made.project, ((CPU, 1),))
        made.world.clock.goes = False
        yield made


async def settled_screen(pilot: Pilot[None]) -> None:
    """Wait until a dialog listens and everything is read."""

    def still() -> bool:
        screen = pilot.app.screen
        return not isinstance(screen, AskingDialog) or (listens(screen) and not screen.applying)

    await until(pilot, still)


async def done(pilot: Pilot[None], keys: Sequence[str]) -> None:
    """Press keys; letters into a field that has the focus are typed."""
    for key in keys:
        focused = pilot.app.focused
        if isinstance(focused, Input) and len(key) == 1:
            focused.insert_text_at_cursor(key)
            await pilot.pause()
        else:
            await press(pilot, key)
            await settled_screen(pilot)


async def played(pilot: Pilot[None], film: Film) -> None:
    """All steps, with a picture after each."""
    await settled_screen(pilot)
    for step, keys in STEPS.items():
        await done(pilot, keys)
        await settled_screen(pilot)
        await film.take(pilot, step)


@pytest.mark.parametrize("name", TERMINALS)
def test_session(busy: Stage, film: Film, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    terminal = TERMINALS[name]
    if terminal.no_color:
        monkeypatch.setenv("NO_COLOR", "1")
    if terminal.theme:
        monkeypatch.setattr(rich_console, "SVG_EXPORT_THEME", DEFAULT_TERMINAL_THEME)

    now = busy.app().session.now
    settings = Settings(glyphs=terminal.glyphs, theme=terminal.theme)
    app = BursarApp(Session(busy.backend, settings, now), live=False)

    async def working() -> None:
        async with app.run_test(size=terminal.size) as pilot:
            await played(pilot, film)

    asyncio.run(working())
    assert film.changed == []
