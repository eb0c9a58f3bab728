"""The console inside tmux and GNU screen, at 80x24."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.terminal.pty_console import PATIENCE, ROOT
from tests.tui.stage import Stage

GUARD = 0.5
"""Seconds in which a dialog that has just opened takes no keys, and some more."""

BEFORE = "what stood here before"


class Multiplexer:
    """A server of its own with one window, in which a shell runs."""

    def __init__(self, run: Callable[..., str], send: Callable[[str], object]) -> None:
        self._run, self.send = run, send

    @property
    def text(self) -> str:
        """What is on the screen of the window."""
        return self._run()

    def until(self, pattern: str) -> str:
        """Wait for words on the screen; all of it then."""
        end = time.monotonic() + PATIENCE
        while not re.search(pattern, text := self.text):
            assert time.monotonic() < end, f"no {pattern!r} in:\n{text}"
            time.sleep(0.1)
        return text


def environment(home: Path) -> dict[str, str]:
    """Nothing of whoever runs the tests."""
    dirs = {f"XDG_{kind}_HOME": str(home / kind) for kind in ("CONFIG", "DATA", "STATE", "CACHE")}
    known = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return (
        known
        | dirs
        | {
            "HOME": str(home),
            "TERM": "xterm-256color",
            "LC_ALL": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
            "PS1": "$ ",
            "SCREENDIR": str(home / "screens"),
        }
    )


def works(window: Multiplexer, place: Path) -> None:
    """Paint, move, decide nothing, and leave the screen as it was."""
    window.send(f"echo {BEFORE}\r")
    window.until(BEFORE)
    window.send(f"{sys.executable} -m tui --database {place}\r")
    shown = window.until("climate.hpc")
    assert len(shown.rstrip("\n").splitlines()) == 24
    assert BEFORE not in shown
    for keys, pattern in (
        ("2", r"\[2 Quota"),
        ("/", "/"),
        ("climate\r", "12 of 32"),
        ("\x1b[B", "> l@uni .* cpu "),
        ("5", r"\[5 Commis"),
        ("X", "esc cancels"),
        ("\x1b", "enter open"),
        ("1", r"\[1 Proj"),
    ):
        window.send(keys)
        window.until(pattern)
        time.sleep(GUARD)
    window.send("\x11")
    shown = window.until(BEFORE)
    window.send("echo still $((40 + 2))\r")
    assert "climate.hpc" not in window.until("still 42")


@pytest.mark.slow
def test_tmux(stage: Stage, tmp_path: Path) -> None:
    assert (tmux := shutil.which("tmux")), "there is no tmux"
    env = environment(tmp_path)
    base = [tmux, "-S", str(tmp_path / "tmux"), "-f", os.devnull]

    def run(*arguments: str) -> str:
        done = subprocess.run([*base, *arguments], env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("new-session", "-d", "-x", "80", "-y", "24", "/bin/sh")
    run("set-option", "-g", "status", "off")
    try:
        window = Multiplexer(
            lambda: run("capture-pane", "-p"), lambda keys: run("send-keys", "-l", keys)
        )
        works(window, stage.world.database.path)
    finally:
        run("kill-server")


@pytest.mark.slow
def test_screen(stage: Stage, tmp_path: Path) -> None:
    assert (screen := shutil.which("screen")), "there is no screen"
    (tmp_path / "screens").mkdir(mode=0o700)
    (tmp_path / "rc").write_text("defutf8 on\naltscreen on\nstartup_message off\n")
    env = environment(tmp_path)
    base = [screen, "-U", "-c", str(tmp_path / "rc"), "-S", "bursar"]
    shot = tmp_path / "shot"

    def run(*arguments: str) -> None:
        done = subprocess.run([*base, *arguments], env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr

    def look() -> str:
        run("-p", "0", "-X", "hardcopy", str(shot))
        time.sleep(0.1)
        return shot.read_text(encoding="utf-8", errors="replace") if shot.exists() else ""

    run("-d", "-m", "/bin/sh")
    try:
        wide = [*base, "-p", "0", "-X", "width", "-w", "80", "24"]
        end = time.monotonic() + PATIENCE
        while subprocess.run(wide, env=env, capture_output=True).returncode:
            assert time.monotonic() < end, "screen does not start"
            time.sleep(0.1)  # it returns before it listens
        works(
            Multiplexer(look, lambda keys: run("-p", "0", "-X", "stuff", keys)),
            stage.world.database.path,
        )
    finally:
        run("-X", "quit")
