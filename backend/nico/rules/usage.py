"""How much of a block is in use (spec nico §1, usageStats)."""

from __future__ import annotations

from collections.abc import Sequence

from backend.nico.model.reads import Usage
from backend.nico.rules.carve import Net

TOLD = 2
"""Bits of the smallest piece that is told."""
MOST = 2**31 - 1
FEW = 31
"""As many bits of a host as are counted."""
WHOLE = Usage(0, 0, None, 0, 1)
"""Of a block that is given away at once."""


def usage(block: Net, free: Sequence[Net], children: int) -> Usage:
    """The figures of a block by its free list, in the order of addresses."""
    told = [one for one in free if one.bits - one.length >= TOLD]
    smallest = sum(1 << (one.bits - one.length - TOLD) for one in told)
    host = block.bits - block.length
    acquired = (2 if host else 1) if block.bits == 32 else 1
    addresses = 1 << host if host <= FEW else MOST
    pieces = [one.cidr for one in told]
    return Usage(addresses, acquired, pieces, min(smallest, MOST), children)
