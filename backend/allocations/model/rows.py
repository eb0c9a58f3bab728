"""Rows of the list that shows allocations of all systems."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from backend.nico.model import NicoRow
from backend.openportal.model import PortalRow
from backend.placement.model import ConsumerRow

KINDS = 4
"""Keys of the list are those of the rooms' rows times this, plus the kind's place."""

Row = ConsumerRow | PortalRow | NicoRow


class Kind(StrEnum):
    """What an allocation is, by the letters that lists show (ux-anchors §5)."""

    CONSUMER = "PLC"
    LOCAL = "OPL"
    REMOTE = "OPR"
    NICO = "NICO"


@dataclass(frozen=True, slots=True)
class AllocationRow:
    """An allocation of any system; `of` is the row of its room."""

    key: int
    of: Row

    @property
    def kind(self) -> Kind:
        """What it is."""
        return kind_of(self.of)


def kind_of(row: Row) -> Kind:
    """What the row of a room is."""
    if isinstance(row, ConsumerRow):
        return Kind.CONSUMER
    if isinstance(row, NicoRow):
        return Kind.NICO
    return Kind.REMOTE if row.remote else Kind.LOCAL


def key_of(row: Row) -> int:
    """The key that the row of a room has in the list of all."""
    return row.key * KINDS + list(Kind).index(kind_of(row))
