"""What a client of Astakos' quota calls answers, in our words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from backend.quotas.model import Provision

Key = tuple[str, str, str]
"""Holder, source (`` for a project's own) and resource."""


class Figures(NamedTuple):
    """Limit and counters of a holding."""

    limit: int
    usage_min: int
    usage_max: int


Ledger = Mapping[Key, Figures]


class CommissionTold(NamedTuple):
    """A pending commission; `issued_at` in microseconds since the epoch."""

    serial: int
    name: str
    issued_at: int
    provisions: tuple[Provision, ...]
