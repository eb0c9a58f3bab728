"""Whatever people typed: nothing that a terminal acts on is ever on any screen."""

from __future__ import annotations

from textual.pilot import Pilot

from backend.core.database import Tx
from tests.tui.hostile import NASTY, poison
from tests.tui.panes.ways import only_text
from tests.tui.stage import BOTH_SIZES, Stage, play

HOSTILE = [
    ("", "1", "ProjectsPane"),
    ("", "enter", "ProjectPane"),
    ("", "y", "RawPane"),
    ("", "a", "ReviewPane"),
    ("", "2", "QuotasPane"),
    ("", "y", "RawPane"),
    ("", "pagedown enter", "QuotaPane"),
    ("", "i", "Overlay"),
    ("", "t", "QuotasPane"),
    ("", "5", "CommissionsPane"),
    ("", "6", "AuditPane"),
    ("", "enter", "EntryPane"),
    ("", "1 / x escape m", "Overlay"),
]


def spoil(stage: Stage) -> None:
    """Names and labels as no command would let in, but a foreign database may hold."""
    poison(stage)

    def write(tx: Tx) -> None:
        tx.execute("UPDATE holder SET label = ? || label WHERE id > 0", (NASTY,))
        tx.execute("UPDATE project SET realname = ? || realname", (NASTY,))
        tx.execute("UPDATE person SET email = ? || email", (NASTY,))
        tx.execute("UPDATE resource SET name = name || ?", (NASTY,))

    stage.world.database.write(write)


@BOTH_SIZES
def test_nothing_reaches_the_terminal_but_text(stage: Stage, size: tuple[int, int]) -> None:
    spoil(stage)

    async def script(pilot: Pilot[None]) -> None:
        await only_text(pilot, HOSTILE)

    play(stage.app(size), script, size)
