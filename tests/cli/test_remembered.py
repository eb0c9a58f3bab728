"""A console goes on where the last one on the same database ended."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from tests.terminal.pty_console import console
from tests.tui.stage import set_up

QUIT = "\x11"


def test_pane_filter_and_order_come_back(tmp_path: Path) -> None:
    with set_up(tmp_path):
        pass
    arguments = ("-m", "tui", "--database", str(tmp_path / "world.db"))
    with console(*arguments, home=tmp_path, size=(140, 40)) as first:
        first.until("climate.hpc")
        first.type("2")
        first.until("cyclades.vm")
        first.type("/ram\r")
        first.until("filter ram")
        first.type(">")
        first.until(r"sort PROJECT\^")
        first.type(QUIT)
        assert first.wait() == 0
    with console(*arguments, home=tmp_path, size=(140, 40)) as second:
        second.until(r"\[2 Quotas.*\n.*filter ram.*sort PROJECT\^")
        second.type("1")
        second.until("filter none")
        second.type(QUIT)
        assert second.wait() == 0
    (kept,) = (tmp_path / "state" / "bursar" / "contexts").iterdir()
    assert stat.S_IMODE(os.stat(kept).st_mode) == 0o600
