"""An operator at a console on somebody else's Waldur: whatever is done ends in the right state on
screen, and a token that expires loses nothing."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response
from textual.pilot import Pilot
from textual.widgets import Input

from backend.backend import LinkState
from backend.credentials import Source
from backend.remote import Pace
from backend.tokens import Tokens
from tests.remote.openportal.conftest import URL, Stand
from tests.remote.openportal.waldur import MEMBER, NEWER, STAFF, SUPPORT, page
from tests.tui.forms.play import fill, form
from tests.tui.panes.harbour import agreed, at
from tests.tui.stage import (
    NARROW,
    WIDE,
    dialog,
    listens,
    meanwhile,
    play,
    press,
    said,
    until,
    write,
)
from tests.tui.troubles import listed, order, screen
from tui.app import BursarApp
from tui.dialogs.confirm import ConfirmScreen
from tui.dialogs.signin import SignInScreen
from tui.session import Session, Settings
from tui.signin import SignIn

CALM = Pace(quick=0.1, whole=0.3, lists=0.3, busy=0.1, longest=0.2, looks=(0.0, 0.05))
WALLS = re.compile(r"[│\s]+")
"""What stands between the words of a dialog."""
Script = Callable[[Pilot[None]], Awaitable[None]]


def watched(stand: Stand, script: Script, token: str = STAFF) -> None:
    """Play with a live console."""
    backend = stand.console(token, CALM)
    try:
        play(BursarApp(Session(backend, Settings("portal", refresh=0.2)), live=True), script, WIDE)
    finally:
        asyncio.run(backend.close())


def signing_in(
    stand: Stand, folder: Path, script: Script, pace: Pace = CALM, size: tuple[int, int] = WIDE
) -> None:
    """Play with a live console that has its token from a file and asks for another."""
    kept = folder / "token"
    kept.write_text(STAFF)
    kept.chmod(0o600)
    sign_in = SignIn()
    backend = stand.console(Tokens(Source(file=kept), "portal", URL, sign_in), pace)
    session = Session(backend, Settings("portal", refresh=0.2))
    session.sign_in = sign_in
    try:
        play(BursarApp(session, live=True), script, size)
    finally:
        asyncio.run(backend.close())


async def shows(pilot: Pilot[None], pattern: str) -> None:
    """Wait until it is on screen."""
    await until(pilot, lambda: re.search(pattern, said(pilot.app)) is not None)


def messages(pilot: Pilot[None]) -> str:
    """Everything that was said."""
    assert isinstance(pilot.app, BursarApp)
    return "\n".join(one.text for one in pilot.app.session.messages)


def test_a_limit_ends_as_it_was_asked_for(stand: Stand) -> None:
    uuid = stand.waldur.allocation("climate")

    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, "climate")
        await press(pilot, "L", *["backspace"] * 3, *"250", "enter")
        await agreed(pilot)
        await shows(pilot, r"climate +climate +OK +0 of 250")
        await until(pilot, lambda: "limit of climate on isambard: OK" in messages(pilot))

    watched(stand, script)
    assert stand.waldur.rows[uuid]["node_limit"] == 250


def test_a_pull_shows_what_was_used(stand: Stand) -> None:
    stand.waldur.allocation("climate")

    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, "climate")
        await press(pilot, "P")
        await agreed(pilot)
        await shows(pilot, r"climate +climate +OK +86\.4 of 100")

    watched(stand, script)


def test_a_pull_that_fails_is_erred_with_why(stand: Stand) -> None:
    stand.waldur.allocation("climate")
    stand.waldur.breaks.add("pull")

    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, "climate")
        await press(pilot, "P")
        await agreed(pilot)
        await until(pilot, lambda: "ERRED: cannot pull" in messages(pilot))
        await shows(pilot, r"climate +climate +ERRED")

    watched(stand, script)


def test_a_deletion_ends_with_the_row_gone(stand: Stand) -> None:
    stand.waldur.allocation("climate")
    stand.waldur.allocation("other")

    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, "climate")
        await press(pilot, "delete")
        assert (await agreed(pilot)).consent.needs_name
        await until(pilot, lambda: screen(pilot).list.shown == 0)
        await until(pilot, lambda: "climate on isambard is deleted" in messages(pilot))

    watched(stand, script)
    assert [one["name"] for one in stand.waldur.rows.values()] == ["other"]


def test_what_hangs_is_marked_and_unlinked(stand: Stand) -> None:
    stand.waldur.allocation("climate", state="DELETING")
    stand.waldur.frozen = True

    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, "climate")
        await press(pilot, "X")
        await agreed(pilot)
        await shows(pilot, r"climate +climate +ERRED")
        await press(pilot, "O")
        await agreed(pilot)
        await shows(pilot, r"climate +climate +OK")
        await press(pilot, "U")
        assert (await agreed(pilot)).consent.needs_name
        await until(pilot, lambda: screen(pilot).list.shown == 0)

    watched(stand, script)
    assert stand.waldur.rows == {}


def test_a_server_without_marks_dims_them(stand: Stand) -> None:
    stand.waldur.old = True
    stand.waldur.allocation("climate", state="ERRED")

    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, "climate")
        await press(pilot, "O")
        shown = await dialog(pilot)
        await write(pilot, "well again")
        await press(pilot, "enter", "y")
        await until(pilot, lambda: "older and has no marks" in said(pilot.app))
        await press(pilot, "escape")
        await until(pilot, lambda: pilot.app.screen is not shown)
        await press(pilot, "X")
        assert "older and has no marks" in said(pilot.app)

    watched(stand, script)
    assert len(stand.waldur.written) == 1


def test_the_record_is_edited(stand: Stand) -> None:
    uuid = stand.waldur.allocation("climate")

    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, "climate")
        await press(pilot, "e")
        await form(pilot)
        await fill(pilot, description="for ice")
        await press(pilot, "ctrl+s")
        await agreed(pilot)

    watched(stand, script)
    assert stand.waldur.rows[uuid]["description"] == "for ice"


def test_a_new_one_is_made_and_the_servers_own_limit_is_told(stand: Stand) -> None:
    stand.waldur.allocation("climate")

    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, "climate")
        await press(pilot, "n")
        await form(pilot)
        await fill(pilot, service="isambard", name="fresh", node_limit="77")
        await press(pilot, "ctrl+s")
        await agreed(pilot)
        await until(pilot, lambda: "creation of fresh on isambard: OK" in messages(pilot))
        told = "fresh: the server set its limit to 1,000, 77 node-hours were asked for"
        await until(pilot, lambda: told in said(pilot.app) or told in messages(pilot))

    watched(stand, script)


def test_an_award_is_approved_from_the_queue(stand: Stand) -> None:
    stand.waldur.service("isambard")
    stand.waldur.award("u6ac.brics", "brics.clusters.isambard")

    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "awards")
        await listed(pilot, lambda count: count == 1)
        await press(pilot, "A")
        await agreed(pilot)
        await shows(pilot, r"u6ac\.brics.* approved")

    watched(stand, script)
    (award,) = stand.waldur.awards.values()
    assert (award["state"], award["review_comment"]) == ("approved", "as agreed")


def test_o61_a_page_of_an_error_is_a_short_message(stand: Stand) -> None:
    stand.waldur.allocation("climate")

    def fails(request: Request) -> Response | None:
        long = f"<h1>Server Error (500)</h1>{'<p>Traceback' * 99}"
        return page(500, long) if request.method == "POST" else None

    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, "climate")
        stand.waldur.meddle = fails
        await press(pilot, "L", *["backspace"] * 3, *"250", "enter")
        await dialog(pilot)
        await write(pilot, "as agreed")
        await press(pilot, "enter", "y")
        await shows(pilot, r"the\s+server\s+does\s+not\s+show\s+it")
        assert "Traceback" not in said(pilot.app)
        await press(pilot, "escape")
        await shows(pilot, r"climate +climate +OK +0 of 100")

    watched(stand, script)
    assert len(stand.waldur.written) == 1


@pytest.mark.parametrize(
    ("token", "told"), [(SUPPORT, "your role is viewer"), (MEMBER, "only staff")]
)
def test_what_is_not_ones_own_to_do_says_so(stand: Stand, token: str, told: str) -> None:
    stand.waldur.allocation("climate")

    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, "climate")
        await press(pilot, "L")
        assert told in said(pilot.app)

    watched(stand, script, token)


def test_o60_a_token_that_expires_is_asked_for_and_nothing_is_lost(
    stand: Stand, tmp_path: Path
) -> None:
    uuid = stand.waldur.allocation("climate")

    def expires(request: Request) -> Response | None:
        if request.method == "POST":
            stand.waldur.dead.add(STAFF)
        return None

    async def script(pilot: Pilot[None]) -> None:
        await at(pilot, "climate")
        stand.waldur.meddle = expires
        await press(pilot, "L", *["backspace"] * 3, *"250", "enter")
        await dialog(pilot)
        await write(pilot, "as agreed")
        await press(pilot, "enter", "y")
        await until(pilot, lambda: isinstance(pilot.app.screen, SignInScreen))
        prompt = pilot.app.screen
        assert isinstance(prompt, SignInScreen)
        await until(pilot, lambda: prompt.armed)
        assert re.search(r"is refused: \S+ Token\s+has", WALLS.sub(" ", said(pilot.app)))
        assert "signed out" in said(pilot.app)
        assert STAFF not in said(pilot.app)
        prompt.query_one(Input).insert_text_at_cursor(NEWER)
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen is not prompt)
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
        assert "decide it again" in WALLS.sub(" ", said(pilot.app))
        await press(pilot, "escape")
        await shows(pilot, r"climate +climate +OK +0 of 100")
        await until(pilot, lambda: "polled" in said(pilot.app))

    signing_in(stand, tmp_path, script)
    assert len(stand.waldur.written) == 1
    assert stand.waldur.rows[uuid]["node_limit"] == 100


def test_a_wrong_token_is_asked_for_again_at_once(stand: Stand, tmp_path: Path) -> None:
    """Where nobody but the poller asks, which waits after a failure."""
    stand.waldur.allocation("climate")

    async def script(pilot: Pilot[None]) -> None:
        await order(pilot, "allocations")
        await listed(pilot, lambda count: count == 1)
        stand.waldur.dead.add(STAFF)
        await prompted(pilot, "the token of token_file is refused")
        await offered(pilot, "9" * 40)
        await prompted(pilot, "the typed token is refused")
        assert isinstance(pilot.app, BursarApp)
        assert pilot.app.session.backend.link.state is LinkState.POLLING  # the request goes on
        await offered(pilot, NEWER)
        await until(pilot, lambda: "polled" in said(pilot.app).splitlines()[0])

    signing_in(stand, tmp_path, script, size=NARROW)


def test_r_asks_again_at_once_who_declined_to_sign_in(stand: Stand, tmp_path: Path) -> None:
    """However long the poller would wait."""
    stand.waldur.allocation("climate")
    stand.waldur.dead.add(STAFF)

    async def script(pilot: Pilot[None]) -> None:
        await prompted(pilot, "refused")
        await press(pilot, "escape")
        await until(pilot, lambda: "signed out, r asks again" in said(pilot.app))
        await press(pilot, "r")
        await prompted(pilot, "refused")
        await offered(pilot, NEWER)
        await until(pilot, lambda: "polled" in said(pilot.app).splitlines()[0])

    signing_in(stand, tmp_path, script, replace(CALM, quick=600, longest=600), NARROW)


async def prompted(pilot: Pilot[None], pattern: str) -> None:
    """Wait until a token is asked for, for this reason."""

    def asks() -> bool:
        words = WALLS.sub(" ", said(pilot.app))
        here = isinstance(pilot.app.screen, SignInScreen) and listens(pilot.app.screen)
        return here and re.search(pattern, words) is not None

    await meanwhile(pilot, asks)


async def offered(pilot: Pilot[None], token: str) -> None:
    """Give a token, and wait until the prompt is gone."""
    prompt = pilot.app.screen
    prompt.query_one(Input).insert_text_at_cursor(token)
    await pilot.pause()
    await pilot.press("enter")
    await meanwhile(pilot, lambda: pilot.app.screen is not prompt)
