"""What was read of a NICo in one go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from backend.nico.client import (
    AccountTold,
    AllocationTold,
    BlockTold,
    Listed,
    MachineTold,
    SiteTold,
    Standing,
    TypeTold,
)

Uses = Mapping[str, Mapping[str, int]]
"""Instances by type and tenant."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A part of a server: whole lists, None where they were not read; `parts` of root blocks, None
    for those that are not shown; who uses how much of types; and some of each by themselves, None
    for those that are gone. `of` are all allocations of a type or a block. `fresh` for what a
    decision is made on."""

    standing: Standing | None = None
    sites: Listed[SiteTold] | None = None
    accounts: Listed[AccountTold] | None = None
    types: Listed[TypeTold] | None = None
    blocks: Listed[BlockTold] | None = None
    parts: Mapping[str, Listed[BlockTold] | None] = field(default_factory=dict)
    allocations: Listed[AllocationTold] | None = None
    machines: Listed[MachineTold] | None = None
    uses: Uses = field(default_factory=dict)
    some: Mapping[str, AllocationTold | None] = field(default_factory=dict)
    some_types: Sequence[TypeTold] = ()
    some_blocks: Sequence[BlockTold] = ()
    of: Mapping[str, Listed[AllocationTold]] = field(default_factory=dict)
    fresh: bool = False

    def told(self) -> list[AllocationTold]:
        """Every allocation in it, as it was read last."""
        found = {one.id: one for one in (self.allocations.rows if self.allocations else ())}
        for listed in self.of.values():
            found |= {one.id: one for one in listed.rows}
        found |= {uuid: one for uuid, one in self.some.items() if one is not None}
        return list(found.values())
