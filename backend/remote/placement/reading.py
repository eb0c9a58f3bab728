"""What was read of a Placement in one go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from backend.placement.client import ConsumerTold, ProviderTold
from backend.placement.model import Provider


@dataclass(frozen=True, slots=True)
class Reading:
    """A part of a server: all `providers` and `classes` that there are, None where those were not
    read; what some providers have and who holds of them, None for those that are gone; the same of
    consumers; traits and aggregates of some providers. `fresh` for what a decision is made on."""

    providers: Sequence[Provider] | None = None
    classes: Sequence[str] | None = None
    told: Mapping[str, ProviderTold | None] = field(default_factory=dict)
    consumers: Mapping[str, ConsumerTold | None] = field(default_factory=dict)
    traits: Mapping[str, Sequence[str]] = field(default_factory=dict)
    aggregates: Mapping[str, Sequence[str]] = field(default_factory=dict)
    known_traits: Sequence[str] = ()
    fresh: bool = False
