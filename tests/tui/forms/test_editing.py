"""`E`: a real editor edits the form, mistakes go back into it, and nothing typed is lost."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.tui.forms.play import STATE, change_in_place, editor, fill, form, question
from tests.tui.stage import Stage, dialog, play, press, said, until
from tests.worlds import VM
from tui.dialogs.confirm import ConfirmScreen
from tui.forms import editor as editing
from tui.forms.screen import FormScreen
from tui.panes.projects import ProjectsPane

Patch = pytest.MonkeyPatch


def substitute(*pairs: str) -> str:
    """A script that replaces in its file, one `s` command of sed each."""
    return f'sed -i {" ".join(f"-e {chr(39)}{pair}{chr(39)}" for pair in pairs)} "$1"'


def test_an_edited_text_goes_straight_to_the_preview(stage: Stage, monkeypatch: Patch) -> None:
    record = 'cp "$1" seen; stat -c %a "$1" > mode; echo "$1" > name; '
    script = record + substitute("s/^max_members = .*/max_members = 7/")
    editor(monkeypatch, script)

    async def play_it(pilot: Pilot[None]) -> None:
        await change_in_place(pilot, "E")
        shown = await dialog(pilot)
        assert [(one.field, one.after) for one in shown.plan.changes] == [("max_members", 7)]
        await press(pilot, "enter", "y")
        await until(pilot, lambda: isinstance(pilot.app.screen, ProjectsPane))

    play(stage.app(state=STATE), play_it)
    assert stage.world.see(stage.project).max_members == 7
    assert f"limit.{VM}.project = 20" in Path("seen").read_text()
    assert Path("mode").read_text() == "600\n"
    name = Path(Path("name").read_text().strip())
    assert name.name == "bursar.conf"
    assert not name.parent.exists()
    assert list((STATE / "drafts").iterdir()) == []


def test_an_unchanged_text_closes_the_form(stage: Stage, monkeypatch: Patch) -> None:
    editor(monkeypatch, "true")

    async def play_it(pilot: Pilot[None]) -> None:
        await change_in_place(pilot, "E")
        await until(pilot, lambda: "nothing was changed" in said(pilot.app))
        assert isinstance(pilot.app.screen, ProjectsPane)

    play(stage.app(), play_it)


def test_mistakes_go_back_into_the_editor_until_they_are_mended(
    stage: Stage, monkeypatch: Patch
) -> None:
    first = substitute("s/^max_members = .*/max_members = lots/", "1i # mine")
    second = 'grep -B1 lots "$1" > told; ' + substitute("s/lots/7/")
    editor(monkeypatch, f"if grep -q '#!' \"$1\"; then {second}; else {first}; fi")

    async def play_it(pilot: Pilot[None]) -> None:
        await change_in_place(pilot, "E")
        shown = await dialog(pilot)
        assert [(one.field, one.after) for one in shown.plan.changes] == [("max_members", 7)]

    play(stage.app(), play_it)
    told = "#! no number, such as 12, 10G, 1.5T or inf\nmax_members = lots\n"
    assert Path("told").read_text() == told


def test_mistakes_that_are_left_stay_in_the_draft(stage: Stage, monkeypatch: Patch) -> None:
    wrong = substitute("s/^name = .*/nmae = x/", "s/^max_members = .*/max_members = 7/")
    editor(monkeypatch, f"grep -q '#!' \"$1\" || {wrong}")

    async def leave_it(pilot: Pilot[None]) -> None:
        await change_in_place(pilot, "E")
        await until(pilot, lambda: "mistakes left" in said(pilot.app))
        assert (await form(pilot)).typed["max_members"] == "7"
        pilot.app.exit()

    async def mend_it(pilot: Pilot[None]) -> None:
        await change_in_place(pilot)
        await question(pilot)
        await press(pilot, "y")
        assert (await form(pilot)).typed["max_members"] == "7"
        await press(pilot, "ctrl+o")
        shown = await dialog(pilot)
        assert {one.field for one in shown.plan.changes} == {"name", "max_members"}

    play(stage.app(state=STATE), leave_it)
    editor(monkeypatch, substitute("s/^nmae = x/name = x.hpc/"))
    play(stage.app(state=STATE), mend_it)


def test_the_editor_takes_over_what_was_typed_and_gives_it_back(
    stage: Stage, monkeypatch: Patch
) -> None:
    editor(monkeypatch, substitute("s/^  two/three/"))

    async def play_it(pilot: Pilot[None]) -> None:
        await change_in_place(pilot)
        screen = await fill(pilot, description="one\n  two", homepage=" x ")
        await press(pilot, "ctrl+o")
        await dialog(pilot)
        await press(pilot, "escape")
        assert pilot.app.screen is screen
        assert screen.typed["description"] == "one\nthree"

    play(stage.app(), play_it)


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("echo 'max_members = 7' > \"$1\"; exit 3", "ended with 3"),
        ("echo 'max_members = 7' > \"$1\"; kill -HUP $$", "was ended by signal 1"),
        ('rm "$1"', "No such file or directory"),
    ],
)
def test_an_editor_that_fails_sends_nothing(
    stage: Stage, monkeypatch: Patch, script: str, words: str
) -> None:
    editor(monkeypatch, script)

    async def play_it(pilot: Pilot[None]) -> None:
        await change_in_place(pilot, "E")
        await until(pilot, lambda: words in said(pilot.app))
        assert isinstance(pilot.app.screen, FormScreen)
        pilot.app.exit()

    async def find_it(pilot: Pilot[None]) -> None:
        await change_in_place(pilot)
        await question(pilot)
        await press(pilot, "y")
        await form(pilot)
        editor(monkeypatch, 'cp "$1" seen; echo \'# end\' >> "$1"')
        await press(pilot, "ctrl+o")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
        assert Path("seen").read_text() == "max_members = 7\n"

    play(stage.app(state=STATE), play_it)
    if not script.startswith("rm"):
        play(stage.app(state=STATE), find_it)


def test_an_editor_that_is_not_there_is_told(stage: Stage, monkeypatch: Patch) -> None:
    editor(monkeypatch, "true")
    monkeypatch.setenv("VISUAL", "no-such-editor -w")

    async def play_it(pilot: Pilot[None]) -> None:
        await change_in_place(pilot, "E")
        await until(pilot, lambda: "no-such-editor: No such file" in said(pilot.app))
        assert "set EDITOR" in said(pilot.app)

    play(stage.app(), play_it)


def test_a_terminal_that_cannot_be_left_is_told(stage: Stage, monkeypatch: Patch) -> None:
    monkeypatch.setenv("EDITOR", "true")

    async def play_it(pilot: Pilot[None]) -> None:
        await change_in_place(pilot, "E")
        await until(pilot, lambda: "cannot be left for an editor" in said(pilot.app))

    play(stage.app(), play_it)


def test_visual_comes_before_editor_and_vi_after(tmp_path: Path) -> None:
    both = {"VISUAL": "code --wait 'a b'", "EDITOR": "nano"}
    assert editing.words(both) == ["code", "--wait", "a b"]
    assert editing.words({**both, "VISUAL": " "}) == ["nano"]
    (tmp_path / "vi").write_text("#!/bin/sh\n")
    (tmp_path / "vi").chmod(0o755)
    assert editing.words({"PATH": str(tmp_path)}) == ["vi"]
    shutil.rmtree(tmp_path)
    with pytest.raises(editing.EditorFailed, match="there is no editor"):
        editing.words({"PATH": str(tmp_path)})
    with pytest.raises(editing.EditorFailed, match="No closing quotation"):
        editing.words({"EDITOR": "nano 'x"})
