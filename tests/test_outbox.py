"""The outbox of a context: what was sent and not answered is there after a crash."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from backend.core.errors import StorageError
from backend.outbox import KEPT, Line, Outbox, Outcome, Unfinished

ONE = Unfinished("k1", 1, "Approve #417", "fits", "{}")
TWO = Unfinished("k2", 2, "Deny #418", "", "{}")

SENDER = """
import os, sys
from pathlib import Path
from backend.outbox import Outbox, Unfinished
Outbox(Path(sys.argv[1])).keep(Unfinished("k1", 1, "Approve #417", "fits", "{}"))
os._exit(137)
"""


def test_what_has_an_outcome_is_finished_and_all_is_on_the_trail(tmp_path: Path) -> None:
    box = Outbox(tmp_path / "state" / "team.db")
    assert (box.unfinished(), box.trail(9)) == ([], [])
    for one in (TWO, ONE, ONE):
        box.keep(one)
    assert box.unfinished() == [ONE, TWO]
    box.note(ONE, Outcome.UNKNOWN, "no answer", 3)
    assert box.unfinished() == [ONE, TWO]
    box.finish(ONE, Outcome.DONE, "approved", 4)
    box.finish(TWO, Outcome.REFUSED, "not pending", 5)
    assert box.unfinished() == []
    assert box.trail(2) == [
        Line(5, "k2", "Deny #418", "", Outcome.REFUSED, "not pending"),
        Line(4, "k1", "Approve #417", "fits", Outcome.DONE, "approved"),
    ]


def test_it_is_private_and_outlives_its_process(tmp_path: Path) -> None:
    path = tmp_path / "state" / "team.db"
    assert subprocess.run([sys.executable, "-c", SENDER, str(path)]).returncode == 137
    assert Outbox(path).unfinished() == [ONE]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_what_the_dead_left_is_taken_over_once_and_what_is_under_way_is_not(
    tmp_path: Path,
) -> None:
    path = tmp_path / "team.db"
    subprocess.run([sys.executable, "-c", SENDER, str(path)])
    here, there = Outbox(path), Outbox(path)
    there.keep(TWO)
    assert here.orphans() == [ONE]
    assert there.orphans() == here.orphans() == []
    there.close()
    assert here.orphans() == [TWO]
    here.close()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["team.db"]


def test_the_trail_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.outbox.KEPT", 3)
    box = Outbox(tmp_path / "team.db")
    for at in range(5):
        box.finish(ONE, Outcome.DONE, "", at)
    assert [line.at for line in box.trail(KEPT)] == [4, 3, 2]


def test_a_file_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no database, but a text that is long enough to be looked at")
    for path in (tmp_path / "file", tmp_path / "file" / "below.db", tmp_path):
        with pytest.raises(StorageError):
            Outbox(path).keep(ONE)
