"""What a wider terminal shows more (ux-anchors §4.8)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from backend.core.errors import StorageError
from backend.quotas.model import UNLIMITED
from backend.quotas.service import project_quotas
from tests.tui.stage import GIB, Stage, play, press, said, until
from tests.worlds import RAM
from tui.format.glyphs import ASCII
from tui.format.lines import Look
from tui.panes.projects import fullness
from tui.panes.quotas import COLUMNS, figure
from tui.widgets.columns import arrange

SIZES = [(80, 24), (109, 30), (110, 30), (140, 40), (200, 50)]


@pytest.mark.parametrize(
    ("width", "gib", "shown"),
    [(6, -34.5, "-34.5G"), (5, -34.5, "-35G"), (5, 34.5, "34.5G"), (4, 34.5, "35G"),
     (4, -86.3, "-86G"), (5, -86.6, "-87G")],
)  # fmt: skip
def test_an_amount_that_does_not_fit_is_rounded_to_the_nearest(
    stage: Stage, width: int, gib: float, shown: str
) -> None:
    quotas = stage.world.database.read(lambda tx: project_quotas(tx, stage.project))
    row = next(one for one in quotas if one.resource == RAM)
    assert figure(round(gib * GIB), row, Look(width, ASCII)) == shown


@pytest.mark.parametrize(
    ("width", "gib", "shown"),
    [
        (7, (222.5, 217.75), ["222.5G", "217.8G", "-4.7G"]),
        (7, (45.25, 100), ["45.3G", "100G", "54.7G"]),
        (6, (222.5, 217.75), ["222.5G", "217.8G", "-4.7G"]),
        (6, (213.8, 62.3), ["214G", "62G", "-152G"]),
        (7, (213.8, 62.3), ["213.8G", "62.3G", "-151.5G"]),
        (6, (1.5, 2048), ["1.5G", "2T", "2T"]),
        (7, (2047.99, 2048), ["2T", "2T", "10.2M"]),
    ],
)
def test_what_is_left_is_the_difference_of_the_figures_beside_it(
    stage: Stage, width: int, gib: tuple[float, float], shown: list[str]
) -> None:
    quotas = stage.world.database.read(lambda tx: project_quotas(tx, stage.project))
    usage, limit = (round(one * GIB) for one in gib)
    row = replace(next(one for one in quotas if one.resource == RAM),
                  usage=usage, limit=limit, project_limit=UNLIMITED)  # fmt: skip
    cells = {one.id: one.cell for one in COLUMNS}
    told = [cells[name](row, Look(width, ASCII)) for name in ("used", "effective", "left")]
    assert [one[0] if isinstance(one, tuple) else one for one in told] == shown


@pytest.mark.parametrize("width", [60, 80, 140])
def test_used_effective_and_left_have_room_for_as_many_decimals(width: int) -> None:
    placed = {one.column.id: one.width for one in arrange(COLUMNS, width)}
    assert min(placed[name] for name in ("used", "effective", "left")) >= 6
    assert "bar" in placed or width < 80


@pytest.mark.parametrize("width", [9, 12])
@pytest.mark.parametrize(
    ("usage", "limit", "shown"), [(34, 40, "85%"), (40, 40, "100%!"), (1, 0, "of 0!")]
)
def test_how_full_the_tightest_resource_is_never_is_cut_off(
    width: int, usage: int, limit: int, shown: str
) -> None:
    text, _ = fullness(("cyclades.diskspace", usage, limit), Look(width, ASCII))
    assert text.endswith(f" {shown}")
    assert len(text) <= max(width, len(shown) + 2)


@pytest.mark.parametrize(
    ("width", "shown"), [(10, "ram of 0!"), (11, "ram of 0!"), (12, "ram limit 0!")]
)
def test_a_limit_of_0_leaves_the_resource_its_name(width: int, shown: str) -> None:
    assert fullness(("cyclades.ram", 1, 0), Look(width, ASCII))[0] == shown


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


@pytest.mark.parametrize("width", [80, 110, 140, 200])
def test_who_is_over_and_where_comes_before_bars_and_what_is_empty(
    stage: Stage, width: int
) -> None:
    stage.world.approve(stage.modification)
    stage.settle()

    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "2", "o")
        await until(pilot, lambda: "3 of" in said(pilot.app))
        told = said(pilot.app)
        rows = [line for line in told.splitlines() if "@uni " in line]
        assert all("climate.hpc " in line for line in rows)
        assert "! OVER" not in told
        assert "o shows all" in told
        head = next(line for line in told.splitlines() if line.startswith("  HOLDER"))
        assert ("PEND" in head) is (width == 200)
        assert head.index("RESOURCE") - head.index("HOLDER") >= (20 if width == 110 else 30)

    play(stage.app(), script, (width, 30))


def test_a_menu_is_as_wide_as_what_it_offers(stage: Stage) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "1", "e")
        await until(pilot, lambda: bool(pilot.app.screen.query("#choice")))
        assert f"Change it in place, at once; #{stage.modification} goes on" in said(pilot.app)

    play(stage.app(), script)


@pytest.mark.parametrize(
    ("size", "given", "left", "right"),
    [
        ((60, 20), {}, " local RW * live 2s  Projects ", " 2  sort NAME^  units auto "),
        ((79, 30), {"context": "a-long-context-name"}, " a-long-~t-name RW * live", "auto "),
        ((100, 20), {"production": True}, " local PROD RW * live 2s  Projects ", "units auto "),
        ((60, 15), {"read_only": True, "context": "team"}, " team RO * live 2s  Proj", "auto "),
    ],
)  # fmt: skip
def test_a_small_terminal_says_what_is_connected_and_where_one_is(
    stage: Stage, size: tuple[int, int], given: dict[str, Any], left: str, right: str
) -> None:
    async def script(pilot: Pilot[None]) -> None:
        head = said(pilot.app).splitlines()[0]
        assert head.replace("…", "~").startswith(left)
        assert head.endswith(right)
        await press(pilot, "enter", "M" if size[0] > 60 else "2")
        assert said(pilot.app).splitlines()[0].replace("…", "~").startswith(left[:20])
        pilot.app.session.failure = StorageError("gone")  # type: ignore[attr-defined]
        pilot.app.screen.show_chrome()  # type: ignore[attr-defined]
        await pilot.pause()
        assert "stale " in said(pilot.app).splitlines()[0]

    play(stage.app(size, **given), script, size)
