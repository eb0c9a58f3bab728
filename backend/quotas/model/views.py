"""What the quotas room shows: rows and details."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from backend.quotas.model.amounts import UNLIMITED
from backend.quotas.model.entities import HoldingKey, Resource


class QuotaState(StrEnum):
    """Whether a row needs attention; words, so that colour is never the only sign."""

    OK = ""
    FULL = "FULL"
    OVER = "OVER"
    ODD = "ODD"
    UNKNOWN = "?"


@dataclass(frozen=True, slots=True)
class QuotaRow:
    """One holding with its project's pool, as the Quotas pane shows it.

    `usage` is usage_max and contains `pending` (§3.2). `holder`/`project` are labels,
    `holder_id`/`project_id` the uuids. A project's own pool has `is_pool` and equal triples.
    Where a server does not show usage, `known` (of the project: `project_known`) is False; the
    figures are then 0 and mean nothing.
    """

    key: int
    holder: str
    holder_id: str
    project: str
    project_id: str
    resource: str
    unit: str
    limit: int
    usage: int
    pending: int
    project_limit: int
    project_usage: int
    project_pending: int
    is_pool: bool = False
    known: bool = True
    project_known: bool = True

    @property
    def taken_known(self) -> bool:
        """Whether `taken_by_others` means something."""
        return self.known and self.project_known

    @property
    def reach_known(self) -> bool:
        """Whether `effective` and `reach` mean something."""
        return self.is_pool or self.project_limit == UNLIMITED or self.taken_known

    @property
    def room_known(self) -> bool:
        """Whether `left` and `room` mean something."""
        unpooled = self.is_pool or self.project_limit == UNLIMITED
        return (unpooled and self.limit == UNLIMITED) or (self.known and self.reach_known)

    @property
    def taken_by_others(self) -> int:
        """Usage of the project that is not this holder's; negative when inconsistent."""
        return self.project_usage - self.usage

    @property
    def effective(self) -> int:
        """What the holder may reach at most, raw: may be negative, or UNLIMITED (§3.3)."""
        if self.project_limit == UNLIMITED:
            return self.limit
        return min(self.limit, self.project_limit - self.taken_by_others)

    @property
    def left(self) -> int:
        """Headroom: what may still be taken; UNLIMITED when nothing binds."""
        return UNLIMITED if self.effective == UNLIMITED else self.effective - self.usage

    @property
    def reach(self) -> int:
        """The effective limit as people read it: never below 0 (§3.3)."""
        return max(0, self.effective)

    @property
    def room(self) -> int:
        """What is left up to `reach`; negative by what this holder itself is over."""
        return UNLIMITED if self.left == UNLIMITED else self.reach - self.usage

    @property
    def project_binds(self) -> bool:
        """True when the project's limit, not the own one, is what binds."""
        return self.effective < self.limit

    @property
    def state(self) -> QuotaState:
        """OVER, FULL (no headroom), ODD (usage the project does not know of), UNKNOWN or OK."""
        if self.usage > self.effective and self.usage > 0:
            return QuotaState.OVER
        if not self.taken_known:
            return QuotaState.UNKNOWN
        if self.taken_by_others < 0:
            return QuotaState.ODD
        return QuotaState.FULL if self.left <= 0 < self.limit else QuotaState.OK


@dataclass(frozen=True, slots=True)
class ProvisionRow:
    """One provision of a commission with its holding's figures now, if they are known."""

    holding: int
    holder: str
    source: str
    label: str
    source_label: str
    resource: str
    unit: str
    quantity: int
    limit: int
    usage: int
    pending: int
    known: bool = True


@dataclass(frozen=True, slots=True)
class CommissionRow:
    """A pending commission. `issued_at`/`expires_at` are microseconds since the epoch
    (0: never expires); `holder` and `change` sum the provisions up for people:
    `change` holds (resource, unit, quantity) of the member provisions."""

    key: int
    name: str
    clientkey: str
    issued_at: int
    expires_at: int
    holder: str
    project: str
    provisions: int
    change: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True)
class CommissionDetail:
    """A pending commission with every provision."""

    row: CommissionRow
    provisions: tuple[ProvisionRow, ...]


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """Something that happened to a commission, newest first in the feed.

    `kind` is issued, accepted, rejected, charged or refused; `serial` 0 when refused."""

    at: int
    kind: str
    serial: int
    actor: str
    holder: str
    project: str
    change: tuple[tuple[str, str, int], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """The usage of a holding, pending included, at the ends of equal stretches of time, newest
    last; None where it is not known, which is before `since`.

    `step` is the length of a stretch and `until` the end of the last one (now or soon), both in
    microseconds; `most` is the highest usage since the end of the first stretch that is known.
    """

    values: tuple[int | None, ...]
    step: int
    until: int
    since: int
    most: int


@dataclass(frozen=True, slots=True)
class Rates:
    """How many commissions were issued, accepted and refused in each of the last minutes, newest
    last, None where it is not known; `minute` is the last one, counted from the epoch. What is
    accepted as it is issued counts as both."""

    minute: int
    issued: tuple[int | None, ...]
    accepted: tuple[int | None, ...]
    refused: tuple[int | None, ...]

    @property
    def known(self) -> bool:
        """Whether anything of it is."""
        told = (*self.issued, *self.accepted, *self.refused)
        return any(figure is not None for figure in told)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything behind one quota row: who else uses the project's pool, what is pending."""

    row: QuotaRow
    others: tuple[tuple[str, int, int], ...]  # (label, usage, pending), largest first
    pending: tuple[tuple[int, int, int, str], ...]  # (serial, quantity, issued_at, clientkey)


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A holding whose limit is not what projects say: `expected` None when unexpected,
    `found` None when missing (§3.5)."""

    key: HoldingKey
    expected: int | None
    found: int | None


@dataclass(frozen=True, slots=True)
class ResourceRow:
    """One line of the list of resources; `over` counts the holders over their effective
    limit among those whose usage is known, which `complete` says of all."""

    key: int
    resource: Resource
    over: int
    complete: bool = True

    @property
    def name(self) -> str:
        """The resource's name."""
        return self.resource.name

    @property
    def unit(self) -> str:
        """That of its amounts."""
        return self.resource.unit


@dataclass(frozen=True, slots=True)
class ResourceDetail:
    """A resource with what exists of it: holdings of `members`, `pools` of projects, how many
    of both have no limit, and how many are `used`."""

    row: ResourceRow
    members: int
    pools: int
    unlimited: int
    used: int
