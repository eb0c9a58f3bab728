"""What fits where: the checks of spec placement §2, in their order, with figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

from backend.core.errors import Conflict
from backend.placement.model import Inventory, Stock

NO_INVENTORY, MIN_UNIT, MAX_UNIT, STEP_SIZE, CAPACITY = (
    "no_inventory",
    "min_unit",
    "max_unit",
    "step_size",
    "capacity",
)


class Place(NamedTuple):
    """A provider's uuid and a resource class."""

    provider: str
    resource_class: str


class Item(NamedTuple):
    """An amount that is asked of a place."""

    place: Place
    amount: int


def refusal(
    items: Iterable[Item],
    inventories: Mapping[Place, Inventory],
    freed: Mapping[Place, int],
    names: Mapping[str, str],
) -> Conflict | None:
    """Why these amounts cannot be had together, None when they can.

    `inventories` are used as before the request, `freed` is what of it the request gives back,
    and `names` are those of providers.
    """
    asked: Counter[Place] = Counter()
    for item in items:
        inventory = inventories.get(item.place)
        if inventory is None:
            return _no_inventory(item, names)
        asked[item.place] += item.amount
        used = inventory.used - freed.get(item.place, 0)
        rule = _broken(item.amount, asked[item.place], used, inventory)
        if rule:
            return _refused(rule, item, asked[item.place], used, inventory, names)
    return None


def left(
    inventories: Mapping[Place, Inventory], freed: Mapping[Place, int], asked: Mapping[Place, int]
) -> dict[Place, Inventory]:
    """The inventories as they are used after a request that gives back and asks these amounts."""
    return {
        place: replace(one, used=one.used - freed.get(place, 0) + asked.get(place, 0))
        for place, one in inventories.items()
    }


def is_over(inventory: Inventory) -> bool:
    """True when more is used than there is capacity for."""
    return inventory.stock.product < inventory.used


def _broken(amount: int, asked: int, used: int, inventory: Inventory) -> str:
    """The rule that an amount breaks, ``. `asked` is the request's sum so far: shrinking what
    is over capacity already is allowed."""
    stock = inventory.stock
    if amount < stock.min_unit:
        return MIN_UNIT
    if amount > stock.max_unit:
        return MAX_UNIT
    if amount % stock.step_size:
        return STEP_SIZE
    if stock.product < used + asked > inventory.used:
        return CAPACITY
    return ""


def _no_inventory(item: Item, names: Mapping[str, str]) -> Conflict:
    provider, resource_class = item.place
    name = names.get(provider, provider)
    return Conflict(
        f"{name} has no inventory of {resource_class}",
        hint="choose another provider, or give it one",
        data={"rule": NO_INVENTORY, **_where(item, name)},
    )


def _refused(
    rule: str, item: Item, asked: int, used: int, inventory: Inventory, names: Mapping[str, str]
) -> Conflict:
    provider, resource_class = item.place
    name, stock = names.get(provider, provider), inventory.stock
    told, hint = _told(rule, item.amount, asked, used, stock)
    figures = {
        "asked": asked,
        "used": used,
        "used_before": inventory.used,
        "capacity": stock.capacity,
        "total": stock.total,
        "reserved": stock.reserved,
        "min_unit": stock.min_unit,
        "max_unit": stock.max_unit,
        "step_size": stock.step_size,
        "allocation_ratio": stock.allocation_ratio,
    }
    message = f"{item.amount} {resource_class} of {name}: {told}"
    return Conflict(message, hint=hint, data={"rule": rule, **_where(item, name), **figures})


def _where(item: Item, name: str) -> dict[str, object]:
    provider, resource_class = item.place
    where = {"provider": provider, "provider_name": name, "class": resource_class}
    return {**where, "amount": item.amount}


def _told(rule: str, amount: int, asked: int, used: int, stock: Stock) -> tuple[str, str]:
    if rule == MIN_UNIT:
        return f"at least {stock.min_unit} at a time", "ask for more"
    if rule == MAX_UNIT:
        return f"at most {stock.max_unit} at a time", "ask for less, or of several providers"
    if rule == STEP_SIZE:
        return f"only in steps of {stock.step_size}", "ask for a multiple of it"
    together = f", {asked} in this request" if asked != amount else ""
    over = used + asked - stock.capacity
    told = f"{used} of {stock.capacity} used by others{together}, {over} too many"
    return told, "ask for less, or of another provider"
