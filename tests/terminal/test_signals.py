"""However the console ends, the terminal is whole again and the exit status true."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any, TextIO, cast

import pytest
from textual.drivers._writer_thread import MAX_QUEUED_WRITES, WriterThread

from tests.terminal.pty_console import PATIENCE, console
from tests.worlds import world_w
from tui.terminal import Lasting

CURSOR_SHOWN = b"\x1b[?25h"


@pytest.fixture
def database(tmp_path: Path) -> str:
    """A small world in a file."""
    world = world_w(tmp_path / "world.db")
    world.project("phys.lab")
    world.database.close()
    return str(tmp_path / "world.db")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_with_the_terminal_restored(
    database: str, tmp_path: Path, number: signal.Signals
) -> None:
    with console("-m", "tui", "--database", database, home=tmp_path) as child:
        child.until("phys.lab")
        child.signal(number)
        assert child.wait() == 128 + number
        assert child.modes_left_on() == set()
        assert child.output.rindex(CURSOR_SHOWN) > child.output.rindex(b"phys.lab")


def test_ctrl_q_leaves_with_zero(database: str, tmp_path: Path) -> None:
    with console("-m", "tui", "--database", database, home=tmp_path) as child:
        child.until("phys.lab")
        child.type("\x11")
        assert child.wait() == 0
        assert child.modes_left_on() == set()


@pytest.mark.parametrize(("off", "asked"), [("", True), ("1", False)])
def test_the_kitty_keys_can_be_left_alone(
    database: str, tmp_path: Path, off: str, asked: bool
) -> None:
    with console(
        "-m", "tui", "--database", database, home=tmp_path, TEXTUAL_DISABLE_KITTY_KEY=off
    ) as child:
        child.until("phys.lab")
        assert (b"\x1b[>" in child.output) is asked
        child.type("\x11")
        assert child.wait() == 0
        assert child.modes_left_on() == set()


@pytest.mark.parametrize("line", [{}, {"SSH_CONNECTION": "192.0.2.1 1 192.0.2.2 22"}])
def test_a_vanished_terminal_ends_it(database: str, tmp_path: Path, line: Any) -> None:
    with console("-m", "tui", "--database", database, home=tmp_path, **line) as child:
        child.until("phys.lab")
        child.hang_up()
        assert child.wait() == 128 + signal.SIGHUP


def test_whoever_writes_to_a_vanished_terminal_is_not_held_up() -> None:
    master, slave = os.openpty()
    file = open(slave, "w")  # noqa: SIM115  (its end cannot be written)
    os.close(master)
    writer = WriterThread(cast(TextIO, Lasting(file)))
    writer.start()

    def write() -> None:
        for _ in range(2 * MAX_QUEUED_WRITES):
            writer.write("more and more")
        writer.stop()

    writing = Thread(target=write, daemon=True)
    writing.start()
    writing.join(PATIENCE)
    with suppress(OSError):
        file.close()
    assert not writing.is_alive()


def test_a_vanished_terminal_ends_it_even_under_nohup(database: str, tmp_path: Path) -> None:
    """With SIGHUP ignored by the parent a console would spin for ever."""
    start = "import signal, runpy; signal.signal(signal.SIGHUP, signal.SIG_IGN); "
    start += "runpy.run_module('tui', run_name='__main__', alter_sys=True)"
    arguments = (f"import sys; sys.argv = ['tui', '--database', {database!r}]; {start}",)
    with console("-c", *arguments, home=tmp_path) as child:
        child.until("phys.lab")
        child.hang_up()
        child.wait()


def test_a_vanished_terminal_ends_it_below_a_program_that_stays(
    database: str, tmp_path: Path
) -> None:
    """Only who heads the session is told, such as make, which waits for what it has started."""
    head = "import signal, subprocess, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN); "
    head += f"sys.exit(subprocess.call([sys.executable, '-m', 'tui', '--database', {database!r}]))"
    with console("-c", head, home=tmp_path) as child:
        child.until("phys.lab")
        child.hang_up()
        assert child.wait() == 128 + signal.SIGHUP


def test_a_crash_is_told_and_the_terminal_restored(database: str, tmp_path: Path) -> None:
    script = str(Path(__file__).with_name("crash_app.py"))
    with console(script, "--database", database, home=tmp_path) as child:
        child.until("phys.lab")
        child.type("2")
        assert child.wait() == 70
        assert child.modes_left_on() == set()
        shown = child.output.decode(errors="replace")
        assert "Traceback" not in shown
        assert "an error of its own" in shown
        logs = list((tmp_path / "state").rglob("bursar.log"))
        assert len(logs) == 1
        assert "no pane quotas" in logs[0].read_text(encoding="utf-8")
        assert logs[0].stat().st_mode & 0o777 == 0o600


def test_what_cannot_be_opened_is_said_in_a_line(tmp_path: Path) -> None:
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"no database at all " * 100)
    with console("-m", "tui", "--database", str(broken), home=tmp_path) as child:
        assert child.wait() == 1
        shown = child.output.decode()
        assert "broken.db" in shown
        assert "Traceback" not in shown
