"""What `c` and `C` copy, where long texts go, and that nothing copied acts on a terminal."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList

from backend.core.plan import WireRequest
from tests.tui.hostile import poison
from tests.tui.stage import (
    NARROW,
    SIZES,
    WIDE,
    Stage,
    dialog,
    play,
    press,
    review,
    said,
)
from tui.clipboard import LARGEST, encoded_size
from tui.format.requests import curl
from tui.panes.pane import Pane

DETAILS = ["1", "2", "5", "6", "1 enter", "2 enter", "5 enter", "6 enter"]


async def chosen(pilot: Pilot[None], words: str) -> str:
    """Choose from the copy menu what begins with these words; what was copied."""
    menu = pilot.app.screen.query_one(OptionList)
    offered = [str(option.prompt) for option in menu.options]
    menu.highlighted = next(n for n, one in enumerate(offered) if one[2:].startswith(words))
    await press(pilot, "enter")
    return pilot.app.clipboard


@pytest.mark.parametrize("keys", DETAILS)
def test_a_row_is_copied_as_id_csv_and_json_from_lists_and_details(stage: Stage, keys: str) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, *keys.split())
        pane = pilot.app.screen
        assert isinstance(pane, Pane)
        found = pane.subject()
        assert found is not None
        await press(pilot, "C")
        assert await chosen(pilot, "id") == found[0]
        assert "sent to the terminal" in said(pilot.app)
        await press(pilot, "C")
        heading, record = (await chosen(pilot, "row as CSV")).splitlines()
        await press(pilot, "C")
        row = json.loads(await chosen(pilot, "row as JSON"))
        assert heading.split(",") == list(row)
        assert record

    play(stage.app(), script)


def test_leaving_the_menu_copies_nothing(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "C", "escape")
        assert pilot.app.clipboard == ""

    play(stage.app(), script)


def test_an_application_is_copied_with_the_request_that_approves_it(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await review(pilot, stage, stage.modification)
        await press(pilot, "C")
        row = json.loads(await chosen(pilot, "row as JSON"))
        assert row["application"] == stage.modification
        await press(pilot, "C")
        assert f"/projects/{stage.project}/action" in await chosen(pilot, "request as curl")

    play(stage.app(), script)


def test_the_previewed_request_is_copied_as_curl(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "5", "A")
        screen = await dialog(pilot)
        await press(pilot, "tab", "C")
        line = await chosen(pilot, "request as curl")
        assert f"/commissions/{stage.serial}/action" in line
        assert pilot.app.screen is screen
        await press(pilot, "C")
        body = json.loads(await chosen(pilot, "request body"))
        assert body == dict(screen.plan.request.body)

    play(stage.app(), script)


def test_curl_survives_a_shell_and_holds_no_token() -> None:
    reason = "it's $(rm -rf /)\x1b[31m `x`"
    line = curl(WireRequest("POST", "projects/a b/action", {"deny": reason}))
    words = shlex.split(line)
    assert words[:4] == ["curl", "-X", "POST", "$ASTAKOS_URL/account/v1.0/projects/a b/action"]
    assert words[5] == "X-Auth-Token: $ASTAKOS_TOKEN"
    assert json.loads(words[-1]) == {"deny": reason}
    assert line.isprintable()
    assert curl(WireRequest("CLI", "resource-modify vm", {})) == "resource-modify vm"


def test_what_is_copied_is_safe_and_defused(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        for words in ("row as CSV", "row as JSON", "id"):
            await press(pilot, "C")
            copied = await chosen(pilot, words)
            assert all(char == "\n" or char.isprintable() for char in copied)

    poison(stage)
    play(stage.app(), script)


@pytest.mark.parametrize("more", [0, 1])
def test_long_texts_go_to_a_private_file_in_place_of_the_terminal(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: int
) -> None:
    text = "x" * (LARGEST // 4 * 3 + more)

    async def script(pilot: Pilot[None]) -> None:
        pane = pilot.app.screen
        assert isinstance(pane, Pane)
        pane.copy(text)
        await pilot.pause()
        files = list(tmp_path.glob("bursar-*.txt"))
        assert len(files) == more
        assert pilot.app.clipboard == ("" if more else text)
        if more:
            assert files[0].read_text() == text
            assert files[0].stat().st_mode & 0o777 == 0o600
            assert f"it is in {files[0]}" in pane.session.messages[-1].text

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    play(stage.app(NARROW), script)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("an id", "an id"),
        ("a\nb\nc", "a (and 2 more lines)"),
        ("word " * 30 + "\nb", "word " * 11 + "word ... (and 1 more line)"),
        ("x" * 61, "x" * 60 + " ..."),
    ],
)
def test_what_was_copied_is_told_in_one_line_of_whole_words(
    stage: Stage, text: str, told: str
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        pane = pilot.app.screen
        assert isinstance(pane, Pane)
        pane.copy(text)
        assert pilot.app.clipboard == text
        assert pane.session.messages[-1].text == f"sent to the terminal's clipboard: {told}"

    play(stage.app(), script)


@pytest.mark.parametrize("keys", ["6", "6 enter"])
def test_audit_says_that_its_c_copies_more_than_an_id(stage: Stage, keys: str) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, *keys.split())
        assert "c copy text" in said(pilot.app)
        await press(pilot, "?", *"ticket")
        assert "the entry as a text for a ticket" in said(pilot.app)
        await press(pilot, "escape", "escape", "escape", "c")
        assert pilot.app.clipboard.startswith("bursar journal #")

    play(stage.app(WIDE), script, WIDE)


def test_a_full_disk_is_told(stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def script(pilot: Pilot[None]) -> None:
        pane = pilot.app.screen
        assert isinstance(pane, Pane)
        pane.copy("x" * LARGEST)
        assert "no file" in pane.session.messages[-1].text

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "absent"))
    play(stage.app(), script)


def test_sizes_are_those_after_encoding() -> None:
    assert [encoded_size(text) for text in ("", "a", "abc", "abcd", "é" * 2)] == [0, 4, 4, 8, 8]


@pytest.mark.parametrize("size", SIZES.values(), ids=list(SIZES))
def test_the_menu_fits(stage: Stage, size: tuple[int, int]) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "C")
        assert "row as JSON" in said(pilot.app)

    play(stage.app(size), script, size)
