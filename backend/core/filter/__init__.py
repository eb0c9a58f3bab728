"""The filter language: parsed once, shown anew, compiled to SQL (docs/filters.md)."""

from backend.core.filter.parser import parse
from backend.core.filter.tree import (
    Compare,
    Filter,
    Flag,
    Number,
    Op,
    Search,
    Term,
    Time,
    Word,
    render,
)

__all__ = [
    "Compare",
    "Filter",
    "Flag",
    "Number",
    "Op",
    "Search",
    "Term",
    "Time",
    "Word",
    "parse",
    "render",
]
