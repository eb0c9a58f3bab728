"""An action is added in one place: one entry of the table, and its method. It is then found by
its key, in the key line, the actions of a row, the palette, after `:`, in the help, in the
README's table, under the keys that can be chosen, and behind the read-only gate."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.tui.stage import set_up

ROOT = Path(__file__).resolve().parents[2]

# The table is changed before anything that is made of it is imported.
CONSOLE = """
import asyncio, sys, types
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

from backend.embedded import open_embedded
from tests.tui.stage import press, said, settled
from tui import actions
from tui.app import BursarApp
from tui.panes.projects import ProjectsPane
from tui.session import Session, Settings

ProjectsPane.action_projects_greet = lambda self: self.session.tell("greeted")
settings = Settings(read_only=sys.argv[2] == "ro", keys={sys.argv[3]: sys.argv[4]})

async def main():
    assert "| `Y` | Say something kind | projects | yes |" in actions.key_table()
    app = BursarApp(Session(open_embedded(Path(sys.argv[1])), settings), live=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        for key in sys.argv[5:]:
            await press(pilot, "full_stop" if key == "." else key)
        await pilot.pause(0.2)
        print(said(app))

asyncio.run(main())
"""


def shown(folder: Path, mode: str, chosen: tuple[str, str], *keys: str) -> str:
    """The screen after these keys."""
    done = subprocess.run(
        [sys.executable, "-c", CONSOLE, str(folder / "world.db"), mode, *chosen, *keys],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


USUAL = ("view.units", "u")


@pytest.mark.parametrize(
    ("mode", "chosen", "keys", "expected"),
    [
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
    ],
    ids=lambda one: "-".join(one) if isinstance(one, tuple) else str(one).replace(" ", "-"),
)
def test_one_entry_is_enough(
    tmp_path: Path, mode: str, chosen: tuple[str, str], keys: tuple[str, ...], expected: str
) -> None:
    with set_up(tmp_path):
        pass
    assert expected in shown(tmp_path, mode, chosen, *keys)
