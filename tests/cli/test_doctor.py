"""`bursar doctor`: it finds what is wrong, and nothing where nothing is."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backend import doctor
from backend.doctor import Level
from backend.schema import STEPS
from tests.cli.conftest import Done, Run
from tests.terminal.pty_console import console
from tui.cli import terminal

ROOT = Path(__file__).resolve().parents[2]
Configure = Callable[[str], Path]


@pytest.fixture(autouse=True)
def _a_usual_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("TMUX", "STY", "SSH_CONNECTION", "NO_COLOR", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(terminal, "_widths", lambda: iter(()))


def found(done: Done, subject: str, level: str) -> list[dict[str, Any]]:
    """What was found about a subject."""
    return [one for one in done.data if (one["subject"], one["level"]) == (subject, level)]


def test_a_healthy_place_has_nothing_to_mend(bursar: Run, demo: Path) -> None:
    done = bursar("doctor", "--database", demo)
    assert done.code == 0, done.out
    assert done.err == "nothing to mend\n"
    assert "WRONG" not in done.out
    for subject in ("bursar", "SQLite", "SQLite build", "configuration", "file system", "disk",
                    "permissions", "database", "write-ahead log", "locale", "terminal", "colours",
                    "log"):  # fmt: skip
        assert f"ok    {subject}: " in done.out


def test_a_first_run_has_nothing_to_mend(bursar: Run) -> None:
    done = bursar("doctor")
    assert done.code == 0, done.out
    assert "local.db does not exist yet" in done.out


def test_a_readable_database_is_wrong(bursar: Run, demo: Path) -> None:
    demo.chmod(0o644)
    done = bursar("doctor", "--database", demo)
    assert done.code == 1
    assert done.err == "1 to mend\n"
    assert f"WRONG permissions: others may read or write {demo} (644)" in done.out
    assert f"-> chmod 600 {demo}" in done.out


@pytest.mark.parametrize("end", [".lock", ".lock-next"])
def test_a_readable_file_beside_it_is_wrong(bursar: Run, demo: Path, end: str) -> None:
    """Who can open a lock can hold everybody up."""
    beside = demo.with_name(demo.name + end)
    beside.touch()
    beside.chmod(0o644)
    done = bursar("doctor", "--database", demo)
    assert f"-> chmod 600 {beside}" in done.out


def test_what_is_no_database_is_wrong(bursar: Run, tmp_path: Path) -> None:
    file = tmp_path / "x.db"
    file.write_bytes(b"no database at all " * 99)
    file.chmod(0o644)
    done = bursar("doctor", "--database", file, "--format", "json")
    assert done.code == 1
    (one,) = found(done, "database", "WRONG")
    assert "choose a file that bursar made" in one["remedy"]
    assert found(done, "permissions", "WRONG") == []


def _changed(file: Path, statement: str) -> None:
    connection = sqlite3.connect(file)
    connection.execute(statement)
    connection.commit()
    connection.close()


def test_schemas_of_other_versions_are_told(bursar: Run, demo: Path) -> None:
    _changed(demo, f"PRAGMA user_version = {len(STEPS) + 1}")
    newer = bursar("doctor", "--database", demo, "--format", "json")
    assert "upgrade bursar" in found(newer, "database", "WRONG")[0]["remedy"]
    _changed(demo, f"PRAGMA user_version = {len(STEPS) - 1}")
    older = bursar("doctor", "--database", demo, "--format", "json")
    assert "migrated" in found(older, "database", "note")[0]["remedy"]


def test_a_copy_without_a_log_is_told(bursar: Run, demo: Path) -> None:
    done = bursar("doctor", "--database", demo, "--format", "json")
    assert found(done, "write-ahead log", "note") or found(done, "write-ahead log", "ok")
    _changed(demo, "PRAGMA journal_mode = DELETE")
    after = bursar("doctor", "--database", demo, "--format", "json")
    assert found(after, "write-ahead log", "note")[0]["found"] == "off (delete)"


def test_entries_that_are_gone_are_told(bursar: Run, demo: Path) -> None:
    """As after `cp` without the -wal file, or a -wal file that was deleted."""
    demo.with_name("demo.db.head").write_text(f"{10**6:019} {'0' * 64}\n")
    told = bursar("doctor", "--database", demo, "--format", "json")
    assert told.code == 1
    (one,) = found(told, "journal", "WRONG")
    assert "but entry 1000000 was acknowledged" in one["found"]
    assert f"remove {demo}.head when it is meant to be so" in one["remedy"]
    checked = bursar("check", "--database", demo)
    assert (checked.code, len(checked.lines)) == (1, 1)
    assert "but entry 1000000 was acknowledged" in checked.out


def test_a_changed_digit_is_found(bursar: Run, demo: Path) -> None:
    """SQLite calls such a file sound."""
    assert bursar("check", "--database", demo).code == 0
    content = demo.read_bytes()
    place = content.rindex(b"operator:")
    demo.write_bytes(content[:place] + b"O" + content[place + 1 :])
    done = bursar("check", "--database", demo)
    assert done.code == 1
    assert "does not match its hash" in done.out


def test_a_clock_that_does_not_fit_is_told(bursar: Run, demo: Path) -> None:
    _changed(
        demo, "UPDATE journal SET at = at + 3600000000 WHERE seq = (SELECT max(seq) FROM journal)"
    )
    done = bursar("doctor", "--database", demo, "--format", "json")
    (one,) = found(done, "clock", "WRONG")
    assert "set this machine's clock right" in one["remedy"]


def test_a_mass_that_should_have_expired_is_told(bursar: Run, demo: Path) -> None:
    _changed(demo, LATE)
    done = bursar("doctor", "--database", demo, "--format", "json")
    (one,) = found(done, "expiry", "WRONG")
    assert "none does by itself" in one["remedy"]


LATE = """
INSERT INTO commission WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 30)
SELECT 900000 + x, '', 'cyclades', 1, 1, '' FROM n"""


def test_a_network_and_a_full_disk_are_wrong(
    bursar: Run, demo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from backend.core.database.sqlite import connection

    monkeypatch.setattr(connection, "_filesystem_type", lambda path: 0x6969)
    monkeypatch.setattr(doctor, "ROOM", 1 << 62)
    done = bursar("doctor", "--database", demo, "--format", "json")
    assert done.code == 1
    assert "NFS" in found(done, "file system", "WRONG")[0]["found"]
    assert found(done, "disk", "WRONG")[0]["remedy"] == "make room"


@pytest.mark.parametrize(
    ("driver", "level"), [("fuse.sshfs", "WRONG"), ("fuse.rclone", "WRONG"), ("fuseblk", "note")]
)
def test_file_systems_that_programs_keep(
    bursar: Run, demo: Path, monkeypatch: pytest.MonkeyPatch, driver: str, level: str
) -> None:
    from backend.core.database.sqlite import connection

    device = demo.stat().st_dev
    mount = f"36 35 {os.major(device)}:{os.minor(device)} / /mnt rw shared:1 - {driver} host rw\n"
    read = Path.read_text

    def mounts(path: Path, *given: Any, **named: Any) -> str:
        return mount if path.name == "mountinfo" else read(path, *given, **named)

    monkeypatch.setattr(connection, "_filesystem_type", lambda path: 0x65735546)
    monkeypatch.setattr(Path, "read_text", mounts)
    done = bursar("doctor", "--database", demo, "--format", "json")
    assert driver.removeprefix("fuse.") in found(done, "file system", level)[0]["found"]
    assert done.code == (level == "WRONG")


@pytest.mark.parametrize(
    ("version", "levels"),
    [
        ("3.51.3", ["ok"]),
        ("3.50.7", ["ok"]),
        ("3.44.6", ["ok"]),
        ("3.51.2", ["ok", "note"]),
        ("3.45.0", ["ok", "note"]),
        ("3.36.0", ["WRONG", "note"]),
    ],
)
def test_versions_of_sqlite(
    monkeypatch: pytest.MonkeyPatch, version: str, levels: list[str]
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version", version)
    assert [one.level for one in doctor.engine() if one.subject == "SQLite"] == levels


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("refresh = 0", "refresh: 0 seconds"),
        ('theme = "none"', "there is no 'none'"),
        ('[keys]\n"no.action" = "x"', "no action no.action"),
    ],
)
def test_a_wrong_configuration_stops_nothing_else(
    bursar: Run, configure: Configure, demo: Path, text: str, told: str
) -> None:
    configure(text)
    done = bursar("doctor", "--database", demo, "--format", "json")
    assert done.code == 1
    (one,) = found(done, "configuration", "WRONG")
    assert told in one["found"]
    assert one["remedy"]
    assert found(done, "database", "ok")


def test_an_unclear_context_is_told(bursar: Run, configure: Configure) -> None:
    configure('[contexts.a]\ndatabase = "a"\n[contexts.b]\ndatabase = "b"')
    assert "which context?" in bursar("doctor").out
    assert bursar("doctor", "--context", "a").code == 0


@pytest.mark.parametrize(
    ("environ", "subject", "level", "told"),
    [
        ({"TERM": ""}, "terminal", "WRONG", "not set"),
        ({"TERM": "dumb"}, "terminal", "WRONG", "dumb"),
        ({"TERM": "linux"}, "terminal", "ok", "ASCII signs"),
        ({"NO_COLOR": "1"}, "colours", "ok", "off"),
        ({"COLORTERM": "truecolor"}, "colours", "ok", "16 million"),
        ({"STY": "1.x"}, "screen", "note", "GNU screen"),
        ({"SSH_CONNECTION": "1"}, "SSH", "note", "network"),
    ],
)
def test_terminals(
    bursar: Run, demo: Path, monkeypatch: pytest.MonkeyPatch, environ: dict[str, str],
    subject: str, level: str, told: str,
) -> None:  # fmt: skip
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    done = bursar("doctor", "--database", demo, "--format", "json")
    (one,) = found(done, subject, level)
    assert told in one["found"]
    assert done.code == (1 if level == "WRONG" else 0)


def test_a_locale_and_a_terminal_that_lack_much_are_told(demo: Path) -> None:
    env = {**os.environ, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    env["TERM"] = "vt100"
    done = subprocess.run(
        [sys.executable, "-m", "tui", "doctor", "--database", str(demo)],
        cwd=ROOT, env=env, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert re.search(r"note  locale: .*ASCII\n +-> set LANG", done.stdout)
    assert re.search(r"note  colours: 0\n +-> a TERM with colours", done.stdout)


class TestOnATerminal:
    """What it asks the terminal itself."""

    def test_a_terminal_that_answers(self, demo: Path, tmp_path: Path) -> None:
        with console("-m", "tui", "doctor", "--database", str(demo), home=tmp_path) as child:
            answered = 0
            while b"to mend" not in child.output and child.read():
                asked = child.output.count(b"\x1b[6n")
                while answered < asked:
                    column = (5, 3)[answered % 2]
                    child.type(f"\x1b[1;{column}R")
                    answered += 1
            assert child.wait() == 0
            assert b"ok    signs: as wide as they should be" in child.output
            assert b"ok    size: 80 x 24" in child.output

    def test_a_terminal_without_unicode(self, demo: Path, tmp_path: Path) -> None:
        with console("-m", "tui", "doctor", "--database", str(demo), home=tmp_path) as child:
            while child.output.count(b"\x1b[6n") < 1:
                child.read()
            child.type("\x1b[1;13R")
            while child.output.count(b"\x1b[6n") < 2:
                child.read()
            child.type("\x1b[1;4R")
            assert child.wait() == 1
            assert b"12 cells of 4" in child.output

    def test_a_silent_terminal(self, demo: Path, tmp_path: Path) -> None:
        size = (70, 20)
        with console(
            "-m", "tui", "doctor", "--database", str(demo), home=tmp_path, size=size
        ) as child:
            assert child.wait() == 0
            assert b"the terminal did not say how wide they are" in child.output
            assert b"note  size: 70 x 20" in child.output


def test_the_log_directory_is_looked_at(
    bursar: Run, demo: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    done = bursar("doctor", "--database", demo, "--format", "json")
    (one,) = found(done, "log", "note")
    assert "nothing is logged" in one["remedy"]


def test_levels_are_words() -> None:
    assert [str(level) for level in Level] == ["ok", "note", "WRONG"]
