"""What NICo answers: every key may be missing, most may be null, and words may be new ones (spec
nico §1). None is what was not told."""

from __future__ import annotations

from backend.decode import Count, Flag, Words
from backend.nico.wire.told import Moment, Reply, SomeUuid, Uuid


class OrgTold(Reply):
    """A provider or a tenant, in short."""

    org: Words = ""
    org_display_name: Words = ""


class PartyTold(OrgTold):
    """A provider or a tenant."""

    id: Uuid
    created: Moment = None


class PlaceTold(Reply):
    """A site, in short."""

    name: Words = ""
    status: Words = ""
    is_online: Flag | None = None


class SiteTold(PlaceTold):
    """A site."""

    id: Uuid
    infrastructure_provider_id: SomeUuid = ""
    created: Moment = None


class StatusTold(Reply):
    """What a status was."""

    status: Words = ""
    message: Words = ""
    created: Moment = None


class OfTypeTold(Reply):
    """The instance type of a constraint, in short."""

    name: Words = ""
    status: Words = ""


class OfBlockTold(Reply):
    """The block of a constraint, in short."""

    name: Words = ""
    routing_type: Words = ""
    prefix: Words = ""
    prefix_length: Count = None
    status: Words = ""


class ConstraintTold(Reply):
    """What an allocation gives."""

    id: Uuid
    resource_type: Words = ""
    resource_type_id: SomeUuid = ""
    constraint_type: Words = ""
    constraint_value: Count = None
    derived_resource_id: SomeUuid = ""
    instance_type: OfTypeTold | None = None
    ip_block: OfBlockTold | None = None
    created: Moment = None
    updated: Moment = None


class AllocationTold(Reply):
    """An allocation with its constraint."""

    id: Uuid
    name: Words = ""
    description: Words | None = None
    infrastructure_provider_id: SomeUuid = ""
    infrastructure_provider: OrgTold | None = None
    tenant_id: SomeUuid = ""
    tenant: OrgTold | None = None
    site_id: SomeUuid = ""
    site: PlaceTold | None = None
    status: Words = ""
    status_history: list[StatusTold] | None = None
    allocation_constraints: list[ConstraintTold] | None = None
    created: Moment = None
    updated: Moment = None

    @property
    def constraint(self) -> ConstraintTold | None:
        """The one constraint that each has, if it is told."""
        return next(iter(self.allocation_constraints or ()), None)


class FiguresTold(Reply):
    """allocationStats of an instance type."""

    assigned: Count = None
    total: Count = None
    used: Count = None


class TypeTold(OfTypeTold):
    """An instance type."""

    id: Uuid
    description: Words | None = None
    infrastructure_provider_id: SomeUuid = ""
    site_id: SomeUuid = ""
    allocation_stats: FiguresTold | None = None
    created: Moment = None
    updated: Moment = None


class UsageTold(Reply):
    """usageStats of a block."""

    acquired_prefixes: Count = None


class BlockTold(OfBlockTold):
    """Address space, a root or a carved block."""

    id: Uuid
    description: Words | None = None
    infrastructure_provider_id: SomeUuid = ""
    site_id: SomeUuid = ""
    tenant_id: SomeUuid = ""
    usage_stats: UsageTold | None = None
    created: Moment = None
    updated: Moment = None


class AccountTold(Reply):
    """What a provider has with a tenant's organisation, which need not be a tenant yet."""

    id: Uuid
    tenant_id: SomeUuid = ""
    tenant_org: Words = ""
    created: Moment = None


class MachineTold(Reply):
    """A machine; its id is any text."""

    id: Words
    site_id: SomeUuid = ""
    instance_type_id: SomeUuid = ""
    instance_id: SomeUuid = ""
    tenant_id: SomeUuid = ""
    status: Words = ""


class CountTold(Reply):
    """Machines of any status."""

    total: Count = None


class ShareTold(Reply):
    """What a tenant has of a type."""

    id: Uuid
    used_machine_stats: CountTold | None = None


class SharedTold(Reply):
    """A type with what tenants have of it."""

    id: Uuid
    tenants: list[ShareTold] | None = None


class AccountOfServiceTold(Reply):
    """What a service account is of."""

    enabled: Flag | None = None
    infrastructure_provider_id: SomeUuid = ""
    tenant_id: SomeUuid = ""


class UserTold(Reply):
    """Who calls."""

    id: Words = ""
    email: Words = ""
    first_name: Words = ""
    last_name: Words = ""
