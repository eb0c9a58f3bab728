"""What the operator wants of a consumer or an inventory, apart from what it was read on: when that
has changed, the same is wanted of what is there now (spec placement §6.1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from backend.backend import Backend
from backend.core.errors import NotFound
from backend.core.plan import Command
from backend.placement.model import (
    Claim,
    ConsumerDetail,
    InventoryRow,
    ReplaceAllocations,
    SetInventory,
    Stock,
)

Value = str | int | float
Values = Mapping[str, Value]
"""What there is or would be, by its name."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the sides of a conflict; without a `generation` it is not there."""

    generation: int | None
    values: Values = field(default_factory=dict)


class Wish(Protocol):
    """A change as it was asked for on what was read."""

    @property
    def about(self) -> str:
        """What it is a change of."""
        ...

    @property
    def command(self) -> Command:
        """What does it."""
        ...

    @property
    def found(self) -> Side:
        """What it was asked for on."""
        ...

    @property
    def mine(self) -> Side:
        """What it is to be."""
        ...

    async def anew(self) -> Wish:
        """The same on what is there now. Raises NotFound when that is gone."""
        ...


MakeClaim = Callable[[ConsumerDetail], Claim]
MakeStock = Callable[[Stock], Stock]


@dataclass(frozen=True, slots=True)
class ConsumerWish:
    """Another claim of a consumer; `names` are those of providers that it may come to."""

    backend: Backend
    base: ConsumerDetail
    make: MakeClaim
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def about(self) -> str:
        """The consumer."""
        return f"consumer {self.base.row.uuid}"

    @property
    def command(self) -> ReplaceAllocations:
        """Everything that it is to hold, on the generation that was read."""
        actor = self.backend.connection.actor
        return ReplaceAllocations(actor=actor, claims=(self.make(self.base),))

    @property
    def found(self) -> Side:
        """What it holds."""
        return Side(self.base.row.generation, self._values(claim_of(self.base)))

    @property
    def mine(self) -> Side:
        """What it is to hold."""
        return Side(self.base.row.generation, self._values(self.make(self.base)))

    async def anew(self) -> ConsumerWish:
        """On what it holds now. Raises NotFound when it is gone."""
        return replace(self, base=await self.backend.placement.consumer(self.base.row.key))

    def _values(self, claim: Claim) -> Values:
        if not claim.allocations:
            return {}
        known = {share.provider.uuid: share.provider.name for share in self.base.shares}
        names = {**self.names, **known}
        held = {
            f"{names.get(provider, provider)} {name}": amount
            for provider, amounts in claim.allocations.items()
            for name, amount in amounts.items()
        }
        whose = {"project": claim.project, "user": claim.user, "type": claim.consumer_type}
        return {**held, **whose}


@dataclass(frozen=True, slots=True)
class StockWish:
    """Other figures of an inventory."""

    backend: Backend
    base: InventoryRow
    make: MakeStock

    @property
    def about(self) -> str:
        """The class and its provider."""
        return f"{self.base.resource_class} of {self.base.provider_name}"

    @property
    def command(self) -> SetInventory:
        """All six fields, on the provider's generation that was read."""
        return SetInventory(
            actor=self.backend.connection.actor,
            provider=self.base.provider,
            resource_class=self.base.resource_class,
            stock=self.make(self.base.stock),
            generation=self.base.provider_generation,
        )

    @property
    def found(self) -> Side:
        """The figures there are."""
        return self._side(self.base.stock)

    @property
    def mine(self) -> Side:
        """The figures there are to be."""
        return self._side(self.make(self.base.stock))

    async def anew(self) -> StockWish:
        """On the figures there are now. Raises NotFound when the inventory is gone."""
        found = await self.backend.placement.inventories.rows([self.base.key])
        if self.base.key not in found:
            raise NotFound(f"there is no inventory of {self.about} any more")
        return replace(self, base=found[self.base.key])

    def _side(self, stock: Stock) -> Side:
        """What is used is nobody's wish, and stays."""
        return Side(self.base.provider_generation, {**figures(stock), "(used)": self.base.used})


def figures(stock: Stock) -> dict[str, Value]:
    """The six fields by name."""
    return {name: getattr(stock, name) for name in Stock.__slots__}


def claim_of(found: ConsumerDetail) -> Claim:
    """The claim that leaves everything as it is."""
    row = found.row
    return Claim(
        consumer=row.uuid,
        allocations={
            share.provider.uuid: {name: amount for name, amount, _ in share.amounts}
            for share in found.shares
        },
        project=row.project,
        user=row.user,
        consumer_type=row.consumer_type,
        generation=row.generation,
    )


def emptied(found: ConsumerDetail, gone: str) -> Claim:
    """The claim of nothing at all; `gone` says how it is known that nothing stands behind it."""
    return replace(claim_of(found), allocations={}, gone=gone)


def without(found: ConsumerDetail, provider: str) -> Claim:
    """The claim without what a provider gives."""
    claim = claim_of(found)
    rest = {uuid: held for uuid, held in claim.allocations.items() if uuid != provider}
    return replace(claim, allocations=rest)


def moved(found: ConsumerDetail, provider: str, to: str) -> Claim:
    """The claim with what a provider gives asked of another one, beside what that gives."""
    claim = without(found, provider)
    share = claim_of(found).allocations.get(provider, {})
    there = claim.allocations.get(to, {})
    both = {name: there.get(name, 0) + share.get(name, 0) for name in {**there, **share}}
    return replace(claim, allocations={**claim.allocations, **({to: both} if both else {})})


Key = tuple[str, str]
"""A provider's uuid and a class."""


def edited(found: ConsumerDetail, amounts: Mapping[Key, int], whose: Mapping[str, str]) -> Claim:
    """The claim with some amounts changed, 0 to hold none, and some of `project`, `user` and
    `consumer_type`."""
    claim = claim_of(found)
    held = {provider: dict(given) for provider, given in claim.allocations.items()}
    for (provider, name), amount in amounts.items():
        held.setdefault(provider, {})[name] = amount
    kept = {
        provider: {name: amount for name, amount in given.items() if amount}
        for provider, given in held.items()
    }
    allocations = {provider: given for provider, given in kept.items() if given}
    return replace(claim, allocations=allocations, **whose)  # type: ignore[arg-type]
