"""What the placement room shows: rows and details."""

from __future__ import annotations

from dataclasses import dataclass

from backend.placement.model.entities import Provider, Stock


@dataclass(frozen=True, slots=True)
class ConsumerRow:
    """A consumer with its amounts summed up over its providers, as (class, amount).

    `created_at` is in microseconds since the epoch; `provider` the name of its first provider,
    `providers` how many there are. Where a server has not said yet whose it is, `known` is False
    and project, user, type and generation mean nothing. `project_name` is that of the project
    and `user_name` the address of the person with this uuid, `` where there is none.
    """

    key: int
    uuid: str
    project: str
    user: str
    consumer_type: str
    generation: int
    amounts: tuple[tuple[str, int], ...]
    provider: str
    providers: int
    created_at: int
    known: bool = True
    project_name: str = ""
    user_name: str = ""


@dataclass(frozen=True, slots=True)
class InventoryRow:
    """What a provider has of one class, and how much of it is `used`."""

    key: int
    provider: str
    provider_name: str
    provider_generation: int
    resource_class: str
    stock: Stock
    used: int

    @property
    def capacity(self) -> int:
        """What may be used, as people read it."""
        return self.stock.capacity

    @property
    def free(self) -> int:
        """What is left; negative when over capacity."""
        return self.capacity - self.used

    @property
    def over_by(self) -> int:
        """How far usage exceeds the capacity, 0 when it does not."""
        return max(0, -self.free)


@dataclass(frozen=True, slots=True)
class Share:
    """What a consumer holds of one provider: (amount, inventory) of each class; None where the
    provider has no inventory of it any more."""

    provider: Provider
    amounts: tuple[tuple[str, int, InventoryRow | None], ...]


@dataclass(frozen=True, slots=True)
class ConsumerDetail:
    """A consumer and its share of each provider."""

    row: ConsumerRow
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class ProviderRow:
    """A provider in its tree: `depth` 0 for roots, `parent_name` `` for them; `consumers` how
    many hold something of it, `fullest` its fullest class with what it is used and may be."""

    key: int
    provider: Provider
    parent_name: str
    depth: int
    inventories: int
    consumers: int
    fullest: tuple[str, int, int] | None
    over: int

    @property
    def name(self) -> str:
        """The provider's name."""
        return self.provider.name


@dataclass(frozen=True, slots=True)
class ProviderDetail:
    """A provider with its inventories, children, traits, aggregates and largest consumers, each
    with its amounts of it as (class, amount)."""

    row: ProviderRow
    inventories: tuple[InventoryRow, ...]
    children: tuple[str, ...]
    traits: tuple[str, ...]
    aggregates: tuple[str, ...]
    consumers: tuple[tuple[ConsumerRow, tuple[tuple[str, int], ...]], ...]
