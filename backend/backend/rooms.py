"""What is read of each room: lists, and objects one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from backend.allocations.model import AllocationRow
from backend.backend.entries import JournalDetail, JournalRow
from backend.core.listing import Listing
from backend.nico import model as nico
from backend.openportal import model as openportal
from backend.placement import model as placement
from backend.projects import model as projects
from backend.quotas import model as quotas


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

    async def stocks(self, keys: Sequence[int]) -> Sequence[placement.InventoryRow]:
        """All inventories of these providers."""
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


class Nico(Protocol):
    """Reads of the NICo room."""

    @property
    def constraints(self) -> Listing[nico.ConstraintRow]:
        """Constraints as rows; scope `allocation:`, `tenant:`, `site:`, `type:` or `block:` and a
        uuid."""
        ...

    @property
    def types(self) -> Listing[nico.TypeRow]:
        """Instance types as rows; scope `type:` or `site:`."""
        ...

    @property
    def blocks(self) -> Listing[nico.BlockRow]:
        """Blocks of sites as rows, not those carved of them; scope `block:` or `site:`."""
        ...

    async def allocation(self, key: int) -> nico.NicoDetail:
        """By the key of an allocation's row. Raises NotFound."""
        ...

    async def constraint(self, key: int) -> nico.NicoDetail:
        """By the key of a constraint's row. Raises NotFound."""
        ...

    async def allocation_named(self, uuid: str) -> nico.NicoRow:
        """Raises NotFound."""
        ...

    async def block(self, key: int) -> nico.BlockDetail:
        """By the key of a block's row. Raises NotFound."""
        ...

    async def choices(self, kind: str, site: str) -> Sequence[nico.Choice]:
        """What a form offers: kind `site`, `tenant`, `type` or `block`; the last two of a site,
        `` for all. Raises Invalid."""
        ...

    async def raw_allocation(self, key: int) -> Mapping[str, object]:
        """The allocation as the system's own API shows it. Raises NotFound."""
        ...

    async def raw_type(self, key: int) -> Mapping[str, object]:
        """The instance type as the system's own API shows it, with figures. Raises NotFound."""
        ...

    async def raw_block(self, key: int) -> Mapping[str, object]:
        """The block as the system's own API shows it, with its usage. Raises NotFound."""
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


class Across(Protocol):
    """Reads of all rooms together."""

    @property
    def allocations(self) -> Listing[AllocationRow]:
        """As `Backend.allocations`."""
        ...
