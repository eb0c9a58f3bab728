"""An operator on somebody else's NICo: what is seen, and a change that is overtaken."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from textual.pilot import Pilot

from backend.backend import LinkState
from backend.core.runtime import micros
from tests.nasty import FAULTS
from tests.nico.cloud import B16, G100, T2
from tests.remote.nico import strange
from tests.remote.nico.conftest import Stand
from tests.tui.afar import FOLLOWED, arrived, fresh, left, pane
from tests.tui.forms.play import fill, form
from tests.tui.stage import dialog, play, press, said, until, write
from tests.tui.test_nasty_servers import SOME, keys_work
from tests.tui.troubles import listed, order
from tests.worlds import START
from tui.app import BursarApp
from tui.dialogs.confirm import ConfirmScreen
from tui.format.glyphs import UNICODE
from tui.session import Session, Settings

Worked = Callable[[Pilot[None], BursarApp], Awaitable[None]]


def operated(stand: Stand, worked: Worked, who: str = "admin") -> None:
    """Work on a console."""
    backend = stand.console(who)
    app = BursarApp(
        Session(backend, Settings("metal", glyphs=UNICODE), lambda: micros(START)), live=False
    )

    async def played() -> None:
        async with app.run_test(size=(140, 40)) as pilot:
            forget = backend.watch(lambda head: None)
            await until(pilot, lambda: backend.link.state is LinkState.POLLING)
            await app.session.read_again()
            await worked(pilot, app)
            forget()
            await backend.close()

    asyncio.run(played())


async def at(pilot: Pilot[None], name: str) -> None:
    """Have the constraint of this allocation alone on screen."""
    await order(pilot, f"constraints name={name}")
    await listed(pilot, lambda count: count == 1)


async def previewed(pilot: Pilot[None], value: str) -> None:
    """Ask for another value, up to the reason."""
    await press(pilot, "e")
    await form(pilot)
    await fill(pilot, value=value)
    await press(pilot, "ctrl+s")
    await dialog(pilot)
    await write(pilot, "agreed")


def test_a_change_that_is_overtaken_is_decided_again(stand: Stand) -> None:
    uuid = stand.cloud.give(G100, 4, name="train")

    async def worked(pilot: Pilot[None], app: BursarApp) -> None:
        await at(pilot, "train")
        await previewed(pilot, "6")
        assert "4 -> 6" in said(app)
        stand.cloud.set(uuid, 5)
        await press(pilot, "enter", "y")
        await until(pilot, lambda: "5 -> 6" in said(app))
        assert isinstance(app.screen, ConfirmScreen)
        assert stand.sent == []
        assert stand.cloud.value(uuid) == 5
        await dialog(pilot)
        await press(pilot, "enter", "y")
        await until(pilot, lambda: any("set to 6" in one.text for one in app.session.messages))

    operated(stand, worked)
    assert stand.cloud.value(uuid) == 6
    assert len(stand.sent) == 1


def test_a_network_that_would_be_another_one_meanwhile_is_shown_again(stand: Stand) -> None:
    uuid = stand.cloud.give(B16, 24, name="net")

    async def worked(pilot: Pilot[None], app: BursarApp) -> None:
        await at(pilot, "net")
        await previewed(pilot, "/23")
        assert "10.20.0.0/24 -> 10.20.0.0/23" in said(app)
        stand.cloud.give(B16, 24, T2)
        await press(pilot, "enter", "y")
        await until(pilot, lambda: "10.20.0.0/24 -> 10.20.2.0/23" in said(app))
        assert "moves to another network" in said(app)
        assert stand.sent == []

    operated(stand, worked)
    assert stand.cloud.cidr(uuid) == "10.20.0.0/24"


def test_who_may_only_see_is_told_why(stand: Stand) -> None:
    stand.cloud.give(G100, 4, name="train")

    async def worked(pilot: Pilot[None], app: BursarApp) -> None:
        for where in ("constraints", "allocations"):
            await order(pilot, f"{where} name=train")
            await listed(pilot, lambda count: count == 1)
            assert not any(word in said(app) for word in ("edits the value", "sets the value"))
            for key in ("e", "delete", "L", "n") if where == "allocations" else ("e",):
                app.session.messages.clear()
                await press(pilot, key)
                assert "NICo: this organisation is a tenant" in said(app), (where, key)
        await press(pilot, "P")
        assert "allocations of NICo have no such thing" in said(app)
        assert "metal  RO" in said(app)
        for where in ("types", "blocks"):
            await order(pilot, where)
            await until(pilot, lambda: "are shown with what others have" in said(app))

    operated(stand, worked, "user")


@pytest.mark.parametrize("name", SOME)
def test_a_console_on_a_nico_survives_it_and_recovers_by_itself(stand: Stand, name: str) -> None:
    for other in ("train", "eval"):
        stand.cloud.give(G100, 2, name=other)
    settings = Settings("metal", glyphs=UNICODE, refresh=0.2)
    app = BursarApp(Session(stand.console(), settings), live=True)

    async def script(pilot: Pilot[None]) -> None:
        await arrived(pilot)
        await press(pilot, "4")
        await arrived(pilot)
        await press(pilot, "space", "k")
        marked, key = dict(pane(pilot).state.marked), pane(pilot).list.cursor_key
        stand.line.turn(FAULTS[name])
        await until(pilot, lambda: not fresh(pilot).startswith(FOLLOWED))
        await keys_work(pilot)
        assert "train" in said(app)
        assert "\x1b" not in said(app)
        stand.line.turn(None)
        await until(pilot, lambda: fresh(pilot).startswith(FOLLOWED))
        await until(pilot, lambda: app.session.failure is None)
        assert (dict(pane(pilot).state.marked), pane(pilot).list.cursor_key) == (marked, key)
        await left(pilot)

    play(app, script)


@pytest.mark.parametrize("habit", ["newer", "bare"])
def test_what_is_strange_is_opened_all_the_same(stand: Stand, habit: str) -> None:
    uuid = stand.cloud.give(B16, 24, name="net")
    stand.cloud.hold(uuid, subnet=True)
    stand.cloud.hold(uuid, subnet=False)
    stand.strange.turns.append(strange.HABITS[habit])

    async def worked(pilot: Pilot[None], app: BursarApp) -> None:
        await at(pilot, "net")
        await press(pilot, "enter")
        await until(pilot, lambda: "IN THE WAY OF DELETING IT" in said(app))
        told = said(app)
        assert told.count("2 subnets or VPC prefixes in 10.20.0.0/24") == 1
        assert ("Burst" in told) is (habit == "newer")
        await order(pilot, "types")
        await until(pilot, lambda: "g100" in said(app))
        await order(pilot, "blocks")
        await until(pilot, lambda: "10.20.0.0/16" in said(app))

    operated(stand, worked)
