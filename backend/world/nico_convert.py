"""The nico section of a file to records, object by object."""

from __future__ import annotations

import json

from backend.nico.model import (
    Allocation,
    Block,
    Constraint,
    Instance,
    InstanceType,
    Kind,
    Machine,
    Mode,
    Prefix,
    Provider,
    Routing,
    Site,
    Tenant,
)
from backend.world.convert import moment
from backend.world.nico_format import (
    AccountFile,
    BlockFile,
    GivenFile,
    InstanceFile,
    LastingFile,
    MachineFile,
    OrgFile,
    PrefixFile,
    SiteFile,
    TypeFile,
)
from backend.world.nico_model import (
    BlockEntry,
    GivenEntry,
    History,
    MachineEntry,
    TenantAccount,
    TypeEntry,
)


def _dates(found: LastingFile, now: int) -> tuple[int, int]:
    created = moment(found.created, now)
    return created, moment(found.updated, created)


def _history(found: LastingFile) -> History:
    told = found.status_history or []
    return tuple((one.status, one.message or "", one.created) for one in told)


def provider(found: OrgFile, now: int) -> Provider:
    """A provider."""
    return Provider(found.id, found.org, found.org_display_name, moment(found.created, now))


def tenant(found: OrgFile, now: int) -> Tenant:
    """A tenant."""
    return Tenant(found.id, found.org, found.org_display_name, moment(found.created, now))


def account(found: AccountFile, now: int) -> TenantAccount:
    """A tenant's account."""
    who = (found.id, found.infrastructure_provider_id, found.tenant_org, found.status)
    return TenantAccount(*who, moment(found.created, now))


def site(found: SiteFile, now: int) -> Site:
    """A site."""
    what = (found.name, found.status, found.is_online)
    return Site(found.id, found.infrastructure_provider_id, *what, moment(found.created, now))


def instance_type(found: TypeFile, now: int) -> TypeEntry:
    """An instance type."""
    where = (found.id, found.infrastructure_provider_id, found.site_id)
    what = (found.name, found.description, found.status)
    one = InstanceType(*where, *what, *_dates(found, now))
    labels = json.dumps(found.labels, ensure_ascii=False) if found.labels else ""
    return TypeEntry(one, labels, _history(found))


def machine(found: MachineFile) -> MachineEntry:
    """A machine."""
    one = Machine(found.id, found.site_id, found.instance_type_id or "", found.status)
    told = {
        "vendor": found.vendor,
        "productName": found.product_name,
        "serialNumber": found.serial_number,
    }
    facts = {name: text for name, text in told.items() if text is not None}
    return MachineEntry(one, json.dumps(facts, ensure_ascii=False) if facts else "")


def block(found: BlockFile, now: int) -> BlockEntry:
    """A block."""
    where = (found.id, found.infrastructure_provider_id, found.site_id, found.tenant_id or "")
    what = (found.extra.parent_id or "", found.name, found.description)
    net = (Routing(found.routing_type), found.prefix, found.prefix_length)
    how, dates = found.extra.full_grant, _dates(found, now)
    return BlockEntry(Block(*where, *what, *net, how, found.status, *dates), _history(found))


def given(found: GivenFile, now: int) -> GivenEntry:
    """An allocation with its constraint."""
    dates, (what,) = _dates(found, now), found.allocation_constraints
    where = (found.id, found.infrastructure_provider_id, found.tenant_id, found.site_id)
    one = Allocation(*where, found.name, found.description, found.status, *dates)
    created = moment(what.created, dates[0])
    about = (Kind(what.resource_type), what.resource_type_id, Mode(what.constraint_type))
    given = (what.constraint_value, what.derived_resource_id or "")
    constraint = Constraint(
        what.id, found.id, *about, *given, created, moment(what.updated, created)
    )
    return GivenEntry(one, constraint, _history(found))


def instance(found: InstanceFile) -> Instance:
    """An instance."""
    where = (found.tenant_id, found.site_id, found.instance_type_id or "")
    return Instance(found.id, found.name, *where, found.machine_id or "")


def prefix(found: PrefixFile, *, is_subnet: bool) -> Prefix:
    """A subnet or a VPC prefix."""
    where = (found.id, found.name, found.tenant_id, found.ip_block_id)
    return Prefix(*where, found.prefix, found.prefix_length, is_subnet)
