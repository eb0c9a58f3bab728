"""What a Placement answers, read leniently: keys that are new or missing do no harm, values that
make no sense do (spec placement §4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from backend.core.runtime import micros
from backend.decode import Amount, Body, Finite, Foreign, Many
from backend.http import Reply
from backend.placement.model import UNTYPED, Provider, Stock
from backend.placement.model.entities import MOST

UNKNOWN = "unknown"
"""The type of consumers that have none."""
Resources = dict[Foreign, Amount]


class ProviderReply(Body):
    """A provider; before 1.14 there are no trees."""

    uuid: Foreign
    name: Foreign
    generation: Amount
    parent_provider_uuid: Foreign | None = None
    root_provider_uuid: Foreign | None = None

    def provider(self) -> Provider:
        """The domain's provider."""
        parent, root = self.parent_provider_uuid or "", self.root_provider_uuid or self.uuid
        return Provider(self.uuid, self.name, self.generation, parent, root)


class ProvidersReply(Body):
    """GET /resource_providers."""

    resource_providers: Many[ProviderReply]


class StockReply(Body):
    """The six fields of an inventory."""

    total: Amount
    reserved: Amount = 0
    min_unit: Amount = 1
    max_unit: Amount = MOST
    step_size: Amount = 1
    allocation_ratio: Finite = 1.0

    def stock(self) -> Stock:
        """The domain's stock."""
        return Stock(
            self.total,
            self.reserved,
            self.min_unit,
            self.max_unit,
            self.step_size,
            self.allocation_ratio,
        )


class InventoriesReply(Body):
    """GET /resource_providers/{uuid}/inventories."""

    resource_provider_generation: Amount
    inventories: dict[Foreign, StockReply]


class _Held(Body):
    resources: Resources
    consumer_generation: Amount | None = None


class HeldReply(Body):
    """GET /resource_providers/{uuid}/allocations."""

    resource_provider_generation: Amount
    allocations: dict[Foreign, _Held]


class _Share(Body):
    generation: Amount = 0
    resources: Resources


class ConsumerReply(Body):
    """GET /allocations/{uuid}; for nobody there is nothing but empty allocations."""

    allocations: dict[Foreign, _Share]
    project_id: Foreign | None = None
    user_id: Foreign | None = None
    consumer_generation: Amount | None = None
    consumer_type: Foreign | None = None


class UsagesReply(Body):
    """GET /resource_providers/{uuid}/usages, and of a project before 1.38."""

    usages: Resources
    resource_provider_generation: Amount = 0


class GroupedReply(Body):
    """GET /usages from 1.38 on, by type."""

    usages: dict[Foreign, Resources]


class _Named(Body):
    name: Foreign


class ClassesReply(Body):
    """GET /resource_classes."""

    resource_classes: Many[_Named]


class TraitsReply(Body):
    """GET /traits, and those of a provider."""

    traits: Many[Foreign]


class AggregatesReply(Body):
    """GET /resource_providers/{uuid}/aggregates."""

    aggregates: Many[Foreign]


@dataclass(frozen=True, slots=True)
class HeldTold:
    """What one consumer holds of one provider; its generation is not told before 1.28."""

    amounts: Mapping[str, int]
    generation: int | None


@dataclass(frozen=True, slots=True)
class ProviderTold:
    """What a provider has and who holds what of it, at one generation."""

    generation: int
    stocks: Mapping[str, Stock]
    held: Mapping[str, HeldTold]


@dataclass(frozen=True, slots=True)
class ConsumerTold:
    """A consumer; what older servers do not tell is None. `providers` are the generations of its
    providers; `at` is when it was last written, in microseconds since the epoch, 0 where that is
    not told."""

    uuid: str
    allocations: Mapping[str, Mapping[str, int]]
    providers: Mapping[str, int]
    project: str | None
    user: str | None
    consumer_type: str | None
    generation: int | None
    at: int


def amounts(told: Mapping[str, int]) -> dict[str, int]:
    """Without what is nothing."""
    return {name: amount for name, amount in told.items() if amount}


def consumer(uuid: str, told: ConsumerReply, reply: Reply) -> ConsumerTold:
    """The consumer of an answer."""
    held = {provider: amounts(share.resources) for provider, share in told.allocations.items()}
    kind = told.consumer_type
    return ConsumerTold(
        uuid,
        {provider: share for provider, share in held.items() if share},
        {provider: share.generation for provider, share in told.allocations.items()},
        told.project_id,
        told.user_id,
        UNTYPED if kind == UNKNOWN else kind,
        told.consumer_generation,
        modified(reply),
    )


def modified(reply: Reply) -> int:
    """`Last-Modified` in microseconds since the epoch, 0 for none."""
    try:
        return micros(parsedate_to_datetime(reply.headers.get("last-modified", "")))
    except (ValueError, TypeError, OverflowError):
        return 0
