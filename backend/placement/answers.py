"""What Placement's calls answer (spec placement §4), as types that pydantic can check and
describe. What is not required comes with a microversion."""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict

Resources = dict[str, int]


class LinkAnswer(TypedDict):
    """Where something is."""

    rel: str
    href: str


class VersionAnswer(TypedDict):
    """The one version, and its microversions."""

    id: str
    max_version: str
    min_version: str
    status: str
    links: list[LinkAnswer]


class VersionsAnswer(TypedDict):
    """The root."""

    versions: list[VersionAnswer]


class ShareAnswer(TypedDict):
    """What a consumer holds of a provider, which has this generation."""

    generation: int
    resources: Resources


class HeldAnswer(TypedDict):
    """What a consumer holds by provider; of one that holds nothing no more is told."""

    allocations: dict[str, ShareAnswer]
    project_id: NotRequired[str]
    user_id: NotRequired[str]
    consumer_generation: NotRequired[int]
    consumer_type: NotRequired[str]


class HolderAnswer(TypedDict):
    """What a consumer holds of one provider."""

    resources: Resources
    consumer_generation: NotRequired[int]


class HeldOfAnswer(TypedDict):
    """Who holds what of a provider."""

    allocations: dict[str, HolderAnswer]
    resource_provider_generation: int


class UsedAnswer(TypedDict):
    """What is used of a provider's inventories."""

    usages: Resources
    resource_provider_generation: int


class UsagesAnswer(TypedDict):
    """What a project uses by class; from 1.38 by type, with `consumer_count` beside classes."""

    usages: dict[str, int | dict[str, int]]


class ProviderAnswer(TypedDict):
    """A provider."""

    uuid: str
    name: str
    generation: int
    links: list[LinkAnswer]
    parent_provider_uuid: NotRequired[str | None]
    root_provider_uuid: NotRequired[str]


class ProvidersAnswer(TypedDict):
    """A list of providers."""

    resource_providers: list[ProviderAnswer]


class StockAnswer(TypedDict):
    """The six fields of an inventory."""

    total: int
    reserved: int
    min_unit: int
    max_unit: int
    step_size: int
    allocation_ratio: float


class InventoryAnswer(StockAnswer):
    """One inventory."""

    resource_provider_generation: int


class InventoriesAnswer(TypedDict):
    """All inventories of a provider."""

    resource_provider_generation: int
    inventories: dict[str, StockAnswer]


class ClassAnswer(TypedDict):
    """A resource class."""

    name: str
    links: list[LinkAnswer]


class ClassesAnswer(TypedDict):
    """All resource classes."""

    resource_classes: list[ClassAnswer]


class TraitsAnswer(TypedDict):
    """Names of traits, and the generation of the provider that has them."""

    traits: list[str]
    resource_provider_generation: NotRequired[int]


class AggregatesAnswer(TypedDict):
    """Aggregates of a provider, and from 1.19 its generation."""

    aggregates: list[str]
    resource_provider_generation: NotRequired[int]
