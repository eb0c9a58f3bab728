"""A console at the end of a line on which everything takes a fifth of a second either way."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from backend.projects.model import ApplicationState, Capacity
from tests.terminal.pty_console import Console, console
from tests.tui.stage import Stage
from tests.worlds import VM, count

DELAY = 0.2
SSH = "192.0.2.1 50000 192.0.2.2 22"
ENTER, ESCAPE, LEAVE, ERASE = "\r", "\x1b", "\x11", "\x15"
GUARD = 0.4
"""Seconds in which a dialog takes no keys, and some more."""


def start(stage: Stage, home: Path) -> AbstractContextManager[Console]:
    """A console on the stage, far away."""
    place = str(stage.world.database.path)
    return console("-m", "tui", "--database", place, home=home, delay=DELAY, SSH_CONNECTION=SSH)


def decide(child: Console, key: str, reason: str = "") -> None:
    """Open the dialog, read it, give what it asks for and confirm."""
    child.type(key)
    child.until("esc cancels")
    child.pause(GUARD)
    child.type(*reason, ENTER)
    child.until("  y  ")
    child.pause(GUARD)
    child.type("y")


def leave(child: Console) -> None:
    """End the console, which is no failure."""
    child.type(LEAVE)
    assert child.wait() == 0


def three_more(stage: Stage) -> list[int]:
    """Somebody who is over, and applications that harm nobody."""
    lab = stage.world.project("bio.lab", (10, 8))
    stage.world.enroll("M", lab)
    stage.world.charge("M", lab, 6)
    stage.world.modify("O", lab, grants={VM: Capacity(10, 4)})
    return [
        stage.world.submit("L", name=f"app.{name}", grants={VM: Capacity(5, 5)})[1]
        for name in ("one", "two")
    ]


@pytest.mark.slow
def test_a_working_day_on_a_slow_line(stage: Stage, tmp_path: Path) -> None:
    """A denial, three approvals, who fills a project, what is stuck, and a list for later."""
    approved = [stage.newcomer, *three_more(stage)]
    target = tmp_path / "over.json"
    with start(stage, tmp_path) as child:
        child.until("live 4s[\\s\\S]*climate.hpc")
        child.type(*"jjj", "a")
        child.until("Preview computed")
        decide(child, "X", "ask again")
        for application in approved:
            child.until(rf"> #{application} [\s\S]*Application #{application} ")
            decide(child, "A")
        child.until("No application is waiting")
        child.type("2")
        child.until(r"\[2 Quota")
        child.type("/", *"climate", ENTER)
        child.until(r"12 of 36[\s\S]*l@uni +clima.*vm +7")
        child.type("5")
        child.until("overdue")
        decide(child, "X", "service lost it")
        child.until("Commission 10 rejected")
        child.type(":", *"over", ENTER)
        child.until("m@uni +bio.lab")
        child.type("x")
        child.until("Export")
        child.type("j", "\t", ERASE, *str(target), ENTER)
        child.until("1 row exported to")
        leave(child)
        assert child.modes_left_on() == set()
        assert child.echoes
        words = len("ask again" + "climate" + "service lost it" + "over" + str(target))
        assert child.typed - words <= 31
    states = [stage.world.application(one).state for one in approved]
    assert states == [ApplicationState.APPROVED] * 3
    denied = stage.world.application(stage.modification)
    assert (denied.state, denied.response) == (ApplicationState.DENIED, "ask again")
    assert count(stage.world, "SELECT count(*) FROM commission") == 0
    [over] = json.loads(target.read_text(encoding="utf-8"))
    assert over["holder"] == "m@uni.example"


@pytest.mark.slow
@pytest.mark.parametrize("ahead", ["Ay", "AA\ry", "A\r\r", "Ayyyy"])
def test_what_is_typed_ahead_confirms_nothing(stage: Stage, tmp_path: Path, ahead: str) -> None:
    with start(stage, tmp_path) as child:
        child.until("climate.hpc")
        child.type(*f"a]{ahead}")
        child.pause(3 * GUARD)
        for application in (stage.modification, stage.newcomer):
            assert stage.world.application(application).state is ApplicationState.PENDING
        leave(child)


@pytest.mark.slow
def test_an_arrow_that_arrives_in_pieces_stays_an_arrow(stage: Stage, tmp_path: Path) -> None:
    """As `escape` it would close the line, and its last letter would be a key of its own."""
    with start(stage, tmp_path) as child:
        child.until("climate.hpc")
        child.type("/", "c", "i")
        child.until("ci")
        child.type(ESCAPE, "[", "D", apart=DELAY)
        child.pause(3 * DELAY)
        child.type("l")
        child.until("cli")
        leave(child)


@pytest.mark.slow
def test_a_key_soon_after_escape_is_no_part_of_it(stage: Stage, tmp_path: Path) -> None:
    with start(stage, tmp_path) as child:
        child.until("climate.hpc")
        child.type("?")
        child.until("type to find")
        child.type(ESCAPE, "6", apart=DELAY)
        child.until(r"\[6 Audit")
        leave(child)


@pytest.mark.slow
def test_keys_in_one_piece_are_done_one_after_the_other(stage: Stage, tmp_path: Path) -> None:
    """Into the line, out of it, to the other field, and what is erased is what was there."""
    with start(stage, tmp_path) as child:
        child.until("climate.hpc")
        child.type("a")
        child.until("Preview computed")
        child.type("A")
        child.until("esc cancels")
        child.pause(GUARD)
        child.type("agreeb\x7fd\tclimate.hpx\x7fc\x01\x1b[C\x7fc")
        child.until(r"Reason +\[agreed ")
        child.until(r"Type climate.hpc +\[climate.hpc ")
        child.type("\x1b")
        child.pause(GUARD)
        leave(child)


LATE = """
import os, select, subprocess, sys
subprocess.run([sys.executable, "-m", "tui", "--database", sys.argv[1]])
left = os.read(0, 999) if select.select([0], [], [], 0.5)[0] else b""
print("LEFT", left)
"""


@pytest.mark.slow
def test_answers_that_come_late_are_not_typed_into_the_shell(stage: Stage, tmp_path: Path) -> None:
    place = str(stage.world.database.path)
    with console("-c", LATE, place, home=tmp_path, delay=DELAY, SSH_CONNECTION=SSH) as child:
        child.until("climate.hpc")
        child.type(LEAVE)
        while b"\x1b[5n" not in child.output:
            assert child.read()
        child.type("\x1b[?2026;2$y", "\x1b[<35;10;10M", "\x1b[0n", apart=0.1)
        child.wait()
        assert "LEFT b''" in child.output.decode()
