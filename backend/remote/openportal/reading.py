"""What was read of a Waldur in one go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from backend.openportal.client import (
    AllocationTold,
    AssociationTold,
    AwardTold,
    Listed,
    MeTold,
    NamesTold,
    ProjectTold,
    RemoteProjectTold,
    ServiceTold,
    UsageTold,
)

Month = tuple[str, int, int]
"""An allocation, a year and a month."""


@dataclass(frozen=True, slots=True)
class Some:
    """An allocation that was read by itself; None when it is gone."""

    remote: bool
    told: AllocationTold | None


@dataclass(frozen=True, slots=True)
class Reading:
    """A part of a server: whole lists, None where they were not read, `allocations` by whether
    they are remote; some of them one by one, None for those that are gone. `fresh` for what a
    decision is made on."""

    me: MeTold | None = None
    services: Listed[ServiceTold] | None = None
    projects: Listed[ProjectTold] | None = None
    allocations: Mapping[bool, Listed[AllocationTold]] = field(default_factory=dict)
    awards: Listed[AwardTold] | None = None
    remote_projects: Listed[RemoteProjectTold] | None = None
    some: Mapping[str, Some] = field(default_factory=dict)
    some_awards: Mapping[tuple[str, str], AwardTold | None] = field(default_factory=dict)
    names: Mapping[str, NamesTold] = field(default_factory=dict)
    associations: Mapping[str, Sequence[AssociationTold]] = field(default_factory=dict)
    usages: Mapping[Month, Sequence[UsageTold]] = field(default_factory=dict)
    fresh: bool = False
