"""What the routes of the API read. `at` are microseconds since the epoch: when the newest of
what is shown was made or changed, 0 when nothing is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from backend.placement.model.entities import Amounts, Consumer, Inventory, Provider


@dataclass(frozen=True, slots=True)
class Held:
    """What a consumer holds, and the generations of its providers by uuid (§4.2)."""

    consumer: Consumer
    generations: Mapping[str, int]
    at: int


@dataclass(frozen=True, slots=True)
class HeldOf:
    """What consumers hold of a provider (§4.6): by uuid, their generations and amounts."""

    provider: Provider
    consumers: Mapping[str, tuple[int, Amounts]]
    at: int


@dataclass(frozen=True, slots=True)
class Usage:
    """What consumers of one type, or of all, use together (§4.8)."""

    consumers: int
    amounts: Amounts


@dataclass(frozen=True, slots=True)
class Listed:
    """A provider of a list."""

    provider: Provider
    at: int


@dataclass(frozen=True, slots=True)
class Stocked:
    """The inventories of a provider by class (§4.10)."""

    provider: Provider
    inventories: Mapping[str, Inventory]
    at: int


@dataclass(frozen=True, slots=True)
class Named:
    """A resource class or a trait; standard ones have no time of their own."""

    name: str
    at: int


@dataclass(frozen=True, slots=True)
class Marks:
    """The traits or aggregates of a provider."""

    provider: Provider
    names: Sequence[str]
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderFilter:
    """Which providers are listed; what is empty leaves a condition out (§4.9).

    `resources` have to fit at once, each alone. Of every group of `member_of` (aggregates) and
    of `required` (traits) a provider has at least one, of `outside` and `forbidden` none.
    """

    name: str = ""
    uuid: str = ""
    in_tree: str = ""
    resources: Amounts = field(default_factory=dict)
    member_of: Sequence[Sequence[str]] = ()
    outside: Sequence[str] = ()
    required: Sequence[Sequence[str]] = ()
    forbidden: Sequence[str] = ()
