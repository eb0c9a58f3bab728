"""Resources, holdings and what is written of them (spec astakos §1.1, §1.6, §3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from backend.core.plan import Impact


@dataclass(frozen=True, slots=True)
class Resource:
    """Something that is counted. `unit` is `bytes` or ``; `uplimit` the default of base
    projects, `project_default` of ordinary ones, both for member and project capacity;
    `known` is False where a server does not show them."""

    id: int
    name: str
    description: str
    service_type: str
    service_origin: str
    unit: str
    uplimit: int
    project_default: int
    api_visible: bool
    ui_visible: bool
    known: bool = True

    PRIVATE: ClassVar[frozenset[str]] = frozenset({"known"})

    @property
    def target(self) -> str:
        """Journal name."""
        return f"resource:{self.name}"


@dataclass(frozen=True, slots=True)
class HoldingKey:
    """Names one holding: `user:<uuid>` from `project:<uuid>`, or a project from ``."""

    holder: str
    source: str
    resource: str


@dataclass(frozen=True, slots=True)
class Holding:
    """Limit and counters of one key; `usage_min <= usage_max`, the difference is pending."""

    id: int
    key: HoldingKey
    limit: int
    usage_min: int
    usage_max: int


@dataclass(frozen=True, slots=True)
class Limit:
    """The limit that a holding should have."""

    key: HoldingKey
    limit: int


@dataclass(frozen=True, slots=True)
class Provision:
    """A wanted change of one holding; negative quantities release."""

    holder: str
    source: str
    resource: str
    quantity: int


@dataclass(frozen=True, slots=True)
class SetLimits:
    """A write: give these holdings these limits, making the missing ones (a sync, §3.1)."""

    limits: tuple[Limit, ...]


@dataclass(frozen=True, slots=True)
class DeleteHoldings:
    """A write: remove holdings that no project accounts for (§3.5)."""

    keys: tuple[HoldingKey, ...]


@dataclass(frozen=True, slots=True)
class Charge:
    """A write: a commission issued and accepted at once by `clientkey`."""

    clientkey: str
    name: str
    provisions: tuple[Provision, ...]
    force: bool = False


@dataclass(frozen=True, slots=True)
class LimitChange:
    """What a sync would do: the limits that differ as (key, before or None, after), and
    whose effective limit moves by it."""

    changed: tuple[tuple[HoldingKey, int | None, int], ...]
    impacts: tuple[Impact, ...]
