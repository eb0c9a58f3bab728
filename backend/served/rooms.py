"""What is read of the rooms of a bursar server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from backend.backend import JournalDetail, JournalRow
from backend.nico.model import (
    BlockDetail,
    BlockRow,
    Choice,
    ConstraintRow,
    NicoDetail,
    NicoRow,
    TypeRow,
)
from backend.openportal.model import (
    AwardReview,
    AwardRow,
    CodeRow,
    PortalDetail,
    PortalRow,
    RemoteProjectRow,
    ServiceRow,
)
from backend.openportal.model import ProjectRow as PortalProjectRow
from backend.placement.model import (
    ConsumerDetail,
    ConsumerRow,
    InventoryRow,
    ProviderDetail,
    ProviderRow,
)
from backend.projects.model import (
    ApplicationReview,
    MismatchRow,
    PersonDetail,
    PersonRow,
    ProjectDetail,
    ProjectRow,
    User,
)
from backend.quotas.model import (
    CommissionDetail,
    CommissionRow,
    Explanation,
    FeedEvent,
    History,
    QuotaRow,
    Rates,
    Resource,
    ResourceDetail,
    ResourceRow,
)
from backend.served.line import Line, ServedListing

IDS = 15_000
"""Ids that are sent at once; servers take bodies of a megabyte."""


class ServedProjects:
    """Reads of the projects room."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self.listing: ServedListing[ProjectRow] = ServedListing(line, "projects/listing")
        self.fullest: ServedListing[ProjectRow] = ServedListing(line, "projects/fullest")
        self.people: ServedListing[PersonRow] = ServedListing(line, "projects/people")
        self.mismatches: ServedListing[MismatchRow] = ServedListing(line, "projects/mismatches")

    async def detail(self, key: int) -> ProjectDetail:
        """Everything about a project. Raises NotFound."""
        return cast(ProjectDetail, await self._line.read("projects/detail", key=key))

    async def person(self, key: int) -> PersonDetail:
        """Everything about a person. Raises NotFound."""
        return cast(PersonDetail, await self._line.read("projects/person", key=key))

    async def queue(self) -> Sequence[int]:
        """Waiting applications, oldest first."""
        return cast(Sequence[int], await self._line.read("projects/queue"))

    async def review(self, application: int) -> ApplicationReview:
        """What deciding on an application needs. Raises NotFound."""
        found = await self._line.read("projects/review", application=application)
        return cast(ApplicationReview, found)

    async def find_person(self, name: str) -> User:
        """The user with this address or uuid. Raises NotFound."""
        return cast(User, await self._line.read("projects/find_person", name=name))

    async def raw(self, key: int) -> Mapping[str, object]:
        """The project as Astakos' API shows it."""
        return cast(Mapping[str, object], await self._line.read("projects/raw", key=key))


class ServedQuotas:
    """Reads of the quotas room."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self.listing: ServedListing[QuotaRow] = ServedListing(line, "quotas/listing")
        self.commissions: ServedListing[CommissionRow] = ServedListing(line, "quotas/commissions")
        self.catalog: ServedListing[ResourceRow] = ServedListing(line, "quotas/catalog")

    async def explain(self, key: int) -> Explanation:
        """What is behind a row. Raises NotFound."""
        return cast(Explanation, await self._line.read("quotas/explain", key=key))

    async def history(self, keys: Sequence[int], span: int, count: int) -> Mapping[int, History]:
        """Usage of holdings over the last `span` microseconds. Raises Invalid."""
        found = await self._line.read("quotas/history", keys=keys, span=span, count=count)
        return cast(Mapping[int, History], found)

    async def commission(self, serial: int) -> CommissionDetail:
        """A pending commission. Raises NotFound."""
        return cast(CommissionDetail, await self._line.read("quotas/commission", serial=serial))

    async def feed(self, limit: int) -> Sequence[FeedEvent]:
        """Latest events of commissions."""
        return cast(Sequence[FeedEvent], await self._line.read("quotas/feed", limit=limit))

    async def rates(self, minutes: int) -> Rates:
        """How much happened to commissions in each of the last minutes."""
        return cast(Rates, await self._line.read("quotas/rates", minutes=minutes))

    async def resources(self) -> Sequence[Resource]:
        """Every resource."""
        return cast(Sequence[Resource], await self._line.read("quotas/resources"))

    async def resource(self, key: int) -> ResourceDetail:
        """A resource and what exists of it. Raises NotFound."""
        return cast(ResourceDetail, await self._line.read("quotas/resource", key=key))


class ServedPlacement:
    """Reads of the placement room."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self.inventories: ServedListing[InventoryRow] = ServedListing(line, "placement/inventories")
        self.providers: ServedListing[ProviderRow] = ServedListing(line, "placement/providers")

    async def consumer(self, key: int) -> ConsumerDetail:
        """A consumer and its shares. Raises NotFound."""
        return cast(ConsumerDetail, await self._line.read("placement/consumer", key=key))

    async def provider(self, key: int) -> ProviderDetail:
        """A provider and what is of it. Raises NotFound."""
        return cast(ProviderDetail, await self._line.read("placement/provider", key=key))

    async def consumer_named(self, uuid: str) -> ConsumerRow:
        """The consumer with this uuid. Raises NotFound."""
        return cast(ConsumerRow, await self._line.read("placement/consumer_named", uuid=uuid))

    async def provider_named(self, uuid: str) -> ProviderRow:
        """The provider with this uuid or name. Raises NotFound."""
        return cast(ProviderRow, await self._line.read("placement/provider_named", uuid=uuid))

    async def stocks(self, keys: Sequence[int]) -> Sequence[InventoryRow]:
        """All inventories of these providers."""
        found = await self._line.read("placement/stocks", keys=keys)
        return cast(Sequence[InventoryRow], found)

    async def classes(self) -> Sequence[str]:
        """The names of all resource classes."""
        return cast(Sequence[str], await self._line.read("placement/classes"))

    async def orphans(self, live: Sequence[str]) -> Sequence[int]:
        """Consumers that are not among these ids, of which a body holds not many: an orphan is
        what no part of them names."""
        parts = [live[n : n + IDS] for n in range(0, len(live), IDS)] or [live]
        found = [await self._line.search("placement/orphans", live=part) for part in parts]
        named_by_none = set(found[0]).intersection(*found[1:])
        return [key for key in found[0] if key in named_by_none]

    async def raw_consumer(self, key: int) -> Mapping[str, object]:
        """The consumer as Placement's API shows it. Raises NotFound."""
        found = await self._line.read("placement/raw_consumer", key=key)
        return cast(Mapping[str, object], found)

    async def raw_provider(self, key: int) -> Mapping[str, object]:
        """What Placement's API shows of the provider. Raises NotFound."""
        found = await self._line.read("placement/raw_provider", key=key)
        return cast(Mapping[str, object], found)


class ServedOpenPortal:
    """Reads of the OpenPortal room."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self.codes: ServedListing[CodeRow] = ServedListing(line, "openportal/codes")
        self.services: ServedListing[ServiceRow] = ServedListing(line, "openportal/services")
        self.projects: ServedListing[PortalProjectRow] = ServedListing(line, "openportal/projects")
        self.awards: ServedListing[AwardRow] = ServedListing(line, "openportal/awards")
        self.remote_projects: ServedListing[RemoteProjectRow] = ServedListing(
            line, "openportal/remote_projects"
        )

    async def allocation(self, key: int) -> PortalDetail:
        """All about an allocation. Raises NotFound."""
        return cast(PortalDetail, await self._line.read("openportal/allocation", key=key))

    async def allocation_named(self, uuid: str) -> PortalRow:
        """The allocation with this uuid. Raises NotFound."""
        return cast(PortalRow, await self._line.read("openportal/allocation_named", uuid=uuid))

    async def queue(self) -> Sequence[int]:
        """Awards that wait for review, oldest first."""
        return cast(Sequence[int], await self._line.read("openportal/queue"))

    async def review(self, award: int) -> AwardReview:
        """What deciding on an award needs. Raises NotFound."""
        return cast(AwardReview, await self._line.read("openportal/review", award=award))

    async def raw_allocation(self, key: int) -> Mapping[str, object]:
        """The allocation as Waldur's API shows it. Raises NotFound."""
        found = await self._line.read("openportal/raw_allocation", key=key)
        return cast(Mapping[str, object], found)

    async def raw_award(self, key: int) -> Mapping[str, object]:
        """The award as Waldur's API shows it. Raises NotFound."""
        return cast(Mapping[str, object], await self._line.read("openportal/raw_award", key=key))


class ServedNico:
    """Reads of the NICo room."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self.constraints: ServedListing[ConstraintRow] = ServedListing(line, "nico/constraints")
        self.types: ServedListing[TypeRow] = ServedListing(line, "nico/types")
        self.blocks: ServedListing[BlockRow] = ServedListing(line, "nico/blocks")

    async def allocation(self, key: int) -> NicoDetail:
        """All about an allocation. Raises NotFound."""
        return cast(NicoDetail, await self._line.read("nico/allocation", key=key))

    async def constraint(self, key: int) -> NicoDetail:
        """All about a constraint and its allocation. Raises NotFound."""
        return cast(NicoDetail, await self._line.read("nico/constraint", key=key))

    async def allocation_named(self, uuid: str) -> NicoRow:
        """The allocation with this uuid. Raises NotFound."""
        return cast(NicoRow, await self._line.read("nico/allocation_named", uuid=uuid))

    async def block(self, key: int) -> BlockDetail:
        """All about a root block. Raises NotFound."""
        return cast(BlockDetail, await self._line.read("nico/block", key=key))

    async def choices(self, kind: str, site: str) -> Sequence[Choice]:
        """What a form offers. Raises Invalid."""
        found = await self._line.read("nico/choices", kind=kind, site=site)
        return cast(Sequence[Choice], found)

    async def raw_allocation(self, key: int) -> Mapping[str, object]:
        """The allocation as NICo's API shows it. Raises NotFound."""
        found = await self._line.read("nico/raw_allocation", key=key)
        return cast(Mapping[str, object], found)

    async def raw_type(self, key: int) -> Mapping[str, object]:
        """The instance type as NICo's API shows it. Raises NotFound."""
        return cast(Mapping[str, object], await self._line.read("nico/raw_type", key=key))

    async def raw_block(self, key: int) -> Mapping[str, object]:
        """The block as NICo's API shows it. Raises NotFound."""
        return cast(Mapping[str, object], await self._line.read("nico/raw_block", key=key))


class ServedJournal:
    """Reads of the journal."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self.listing: ServedListing[JournalRow] = ServedListing(line, "journal/listing")

    async def detail(self, seq: int) -> JournalDetail:
        """An entry with its side effects in words. Raises NotFound."""
        return cast(JournalDetail, await self._line.read("journal/detail", seq=seq))
