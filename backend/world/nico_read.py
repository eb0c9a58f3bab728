"""What a database has of NICo: as records, and those as the objects of a world file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from backend.core.database.tx import Tx
from backend.core.stored import object_of
from backend.nico.model import Allocation, Instance, Machine, Prefix, Provider, Site, Tenant
from backend.nico.store import history
from backend.nico.store.allocations import (
    ALLOCATION,
    CONSTRAINT,
    FROM,
    FROM_CONSTRAINT,
    constraint_of,
)
from backend.nico.store.blocks import BLOCK, FROM_BLOCK, FROM_PREFIX, PREFIX, block_of, prefix_of
from backend.nico.store.machines import (
    FROM_INSTANCE,
    FROM_MACHINE,
    FROM_TYPE,
    INSTANCE,
    MACHINE,
    TYPE,
    type_of,
)
from backend.nico.store.places import FROM_SITE, PROVIDER, SITE, site_of
from backend.quotas.encode import iso
from backend.world.nico_model import (
    BlockEntry,
    GivenEntry,
    History,
    MachineEntry,
    TenantAccount,
    TypeEntry,
)
from backend.world.read import chunks

Json = dict[str, object]

EACH_PROVIDER = f"SELECT {PROVIDER} FROM nico_provider ORDER BY id"
EACH_TENANT = f"SELECT {PROVIDER} FROM nico_tenant ORDER BY id"
EACH_ACCOUNT = """
SELECT a.uuid, p.uuid, a.tenant_org, a.status, a.created_at FROM nico_account a
JOIN nico_provider p ON p.id = a.provider_id ORDER BY a.id"""
EACH_SITE = f"SELECT {SITE} {FROM_SITE} ORDER BY s.id"
EACH_TYPE = f"SELECT t.labels, {TYPE} {FROM_TYPE} ORDER BY t.id"
EACH_MACHINE = f"SELECT m.facts, {MACHINE} {FROM_MACHINE} ORDER BY m.id"
EACH_BLOCK = f"SELECT {BLOCK} {FROM_BLOCK} ORDER BY b.id"
SELECT_GIVEN_IDS = "SELECT id FROM nico_allocation ORDER BY id"
SELECT_GIVEN = f"SELECT a.id, {ALLOCATION} {FROM} WHERE a.id IN ({{keys}})"
SELECT_CONSTRAINTS = f"SELECT a.id, {CONSTRAINT} {FROM_CONSTRAINT} WHERE a.id IN ({{keys}})"
EACH_INSTANCE = f"SELECT {INSTANCE} {FROM_INSTANCE} ORDER BY i.id"
EACH_PREFIX = f"SELECT {PREFIX} {FROM_PREFIX} WHERE x.is_subnet = ? ORDER BY x.id"
FACTS = ("vendor", "productName", "serialNumber")


def sections(tx: Tx) -> Mapping[str, Iterator[Json]]:
    """The objects of all sections, in the order of a file."""
    return {
        "infrastructureProviders": (_org(Provider(*row)) for row in tx.each(EACH_PROVIDER)),
        "tenants": (_org(Tenant(*row)) for row in tx.each(EACH_TENANT)),
        "tenantAccounts": (_account(TenantAccount(*row)) for row in tx.each(EACH_ACCOUNT)),
        "sites": (_site(site_of(row)) for row in tx.each(EACH_SITE)),
        "instanceTypes": map(_type, _types(tx)),
        "machines": (
            _machine(MachineEntry(Machine(*row[1:]), row[0])) for row in tx.each(EACH_MACHINE)
        ),
        "ipBlocks": map(_block, _blocks(tx)),
        "allocations": map(_given, _allocations(tx)),
        "instances": (_instance(Instance(*row)) for row in tx.each(EACH_INSTANCE)),
        "subnets": (_prefix(prefix_of(row)) for row in tx.each(EACH_PREFIX, (1,))),
        "vpcPrefixes": (_prefix(prefix_of(row)) for row in tx.each(EACH_PREFIX, (0,))),
    }


def _types(tx: Tx) -> Iterator[TypeEntry]:
    for part in chunks(tx.all(EACH_TYPE)):
        found = [(type_of(row[1:]), row[0]) for row in part]
        told = history.of(tx, [one.target for one, _ in found])
        for one, labels in found:
            yield TypeEntry(one, labels, told[one.target])


def _blocks(tx: Tx) -> Iterator[BlockEntry]:
    for part in chunks(tx.all(EACH_BLOCK)):
        found = [block_of(row) for row in part]
        told = history.of(tx, [one.target for one in found])
        for one in found:
            yield BlockEntry(one, told[one.target])


def _allocations(tx: Tx) -> Iterator[GivenEntry]:
    for part in chunks(id for (id,) in tx.all(SELECT_GIVEN_IDS)):
        found = {row[0]: Allocation(*row[1:]) for row in tx.within(SELECT_GIVEN, part)}
        given = {row[0]: constraint_of(row[1:]) for row in tx.within(SELECT_CONSTRAINTS, part)}
        told = history.of(tx, [one.target for one in found.values()])
        for id in part:
            one = found[id]
            yield GivenEntry(one, given[id], told[one.target])


def _org(one: Provider | Tenant) -> Json:
    return {
        "id": one.uuid,
        "org": one.org,
        "orgDisplayName": one.display_name,
        "created": iso(one.created_at),
    }


def _account(one: TenantAccount) -> Json:
    return {
        "id": one.uuid,
        "infrastructureProviderId": one.provider,
        "tenantOrg": one.org,
        "status": one.status,
        "created": iso(one.created_at),
    }


def _site(one: Site) -> Json:
    return {
        "id": one.uuid,
        "name": one.name,
        "infrastructureProviderId": one.provider,
        "status": one.status,
        "isOnline": one.is_online,
        "created": iso(one.created_at),
    }


def _history(told: History) -> list[Json]:
    return [
        {"status": status, "message": message or None, "created": iso(at)}
        for status, message, at in told
    ]


def _type(entry: TypeEntry) -> Json:
    one = entry.type
    return {
        "id": one.uuid,
        "name": one.name,
        "description": one.description,
        "infrastructureProviderId": one.provider,
        "siteId": one.site,
        "labels": dict(object_of(entry.labels)),
        "status": one.status,
        "statusHistory": _history(entry.history),
        "created": iso(one.created_at),
        "updated": iso(one.updated_at),
    }


def _machine(entry: MachineEntry) -> Json:
    one, facts = entry.machine, object_of(entry.facts)
    return {
        "id": one.id,
        "siteId": one.site,
        "instanceTypeId": one.instance_type or None,
        **{name: facts.get(name) for name in FACTS},
        "status": one.status,
    }


def _block(entry: BlockEntry) -> Json:
    one = entry.block
    return {
        "id": one.uuid,
        "name": one.name,
        "description": one.description,
        "siteId": one.site,
        "infrastructureProviderId": one.provider,
        "tenantId": one.tenant or None,
        "routingType": one.routing,
        "prefix": one.prefix,
        "prefixLength": one.length,
        "status": one.status,
        "statusHistory": _history(entry.history),
        "created": iso(one.created_at),
        "updated": iso(one.updated_at),
        "_bursar": {"parentId": one.parent or None, "fullGrant": one.full_grant},
    }


def _given(entry: GivenEntry) -> Json:
    one, what = entry.allocation, entry.constraint
    return {
        "id": one.uuid,
        "name": one.name,
        "description": one.description,
        "infrastructureProviderId": one.provider,
        "tenantId": one.tenant,
        "siteId": one.site,
        "status": one.status,
        "statusHistory": _history(entry.history),
        "allocationConstraints": [
            {
                "id": what.uuid,
                "resourceType": what.kind.value,
                "resourceTypeId": what.resource,
                "constraintType": what.mode,
                "constraintValue": what.value,
                "derivedResourceId": what.derived or None,
                "created": iso(what.created_at),
                "updated": iso(what.updated_at),
            }
        ],
        "created": iso(one.created_at),
        "updated": iso(one.updated_at),
    }


def _instance(one: Instance) -> Json:
    return {
        "id": one.uuid,
        "name": one.name,
        "tenantId": one.tenant,
        "siteId": one.site,
        "instanceTypeId": one.instance_type or None,
        "machineId": one.machine or None,
    }


def _prefix(one: Prefix) -> Json:
    return {
        "id": one.uuid,
        "name": one.name,
        "tenantId": one.tenant,
        "ipBlockId": one.block,
        "prefix": one.prefix,
        "prefixLength": one.length,
    }
