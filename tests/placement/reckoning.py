"""Spec placement §1.2 and §2 once more, as plainly as can be: what every test run is held against.

All rows are counted anew each time; nothing is shared with the code that is tested.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field

from backend.placement.model import Claim, Stock

Row = tuple[str, str, str, int]  # consumer, provider, class, amount
CLASSES = ("VCPU", "MEMORY_MB")


@dataclass(slots=True)
class Reckoning:
    """Providers with their generation, stocks by provider and class, consumers with their
    generation, and who holds what."""

    providers: dict[str, int] = field(default_factory=dict)
    stocks: dict[tuple[str, str], Stock] = field(default_factory=dict)
    consumers: dict[str, int] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)

    def used(self, provider: str, resource_class: str, rows: Iterable[Row] | None = None) -> int:
        """The sum of rows of a place."""
        place = (provider, resource_class)
        return sum(row[3] for row in (self.rows if rows is None else rows) if row[1:3] == place)

    def held(self, consumer: str) -> dict[tuple[str, str], int]:
        """What a consumer holds."""
        return {row[1:3]: row[3] for row in self.rows if row[0] == consumer}

    def over(self) -> dict[tuple[str, str], int]:
        """What is used of places that are over capacity."""
        totals = {place: self.used(*place) for place in self.stocks}
        return {
            place: total
            for place, total in totals.items()
            if total
            > (self.stocks[place].total - self.stocks[place].reserved)
            * self.stocks[place].allocation_ratio
        }

    def post(self, claims: Sequence[Claim]) -> str:
        """Do what claims ask, `` for done, or why not."""
        wrong = self._stale(claims) or self._unknown(claims)
        names = {claim.consumer for claim in claims}
        kept = [row for row in self.rows if row[0] not in names]
        new = list(_rows(claims))
        wrong = wrong or self._misfit(kept, new)
        if wrong:
            return wrong
        moved = {row[1] for row in new}
        for claim in claims:
            if not claim.allocations:
                moved |= {row[1] for row in self.rows if row[0] == claim.consumer}
        for provider in moved:
            self.providers[provider] += 1
        for claim in claims:
            generation = self.consumers.pop(claim.consumer, 0)
            if claim.allocations:
                self.consumers[claim.consumer] = generation + 1
        self.rows = kept + new
        return ""

    def _stale(self, claims: Sequence[Claim]) -> str:
        for claim in claims:
            if claim.generation not in (-1, self.consumers.get(claim.consumer)):
                return "generation"
        return ""

    def _unknown(self, claims: Sequence[Claim]) -> str:
        new = list(_rows(claims))
        if any(row[1] not in self.providers for row in new):
            return "no_provider"
        return "no_class" if any(row[2] not in CLASSES for row in new) else ""

    def _misfit(self, kept: Sequence[Row], new: Sequence[Row]) -> str:
        for n, (_, provider, name, amount) in enumerate(new):
            stock = self.stocks.get((provider, name))
            if stock is None:
                return "no_inventory"
            if amount < stock.min_unit:
                return "min_unit"
            if amount > stock.max_unit:
                return "max_unit"
            if amount % stock.step_size != 0:
                return "step_size"
            used = self.used(provider, name, kept)
            so_far = self.used(provider, name, new[: n + 1])
            capacity = (stock.total - stock.reserved) * stock.allocation_ratio
            full = capacity < used + amount or capacity < used + so_far
            if full and used + so_far > self.used(provider, name):
                return "capacity"
        return ""

    def delete(self, consumer: str) -> str:
        """Take all from a consumer; providers stay as they are."""
        if consumer not in self.consumers:
            return "not-found"
        del self.consumers[consumer]
        self.rows = [row for row in self.rows if row[0] != consumer]
        return ""

    def stock(self, provider: str, stocks: dict[str, Stock], generation: int) -> str:
        """Replace all inventories of a provider."""
        if generation not in (-1, self.providers[provider]):
            return "generation"
        for name in CLASSES:
            if name not in stocks and self.used(provider, name):
                return "inventory_inuse"
        self.providers[provider] += 1
        self.stocks = {place: s for place, s in self.stocks.items() if place[0] != provider}
        self.stocks |= {(provider, name): stock for name, stock in stocks.items()}
        return ""

    def reshape(self, stocks: dict[str, dict[str, Stock]], claims: Sequence[Claim]) -> str:
        """Replace inventories and allocations, all or nothing."""
        after = deepcopy(self)
        for provider, new in stocks.items():
            after.stocks |= {(provider, name): stock for name, stock in new.items()}
        wrong = after.post(claims) if claims else ""
        for provider, new in stocks.items():
            generation = self.providers[provider]
            wrong = wrong or after.stock(provider, new, -1)
            after.providers[provider] = generation + 1
        if not wrong:
            self.providers, self.stocks = after.providers, after.stocks
            self.consumers, self.rows = after.consumers, after.rows
        return wrong


def _rows(claims: Iterable[Claim]) -> Iterator[Row]:
    for claim in claims:
        for provider, amounts in claim.allocations.items():
            for name, amount in amounts.items():
                yield claim.consumer, provider, name, amount
