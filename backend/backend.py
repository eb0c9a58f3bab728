"""The Backend port: everything a console may ask, whatever answers (design §1, §3).

Reads are listings and details per room; every change is `plan` then `apply`. Implementations:
`embedded` over a database, `served` over a bursar server, `remote` over the dialects.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from backend.allocations import model as allocation
from backend.core.identity import Actor
from backend.core.listing import Listing, Query
from backend.notices import model as notice
from backend.openportal import model as openportal
from backend.placement import model as placement
from backend.projects import model as projects
from backend.quotas import model as quotas

if TYPE_CHECKING:
    from backend.core.plan import Command, Plan, Receipt

ASTAKOS, PLACEMENT, OPENPORTAL = "astakos", "placement", "openportal"
SYSTEMS = frozenset({ASTAKOS, PLACEMENT, OPENPORTAL})
"""The systems that a backend may stand for."""


@dataclass(frozen=True, slots=True)
class JournalRow:
    """One journal entry; `key` is its seq, `at` microseconds since the epoch,
    `before`/`after` its public fields as JSON text, `effects` how many more things it changed.
    `who` and `about` are the actor and the target in words."""

    key: int
    at: int
    actor: str
    action: str
    target: str
    before: str
    after: str
    reason: str
    request_id: str
    outcome: str
    effects: int
    who: str
    about: str


@dataclass(frozen=True, slots=True)
class JournalEffect:
    """Something else an entry changed; `target` in words."""

    target: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class JournalDetail:
    """An entry with its side effects and what became of its notices."""

    row: JournalRow
    effects: tuple[JournalEffect, ...]
    notices: tuple[notice.Delivery, ...] = ()


@dataclass(frozen=True, slots=True)
class Badges:
    """Counts for the chrome: waiting applications, holders over, pending commissions; why notices
    do not go out, `` when they do; what is wrong with the place itself, with what to do; and
    inventories over their capacity; allocations that have failed.
    `partial` are the counts, by name, that are of what is shown only."""

    waiting: int
    over: int
    pending: int
    failing: str = ""
    warnings: tuple[str, ...] = ()
    partial: tuple[str, ...] = ()
    overfull: int = 0
    erred: int = 0


@dataclass(frozen=True, slots=True)
class Connection:
    """What the console is connected to. `kind` such as `embedded sqlite`, `place` the file
    or URL; `empty` is true when there is nothing in it yet. `lacks` says by the name of a
    command's class why it cannot be done through this connection. `address` is the actor's,
    `` for those without. Rooms of what is not among `systems` are empty."""

    kind: str
    place: str
    actor: Actor
    read_only: bool
    empty: bool
    lacks: Mapping[str, str] = field(default_factory=dict)
    address: str = ""
    systems: frozenset[str] = SYSTEMS

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


class Projects(Protocol):
    """Reads of the projects room."""

    @property
    def listing(self) -> Listing[projects.ProjectRow]:
        """Projects as rows."""
        ...

    @property
    def fullest(self) -> Listing[projects.ProjectRow]:
        """The fullest projects alone, fullest first; `tightest` has all their limited pools."""
        ...

    @property
    def people(self) -> Listing[projects.PersonRow]:
        """People as rows, those who wait for moderation first."""
        ...

    @property
    def mismatches(self) -> Listing[projects.MismatchRow]:
        """Limits that are not what projects say, as rows; view `unexpected` adds holdings that
        no project accounts for."""
        ...

    async def detail(self, key: int) -> projects.ProjectDetail:
        """Raises NotFound."""
        ...

    async def person(self, key: int) -> projects.PersonDetail:
        """Raises NotFound."""
        ...

    async def queue(self) -> Sequence[int]:
        """Waiting applications, oldest first."""
        ...

    async def review(self, application: int) -> projects.ApplicationReview:
        """Raises NotFound."""
        ...

    async def find_person(self, name: str) -> projects.User:
        """The user with this e-mail address or uuid. Raises NotFound."""
        ...

    async def raw(self, key: int) -> Mapping[str, object]:
        """The project as the system's own API shows it."""
        ...


class Quotas(Protocol):
    """Reads of the quotas room."""

    @property
    def listing(self) -> Listing[quotas.QuotaRow]:
        """Holdings as rows; views `pools`, `over`, `pending`, together or alone."""
        ...

    @property
    def commissions(self) -> Listing[quotas.CommissionRow]:
        """Pending commissions as rows."""
        ...

    @property
    def catalog(self) -> Listing[quotas.ResourceRow]:
        """Resources as rows."""
        ...

    async def explain(self, key: int) -> quotas.Explanation:
        """Raises NotFound."""
        ...

    async def history(
        self, keys: Sequence[int], span: int, count: int
    ) -> Mapping[int, quotas.History]:
        """Usage of holdings over the last `span` microseconds in `count` stretches; holdings
        that are gone are missing. Raises Invalid."""
        ...

    async def commission(self, serial: int) -> quotas.CommissionDetail:
        """Raises NotFound when resolved or unknown."""
        ...

    async def feed(self, limit: int) -> Sequence[quotas.FeedEvent]:
        """What happened to commissions lately, newest first, refusals included."""
        ...

    async def rates(self, minutes: int) -> quotas.Rates:
        """How much happened to commissions in each of the last minutes."""
        ...

    async def resources(self) -> Sequence[quotas.Resource]:
        """Every resource."""
        ...

    async def resource(self, key: int) -> quotas.ResourceDetail:
        """Raises NotFound."""
        ...


class Placement(Protocol):
    """Reads of the placement room."""

    @property
    def consumers(self) -> Listing[placement.ConsumerRow]:
        """Consumers as rows; scope `project:<id>` or `provider:<uuid>`."""
        ...

    @property
    def inventories(self) -> Listing[placement.InventoryRow]:
        """Inventories as rows; view `over`, scope `provider:<uuid>`."""
        ...

    @property
    def providers(self) -> Listing[placement.ProviderRow]:
        """Providers as rows, in their trees unless sorted; scope `provider:<uuid>`, its tree."""
        ...

    async def consumer(self, key: int) -> placement.ConsumerDetail:
        """Raises NotFound."""
        ...

    async def provider(self, key: int) -> placement.ProviderDetail:
        """Raises NotFound."""
        ...

    async def consumer_named(self, uuid: str) -> placement.ConsumerRow:
        """Raises NotFound."""
        ...

    async def provider_named(self, uuid: str) -> placement.ProviderRow:
        """The provider with this uuid or name. Raises NotFound."""
        ...

    async def classes(self) -> Sequence[str]:
        """The names of all resource classes."""
        ...

    async def orphans(self, live: Sequence[str]) -> Sequence[int]:
        """The keys of consumers that are not among these ids, however those are written."""
        ...

    async def raw_consumer(self, key: int) -> Mapping[str, object]:
        """The consumer as the system's own API shows it. Raises NotFound."""
        ...

    async def raw_provider(self, key: int) -> Mapping[str, object]:
        """What the system's own API shows of the provider. Raises NotFound."""
        ...


class OpenPortal(Protocol):
    """Reads of the OpenPortal room."""

    @property
    def codes(self) -> Listing[openportal.CodeRow]:
        """Project codes with what they may use and used, each limit once."""
        ...

    @property
    def services(self) -> Listing[openportal.ServiceRow]:
        """Services as rows."""
        ...

    @property
    def projects(self) -> Listing[openportal.ProjectRow]:
        """Projects as rows."""
        ...

    @property
    def awards(self) -> Listing[openportal.AwardRow]:
        """Awards of other portals, those that wait for review first."""
        ...

    @property
    def remote_projects(self) -> Listing[openportal.RemoteProjectRow]:
        """Awards to other portals as rows."""
        ...

    async def allocation(self, key: int) -> openportal.PortalDetail:
        """Raises NotFound."""
        ...

    async def allocation_named(self, uuid: str) -> openportal.PortalRow:
        """Raises NotFound."""
        ...

    async def queue(self) -> Sequence[int]:
        """Awards that wait for review, oldest first."""
        ...

    async def review(self, award: int) -> openportal.AwardReview:
        """Raises NotFound."""
        ...

    async def raw_allocation(self, key: int) -> Mapping[str, object]:
        """The allocation as the system's own API shows it. Raises NotFound."""
        ...

    async def raw_award(self, key: int) -> Mapping[str, object]:
        """The award as the system's own API shows it. Raises NotFound."""
        ...


class Journal(Protocol):
    """Reads of the journal."""

    @property
    def listing(self) -> Listing[JournalRow]:
        """Entries as rows, newest first; view `decisions` leaves out what services do."""
        ...

    async def detail(self, seq: int) -> JournalDetail:
        """Raises NotFound."""
        ...


class Backend(Protocol):
    """What every form of bursar's backend offers. All errors are `BursarError`s."""

    @property
    def connection(self) -> Connection:
        """What this is connected to."""
        ...

    @property
    def link(self) -> Link:
        """How it stands with that now."""
        ...

    @property
    def projects(self) -> Projects:
        """The projects room."""
        ...

    @property
    def quotas(self) -> Quotas:
        """The quotas room."""
        ...

    @property
    def placement(self) -> Placement:
        """The placement room."""
        ...

    @property
    def openportal(self) -> OpenPortal:
        """The OpenPortal room."""
        ...

    @property
    def allocations(self) -> Listing[allocation.AllocationRow]:
        """Allocations of all systems; scope `project:<uuid>`, `provider:<uuid>`,
        `service:<uuid>` or `code:<project code>`."""
        ...

    @property
    def journal(self) -> Journal:
        """The journal."""
        ...

    async def badges(self) -> Badges:
        """Counts for the chrome."""
        ...

    async def plan(self, command: Command) -> Plan:
        """What the command would do now. Raises what `apply` would raise."""
        ...

    async def apply(self, plan: Plan, reason: str) -> Receipt:
        """Do what was previewed. Raises PreviewStale when it is no longer the same."""
        ...

    def watch(self, changed: Callable[[int], None]) -> Callable[[], None]:
        """Have `changed(journal head)` called, on any thread, after every change; the function
        returned ends it."""
        ...

    async def close(self) -> None:
        """Finish what is under way and let go."""
        ...


__all__ = [
    "ASTAKOS",
    "Backend",
    "Badges",
    "Connection",
    "Journal",
    "JournalDetail",
    "JournalEffect",
    "JournalRow",
    "Link",
    "LinkState",
    "Listing",
    "OPENPORTAL",
    "OpenPortal",
    "PLACEMENT",
    "Placement",
    "Projects",
    "Query",
    "Quotas",
    "SYSTEMS",
]
