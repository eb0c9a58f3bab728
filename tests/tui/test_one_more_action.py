"""An action is added in one place: one entry of the table, and its method. It is then found by
its key, in the key line, the actions of a row, the palette, after `:`, in the help, in the
README's table, under the keys that can be chosen, and behind the read-only gate."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.tui.stage import set_up

ROOT = Path(__file__).resolve().parents[2]

# The table is changed before anything that is made of it is imported.
CONSOLE = """
import asyncio, json, sys, types
from pathlib import Path

package = types.ModuleType("tui.actions")
package.__path__ = [str(Path("tui/actions").resolve())]
sys.modules["tui.actions"] = package
import tui.actions.table as table
from tui.actions.action import Action, Group, Scope
table.ACTIONS = (
    *table.ACTIONS,
    Action("projects.greet", ("Y",), "greet", (Scope.PROJECTS,), Group.DECIDE,
           "Say something kind", footer=1, changes_data=True),
)
del sys.modules["tui.actions"]

import pytest

from backend.embedded import open_embedded
from tests import rest
from tests.tui.stage import press, said, settled
from tui import actions
from tui.app import BursarApp
from tui.panes.projects import ProjectsPane
from tui.session import Session, Settings

rest.no_naps(pytest.MonkeyPatch())
ProjectsPane.action_projects_greet = lambda self: self.session.tell("greeted")

async def shown(mode, chosen, keys):
    settings = Settings(read_only=mode == "ro", keys=dict([chosen]))
    app = BursarApp(Session(open_embedded(Path(sys.argv[1])), settings), live=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        for key in keys:
            await press(pilot, "full_stop" if key == "." else key)
        return said(app)

assert "| `Y` | Say something kind | projects | yes |" in actions.key_table()
print(json.dumps([asyncio.run(shown(*case)) for case in json.load(sys.stdin)]))
"""

USUAL = ("view.units", "u")
CASES: list[tuple[str, tuple[str, str], tuple[str, ...], str]] = [
    ("rw", USUAL, (), "Y greet"),
    ("rw", USUAL, ("Y",), "greeted"),
    ("rw", ("projects.greet", "W"), ("W",), "greeted"),
    ("rw", USUAL, (".", *"greet"), "Y         greet   Say something kind"),
    ("rw", USUAL, ("ctrl+p", *"greet", "enter"), "greeted"),
    ("rw", USUAL, (":", *"projects.gr", "tab", "enter"), "greeted"),
    ("rw", USUAL, ("?", *"kind"), "Say something kind"),
    ("ro", USUAL, ("Y",), "greet: read-only session"),
    ("ro", USUAL, ("ctrl+p", *"greet", "enter"), "greet: read-only session"),
    ("ro", USUAL, (":", *"projects.greet", "enter"), "greet: read-only session"),
]
"""Read-only or not, a key that is chosen, what is pressed, and what is then on the screen."""


def test_one_entry_is_enough(tmp_path: Path) -> None:
    with set_up(tmp_path):
        pass
    done = subprocess.run(
        [sys.executable, "-c", CONSOLE, str(tmp_path / "world.db")],
        input=json.dumps([case[:3] for case in CASES]),
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    for (*case, expected), screen in zip(CASES, json.loads(done.stdout), strict=True):
        assert expected in screen, case
