"""Providers, inventories and consumers (spec placement §1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

MOST = 2**31 - 1
"""The highest figure of an inventory."""
PLACEHOLDER = "00000000-0000-0000-0000-000000000000"
"""The project and user of consumers that were written without one (§4.3)."""
UNTYPED = ""
"""The type of a consumer that has none; the API calls it `unknown`."""
ANY_GENERATION = -1
"""Write whatever the generation is, as microversions before generations do."""
KEEP = "*"
"""Leave the type of a consumer, or the parent of a provider, as it is."""

Amounts = Mapping[str, int]
"""How much of each resource class."""


def spread(allocations: Mapping[str, Amounts]) -> Iterator[tuple[str, str, int]]:
    """Amounts by provider one by one: provider, class and how much."""
    for provider, amounts in allocations.items():
        for resource_class, amount in amounts.items():
            yield provider, resource_class, amount


@dataclass(frozen=True, slots=True)
class Provider:
    """A node of a tree; `parent` and `root` are uuids, `parent` `` for a root."""

    uuid: str
    name: str
    generation: int
    parent: str
    root: str

    PRIVATE: ClassVar[frozenset[str]] = frozenset()

    @property
    def target(self) -> str:
        """Journal name."""
        return f"provider:{self.uuid}"


@dataclass(frozen=True, slots=True)
class ResourceClass:
    """A kind of resource."""

    name: str

    PRIVATE: ClassVar[frozenset[str]] = frozenset()

    @property
    def target(self) -> str:
        """Journal name."""
        return f"resource_class:{self.name}"


@dataclass(frozen=True, slots=True)
class Stock:
    """What a provider has of one class: the six fields of an inventory (§1.1)."""

    PRIVATE: ClassVar[frozenset[str]] = frozenset()

    total: int
    reserved: int = 0
    min_unit: int = 1
    max_unit: int = MOST
    step_size: int = 1
    allocation_ratio: float = 1.0

    @property
    def product(self) -> float:
        """What amounts are compared with: an IEEE double, not truncated (§2)."""
        return (self.total - self.reserved) * self.allocation_ratio

    @property
    def capacity(self) -> int:
        """The product as people read it."""
        return int(self.product)


@dataclass(frozen=True, slots=True)
class Inventory:
    """The stock of a provider in one class."""

    provider: str
    resource_class: str
    stock: Stock
    used: int = 0

    PRIVATE: ClassVar[frozenset[str]] = frozenset({"used"})

    @property
    def target(self) -> str:
        """Journal name."""
        return f"inventory:{self.provider}/{self.resource_class}"


@dataclass(frozen=True, slots=True)
class Consumer:
    """Who holds something, and what of which provider; one without allocations does not exist."""

    uuid: str
    project: str
    user: str
    consumer_type: str
    generation: int
    allocations: Mapping[str, Amounts]

    PRIVATE: ClassVar[frozenset[str]] = frozenset()

    @property
    def target(self) -> str:
        """Journal name."""
        return f"consumer:{self.uuid}"


@dataclass(frozen=True, slots=True)
class Whose:
    """Project and user of a consumer as people know them, and since when it is there, in
    microseconds since the epoch, 0 where nobody told."""

    project: str
    user: str
    born: int


@dataclass(frozen=True, slots=True)
class Trait:
    """Something that a provider can do or is."""

    name: str

    PRIVATE: ClassVar[frozenset[str]] = frozenset()

    @property
    def target(self) -> str:
        """Journal name."""
        return f"trait:{self.name}"


@dataclass(frozen=True, slots=True)
class TraitsOf:
    """The traits of a provider, sorted."""

    provider: str
    traits: tuple[str, ...]

    PRIVATE: ClassVar[frozenset[str]] = frozenset()

    @property
    def target(self) -> str:
        """Journal name of the provider."""
        return f"provider:{self.provider}"


@dataclass(frozen=True, slots=True)
class AggregatesOf:
    """The aggregates of a provider, sorted."""

    provider: str
    aggregates: tuple[str, ...]

    PRIVATE: ClassVar[frozenset[str]] = frozenset()

    @property
    def target(self) -> str:
        """Journal name of the provider."""
        return f"provider:{self.provider}"
