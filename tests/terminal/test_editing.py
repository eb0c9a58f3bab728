"""`E` in a real terminal: the editor has it to itself, and the console gets it back whole."""

from __future__ import annotations

import signal
import sys
import termios
from pathlib import Path

import pytest

from tests.terminal.pty_console import Console, console
from tests.worlds import world_w

EDITOR = """
import sys, termios, tty
path = sys.argv[1]
modes = termios.tcgetattr(0)[3]
print("EDITING", bool(modes & termios.ICANON), bool(modes & termios.ECHO), flush=True)
line = sys.stdin.readline()
text = open(path).read()
open(path, "w").write(text.replace("max_members = inf", "max_members = " + line.strip()))
tty.setraw(0)
if line.startswith("8"):
    import os, signal
    os.kill(os.getpid(), signal.SIGSEGV)
"""


@pytest.fixture
def database(tmp_path: Path) -> str:
    """A small world in a file."""
    world = world_w(tmp_path / "world.db")
    world.project("phys.lab")
    world.database.close()
    return str(tmp_path / "world.db")


@pytest.fixture
def editor(tmp_path: Path) -> str:
    """An editor that reads a number from the terminal and leaves it in a bad state."""
    script = tmp_path / "editor.py"
    script.write_text(EDITOR)
    return f"{sys.executable} {script}"


def open_editor(child: Console) -> None:
    """From the list into the editor."""
    child.until("phys.lab")
    child.type("E")
    child.until("in place")
    child.type("j\r")
    child.until("EDITING True True")


def consent(child: Console) -> None:
    """Confirm; the dialog is deaf at first, and to keys that come too fast."""
    child.until("Change  enter")
    child.press_while("Change  enter", "\r")
    child.press_while("Change  y", "y")


def test_the_editor_has_the_terminal_and_the_console_gets_it_back(
    database: str, tmp_path: Path, editor: str
) -> None:
    arguments = ("-m", "tui", "--database", database)
    with console(*arguments, home=tmp_path, EDITOR=editor) as child:
        open_editor(child)
        child.type("7\n")
        child.until("Change project phys.lab")
        child.until(r"max members\s+inf -> 7")
        consent(child)
        child.until("Project phys.lab changed")
        child.type("\x11")
        assert child.wait() == 0
        assert child.modes_left_on() == set()


def test_an_editor_that_crashes_leaves_the_terminal_as_it_was(
    database: str, tmp_path: Path, editor: str
) -> None:
    arguments = ("-m", "tui", "--database", database)
    with console(*arguments, home=tmp_path, EDITOR=editor) as child:
        before = termios.tcgetattr(child.terminal)
        open_editor(child)
        child.type("8\n")
        child.until("signal 11")
        child.type("\x11")
        assert child.wait() == 0
        assert child.modes_left_on() == set()
        assert termios.tcgetattr(child.terminal) == before


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_what_ends_the_console_ends_its_editor(
    database: str, tmp_path: Path, number: signal.Signals
) -> None:
    script = tmp_path / "editor.py"
    deaf = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    script.write_text(deaf + EDITOR)
    editor = f"{sys.executable} {script}"
    with console("-m", "tui", "--database", database, home=tmp_path, EDITOR=editor) as child:
        open_editor(child)
        if number is signal.SIGHUP:
            child.hang_up()
        else:
            child.signal(number)
        assert child.wait() == 128 + number


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM, signal.SIGKILL])
def test_what_was_typed_outlives_the_console(
    database: str, tmp_path: Path, number: signal.Signals
) -> None:
    arguments = ("-m", "tui", "--database", database)
    with console(*arguments, home=tmp_path) as child:
        child.until("phys.lab")
        child.type("n")
        child.until("New application")
        child.type("ada@uni.example")
        child.until(r"nobody is known")
        drafts = tmp_path / "state" / "bursar" / "drafts"
        if number is signal.SIGKILL:
            while not any("ada@uni.example" in one.read_text() for one in drafts.glob("*.json")):
                child.read()
        child.signal(number)
        assert child.wait() == 128 + number
        assert (b"kept as a draft" in child.output) is (number is signal.SIGTERM)
    with console(*arguments, home=tmp_path) as child:
        child.until("phys.lab")
        child.type("n")
        child.until("Restore draft of .*ada@uni.example")
        child.type("y")
        child.until("ada@uni.example")
        [draft] = drafts.glob("*.json")
        assert draft.stat().st_mode & 0o777 == 0o600
        logs = (tmp_path / "state").rglob("bursar.log")
        assert not any("ada@" in log.read_text(encoding="utf-8") for log in logs)
