"""Rows of the list that shows allocations of all systems."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from backend.nico.model import NicoRow
from backend.openportal.model import PortalRow
from backend.placement.model import ConsumerRow

KINDS = 4
"""Keys of the list are those of the rooms' rows times this, plus the kind's place."""


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
    of: ConsumerRow | PortalRow | NicoRow

    @property
    def kind(self) -> Kind:
        """What it is."""
        if isinstance(self.of, ConsumerRow):
            return Kind.CONSUMER
        if isinstance(self.of, NicoRow):
            return Kind.NICO
        return Kind.REMOTE if self.of.remote else Kind.LOCAL
