"""What an inventory may say, and what changing it comes to (spec placement §1.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace

from backend.core.errors import Conflict, Invalid
from backend.core.plan import Change, Impact
from backend.placement.model import Inventory, Provider, Stock
from backend.placement.model.entities import MOST
from backend.placement.rules import conflicts

GREATEST_RATIO = 3.40282e38
FIELDS = tuple(field.name for field in fields(Stock))
LEAST = {"total": 1, "reserved": 0, "min_unit": 1, "max_unit": 1, "step_size": 1}

Inventories = Mapping[str, Inventory]
"""The inventories of one provider by class."""


def check(resource_class: str, stock: Stock, *, may_reserve_all: bool) -> None:
    """Raises Invalid on figures out of bounds; `may_reserve_all` as from 1.26 on."""
    for name, least in LEAST.items():
        value = getattr(stock, name)
        if not least <= value <= MOST:
            raise Invalid(f"{name} {value} of {resource_class} is not between {least} and {MOST}")
    if not 0 <= stock.allocation_ratio <= GREATEST_RATIO:
        told = f"allocation ratio {stock.allocation_ratio} of {resource_class} is out of bounds"
        raise Invalid(told, hint="0 or more")
    if stock.capacity < 0 or (stock.capacity == 0 and not may_reserve_all):
        told = "greater than" if may_reserve_all else "greater than or equal to"
        raise Invalid(
            f"the reserved value {stock.reserved} of {resource_class} is {told} the total "
            f"{stock.total}",
            hint="reserve less",
        )


def exact(stock: Stock) -> Stock:
    """The same with its ratio as it is kept."""
    return replace(stock, allocation_ratio=float(stock.allocation_ratio))


def dropped(provider: Provider, gone: Inventory) -> Conflict | None:
    """Why an inventory cannot go."""
    if not gone.used:
        return None
    return conflicts.in_use(
        f"{gone.used} {gone.resource_class} of {provider.name} are in use",
        conflicts.INVENTORY_IN_USE,
        **{
            "provider": provider.uuid,
            "provider_name": provider.name,
            "class": gone.resource_class,
            "used": gone.used,
        },
    )


def changes(name: str, before: Inventory | None, after: Inventory | None) -> Iterator[Change]:
    """The fields that change, under the class and the provider's name."""
    one = after or before
    if one is None:
        return
    for field in FIELDS:
        old, new = (_shown(getattr(i.stock, field)) if i else None for i in (before, after))
        if old != new:
            yield Change(f"{name} {one.resource_class}", field, old, new)


def _shown(value: float) -> int | str:
    return value if isinstance(value, int) else str(value)


def impacts(name: str, before: Inventory, after: Inventory) -> Iterator[Impact]:
    """What an inventory's capacity was and will be, where somebody uses it."""
    old, new = before.stock.capacity, after.stock.capacity
    if before.used and old != new:
        yield Impact(name, "", after.resource_class, old, new, before.used)
