"""What tests do with a form on screen."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from textual.drivers.headless_driver import HeadlessDriver
from textual.pilot import Pilot

from tests.tui.stage import press, settled, until
from tui.dialogs.confirm import ConfirmScreen
from tui.dialogs.question import Answered
from tui.forms.screen import FormScreen

STATE = Path("state")
"""Where consoles of a stage keep drafts, below the folder of the test."""


async def form(pilot: Pilot[None]) -> FormScreen:
    """The form once it listens."""
    app = pilot.app
    await until(pilot, lambda: isinstance(app.screen, FormScreen) and app.focused is not None)
    screen = app.screen
    assert isinstance(screen, FormScreen)
    return screen


async def closed(pilot: Pilot[None]) -> None:
    """Wait until the form is gone."""
    await until(pilot, lambda: not isinstance(pilot.app.screen, FormScreen | ConfirmScreen))


async def question(pilot: Pilot[None]) -> None:
    """Wait until something is asked."""
    await until(pilot, lambda: isinstance(pilot.app.screen, Answered))


async def fill(pilot: Pilot[None], **values: str) -> FormScreen:
    """Type into fields, as if by hand."""
    screen = await form(pilot)
    for id, text in values.items():
        name = id if id in screen.typed else id.replace("__", ".")
        screen._controls[name].put(text)
    await settled(pilot)
    return screen


async def change_in_place(pilot: Pilot[None], key: str = "e") -> None:
    """Open the form that changes the project under the cursor in place."""
    await press(pilot, key)
    await until(pilot, lambda: bool(pilot.app.screen.query("#choice")))
    await press(pilot, "down", "enter")


def editor(patch: pytest.MonkeyPatch, script: str) -> None:
    """Make this shell script the editor; its file is `$1`. The terminal is given up for it in
    name only."""
    file = Path("an editor")
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    patch.setenv("EDITOR", f"'{file.absolute()}'")
    patch.delenv("VISUAL", raising=False)
    patch.setattr(HeadlessDriver, "can_suspend", property(lambda self: True))
    for method in ("suspend_application_mode", "resume_application_mode"):
        patch.setattr(HeadlessDriver, method, lambda self: None)
