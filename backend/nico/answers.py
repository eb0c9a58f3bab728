"""What NICo's calls answer (spec nico §1, §3), as types that pydantic can check and describe."""

from __future__ import annotations

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

ResourceType = Literal["InstanceType", "IPBlock"]
ConstraintType = Literal["Reserved", "OnDemand", "Preemptible"]
RoutingType = Literal["Public", "DatacenterOnly"]


class StatusAnswer(TypedDict):
    """What a status was."""

    status: str
    message: str | None
    created: str
    updated: str


class ProviderSummary(TypedDict):
    """A provider, in short."""

    org: str
    orgDisplayName: str


class TenantSummary(TypedDict):
    """A tenant, in short."""

    org: str
    orgDisplayName: str
    capabilities: dict[str, bool]
    deprecations: list[Any]


class SiteSummary(TypedDict):
    """A site, in short."""

    id: str
    name: str
    infrastructureProviderId: str
    isSerialConsoleEnabled: bool
    isOnline: bool
    capabilities: dict[str, bool]
    status: str


class TypeSummary(TypedDict):
    """An instance type, in short."""

    id: str
    name: str
    infrastructureProviderId: str
    siteId: str
    status: str


class BlockSummary(TypedDict):
    """Address space, in short."""

    id: str
    name: str
    routingType: RoutingType
    prefix: str
    prefixLength: int
    status: str


class Related(TypedDict, total=False):
    """What is told with something when it is asked for."""

    infrastructureProvider: ProviderSummary
    tenant: TenantSummary
    site: SiteSummary


class ConstraintAnswer(TypedDict):
    """What an allocation gives."""

    id: str
    allocationId: str
    resourceType: ResourceType
    resourceTypeId: str
    constraintType: ConstraintType
    constraintValue: int
    derivedResourceId: str | None
    instanceType: NotRequired[TypeSummary]
    ipBlock: NotRequired[BlockSummary]
    created: str
    updated: str


class AllocationAnswer(Related):
    """An allocation."""

    id: str
    name: str
    description: str | None
    infrastructureProviderId: str
    tenantId: str
    siteId: str
    status: str
    statusHistory: list[StatusAnswer]
    allocationConstraints: list[ConstraintAnswer]
    created: str
    updated: str


class AssignmentAnswer(TypedDict):
    """A machine of a type."""

    machineId: str
    instanceTypeId: str


class FiguresAnswer(TypedDict):
    """How much of a type is given away and in use."""

    assigned: int
    total: int
    used: int
    unused: int
    unusedUsable: int
    maxAllocatable: NotRequired[int]


class TypeAnswer(Related):
    """An instance type."""

    id: str
    name: str
    description: str | None
    controllerMachineType: str | None
    infrastructureProviderId: str
    siteId: str
    labels: dict[str, str]
    machineCapabilities: list[Any]
    machineInstanceTypes: NotRequired[list[AssignmentAnswer]]
    allocationStats: NotRequired[FiguresAnswer]
    status: str
    statusHistory: list[StatusAnswer]
    created: str
    updated: str


class UsageAnswer(TypedDict):
    """How much of address space is in use."""

    availableIPs: int
    acquiredIPs: int
    availablePrefixes: list[str] | None
    availableSmallestPrefixes: int
    acquiredPrefixes: int


class BlockAnswer(Related):
    """Address space."""

    id: str
    name: str
    routingType: RoutingType
    prefix: str
    prefixLength: int
    status: str
    description: str | None
    siteId: str
    infrastructureProviderId: str
    tenantId: str | None
    protocolVersion: Literal["IPv4", "IPv6"]
    usageStats: NotRequired[UsageAnswer]
    statusHistory: list[StatusAnswer]
    created: str
    updated: str


class MachineAnswer(TypedDict):
    """A machine."""

    id: str
    infrastructureProviderId: str
    siteId: str
    instanceTypeId: str | None
    instanceId: str | None
    tenantId: str | None
    vendor: str | None
    productName: str | None
    serialNumber: str | None
    controllerMachineType: str | None
    hwSkuDeviceType: str | None
    status: str
    isUsableByTenant: bool
    statusHistory: list[StatusAnswer]


class MachinesAnswer(TypedDict):
    """How many machines a site has."""

    total: int
    totalByStatus: dict[str, int]


class SiteAnswer(Related):
    """A site."""

    id: str
    name: str
    description: str | None
    org: str
    infrastructureProviderId: str
    isSerialConsoleEnabled: bool
    isOnline: bool
    capabilities: dict[str, bool]
    status: str
    statusHistory: list[StatusAnswer]
    machineStats: NotRequired[MachinesAnswer]
    created: str
    updated: str


class AccountAnswer(TypedDict):
    """What a provider has with a tenant's organisation."""

    id: str
    infrastructureProviderId: str
    infrastructureProviderOrg: str
    tenantId: str | None
    tenantOrg: str
    allocationCount: int
    status: str
    statusHistory: list[StatusAnswer]
    created: str
    updated: str


class ProviderAnswer(TypedDict):
    """A provider."""

    id: str
    org: str
    orgDisplayName: str
    created: str
    updated: str


class TenantAnswer(ProviderAnswer):
    """A tenant."""

    capabilities: dict[str, bool]


class ServiceAccountAnswer(TypedDict):
    """Whether the caller is a service account, and of what."""

    enabled: bool
    infrastructureProviderId: str | None
    tenantId: str | None


class UserAnswer(TypedDict):
    """Who calls."""

    id: str
    email: str | None
    firstName: str | None
    lastName: str | None


class MetadataAnswer(TypedDict):
    """Which version of the server this is."""

    version: str
    buildTime: str


class MessageAnswer(TypedDict):
    """That something is done."""

    message: str


class StatusesAnswer(TypedDict):
    """How many machines, in all and by status."""

    total: int
    initializing: int
    ready: int
    inUse: int
    error: int
    maintenance: int
    unknown: int


class Totalled(TypedDict):
    """An allocation's part of a type."""

    id: str
    name: str
    total: int


class Allocated(TypedDict):
    """The same, turned round."""

    id: str
    name: str
    allocated: int


class TypeOfTenant(TypedDict):
    """What a tenant has of a type."""

    id: str
    name: str
    allocated: int
    usedMachineStats: StatusesAnswer
    maxAllocatable: int
    allocations: list[Totalled]


class TenantStatsAnswer(TypedDict):
    """What a tenant has of the types of a site."""

    id: str
    org: str
    orgDisplayName: str
    instanceTypes: list[TypeOfTenant]


class TenantOfType(TypedDict):
    """What a tenant has of a type."""

    id: str
    name: str
    allocated: int
    usedMachineStats: StatusesAnswer
    allocations: list[Allocated]


class TypeStatsAnswer(TypedDict):
    """What tenants have of a type."""

    id: str
    name: str
    assignedMachineStats: StatusesAnswer
    allocated: int
    maxAllocatable: int
    usedMachineStats: StatusesAnswer
    tenants: list[TenantOfType]
