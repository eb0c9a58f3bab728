"""Playing on the table of a pane."""

from __future__ import annotations

from typing import Any

import pytest
from textual.geometry import Region
from textual.pilot import Pilot

from backend.quotas.model import QuotaRow
from tests.tui.stage import Script, Stage, play, press, settled, until
from tui.panes.listpane import ListPane
from tui.widgets.table import ResourceTable


def on_quotas(stage: Stage, script: Script, size: tuple[int, int] = (80, 24)) -> None:
    """Play on the Quotas pane."""
    on_pane(stage, "2", script, size)


def on_pane(stage: Stage, digit: str, script: Script, size: tuple[int, int] = (80, 24)) -> None:
    """Play on a pane once its list is there."""

    async def run(pilot: Pilot[None]) -> None:
        await press(pilot, digit)
        await until(pilot, lambda: table(pilot).shown is not None)
        await script(pilot)

    play(stage.app(size), run, size)


def table(pilot: Pilot[None]) -> ResourceTable[QuotaRow]:
    screen = pilot.app.screen
    assert isinstance(screen, ListPane)
    return screen.list


def shown(pilot: Pilot[None]) -> list[str]:
    """The lines of the table as text."""
    widget = table(pilot)
    return [widget.render_line(y).text for y in range(widget.size.height)]


def cursor_line(pilot: Pilot[None]) -> str:
    return next(line for line in shown(pilot)[1:] if line.startswith(">"))


def under(pilot: Pilot[None]) -> str:
    """Whose row the cursor is on."""
    row = table(pilot).cursor_row
    assert row is not None
    return f"{row.holder} {row.resource}"


def regions(widget: Any, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Region, ...]]:
    """What a widget asks to have painted from now on."""
    asked: list[tuple[Region, ...]] = []
    original = widget.refresh

    def refresh(*wanted: Region, **options: Any) -> Any:
        asked.append(wanted)
        return original(*wanted, **options)

    monkeypatch.setattr(widget, "refresh", refresh)
    return asked


def calls(listing: Any, method: str, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What a method of a listing is given from now on."""
    asked: list[Any] = []
    original = getattr(listing, method)

    async def noted(given: Any) -> Any:
        asked.append(given)
        return await original(given)

    monkeypatch.setattr(listing, method, noted)
    return asked


async def until_row(pilot: Pilot[None], holder: str, resource: str, project: str) -> None:
    """Put the cursor on a row."""
    source = table(pilot).source
    for index in range(len(source)):
        row = source.row(index)
        wanted = (holder, resource, project)
        if row is not None and (row.holder, row.resource, row.project_id) == wanted:
            table(pilot).move_to(index)
            await settled(pilot)
            return
    raise AssertionError(holder)


async def reread(pilot: Pilot[None]) -> None:
    """A change was heard of, after the operator rested."""
    widget = table(pilot)
    widget._reader.last_move = widget._reader._due = 0.0
    await widget.refresh_rows()
    await settled(pilot)


async def reread_now(pilot: Pilot[None]) -> None:
    """The operator rested."""
    widget = table(pilot)
    widget._reader.last_move = 0.0
    assert widget._following is not None
    widget._following.stop()
    widget._follow()
    await settled(pilot)
