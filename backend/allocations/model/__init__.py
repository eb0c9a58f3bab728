"""Types of the list of all allocations, imported when one of them is asked for."""

from typing import TYPE_CHECKING

from backend.core.parts import offered

if TYPE_CHECKING:
    from backend.allocations.model.rows import KINDS, AllocationRow, Kind, Row, key_of

__getattr__ = offered(__name__, "rows")

__all__ = ["KINDS", "AllocationRow", "Kind", "Row", "key_of"]
