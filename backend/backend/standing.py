"""What a backend is connected to, how it stands with that, and what waits there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from backend.core.identity import Actor

ASTAKOS, PLACEMENT, OPENPORTAL, NICO = "astakos", "placement", "openportal", "nico"
SYSTEMS = frozenset({ASTAKOS, PLACEMENT, OPENPORTAL, NICO})
"""The systems that a backend may stand for."""


@dataclass(frozen=True, slots=True)
class Badges:
    """Counts for the chrome: waiting applications, holders over, pending commissions; why notices
    do not go out, `` when they do; what is wrong with the place itself, with what to do; and
    inventories over their capacity; allocations that have failed; constraints of NICo of which more
    is used, or of their type given away, than there is; awards of other portals that wait.
    Project codes that are `overspent` used more than their limit. `partial` are the counts, by
    name, that are of what is shown only."""

    waiting: int
    over: int
    pending: int
    failing: str = ""
    warnings: tuple[str, ...] = ()
    partial: tuple[str, ...] = ()
    overfull: int = 0
    erred: int = 0
    overgiven: int = 0
    awards: int = 0
    overspent: int = 0

    @property
    def amiss(self) -> int:
        """What is wrong with allocations."""
        return self.erred + self.overspent


@dataclass(frozen=True, slots=True)
class Connection:
    """What the console is connected to. `kind` such as `embedded sqlite`, `place` the file
    or URL; `empty` is true when there is nothing in it yet. `lacks` says by the name of a
    command's class why it cannot be done through this connection. `address` is the actor's,
    `` for those without. Rooms of what is not among `systems` are empty. It `only_shows` where
    there is no command that it does not lack; `barred` says why it is read-only though nobody asked
    for that, and what to do."""

    kind: str
    place: str
    actor: Actor
    read_only: bool
    empty: bool
    lacks: Mapping[str, str] = field(default_factory=dict)
    address: str = ""
    systems: frozenset[str] = SYSTEMS
    only_shows: bool = False
    barred: str = ""

    @property
    def who(self) -> str:
        """The actor in people's words."""
        return self.address or self.actor.name.removeprefix("operator:")


class LinkState(StrEnum):
    """How a backend hears of changes now, or why it hears of none."""

    LIVE = "live"
    POLLING = "polling"
    CONNECTING = "connecting"
    LOST = "lost"
    SIGNED_OUT = "signed-out"

    @property
    def hears(self) -> bool:
        """True when changes are heard of."""
        return self in (LinkState.LIVE, LinkState.POLLING)


@dataclass(frozen=True, slots=True)
class Link:
    """How it stands with what the backend is connected to: `reason` when it is not live,
    `since` when it became so, attempts in between not counting, `retry_at` when the next
    attempt is made, and `heard` when an answer last came, in microseconds since the epoch; 0 for
    not known and for none."""

    state: LinkState
    reason: str = ""
    since: int = 0
    retry_at: int = 0
    heard: int = 0
