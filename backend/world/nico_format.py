"""The shape of the nico section, in NICo's own JSON (docs/world-files.md)."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, Strict
from pydantic.alias_generators import to_camel

from backend.decode import Exact, Flag, Instant, Refused, Text, Whole, text


def uuid(value: str) -> str:
    """A uuid with dashes, however it was written."""
    try:
        return str(UUID(value))
    except ValueError:
        raise Refused("is no uuid", "write 32 hexadecimal digits") from None


def address(value: str) -> str:
    """An address as it is usually written."""
    try:
        return str(ip_address(value))
    except ValueError:
        raise Refused("is no address", "such as 10.20.0.0") from None


Name = Annotated[Text, Field(min_length=1)]
Org = Annotated[Name, AfterValidator(str.lower)]
Uuid = Annotated[str, Strict(), AfterValidator(text), AfterValidator(uuid)]
Address = Annotated[str, Strict(), AfterValidator(text), AfterValidator(address)]
Length = Annotated[Whole, Field(ge=1, le=128)]


class Camel(Exact):
    """An object whose keys are written as NICo does."""

    model_config = ConfigDict(**{**Exact.model_config, "alias_generator": to_camel})


class OrgFile(Camel):
    """An organisation: a provider or a tenant."""

    id: Uuid
    org: Org
    org_display_name: Text = ""
    created: Instant | None = None


class AccountFile(Camel):
    """What a provider has with a tenant's organisation."""

    id: Uuid
    infrastructure_provider_id: Uuid
    tenant_org: Org
    status: Name = "Ready"
    created: Instant | None = None


class SiteFile(Camel):
    """A place of a provider."""

    id: Uuid
    name: Name
    infrastructure_provider_id: Uuid
    status: Name = "Registered"
    is_online: Flag = True
    created: Instant | None = None


class StatusFile(Camel):
    """What a status was, and since when."""

    status: Name
    message: Text | None = None
    created: Instant


class LastingFile(Camel):
    """Something with a status; its history newest first."""

    id: Uuid
    name: Name
    description: Text | None = None
    infrastructure_provider_id: Uuid
    site_id: Uuid
    status_history: list[StatusFile] | None = None
    created: Instant | None = None
    updated: Instant | None = None


class TypeFile(LastingFile):
    """A kind of machine."""

    labels: dict[Name, Text] = Field(default_factory=dict)
    status: Name = "Ready"


class MachineFile(Camel):
    """A machine, of a type or of none."""

    id: Name
    site_id: Uuid
    instance_type_id: Uuid | None = None
    vendor: Text | None = None
    product_name: Text | None = None
    serial_number: Text | None = None
    status: Name = "Ready"


class BlockExtra(Camel):
    """What the API hides: the block that it was carved of, and that it is given away whole."""

    parent_id: Uuid | None = None
    full_grant: Flag = False


class BlockFile(LastingFile):
    """Address space of a site, or carved of it for a tenant."""

    tenant_id: Uuid | None = None
    routing_type: Literal["Public", "DatacenterOnly"] = "DatacenterOnly"
    prefix: Address
    prefix_length: Length
    status: Name = "Ready"
    extra: BlockExtra = Field(alias="_bursar", default_factory=BlockExtra)


class ConstraintFile(Camel):
    """What an allocation gives."""

    id: Uuid
    resource_type: Literal["InstanceType", "IPBlock"]
    resource_type_id: Uuid
    constraint_type: Literal["Reserved", "OnDemand", "Preemptible"] = "Reserved"
    constraint_value: Annotated[Whole, Field(ge=1)]
    derived_resource_id: Uuid | None = None
    created: Instant | None = None
    updated: Instant | None = None


class GivenFile(LastingFile):
    """An allocation with its one constraint."""

    tenant_id: Uuid
    status: Name = "Registered"
    allocation_constraints: list[ConstraintFile] = Field(min_length=1, max_length=1)


class InstanceFile(Camel):
    """A machine in use; without a type it counts nowhere."""

    id: Uuid
    name: Text = ""
    tenant_id: Uuid
    site_id: Uuid
    instance_type_id: Uuid | None = None
    machine_id: Name | None = None


class PrefixFile(Camel):
    """A subnet or a VPC prefix in a carved block."""

    id: Uuid
    name: Text = ""
    tenant_id: Uuid
    ip_block_id: Uuid
    prefix: Address
    prefix_length: Length


class NicoFile(Camel):
    """Who gives what to whom, and what they use of it."""

    infrastructure_providers: list[OrgFile] = Field(default_factory=list)
    tenants: list[OrgFile] = Field(default_factory=list)
    tenant_accounts: list[AccountFile] = Field(default_factory=list)
    sites: list[SiteFile] = Field(default_factory=list)
    instance_types: list[TypeFile] = Field(default_factory=list)
    machines: list[MachineFile] = Field(default_factory=list)
    ip_blocks: list[BlockFile] = Field(default_factory=list)
    allocations: list[GivenFile] = Field(default_factory=list)
    instances: list[InstanceFile] = Field(default_factory=list)
    subnets: list[PrefixFile] = Field(default_factory=list)
    vpc_prefixes: list[PrefixFile] = Field(default_factory=list)
