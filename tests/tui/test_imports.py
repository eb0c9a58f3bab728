"""The first frame of the console on a database needs nothing that serves other things."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.tui.stage import set_up

HEAVY = {"httpx", "pydantic", "starlette", "uvicorn", "psycopg", "jwt", "pygments.lexers.python"}
CONSOLE = """
import asyncio, sys
from pathlib import Path
from backend.embedded import open_embedded
from tui.app import BursarApp
from tui.session import Session

async def first_frame():
    app = BursarApp(Session(open_embedded(Path(sys.argv[1]))), live=False)
    async with app.run_test() as pilot:
        for _ in range(500):
            if app.screen.query("#list") and app.screen.list.shown is not None:
                break
            await pilot.pause(0.01)
        await pilot.pause()
        print("loaded:", *sys.modules)

asyncio.run(first_frame())
"""


def test_the_first_frame_comes_without_heavy_libraries(tmp_path: Path) -> None:
    with set_up(tmp_path):
        done = subprocess.run(
            [sys.executable, "-c", CONSOLE, str(tmp_path / "world.db")],
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0, done.stderr
    modules = set(done.stdout.split())
    assert "tui.panes.projects" in modules
    assert modules & HEAVY == set()
    others = {"tui.panes.quotas", "tui.panes.commissions", "tui.panes.audit", "tui.dialogs.confirm"}
    assert modules & others == set()
    assert not [module for module in modules if module.startswith("tui.forms")]
