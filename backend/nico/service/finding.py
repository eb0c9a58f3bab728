"""What use cases look for before they decide."""

from __future__ import annotations

from dataclasses import dataclass, replace

from backend.core.database.tx import Tx
from backend.core.errors import BursarError, Invalid, NotFound, StorageCorrupt
from backend.core.identity import Actor
from backend.core.plan import Tier
from backend.core.usecase import Write
from backend.nico.model import (
    Allocation,
    Block,
    Constraint,
    InstanceType,
    NicoCommand,
    Provider,
    Site,
    Tenant,
)
from backend.nico.rules.roles import require_provider
from backend.nico.rules.values import E, plain, refusal
from backend.nico.store import allocations, blocks, machines, places


@dataclass(frozen=True, slots=True)
class Found:
    """An allocation with its constraint, and by whom and to whom it was given."""

    allocation: Allocation
    constraint: Constraint
    provider: Provider
    tenant: Tenant


def acting(tx: Tx, actor: Actor, org: str, owner: str, error: type[BursarError]) -> Provider:
    """The provider in whose name something is done; `owner` is that of what it is about, which
    counts where no organisation is named. Raises NotAllowed, then `error`."""
    require_provider(actor)
    found = places.provider_of(tx, org.lower()) if org else places.provider(tx, owner)
    if found is None:
        whose = f"organisation {org!r}" if org else "what this is about"
        raise refusal(error, "no_provider", f"{whose} has no provider", "name another one")
    return found


def at_site(tx: Tx, command: NicoCommand, uuid: str) -> tuple[Provider, Site]:
    """The site of this uuid, and the provider in whose name something is done there. Raises
    NotAllowed, Invalid."""
    site = places.site(tx, plain(uuid))
    if site is None and not command.org:
        raise unknown("site", uuid, Invalid)
    owner = site.provider if site else ""
    provider = acting(tx, command.actor, command.org, owner, Invalid)
    if site is None:
        raise unknown("site", uuid, Invalid)
    owned(provider, site.provider, f"site {site.name}")
    return provider, site


def owned(provider: Provider, owner: str, what: str, error: type[BursarError] = Invalid) -> None:
    """Raises `error` when something is another provider's."""
    if provider.uuid != owner:
        raise refusal(error, "foreign", f"{what} is of another provider than {provider.org}")


def unknown(what: str, uuid: str, error: type[E]) -> E:
    """What refuses something that there is not."""
    return refusal(error, "unknown", f"there is no {what} {uuid!r}")


def find_allocation(tx: Tx, uuid: str) -> Allocation:
    """The allocation of this uuid. Raises NotFound."""
    found = allocations.allocation(tx, plain(uuid))
    if found is None:
        raise unknown("allocation", uuid, NotFound)
    return found


def with_constraint(tx: Tx, allocation: Allocation, provider: Provider) -> Found:
    """An allocation with all that belongs to it."""
    constraint = allocations.the_one_of(tx, allocation.uuid)
    tenant = places.tenant(tx, allocation.tenant)
    if constraint is None or tenant is None:
        raise damaged(f"allocation {allocation.name} has no constraint or no tenant")
    return Found(allocation, constraint, provider, tenant)


def type_of(tx: Tx, constraint: Constraint) -> InstanceType:
    """The instance type that a constraint is about."""
    found = machines.instance_type(tx, constraint.resource)
    if found is None:
        raise damaged(f"constraint {constraint.uuid} is about no instance type")
    return found


def blocks_of(tx: Tx, constraint: Constraint) -> tuple[Block, Block]:
    """The source of a constraint, and what was carved of it."""
    source = blocks.block(tx, constraint.resource)
    derived = blocks.block(tx, constraint.derived)
    if source is None or derived is None:
        raise damaged(f"constraint {constraint.uuid} has no block")
    return source, derived


def damaged(told: str) -> StorageCorrupt:
    """What data that cannot be is answered with."""
    return StorageCorrupt(told, hint="run bursar check")


def granted(source: Block, whole: bool, now: int) -> list[Write]:
    """The write of a block that is given away whole, or no more so; none when it is so already."""
    if source.full_grant == whole:
        return []
    return [Write(source, replace(source, full_grant=whole, updated_at=now))]


def tier(*, harmful: bool) -> Tier:
    """How much is asked before something."""
    return Tier.HARMFUL if harmful else Tier.REVERSIBLE
