"""Whatever people typed: nothing that a terminal acts on is ever on any screen."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from backend.core.database import Tx
from tests.tui.hostile import FORBIDDEN, NASTY, poison
from tests.tui.stage import SIZES, Stage, play, press, until

KEYS = {
    "projects": "1",
    "project": "1 enter",
    "project JSON": "1 y",
    "quotas": "2",
    "quota": "2 pagedown enter",
    "explanation": "2 pagedown i",
    "quota JSON": "2 y",
    "pools": "2 t",
    "commissions": "5",
    "audit": "6",
    "entry": "6 enter",
    "review": "1 a",
    "messages": "1 / x escape m",
}


def spoil(stage: Stage) -> None:
    """Names and labels as no command would let in, but a foreign database may hold."""
    poison(stage)

    def write(tx: Tx) -> None:
        tx.execute("UPDATE holder SET label = ? || label WHERE id > 0", (NASTY,))
        tx.execute("UPDATE project SET realname = ? || realname", (NASTY,))
        tx.execute("UPDATE person SET email = ? || email", (NASTY,))
        tx.execute("UPDATE resource SET name = name || ?", (NASTY,))

    stage.world.database.write(write)


@pytest.mark.parametrize("size", SIZES.values(), ids=list(SIZES))
@pytest.mark.parametrize("keys", KEYS.values(), ids=list(KEYS))
def test_nothing_reaches_the_terminal_but_text(
    stage: Stage, keys: str, size: tuple[int, int]
) -> None:
    spoil(stage)

    async def script(pilot: Pilot[None]) -> None:
        app = pilot.app
        await press(pilot, *keys.split())
        await until(pilot, lambda: not [w for w in app.workers if w.group == "detail"])
        for strip in app.screen._compositor.render_strips():
            assert not set(strip.text) & FORBIDDEN, repr(strip.text)
            assert cell_len(strip.text) == size[0], repr(strip.text)

    play(stage.app(size), script, size)
