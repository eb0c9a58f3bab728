"""What the API reads, as far as the caller may see it (spec nico §2.1, §3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from backend.core.database.tx import Tx
from backend.core.errors import Invalid, NotAllowed, NotFound
from backend.nico.model import Provider, Site, Tenant
from backend.nico.model.reads import (
    Account,
    Form,
    Share,
    Shared,
    ShownAllocation,
    ShownBlock,
    ShownConstraint,
    ShownMachine,
    ShownSite,
    ShownType,
    Sight,
    Wanted,
)
from backend.nico.rules.roles import PROVIDER_ADMIN, PROVIDER_VIEWER, TENANT_ADMIN, Roles
from backend.nico.rules.values import plain, refusal, refuse
from backend.nico.store import catalogues, listing, places, shares, shown
from backend.nico.store.catalogues import Catalogue

T = TypeVar("T")
READERS = frozenset({PROVIDER_ADMIN, PROVIDER_VIEWER, TENANT_ADMIN})
PROVIDERS = frozenset({PROVIDER_ADMIN, PROVIDER_VIEWER})


@dataclass(frozen=True, slots=True)
class List(Generic[T]):
    """A list of the API and how its rows are read."""

    catalogue: Catalogue
    rows: Callable[[Tx, Sequence[int]], Sequence[T]]


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A part of a list and how long all of it is."""

    count: int
    rows: Sequence[T]


@dataclass(frozen=True, slots=True)
class Reader:
    """In the name of which organisation somebody reads, and as what."""

    org: str
    roles: Roles


ALLOCATIONS: List[ShownAllocation] = List(catalogues.ALLOCATIONS, shown.allocations_of)
TYPES: List[ShownType] = List(catalogues.TYPES, shown.types)
BLOCKS: List[ShownBlock] = List(catalogues.BLOCKS, shown.blocks_of)
DERIVED: List[ShownBlock] = List(catalogues.DERIVED, shown.blocks_of)
MACHINES: List[ShownMachine] = List(catalogues.MACHINES, shown.machines_of)
SITES: List[ShownSite] = List(catalogues.SITES, shown.sites)
ACCOUNTS: List[Account] = List(catalogues.ACCOUNTS, shown.accounts)


def require(roles: Roles, wanted: Roles) -> None:
    """Raises NotAllowed to whoever has none of these roles in the organisation."""
    if not roles & wanted:
        told = f"this takes the role {' or '.join(sorted(wanted))} in the organisation"
        raise refusal(NotAllowed, "role", told)


def sight(tx: Tx, reader: Reader, wanted: Roles = READERS) -> Sight:
    """What the reader sees with these of its roles. Raises NotAllowed, then Invalid where the
    organisation is neither provider nor tenant."""
    roles = reader.roles & wanted
    require(roles, wanted)
    provider = places.provider_of(tx, reader.org) if roles & PROVIDERS else None
    tenant = places.tenant_of(tx, reader.org) if TENANT_ADMIN in roles else None
    if provider is None and tenant is None:
        told = f"organisation {reader.org!r} is not known yet"
        raise refusal(Invalid, "no_provider", told, "ask for its current provider or tenant")
    return Sight(provider.uuid if provider else "", tenant.uuid if tenant else "")


def page(tx: Tx, sees: Sight, what: List[T], wanted: Wanted, span: range) -> Page[T]:
    """The rows at these places. Raises Invalid about what parameters name and is not there."""
    for name, values in wanted.values.items():
        narrow = what.catalogue.narrow[name]
        for value in values if narrow.form is Form.KNOWN else ():
            if not listing.is_known(tx, narrow, value):
                refuse({name: "names nothing that there is"})
    total = listing.count(tx, what.catalogue, sees, wanted)
    ids = listing.ids(tx, what.catalogue, sees, wanted, span) if span.start < total else []
    return Page(total, what.rows(tx, ids))


def one(tx: Tx, sees: Sight, what: List[T], *others: List[T], uuid: str) -> T:
    """The row with this uuid, in one of these lists. Raises NotFound, then NotAllowed about what
    is somebody else's."""
    catalogue = what.catalogue
    found = listing.find(tx, catalogue, plain(uuid))
    if found is None:
        raise refusal(NotFound, "unknown", f"there is no {catalogue.name} {uuid!r}")
    if not any(listing.sees(tx, each.catalogue, sees, found) for each in (what, *others)):
        raise refusal(NotAllowed, "foreign", f"this {catalogue.name} is not the organisation's")
    return what.rows(tx, [found])[0]


def any_row(tx: Tx, what: List[T], uuid: str) -> T:
    """A row that there is, whoever asks."""
    found = listing.find(tx, what.catalogue, plain(uuid))
    return what.rows(tx, [found or 0])[0]


def constraint(tx: Tx, uuid: str, *, related: bool) -> ShownConstraint:
    """A constraint that there is, whoever asks, with what it is of when that is wanted."""
    return shown.constraint(tx, plain(uuid), related=related)


def with_figures(tx: Tx, sees: Sight, rows: Sequence[ShownType]) -> list[ShownType]:
    """Types with their figures: all of them for a provider, the own ones for a tenant."""
    found = shown.figures(tx, rows, "" if sees.provider else sees.tenant)
    return [replace(row, figures=found[row.key]) for row in rows]


def with_machines(tx: Tx, rows: Sequence[ShownType]) -> list[ShownType]:
    """Types with the machines that are associated with them."""
    found = shown.assigned(tx, [row.key for row in rows])
    return [replace(row, machines=found[row.key]) for row in rows]


def with_usage(tx: Tx, rows: Sequence[ShownBlock]) -> list[ShownBlock]:
    """Blocks with their usage."""
    found = shown.usages(tx, rows)
    return [replace(row, usage=found[row.key]) for row in rows]


def with_statuses(tx: Tx, rows: Sequence[ShownSite]) -> list[ShownSite]:
    """Sites with how many machines they have of each status."""
    found = shown.statuses(tx, [row.key for row in rows])
    return [replace(row, machines=found[row.key]) for row in rows]


def provider(tx: Tx, reader: Reader) -> Provider | None:
    """The provider that the organisation is."""
    return places.provider_of(tx, reader.org)


def tenant(tx: Tx, reader: Reader) -> Tenant | None:
    """The tenant that the organisation is."""
    return places.tenant_of(tx, reader.org)


def shared(tx: Tx, sees: Sight, site: str) -> list[Shared]:
    """The types of a site of the provider, with what tenants have of them. Raises Invalid."""
    found: Site | None = places.site(tx, plain(site))
    if found is None or found.provider != sees.provider:
        refuse({"siteId": "names no site of the provider"})
    return shares.shared(tx, plain(site))


def by_tenant(found: Sequence[Shared]) -> list[tuple[Tenant, list[tuple[Share, int]]]]:
    """What each tenant has of each type, with how much more could be given of that."""
    turned: dict[str, tuple[Tenant, list[tuple[Share, int]]]] = {}
    for one in found:
        for share in one.shares:
            turned.setdefault(share.tenant.uuid, (share.tenant, []))[1].append((share, one.most))
    return list(turned.values())
