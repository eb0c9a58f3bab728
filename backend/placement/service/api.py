"""What Placement's API lets its callers read (spec placement §4)."""

from __future__ import annotations

from collections.abc import Mapping

from backend.core.database.tx import Tx
from backend.core.errors import NotFound
from backend.placement.model import (
    Held,
    HeldOf,
    Inventory,
    Listed,
    Provider,
    ProviderFilter,
    Stocked,
    Usage,
)
from backend.placement.model.entities import MOST
from backend.placement.rules import conflicts
from backend.placement.service.finding import find_provider, knows_class
from backend.placement.store import listing, reads


def allocations_of(tx: Tx, consumer: str) -> Held | None:
    """What a consumer holds; None when it holds nothing, unknown or malformed."""
    return reads.held(tx, consumer)


def allocations_at(tx: Tx, provider: str) -> HeldOf:
    """Who holds what of a provider. Raises NotFound."""
    return reads.held_of(tx, find_provider(tx, provider))


def usages_at(tx: Tx, provider: str) -> tuple[Provider, Mapping[str, int]]:
    """What is used of each inventory of a provider, 0 included. Raises NotFound."""
    found = find_provider(tx, provider)
    return found, reads.used(tx, provider)


def usages(tx: Tx, project: str, user: str = "") -> dict[str, Usage]:
    """What a project's consumers (those of a user) use, by their type, `` for those without."""
    return reads.usages(tx, project, user)


def summed(found: Mapping[str, Usage]) -> Usage:
    """The usages of all types together."""
    amounts: dict[str, int] = {}
    for usage in found.values():
        for name, amount in usage.amounts.items():
            amounts[name] = amounts.get(name, 0) + amount
    return Usage(sum(usage.consumers for usage in found.values()), amounts)


def provider(tx: Tx, uuid: str) -> Listed:
    """One provider. Raises NotFound."""
    found = listing.providers(tx, ProviderFilter(uuid=uuid)) if uuid else []
    if not found:
        raise NotFound(f"there is no provider {uuid!r}")
    return found[0]


def providers(tx: Tx, wanted: ProviderFilter) -> list[Listed]:
    """The providers that a filter finds. Raises Invalid on unknown classes and traits."""
    for name in wanted.resources:
        if not knows_class(tx, name):
            raise conflicts.no_class(name)
    if any(amount > MOST for amount in wanted.resources.values()):
        return []
    return listing.providers(tx, wanted)


def inventories(tx: Tx, provider: str) -> Stocked:
    """The inventories of a provider. Raises NotFound."""
    return reads.stocked(tx, find_provider(tx, provider))


def inventory(tx: Tx, provider: str, resource_class: str) -> tuple[Provider, Inventory, int]:
    """A provider, its inventory of a class and when that was changed. Raises NotFound."""
    found = inventories(tx, provider)
    one = found.inventories.get(resource_class)
    if one is None:
        told = f"provider {found.provider.name} has no inventory of {resource_class!r}"
        raise NotFound(told)
    return found.provider, one, found.at
