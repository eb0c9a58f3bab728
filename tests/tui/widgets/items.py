"""Rows for tests of what tables are made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    """A row with a name and a number."""

    key: int
    name: str
    size: int = 0
