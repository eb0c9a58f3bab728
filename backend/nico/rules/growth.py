"""How large a network could become where it is (spec nico §2.5)."""

from __future__ import annotations

from backend.nico.rules.carve import Net


def freed(block: Net, one: Net, before: Net | None, after: Net | None) -> Net:
    """The piece that giving a network back would make, between what is taken next to it."""
    start = before.end if before else block.network
    end = after.network if after else block.end
    while one.length > block.length and start <= one.above.network and one.above.end <= end:
        one = one.above
    return one
