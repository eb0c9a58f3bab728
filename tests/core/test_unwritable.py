"""A file that this user may not write is read, and says why it is only read. Root may write
everything, so a child looks that has given root up."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.core.notes import count, note, notes

ROOT = Path(__file__).resolve().parent.parent.parent
LOOK = """
import os, sys
from pathlib import Path
from tempfile import TemporaryDirectory
from backend.core.errors import BursarError
from tests.core.notes import count, note, notes

with TemporaryDirectory() as folder:  # what is imported late may be root's alone to read
    for _ in range(2):
        database = notes(Path(folder) / "notes.db")
        database.write(note)
        count(database)
        database.close()
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
try:
    database = notes(Path(sys.argv[1]))
    print(database.read_only, count(database), database.barred, sep="|")
    print(database.write(note))
except BursarError as error:
    print(type(error).__name__, error, sep="|")
"""


@pytest.fixture
def path() -> Iterator[Path]:
    """A database with one note, in a directory that everybody reaches."""
    with TemporaryDirectory() as folder:
        made = Path(folder) / "notes.db"
        database = notes(made)
        database.write(note)
        database.close()
        for one in made.parent.iterdir():
            one.chmod(0o666)
        made.parent.chmod(0o777)
        yield made
        made.parent.chmod(0o777)


def looked(path: Path) -> list[list[str]]:
    """What somebody sees who is not root."""
    arguments = [sys.executable, "-c", LOOK, str(path)]
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    return [line.split("|") for line in done.stdout.splitlines()]


@pytest.mark.parametrize("end", ["", ".lock", ".lock-next"])
def test_a_file_that_may_not_be_written_is_read_and_says_so(path: Path, end: str) -> None:
    path.with_name(path.name + end).chmod(0o444)
    told = f"notes.db{end} cannot be written: see to its owner or mode"
    assert looked(path) == [
        ["True", "1", told],
        ["ReadOnly", f"{told} (then open it again)"],
    ]


def test_a_file_is_read_beside_who_writes_it(path: Path) -> None:
    """What is in the log only is seen, too."""
    database = notes(path)
    database.write(note)
    for one in path.parent.iterdir():
        one.chmod(0o444)
    path.parent.chmod(0o555)
    assert looked(path)[0][:2] == ["True", "2"]
    database.close()


def test_a_directory_that_may_not_be_written_is_named(path: Path) -> None:
    database = notes(path)
    database.write(note)
    (path.parent / "notes.db.lock-next").unlink()
    for one in path.parent.iterdir():
        one.chmod(0o666)
    path.parent.chmod(0o555)
    told = f"{path.parent.name} cannot be written: see to its owner or mode"
    assert looked(path)[0] == ["True", "2", told]
    database.close()


def test_what_may_be_written_is(path: Path) -> None:
    assert looked(path) == [["False", "1", ""], ["2"]]
    database = notes(path)
    assert (database.barred, count(database)) == ("", 2)
    database.close()
