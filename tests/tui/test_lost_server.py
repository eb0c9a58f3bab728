"""A server that is gone: a list and a form say so to the end, and no longer than it is so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from tests.tui.afar import Afar, afar, arrived, left
from tests.tui.forms.play import form
from tests.tui.stage import dialog, play, press, said, until


@pytest.fixture
def far(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Afar]:
    monkeypatch.chdir(tmp_path)
    with afar(Path()) as found:
        yield found


def test_a_list_that_cannot_be_read_says_why_to_the_end(far: Afar) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: "Unreachable" in said(pilot.app))
        shown = " ".join(said(pilot.app).split())
        assert "Connection refused (is it running, and the URL right?)" in shown
        await left(pilot)

    far.line.refuse()
    play(far.app(), script)


def test_a_confirm_says_that_the_server_is_back(far: Afar) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await arrived(pilot)
        await press(pilot, "a", "A")
        screen = await dialog(pilot)
        notice = screen.query_one("#notice", Static)
        far.line.refuse()
        await until(pilot, lambda: screen.session.lost)
        screen.refresh_figures()
        await until(pilot, lambda: "! Unreachable" in str(notice.render()))
        far.line.begin()
        await until(pilot, lambda: "answers again" in str(notice.render()))
        await press(pilot, "escape")
        await left(pilot)

    play(far.app(), script)


def test_a_form_says_that_the_server_is_back(far: Afar) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await arrived(pilot)
        await press(pilot, "n")
        screen = await form(pilot)
        notice = screen.query_one("#notice", Static)
        far.line.refuse()
        await until(pilot, lambda: screen.session.lost)
        screen._controls["applicant"].put("m@uni.example")
        await until(pilot, lambda: "! Unreachable" in str(notice.render()))
        far.line.begin()
        await until(pilot, lambda: "answers again" in str(notice.render()))
        assert "Unreachable" not in str(notice.render())
        await left(pilot)

    play(far.app(), script)
