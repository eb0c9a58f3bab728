"""Playing on a portal: its allocations by name, dialogs that get what they ask for."""

from __future__ import annotations

from textual.pilot import Pilot

from tests.tui.portals import Clocked
from tests.tui.stage import dialog, press, until, write
from tests.tui.troubles import listed, order
from tui.app import BursarApp
from tui.dialogs.confirm import ConfirmScreen


async def at(pilot: Pilot[None], name: str) -> None:
    """Put the cursor on an allocation."""
    await order(pilot, f"allocations name={name}")
    await listed(pilot, lambda count: count == 1)


async def agreed(pilot: Pilot[None]) -> ConfirmScreen:
    """Give a dialog what it asks for."""
    shown = await dialog(pilot)
    await write(pilot, "as agreed")
    await press(pilot, "enter")
    if shown.consent.needs_name:
        await write(pilot, shown.consent.target)
        await press(pilot, "enter")
    await until(pilot, lambda: shown.armed and not shown.resting)
    await press(pilot, "y")
    await until(pilot, lambda: pilot.app.screen is not shown)
    return shown


async def worked(pilot: Pilot[None], p: Clocked) -> None:
    """Let the scheduler work, and the console hear of it."""
    p.run()
    await press(pilot, "r")


def uuid_of(p: Clocked, name: str) -> str:
    """The uuid of the allocation with a name."""
    found = p.see(
        lambda tx: tx.scalar("SELECT uuid FROM portal_allocation WHERE name = ?", (name,))
    )
    assert isinstance(found, str)
    return found


def messages(pilot: Pilot[None]) -> str:
    """Everything that was said."""
    assert isinstance(pilot.app, BursarApp)
    return "\n".join(one.text for one in pilot.app.session.messages)
