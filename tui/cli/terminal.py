"""What the terminal can do, asked of the environment and of the terminal itself."""

from __future__ import annotations

import locale
import os
import re
import select
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from backend.doctor import Finding, fine, note, wrong
from tui.cli.console import ELSE, NO_TERMINAL
from tui.format.glyphs import ASCII, choose

COLUMNS, LINES = 80, 24
PATIENCE = 0.5
"""Seconds to wait for the terminal's answer."""

ASK_CURSOR = b"\x1b[6n"
ANSWER = re.compile(rb"\x1b\[\d+;(\d+)R")
PROBES: Mapping[str, int] = {"█·│…": 4, "漢": 2}
"""What is drawn, and the cells that it should take."""


def terminal(environ: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """The locale, the terminal, and what stands between."""
    yield _locale(environ)
    yield from _kind(environ)
    yield from _size()
    if environ.get("TERM", "") not in NO_TERMINAL:
        yield from _widths()
    yield from _multiplexer(environ)
    if "SSH_CONNECTION" in environ:
        hint = "Compression yes in the SSH configuration makes the traffic ten times smaller"
        yield note("SSH", "the console is used over a network", hint)


def _locale(environ: Mapping[str, str]) -> Finding:
    encoding = locale.getpreferredencoding(False)
    if "utf" in encoding.lower():
        return fine("locale", encoding)
    hint = "set LANG to one that ends in UTF-8, such as C.UTF-8"
    return note("locale", f"{encoding}: bars and boxes are drawn in ASCII", hint)


def _kind(environ: Mapping[str, str]) -> Iterator[Finding]:
    kind = environ.get("TERM", "")
    if kind in NO_TERMINAL:
        yield wrong("terminal", f"TERM is {kind or 'not set'}: the console cannot draw", ELSE)
        return
    signs = "ASCII" if choose("auto", environ) is ASCII else "Unicode"
    yield fine("terminal", f"TERM {kind}, {signs} signs")
    yield _colours(kind, environ)


def _colours(kind: str, environ: Mapping[str, str]) -> Finding:
    if environ.get("NO_COLOR"):
        return fine("colours", "off (NO_COLOR)")
    if environ.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return fine("colours", "16 million (COLORTERM)")
    count = _terminfo_colours(kind)
    if 0 <= count < 8:
        return note("colours", str(max(count, 0)), "a TERM with colours, such as xterm-256color")
    return fine("colours", str(count) if count > 0 else "as the terminal has them")


def _terminfo_colours(kind: str) -> int:
    """What terminfo says; -1 where it says nothing."""
    with suppress(ImportError):
        import curses

        with suppress(curses.error), open(os.devnull, "wb") as nowhere:
            curses.setupterm(kind, nowhere.fileno())
            return max(curses.tigetnum("colors"), 0)
    return -1


def _size() -> Iterator[Finding]:
    for stream in (1, 2, 0):
        with suppress(OSError):
            columns, lines = os.get_terminal_size(stream)
            told = f"{columns} x {lines}"
            small = columns < COLUMNS or lines < LINES
            hint = f"everything is shown from {COLUMNS} x {LINES} on"
            yield note("size", told, hint) if small else fine("size", told)
            return


def _widths() -> Iterator[Finding]:
    """Draw signs and ask where the cursor is then."""
    with suppress(OSError, ImportError), _raw_terminal() as handle:
        taken: dict[str, int] = {}
        for text in PROBES:
            if (cells := _cells(handle, text)) is None:
                hint = "it answers no questions; --glyphs ascii if bars look broken"
                yield note("signs", "the terminal did not say how wide they are", hint)
                return
            taken[text] = cells
        odd = [text for text, cells in PROBES.items() if taken[text] != cells]
        if odd:
            told = ", ".join(f"{text} takes {taken[text]} cells of {PROBES[text]}" for text in odd)
            yield wrong("signs", told, 'glyphs = "ascii" in the configuration, or a UTF-8 locale')
        else:
            yield fine("signs", "as wide as they should be")


@contextmanager
def _raw_terminal() -> Iterator[int]:
    import termios
    import tty

    handle = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
    try:
        before = termios.tcgetattr(handle)
        try:
            tty.setcbreak(handle)
            yield handle
        finally:
            termios.tcsetattr(handle, termios.TCSAFLUSH, before)
    except termios.error as error:
        raise OSError(str(error)) from error
    finally:
        os.close(handle)


def _cells(handle: int, text: str) -> int | None:
    os.write(handle, b"\r" + text.encode() + ASK_CURSOR)
    answer, end = b"", time.monotonic() + PATIENCE
    try:
        while not (found := ANSWER.search(answer)):
            left = end - time.monotonic()
            if left <= 0 or not select.select([handle], [], [], left)[0]:
                return None
            answer += os.read(handle, 64)
        return int(found[1]) - 1
    finally:
        os.write(handle, b"\r\x1b[K")


def _multiplexer(environ: Mapping[str, str]) -> Iterator[Finding]:
    if "TMUX" in environ and shutil.which("tmux"):
        yield from _tmux()
    elif "STY" in environ:
        hint = "use tmux where copying matters; screen passes on short texts only"
        yield note("screen", "inside GNU screen", hint)


def _tmux() -> Iterator[Finding]:
    clipboard = _tmux_option("set-clipboard")
    if clipboard == "on":
        yield fine("tmux", "passes on what is copied")
    else:
        hint = "set -s set-clipboard on in tmux.conf"
        yield note(
            "tmux", f"set-clipboard is {clipboard or 'unknown'}: nothing can be copied", hint
        )
    delay = _tmux_option("escape-time")
    if delay.isdecimal() and int(delay) > 50:
        hint = "set -s escape-time 20 in tmux.conf"
        yield note("tmux", f"escape is told after {delay} ms", hint)


def _tmux_option(name: str) -> str:
    try:
        done = subprocess.run(
            ["tmux", "show-options", "-sv", name], capture_output=True, text=True, timeout=2
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()
