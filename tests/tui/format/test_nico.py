"""A block as a picture, and what a constraint may become in words."""

from __future__ import annotations

from random import Random

import pytest

from backend.nico.model import Bounds, Kind, Piece
from tui.format import bars
from tui.format.glyphs import ASCII
from tui.format.nico import block_bar, bounds, why_not


def drawn(cidr: str, own: str, *taken: str, width: int = 16) -> str:
    """A block whose parts are somebody's, in ASCII."""
    pieces = [Piece(one, "t", "a", 0) for one in taken]
    return bars.text(block_bar(cidr, pieces, own, width), ASCII)


@pytest.mark.parametrize(
    ("own", "taken", "told"),
    [
        ("", (), "................"),
        ("10.0.0.0/16", ("10.0.0.0/16",), "################"),
        ("10.0.0.0/18", ("10.0.0.0/18", "10.0.64.0/19"), "####xx.........."),
        ("10.0.128.0/28", ("10.0.128.0/28", "10.0.128.16/28"), "........#......."),
        ("", ("10.0.255.255/32",), "...............x"),
    ],
)
def test_a_block_is_drawn_to_scale(own: str, taken: tuple[str, ...], told: str) -> None:
    assert drawn("10.0.0.0/16", own, *taken) == told


def test_blocks_smaller_than_the_picture_and_of_long_addresses_are_drawn() -> None:
    assert drawn("10.9.9.0/30", "10.9.9.1/32", "10.9.9.0/32", "10.9.9.1/32") == "xxxx####........"
    own = "2001:db8:0:1::/64"
    assert drawn("2001:db8::/32", own, own) == "#..............."


def test_a_block_always_fills_its_cells() -> None:
    random = Random(3)
    for _ in range(200):
        length = random.randint(17, 32)
        step = 1 << (32 - length)
        at = random.randrange(0, 1 << 16, step)
        one = f"10.0.{at >> 8}.{at & 255}/{length}"
        width = random.randint(1, 70)
        text = drawn("10.0.0.0/16", one, one, width=width)
        assert len(text) == width
        assert "#" in text


@pytest.mark.parametrize(
    ("kind", "found", "told"),
    [
        (Kind.MACHINES, Bounds(3, 1200, "3 instances in use"), "3..1,200"),
        (Kind.ADDRESSES, Bounds(22, 32, ""), "/22../32"),
        (Kind.ADDRESSES, Bounds(0, 0, "3 subnets in use"), "no: 3 subnets"),
        (Kind.MACHINES, None, "?"),
    ],
)
def test_what_it_may_become_is_told(kind: Kind, found: Bounds | None, told: str) -> None:
    part = bounds(kind, found)
    assert (part if isinstance(part, str) else part[0]) == told
    assert bool(why_not(found)) == told.startswith("no")
