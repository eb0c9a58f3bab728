"""Colours and mouse as the command line and the environment ask for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.terminal.pty_console import console
from tui.cli import parser
from tui.cli.arguments import THEMES
from tui.theme import DEFAULT
from tui.theme import THEMES as MADE

TRUE = b"38;2;"
MOUSE = b"\x1b[?1000h"


def drawn(home: Path, *arguments: str, **extra: str) -> bytes:
    """What a console sends to its terminal until it is left."""
    extra = {"COLORTERM": "truecolor", **extra}
    with console("-m", "tui", *arguments, home=home, size=(80, 24), delay=0.0, **extra) as child:
        child.until("Nothing|No projects")
        child.type("\x11")
        assert child.wait() == 0
        return child.output


def test_every_theme_can_be_asked_for() -> None:
    assert [one.name for one in MADE] == list(THEMES)
    assert THEMES[0] == DEFAULT


def test_what_is_typed_is_understood_before_and_after_demo() -> None:
    plain = parser().parse_args([])
    assert (plain.theme, plain.mouse) == (None, True)
    for words in (["--theme", "ansi", "--no-mouse"], ["demo", "--theme", "ansi", "--no-mouse"]):
        found = parser().parse_args(words)
        assert (found.theme, found.mouse) == ("ansi", False)


def test_other_themes_are_refused_with_the_known_ones(bursar: Run) -> None:
    done = bursar("--theme", "solarized")
    assert done.code == 2
    assert all(name in done.err for name in THEMES)


@pytest.mark.parametrize(
    ("arguments", "extra", "coloured"),
    [((), {}, True), (("--theme", "ansi"), {}, False), ((), {"NO_COLOR": "1"}, False)],
)
def test_true_colours_are_sent_only_where_they_are_wanted(
    tmp_path: Path, arguments: tuple[str, ...], extra: dict[str, str], coloured: bool
) -> None:
    assert (TRUE in drawn(tmp_path, *arguments, **extra)) is coloured


@pytest.mark.parametrize(("arguments", "asked"), [((), True), (("--no-mouse",), False)])
def test_the_mouse_can_be_left_to_the_terminal(
    tmp_path: Path, arguments: tuple[str, ...], asked: bool
) -> None:
    assert (MOUSE in drawn(tmp_path, *arguments)) is asked
