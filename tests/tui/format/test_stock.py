"""What stands beside names and bars: an id once, and a share of what the bar shows."""

from __future__ import annotations

import pytest

from backend.placement.model import InventoryRow, Stock
from tui.format.glyphs import ASCII
from tui.format.lines import Look, named
from tui.format.stock import amounts_fitting, barred

UUID = "b2641f00-aaaa-bbbb-cccc-0123456789ab"


@pytest.mark.parametrize(
    ("name", "width", "told"),
    [
        ("desert.uni", 34, ["Project  desert.uni  b264...89ab"]),
        ("desert-study.uni", 34, ["Project  desert-study.uni", "         b264...89ab"]),
        ("desert-study.uni", 46, ["Project  desert-study.uni  b264...89ab"]),
        ("a-study-of-deserts-far-away.uni.example", 46,
         ["Project  a-study-of-deserts~r-away.uni.example", f"         {UUID}"]),
    ],
)  # fmt: skip
def test_an_id_stands_below_a_name_that_leaves_it_no_room(
    name: str, width: int, told: list[str]
) -> None:
    lines = [one.text for one in named("project", "Project  ", name, UUID, Look(width, ASCII))]
    assert lines == told
    assert all(len(line) <= width for line in lines)


@pytest.mark.parametrize(
    ("own", "used", "told"),
    [
        (30, 19_600, "#x...............  0%  all 5%"),
        (30, 30, "#................  0%"),
        (196_000, 392_000, "#########xxxxxxxx  50%  FULL"),
        (30, 392_001, "#xxxxxxxxxxxxxxx!  0%  OVER by 1"),
    ],
)
def test_beside_the_bar_of_a_share_stand_its_own_and_that_of_all(
    own: int, used: int, told: str
) -> None:
    row = InventoryRow(1, "u", "cn-10", 1, "DISK_GB", Stock(392_000), used)
    _, bar = barred("k", "DISK_GB", row, Look(38, ASCII), own)
    assert bar.text.strip() == told
    (wide,) = barred("k", "DISK_GB", row, Look(120, ASCII), own)
    assert (f"  all use {used:,}  " in wide.text) is (own != used)
    _, alone = barred("k", "DISK_GB", row, Look(38, ASCII))
    assert "all" not in alone.text


@pytest.mark.parametrize(
    ("width", "told"),
    [
        (18, "VCPU 4 MEMORY 16G"),
        (17, "VCPU 4 MEMORY 16G"),
        (16, "VCPU 4 MEMORY ~"),
        (15, "VCPU 4 MEMORY ~"),
        (13, "VCPU 4 MEMORY 16G"),
        (8, "VCPU 4 ~"),
        (7, "VCPU ~"),
    ],
)
def test_a_figure_is_never_cut_into_another(width: int, told: str) -> None:
    held = (("VCPU", 4), ("MEMORY_MB", 16_384))
    assert amounts_fitting(held, Look(width, ASCII)) == told


def test_a_figure_with_its_unit_stays_before_what_is_cut() -> None:
    held = (("MEMORY_MB", 16_384), ("VCPU", 4))
    assert amounts_fitting(held, Look(11, ASCII)).startswith("MEMORY 16G ")
    assert amounts_fitting(held, Look(10, ASCII)) == "MEMORY ~"
