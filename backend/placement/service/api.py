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
    Marks,
    Named,
    Provider,
    ProviderFilter,
    Stocked,
    Usage,
)
from backend.placement.model.entities import MOST
from backend.placement.rules import conflicts, names
from backend.placement.service.finding import check_traits, find_provider, knows_class
from backend.placement.store import classes as class_store
from backend.placement.store import listing, marks, reads


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
    named = [*(name for group in wanted.required for name in group), *wanted.forbidden]
    check_traits(tx, list(dict.fromkeys(named)))
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


def classes(tx: Tx) -> list[Named]:
    """All classes, standard ones first in their own order."""
    known, standard = class_store.classes(tx), names.standard_classes()
    custom = [name for name in known if name not in standard]
    return [Named(name, known.get(name, 0)) for name in (*standard, *custom)]


def resource_class(tx: Tx, name: str) -> Named:
    """One class. Raises NotFound."""
    for found in classes(tx):
        if found.name == name:
            return found
    raise NotFound(f"there is no resource class {name!r}")


def traits(tx: Tx, *, associated: bool | None = None) -> list[Named]:
    """All traits by name; those that providers have, or have not, when asked for."""
    known = marks.traits(tx)
    every = sorted({*names.standard_traits(), *known})
    if associated is not None:
        having = marks.associated(tx)
        every = [name for name in every if (name in having) is associated]
    return [Named(name, known.get(name, 0)) for name in every]


def trait(tx: Tx, name: str) -> Named:
    """One trait. Raises NotFound."""
    known = marks.traits(tx, [name])
    if name not in known and name not in names.standard_traits():
        raise NotFound(f"there is no trait {name!r}")
    return Named(name, known.get(name, 0))


def traits_of(tx: Tx, provider: str) -> Marks:
    """The traits of a provider. Raises NotFound."""
    one = find_provider(tx, provider)
    found = marks.traits_of(tx, provider)
    return Marks(one, list(found), max(found.values(), default=0))


def aggregates_of(tx: Tx, provider: str) -> Marks:
    """The aggregates of a provider. Raises NotFound."""
    one = find_provider(tx, provider)
    return Marks(one, marks.aggregates_of(tx, provider), 0)
