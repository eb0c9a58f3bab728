"""What answers say (spec nico §1)."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from backend.core.runtime import moment
from backend.nico.model import Block, Constraint, InstanceType, Provider, Site, Tenant
from backend.nico.model.reads import (
    Account,
    Figures,
    History,
    ShownAllocation,
    ShownBlock,
    ShownConstraint,
    ShownMachine,
    ShownSite,
    ShownType,
    Usage,
)

Json = dict[str, Any]
Relations = Collection[str]
"""What is to be told with something, as `includeRelation` names it."""

PROVIDER, TENANT, SITE = "InfrastructureProvider", "Tenant", "Site"
FACTS = ("vendor", "productName", "serialNumber", "controllerMachineType", "hwSkuDeviceType")
CAPABILITIES = {"targetedInstanceCreation": True}
SITE_FEATURES = ("nativeNetworking", "networkSecurityGroup", "nvLinkPartition", "flow")
SITE_CAPABILITIES = dict.fromkeys((*SITE_FEATURES, "imageBasedOperatingSystem"), False)
READY, IN_USE = "Ready", "InUse"


def time(at: int) -> str:
    """A moment in UTC, without zeros at its end."""
    told = moment(at).strftime("%Y-%m-%dT%H:%M:%S.%f").rstrip("0").rstrip(".")
    return f"{told}Z"


def allocation(one: ShownAllocation, relations: Relations = ()) -> Json:
    """An allocation with its constraint."""
    it = one.allocation
    return {
        "id": it.uuid,
        "name": it.name,
        "description": it.description,
        "infrastructureProviderId": it.provider,
        **related(relations, one.provider, one.tenant, one.site),
        "tenantId": it.tenant,
        "siteId": it.site,
        "status": it.status,
        "statusHistory": history(one.history),
        "allocationConstraints": [constraint(one.constraint)],
        **_times(it.created_at, it.updated_at),
    }


def constraint(shown: ShownConstraint) -> Json:
    """A constraint with what it is of, as far as that is known."""
    it: Constraint = shown.constraint
    told: Json = {
        "id": it.uuid,
        "allocationId": it.allocation,
        "resourceType": str(it.kind),
        "resourceTypeId": it.resource,
        "constraintType": it.mode,
        "constraintValue": it.value,
        "derivedResourceId": it.derived or None,
    }
    if shown.of:
        told["instanceType"] = _type_summary(shown.of)
    if shown.source:
        told["ipBlock"] = _block_summary(shown.source)
    return told | _times(it.created_at, it.updated_at)


def _type_summary(it: InstanceType) -> Json:
    return {
        "id": it.uuid,
        "name": it.name,
        "infrastructureProviderId": it.provider,
        "siteId": it.site,
        "status": it.status,
    }


def _block_summary(it: Block) -> Json:
    return {
        "id": it.uuid,
        "name": it.name,
        "routingType": it.routing,
        "prefix": it.prefix,
        "prefixLength": it.length,
        "status": it.status,
    }


def related(
    relations: Relations, provider: Provider, tenant: Tenant | None, site: Site | None
) -> Json:
    """Summaries of what is asked for."""
    found: Json = {}
    if PROVIDER in relations:
        it = {"org": provider.org, "orgDisplayName": provider.display_name}
        found["infrastructureProvider"] = it
    if TENANT in relations and tenant:
        it = {"org": tenant.org, "orgDisplayName": tenant.display_name}
        found["tenant"] = {**it, "capabilities": CAPABILITIES, "deprecations": []}
    if SITE in relations and site:
        found["site"] = {
            "id": site.uuid,
            "name": site.name,
            "infrastructureProviderId": site.provider,
            "isSerialConsoleEnabled": False,
            "isOnline": site.is_online,
            "capabilities": SITE_CAPABILITIES,
            "status": site.status,
        }
    return found


def history(told: History) -> list[Json]:
    """What a status was, newest first."""
    return [
        {"status": status, "message": message or None, **_times(at, at)}
        for status, message, at in told
    ]


def _times(created: int, updated: int) -> Json:
    return {"created": time(created), "updated": time(updated)}


def instance_type(one: ShownType, relations: Relations = ()) -> Json:
    """An instance type, with figures and machines where they were read."""
    it = one.type
    told: Json = {
        "id": it.uuid,
        "name": it.name,
        "description": it.description,
        "controllerMachineType": None,
        "infrastructureProviderId": it.provider,
        **related(relations, one.provider, None, one.site),
        "siteId": it.site,
        "labels": json.loads(one.labels) if one.labels else {},
        "machineCapabilities": [],
        "status": it.status,
        "statusHistory": history(one.history),
        **_times(it.created_at, it.updated_at),
    }
    if one.machines is not None:
        told["machineInstanceTypes"] = assignments(it.uuid, one.machines)
    if one.figures is not None:
        told["allocationStats"] = _figures(one.figures)
    return told


def assignments(of: str, machines: Iterable[str]) -> list[Json]:
    """Which machines are of a type."""
    return [{"machineId": machine, "instanceTypeId": of} for machine in machines]


def _figures(it: Figures) -> Json:
    told: Json = {
        "assigned": it.assigned,
        "total": it.total,
        "used": it.used,
        "unused": it.total - it.used,
        "unusedUsable": it.usable,
    }
    return told if it.most is None else {**told, "maxAllocatable": it.most}


def block(one: ShownBlock, relations: Relations = ()) -> Json:
    """Address space, with its usage where that was read."""
    it = one.block
    told: Json = {
        **_block_summary(it),
        "description": it.description,
        "siteId": it.site,
        "infrastructureProviderId": it.provider,
        "tenantId": it.tenant or None,
        **related(relations, one.provider, one.tenant, one.site),
        "protocolVersion": "IPv6" if it.bits == 128 else "IPv4",
        "statusHistory": history(one.history),
        **_times(it.created_at, it.updated_at),
    }
    return told if one.usage is None else {**told, "usageStats": _usage(one.usage)}


def _usage(it: Usage) -> Json:
    return {
        "availableIPs": it.addresses,
        "acquiredIPs": it.acquired,
        "availablePrefixes": it.pieces,
        "availableSmallestPrefixes": it.smallest,
        "acquiredPrefixes": it.children,
    }


def machine(one: ShownMachine, relations: Relations = ()) -> Json:
    """A machine and what it carries."""
    it = one.machine
    facts: Mapping[str, Any] = json.loads(one.facts) if one.facts else {}
    return {
        "id": it.id,
        "infrastructureProviderId": one.provider,
        "siteId": it.site,
        "instanceTypeId": it.instance_type or None,
        "instanceId": one.instance or None,
        "tenantId": one.tenant or None,
        **{name: facts.get(name) for name in FACTS},
        "status": it.status,
        "isUsableByTenant": it.status in (READY, IN_USE),
        "statusHistory": [],
    }


def site(one: ShownSite, relations: Relations = ()) -> Json:
    """A site, with how many machines it has where that was read."""
    it = one.site
    told: Json = {
        "id": it.uuid,
        "name": it.name,
        "description": None,
        "org": one.provider.org,
        "infrastructureProviderId": it.provider,
        **related(relations, one.provider, None, None),
        "isSerialConsoleEnabled": False,
        "isOnline": it.is_online,
        "capabilities": SITE_CAPABILITIES,
        "status": it.status,
        "statusHistory": [],
        **_times(it.created_at, it.created_at),
    }
    if one.machines is not None:
        statuses = dict(one.machines)
        told["machineStats"] = {"total": sum(statuses.values()), "totalByStatus": statuses}
    return told


def account(it: Account, relations: Relations = ()) -> Json:
    """What a provider has with a tenant's organisation."""
    return {
        "id": it.uuid,
        "infrastructureProviderId": it.provider,
        "infrastructureProviderOrg": it.provider_org,
        "tenantId": it.tenant or None,
        "tenantOrg": it.tenant_org,
        "allocationCount": it.allocations,
        "status": it.status,
        "statusHistory": [],
        **_times(it.created_at, it.created_at),
    }


def provider(it: Provider) -> Json:
    """A provider."""
    told = {"id": it.uuid, "org": it.org, "orgDisplayName": it.display_name}
    return {**told, **_times(it.created_at, it.created_at)}


def tenant(it: Tenant) -> Json:
    """A tenant."""
    told = {"id": it.uuid, "org": it.org, "orgDisplayName": it.display_name}
    return {**told, "capabilities": CAPABILITIES, **_times(it.created_at, it.created_at)}


def service_account(owner: Provider | None, guest: Tenant | None) -> Json:
    """What a service account is of; None when the caller is none."""
    return {
        "enabled": owner is not None,
        "infrastructureProviderId": owner.uuid if owner else None,
        "tenantId": guest.uuid if guest else None,
    }


def pages(number: int, size: int, total: int, order: str | None) -> str:
    """The header that says where in a list a page is."""
    told = {"pageNumber": number, "pageSize": size, "total": total, "orderBy": order}
    return json.dumps(told, separators=(",", ":"))
