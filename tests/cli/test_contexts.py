"""`bursar contexts`: what is configured, and whether it answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from backend.embedded import open_embedded
from tests.cli.conftest import Run

Configure = Callable[[str], Path]


@pytest.fixture
def configured(configure: Configure, demo: Path, tmp_path: Path) -> Path:
    """One context of every kind; the configuration file."""
    open_embedded(tmp_path / "empty.db").shut()
    (tmp_path / "broken.db").write_bytes(b"no database at all " * 99)
    return configure(
        f'default = "full"\n[contexts.full]\ndatabase = "{demo}"\nproduction = true\n'
        f'[contexts.empty]\ndatabase = "{tmp_path}/empty.db"\nread_only = true\n'
        '[contexts.new]\ndatabase = "new.db"\n'
        f'[contexts.broken]\ndatabase = "{tmp_path}/broken.db"\n'
    )


def test_each_says_whether_it_answers(configured: Path, bursar: Run, tmp_path: Path) -> None:
    done = bursar("contexts", "--format", "json")
    assert done.code == 1
    assert f"configuration: {configured}" in done.err
    assert "broken: " in done.err
    rows = {row["name"]: row for row in done.data}
    assert {name: row["state"] for name, row in rows.items()} == {
        "full": "answers", "empty": "empty", "new": "not made yet", "broken": "fails",
    }  # fmt: skip
    assert (rows["full"]["default"], rows["full"]["production"]) == (True, True)
    assert rows["empty"]["read_only"] is True
    assert "broken.db" in rows["broken"]["problem"]
    assert not list(tmp_path.rglob("new.db"))


def test_as_a_table(configured: Path, bursar: Run) -> None:
    lines = bursar("contexts").lines
    assert lines[0].split() == ["NAME", "DEFAULT", "STATE", "READ_ONLY", "PRODUCTION", "DATABASE",
                                "SYSTEM", "ACTOR"]  # fmt: skip
    assert lines[1].split()[:3] == ["full", "yes", "answers"]


def test_names_alone_are_looked_at_by_nobody(configured: Path, bursar: Run) -> None:
    """Shells ask for them at every press of tab."""
    done = bursar("contexts", "--format", "csv", "--columns", "name")
    assert (done.code, done.lines) == (0, ["name", "full", "empty", "new", "broken"])


def test_without_a_configuration_there_is_the_local_one(bursar: Run) -> None:
    done = bursar("contexts", "--format", "jsonl")
    assert done.code == 0
    assert '"name": "local", "default": true, "state": "not made yet"' in done.out
    assert "none, " in done.err
