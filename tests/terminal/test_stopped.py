"""A console that is stopped, cut off or disturbed while it works."""

from __future__ import annotations

import fcntl
import os
import resource
import signal
from contextlib import AbstractContextManager
from pathlib import Path

from backend.projects.model import ApplicationState
from tests.terminal.pty_console import Console, console
from tests.tui.stage import Stage
from tests.worlds import World, count

APPROVALS = "SELECT count(*) FROM journal WHERE action = 'application.approve'"
LEAVE, SUSPEND = "\x11", "\x1a"
UNLIMITED = resource.RLIM_INFINITY


def start(stage: Stage, home: Path) -> AbstractContextManager[Console]:
    """A console on the stage."""
    return console("-m", "tui", "--database", str(file(stage.world)), home=home)


def file(world: World, end: str = "") -> Path:
    """The database, or a file beside it."""
    path = world.database.path
    return path.with_name(path.name + end)


def ask(child: Console) -> None:
    """Up to the dialog about the newcomer."""
    child.until("climate.hpc")
    child.type("a")
    child.until(r"1 of 2 pending[\s\S]*Preview computed")
    child.type("]")
    child.until(r"2 of 2 pending[\s\S]*Preview computed")
    child.type("A")
    child.until("Approve +enter")
    child.pause(0.4)
    child.type("\r")
    child.until("Approve +y")
    child.pause(0.4)


def test_a_line_that_is_cut_during_a_write_loses_nothing(stage: Stage, tmp_path: Path) -> None:
    """The write had to wait; it is finished before the console ends."""
    before = count(stage.world, APPROVALS)
    turn = os.open(file(stage.world, ".lock"), os.O_RDWR)
    with start(stage, tmp_path) as child:
        ask(child)
        fcntl.flock(turn, fcntl.LOCK_EX)
        child.type("y")
        child.until("running")
        child.signal(signal.SIGHUP)
        child.pause(0.3)
        assert count(stage.world, APPROVALS) == before
        fcntl.flock(turn, fcntl.LOCK_UN)
        assert child.wait() == 128 + signal.SIGHUP
        assert child.modes_left_on() == set()
        assert child.echoes
    os.close(turn)
    assert stage.world.application(stage.newcomer).state is ApplicationState.APPROVED
    assert count(stage.world, APPROVALS) == before + 1


def test_stopped_from_outside_it_goes_on_where_it_was(stage: Stage, tmp_path: Path) -> None:
    with start(stage, tmp_path) as child:
        child.until("climate.hpc")
        child.signal(signal.SIGSTOP)
        child.stopped()
        stage.deny(stage.newcomer)
        stage.settle()
        child.signal(signal.SIGCONT)
        child.until(r"1 Proj 1")
        child.type("6")
        child.until("application.deny|denied")
        child.type(LEAVE)
        assert child.wait() == 0
        assert child.modes_left_on() == set()
        assert child.echoes


def test_ctrl_z_gives_the_terminal_back_and_takes_it_again(stage: Stage, tmp_path: Path) -> None:
    with start(stage, tmp_path) as child:
        child.until("climate.hpc")
        for _ in range(2):
            child.type(SUSPEND)
            child.stopped()
            assert child.modes_left_on() == set()
            assert child.echoes
            child.forget()
            child.signal(signal.SIGCONT)
            child.until("climate.hpc")
            child.type("2")
            child.until(r"\[2 Quota")
            child.type("1")
            child.until(r"\[1 Proj")
        child.type(LEAVE)
        assert child.wait() == 0
        assert child.modes_left_on() == set()
        assert child.echoes


def test_it_is_not_stopped_while_it_writes(stage: Stage, tmp_path: Path) -> None:
    """Others would wait for the turn it holds."""
    turn = os.open(file(stage.world, ".lock"), os.O_RDWR)
    with start(stage, tmp_path) as child:
        ask(child)
        fcntl.flock(turn, fcntl.LOCK_EX)
        child.type("y")
        child.until("running")
        child.type(SUSPEND, "\x1b")
        child.until("ctrl\\+z after that")
        os.close(turn)
        child.until("approved")
        child.type(LEAVE)
        assert child.wait() == 0


def test_a_disk_that_fails_is_said_and_tried_again(stage: Stage, tmp_path: Path) -> None:
    with start(stage, tmp_path) as child:
        ask(child)
        size = file(stage.world, "-wal").stat().st_size
        resource.prlimit(child.pid, resource.RLIMIT_FSIZE, (size + 1000, UNLIMITED))
        child.type("y")
        child.until("Database failed")
        for words in ("disk I/O", "check the disk", "Nothing", "y tries"):
            assert words in child.text
        assert stage.world.application(stage.newcomer).state is ApplicationState.PENDING
        resource.prlimit(child.pid, resource.RLIMIT_FSIZE, (UNLIMITED, UNLIMITED))
        child.type("y")
        child.until("Application 3 approved")
        child.type(LEAVE)
        assert child.wait() == 0
    assert stage.world.application(stage.newcomer).state is ApplicationState.APPROVED


def test_two_consoles_on_one_file_see_each_other(stage: Stage, tmp_path: Path) -> None:
    with start(stage, tmp_path) as one, start(stage, tmp_path) as other:
        other.until("1 Proj 2")
        ask(one)
        one.type("y")
        one.until("Application 3 approved")
        other.until("1 Proj 1")
        for child in (one, other):
            child.type(LEAVE)
            assert child.wait() == 0
