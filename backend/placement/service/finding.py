"""What use cases look for before they decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backend.core.database.tx import Tx
from backend.core.errors import BursarError, NotFound
from backend.placement.model import Inventory, Provider
from backend.placement.rules import conflicts, names
from backend.placement.store import classes, marks
from backend.placement.store import inventories as inventory_store
from backend.placement.store import providers as provider_store


@dataclass(frozen=True, slots=True)
class Bump:
    """A write: what these providers have has changed, so their generations move."""

    providers: tuple[str, ...]


def refuse(error: BursarError | None) -> None:
    """Raise what a rule found wrong."""
    if error is not None:
        raise error


def find_provider(tx: Tx, uuid: str) -> Provider:
    """The provider of this uuid. Raises NotFound."""
    found = provider_store.provider(tx, uuid)
    if found is None:
        raise NotFound(f"there is no provider {uuid!r}")
    return found


def stocked(tx: Tx, provider: Provider) -> dict[str, Inventory]:
    """The inventories of a provider by class."""
    found = inventory_store.inventories(tx, [provider.uuid])
    return {one.resource_class: one for one in found}


def knows_class(tx: Tx, name: str) -> bool:
    """True for standard classes, and custom ones that were created."""
    return classes.has_class(tx, name) or name in names.standard_classes()


def check_traits(tx: Tx, wanted: Sequence[str]) -> None:
    """Raises Invalid on a trait that there is not."""
    known = marks.traits(tx, wanted) if wanted else {}
    for name in wanted:
        if name not in known and name not in names.standard_traits():
            raise conflicts.no_trait(name)
