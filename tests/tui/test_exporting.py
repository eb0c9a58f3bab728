"""`x`: what lands in the file, that it is whole, private and new, and that esc leaves nothing."""

from __future__ import annotations

import asyncio
import csv
import json
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from backend.core.errors import Invalid, StorageError
from tests.tui.crowd import crowd
from tests.tui.hostile import poison
from tests.tui.stage import NARROW, SIZES, Stage, meanwhile, play, press, said, settled, until
from tui.app import BursarApp
from tui.dialogs.export import ExportScreen, free_name
from tui.export import PAGE, Wish, to_file
from tui.panes.listpane import ListPane
from tui.widgets.fixed import FixedListing

ALL, SHOWN = 0, 3
FORMS = {"csv": 0, "json": 1, "jsonl": 2}


async def export(pilot: Pilot[None], choice: int, file: str = "") -> None:
    """Open the dialog, choose, name the file, and wait for it."""
    await press(pilot, "x")
    screen = pilot.app.screen
    assert isinstance(screen, ExportScreen)
    screen.query_one(OptionList).highlighted = choice
    await press(pilot, "enter")
    if file:
        screen.query_one("#file", Input).value = file
    await press(pilot, "enter")
    await settled(pilot)


def read(file: Path) -> list[dict[str, Any]]:
    """The rows of an export."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".csv":
        return list(csv.DictReader(text.splitlines()))
    if file.suffix == ".json":
        found: list[dict[str, Any]] = json.loads(text)
        return found
    return [json.loads(one) for one in text.splitlines()]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("digit", ["1", "2", "5", "6"])
def test_every_list_is_written_in_every_format(stage: Stage, digit: str, form: str) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, digit)
        pane = pilot.app.screen
        assert isinstance(pane, ListPane)
        keys = await pane.listing().keys(pane.query_shown)
        await export(pilot, ALL + FORMS[form])
        file = Path(f"{pane.NAME.lower()}.{form}")
        rows = read(file)
        assert len(rows) == len(keys) > 0
        assert file.stat().st_mode & 0o777 == 0o600
        assert f"exported to {file}" in said(pilot.app)

    play(stage.app(), script)


def test_filter_and_order_are_those_of_the_list(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        pane = pilot.app.screen
        assert isinstance(pane, ListPane)
        pane.ask(text="a", sort="name", descending=True)
        await settled(pilot)
        await export(pilot, ALL)
        names = [row["name"] for row in read(Path("projects.csv"))]
        assert names == ["urban.air", "climate.hpc"]

    play(stage.app(), script)


def test_on_screen_is_what_is_on_screen(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "2")
        pane = pilot.app.screen
        assert isinstance(pane, ListPane)
        await until(pilot, lambda: pane.list.shown is not None)
        await press(pilot, "G")
        first, last = pane.list.in_view()
        await export(pilot, SHOWN)
        whole = list(await pane.listing().keys(pane.query_shown))
        assert 0 < first < last < len(whole)
        written = read(Path("quotas.csv"))
        assert len(written) == last - first + 1
        [row] = (await pane.listing().rows([pane.list.cursor_key])).values()
        assert written[-1]["holder"] == row.holder

    crowd(stage.world, 200)
    play(stage.app(), script)


def test_nothing_is_overwritten(stage: Stage) -> None:
    Path("kept.csv").write_text("mine")
    Path("projects.csv").write_text("mine too")

    async def script(pilot: Pilot[None]) -> None:
        await export(pilot, ALL, "kept.csv")
        assert isinstance(pilot.app.screen, ExportScreen)
        assert "kept.csv exists (choose another name" in said(pilot.app)
        pilot.app.screen.query_one("#file", Input).value = ""
        await press(pilot, "enter")
        assert "needs a name" in said(pilot.app)
        await press(pilot, "escape")
        await export(pilot, ALL)
        assert len(read(Path("projects-2.csv"))) == 2

    play(stage.app(), script)
    assert Path("kept.csv").read_text() == "mine"
    assert Path("projects.csv").read_text() == "mine too"


def test_a_file_that_cannot_be_made_is_told(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await export(pilot, SHOWN, "absent/x.csv")
        screen = pilot.app.screen
        assert isinstance(screen, ExportScreen)
        assert "No such file or directory" in said(pilot.app)
        field, rows = screen.query_one("#file", Input), screen.query_one(OptionList)
        assert (field.value, rows.highlighted, field.has_focus) == ("absent/x.csv", SHOWN, True)
        field.value = "n" * 400
        await press(pilot, "enter")
        assert "File name too long" in said(pilot.app)
        assert "No such file or directory" not in said(pilot.app)
        field.value = "-"
        await press(pilot, "enter")
        await settled(pilot)
        assert len(read_dash()) == 3

    def read_dash() -> list[str]:
        return Path("-").read_text().splitlines()

    play(stage.app(), script)


def test_the_name_follows_the_format_until_it_is_typed(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "x", "j")
        field = pilot.app.screen.query_one("#file", Input)
        assert field.value == "projects.json"
        field.value = "mine.txt\x1b"
        await press(pilot, "j")
        assert field.value == "mine.txt␛"

    play(stage.app(), script)


def test_hostile_texts_are_written_safe_and_defused(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        for choice in FORMS.values():
            await export(pilot, choice)

    poison(stage)
    play(stage.app(), script)
    for form in FORMS:
        text = Path(f"projects.{form}").read_text(encoding="utf-8")
        assert all(char == "\n" or char.isprintable() for char in text)
    for row in read(Path("projects.csv")):
        assert not row["name"].startswith(("=", "+", "-", "@", "\t"))


class Slow(FixedListing[Any]):
    """Hands out a page only when told to, and counts what it gave at once."""

    def __init__(self, rows: Sequence[Any]) -> None:
        super().__init__(rows)
        self.most = 0
        self.may = asyncio.Semaphore(0)

    async def rows(self, keys: Sequence[int]) -> Mapping[int, Any]:
        """A page."""
        self.most = max(self.most, len(keys))
        await self.may.acquire()
        return await super().rows(keys)


def test_esc_stops_an_export_and_nothing_is_left(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        app, pane = pilot.app, pilot.app.screen
        assert isinstance(app, BursarApp)
        assert isinstance(pane, ListPane)
        rows = await pane.listing().rows(await pane.listing().keys(pane.query_shown))
        slow = Slow(list(rows.values()))
        monkeypatch.setattr("tui.export.PAGE", 1)
        monkeypatch.setattr(pane, "listing", lambda: slow)
        await pilot.press("x", "enter", "enter")
        slow.may.release()
        await meanwhile(pilot, lambda: "1 of 2 rows" in said(app))
        assert "esc stops" in said(app)
        assert Path("projects.csv.part").exists()
        await pilot.press("x")
        assert app.screen is pane
        assert "one at a time" in app.session.messages[-1].text
        await pilot.press("escape")
        await until(pilot, lambda: "export stopped; nothing was kept" in said(app))
        assert app.session.doing == ""

    play(stage.app(), script)
    assert list(Path().glob("projects*")) == []


def test_who_types_ahead_does_not_wait_for_the_name_that_is_proposed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    may = threading.Event()

    def slowly(name: str, form: str) -> str:
        may.wait(60)
        return free_name(name, form)

    monkeypatch.setattr("tui.dialogs.export.free_name", slowly)

    async def script(pilot: Pilot[None]) -> None:
        await pilot.press("x", "enter")
        dialog = pilot.app.screen
        assert isinstance(dialog, ExportScreen)
        assert dialog.focused is dialog.query_one("#file")
        asyncio.get_running_loop().call_later(0.1, may.set)
        await pilot.press("enter")
        await settled(pilot)
        assert "exported to projects.csv" in said(pilot.app)

    try:
        play(stage.app(), script)
    finally:
        may.set()


def test_rows_are_read_a_page_at_a_time_and_gone_ones_are_left_out(tmp_path: Path) -> None:
    from tui.cli.applications import ApplicationRow

    def row(key: int) -> ApplicationRow:
        return ApplicationRow(key, key, "new", "p", "u", "a", "o", 0, 0, 0, (), "=1+1")

    async def run() -> int:
        slow = Slow([row(key) for key in range(1, 2 * PAGE)])
        slow.may = asyncio.Semaphore(9)
        wish = Wish("all", "csv", str(tmp_path / "a.csv"))
        told: list[int] = []
        count = await to_file(slow, range(1, 2 * PAGE + 2), "applications", wish, told.append)
        assert slow.most == PAGE
        assert told == [PAGE, 2 * PAGE, 2 * PAGE + 1]
        return count

    assert asyncio.run(run()) == 2 * PAGE - 1
    rows = read(tmp_path / "a.csv")
    assert len(rows) == 2 * PAGE - 1
    assert rows[0]["comments"] == "'=1+1"


def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "a.csv"

    class Full(FixedListing[Any]):
        async def rows(self, keys: Sequence[int]) -> Mapping[int, Any]:
            raise OSError(28, "No space left on device")

    async def run() -> None:
        await to_file(Full(), [1], "projects", Wish("all", "csv", str(target)), lambda n: None)

    with pytest.raises(StorageError, match="No space left on device"):
        asyncio.run(run())
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_appeared_meanwhile_is_kept(tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    target.write_text("mine")

    async def run() -> None:
        wish = Wish("all", "csv", str(target))
        await to_file(FixedListing[Any](), [], "projects", wish, lambda n: None)

    with pytest.raises(Invalid, match="exists"):
        asyncio.run(run())
    assert target.read_text() == "mine"


def test_picture_of_a_file_that_cannot_be_made(stage: Stage, snap_compare: Any) -> None:
    """The path that was typed, and below it why it cannot be."""

    async def before(pilot: Pilot[None]) -> None:
        await settled(pilot)
        await export(pilot, ALL, "absent/projects.csv")

    assert snap_compare(stage.app(NARROW), terminal_size=NARROW, run_before=before)


@pytest.mark.parametrize("size", SIZES.values(), ids=list(SIZES))
def test_picture(stage: Stage, snap_compare: Any, size: tuple[int, int]) -> None:
    """Six choices, the first one lit, and the file they go to."""

    async def before(pilot: Pilot[None]) -> None:
        await settled(pilot)
        await press(pilot, "2", "x")

    assert snap_compare(stage.app(size), terminal_size=size, run_before=before)


def test_picture_of_the_copy_menu(stage: Stage, snap_compare: Any) -> None:
    """Three ways to copy a row, in a box of plain signs."""

    async def before(pilot: Pilot[None]) -> None:
        await settled(pilot)
        await press(pilot, "C")

    assert snap_compare(stage.app(NARROW), terminal_size=NARROW, run_before=before)
