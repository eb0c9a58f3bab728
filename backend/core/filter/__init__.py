"""The filter language: parsed once, shown anew, compiled to SQL (docs/filters.md)."""

from typing import TYPE_CHECKING

from backend.core.parts import offered

if TYPE_CHECKING:
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
    from backend.core.filter.values import amount, amount_text, span

__getattr__ = offered(__name__, "values", "tree", "parser")

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
    "amount",
    "amount_text",
    "parse",
    "render",
    "span",
]
