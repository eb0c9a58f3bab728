"""What a wider terminal shows more (ux-anchors §4.8)."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from tests.tui.stage import Stage, play, press, said

SIZES = [(80, 24), (109, 30), (110, 30), (140, 40), (200, 50)]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size[0]))
def test_the_detail_stands_beside_the_list_from_110_columns_on(
    stage: Stage, size: tuple[int, int]
) -> None:
    beside = size[0] >= 110

    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "2")
        side = pilot.app.screen.query_one("#side")
        shown = side.region.width > 0
        assert shown is beside
        await press(pilot, "d")
        assert len(pilot.app.screen_stack) == (1 if beside else 2)
        if beside:
            assert side.region.width == 0
        rows = said(pilot.app).splitlines()
        assert {len(row) for row in rows} == {size[0]}

    play(stage.app(size), script, size)
