"""What can be asked of the placement room (spec placement §4).

Generations are those that were displayed: `ANY_GENERATION` checks none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from backend.core.plan import Command
from backend.placement.model.entities import ANY_GENERATION, KEEP, PLACEHOLDER, Amounts, Stock


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """All that one consumer is to hold, by provider; nothing removes it (§4.3).

    `generation` None expects that there is no such consumer yet. `gone` says how it is known that
    nothing stands behind it any more, `` where that is not known.
    """

    consumer: str
    allocations: Mapping[str, Amounts]
    project: str = PLACEHOLDER
    user: str = PLACEHOLDER
    consumer_type: str = KEEP
    generation: int | None = ANY_GENERATION
    gone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceAllocations(Command):
    """Replace what consumers hold, all or nothing (§4.3, §4.4)."""

    claims: Sequence[Claim]

    @property
    def action(self) -> str:
        """`remove` where nothing is left to any of them."""
        return "replace" if any(claim.allocations for claim in self.claims) else "remove"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteAllocations(Command):
    """Remove what a consumer holds, whatever its generation (§4.5)."""

    consumer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateProvider(Command):
    """A new provider; `uuid` `` has one made, `parent` `` makes it a root (§4.9)."""

    name: str
    uuid: str = ""
    parent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModifyProvider(Command):
    """Rename, or move below another parent (`` makes it a root); `once` as before 1.37, where a
    parent is set once only."""

    provider: str
    name: str
    parent: str = KEEP
    once: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteProvider(Command):
    """Remove a provider that nobody holds anything of, with its inventories."""

    provider: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceInventories(Command):
    """Give a provider these inventories and no others (§4.10)."""

    provider: str
    stocks: Mapping[str, Stock]
    generation: int = ANY_GENERATION
    may_reserve_all: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AddInventory(Command):
    """Give a provider an inventory of a class that it has none of."""

    provider: str
    resource_class: str
    stock: Stock
    may_reserve_all: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SetInventory(Command):
    """Replace all six fields of one inventory."""

    provider: str
    resource_class: str
    stock: Stock
    generation: int = ANY_GENERATION
    may_reserve_all: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DropInventory(Command):
    """Remove an inventory that nobody uses; class `` removes all of the provider."""

    provider: str
    resource_class: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateResourceClass(Command):
    """A new `CUSTOM_` class (§4.11)."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameResourceClass(Command):
    """Another name for a `CUSTOM_` class, as before 1.7."""

    name: str
    new_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteResourceClass(Command):
    """Remove a `CUSTOM_` class without inventories."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateTrait(Command):
    """A new `CUSTOM_` trait."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteTrait(Command):
    """Remove a `CUSTOM_` trait that no provider has."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTraits(Command):
    """Give a provider these traits and no others."""

    provider: str
    traits: Sequence[str]
    generation: int = ANY_GENERATION


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAggregates(Command):
    """Put a provider in these aggregates and no others; `moves` its generation from 1.19 on."""

    provider: str
    aggregates: Sequence[str]
    generation: int = ANY_GENERATION
    moves: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Reshape(Command):
    """Replace inventories of providers, with their generations, and allocations in one step."""

    stocks: Mapping[str, Mapping[str, Stock]]
    generations: Mapping[str, int] = field(default_factory=dict)
    claims: Sequence[Claim] = ()
