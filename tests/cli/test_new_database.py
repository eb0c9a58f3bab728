"""A database that is not there is made on purpose only."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.terminal.pty_console import console


def test_a_name_that_is_nearly_right_is_refused(bursar: Run, demo: Path) -> None:
    before = sorted(demo.parent.iterdir())
    done = bursar("--database", demo.with_name("dmo.db"))
    assert done.code == 2
    assert "dmo.db does not exist" in done.err
    assert f"did you mean {demo}?" in done.err
    assert sorted(demo.parent.iterdir()) == before


def test_where_nobody_can_be_asked_nothing_is_made(bursar: Run, tmp_path: Path) -> None:
    done = bursar("--database", tmp_path / "cloud.db")
    assert done.code == 2
    assert f"bursar import FILE --database {tmp_path / 'cloud.db'} makes one" in done.err
    assert not list(tmp_path.glob("cloud.db*"))


@pytest.mark.parametrize("answer", ["n", "", "x"])
def test_without_consent_no_file_is_left(tmp_path: Path, answer: str) -> None:
    place = tmp_path / "cloud.db"
    with console("-m", "tui", "--database", str(place), home=tmp_path) as child:
        child.until("y/N")
        child.type(answer, "\r")
        assert child.wait() == 1
    assert not list(tmp_path.glob("cloud.db*"))


def test_with_consent_it_is_made_and_says_how_to_fill_it(tmp_path: Path) -> None:
    place = tmp_path / "cloud.db"
    with console("-m", "tui", "--database", str(place), home=tmp_path) as child:
        child.until("y/N")
        child.type("y", "\r")
        child.until("Nothing is in this database yet")
        child.until("bursar import FILE")
        child.type("q")
        assert child.wait() == 0
    assert place.exists()


def test_the_first_start_without_a_configuration_asks_nothing(tmp_path: Path) -> None:
    with console("-m", "tui", home=tmp_path) as child:
        child.until("Nothing is in this database yet")
        child.type("q")
        assert child.wait() == 0


@pytest.mark.parametrize(
    ("words", "kind", "told"),
    [
        (("--database", "DEMO"), "xterm", "needs a terminal: standard input is none"),
        (("--database", "DEMO"), "dumb", "cannot draw: TERM is dumb"),
        (("demo",), "", "cannot draw: TERM is not set"),
    ],
)
def test_without_a_terminal_there_is_no_console(
    bursar: Run,
    demo: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    kind: str,
    told: str,
) -> None:
    monkeypatch.setenv("TERM", kind)
    done = bursar(*(str(demo) if word == "DEMO" else word for word in words))
    assert done.code == 2
    assert told in done.err
    assert "bursar projects, quotas ... which need none" in done.err
    assert not done.out


def test_an_empty_file_is_told_to_be_empty(bursar: Run, tmp_path: Path) -> None:
    place = tmp_path / "cloud.db"
    place.touch()
    done = bursar("quotas", "--database", place)
    assert "the database is empty" in done.err
    assert "bursar import FILE with the same --database fills it" in done.err
    assert f"note  database: {place} is empty" in bursar("doctor", "--database", place).out
