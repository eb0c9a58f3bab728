"""The lists of the API as data: what they are read from, what narrows and orders them (spec nico
§3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from backend.nico.model import Kind, Mode
from backend.nico.model.reads import Form

PROVIDER = "(SELECT id FROM nico_provider WHERE uuid = ?)"
TENANT = "(SELECT id FROM nico_tenant WHERE uuid = ?)"
VISITED = f"(SELECT site_id FROM nico_tenant_site WHERE tenant_id = {TENANT})"
"""The sites where a tenant has allocations."""
KNOWN_SITE = "SELECT id FROM nico_site WHERE uuid = ?"
KNOWN_TENANT = "SELECT id FROM nico_tenant WHERE uuid = ?"
ALLOCATION_STATUSES = ("Pending", "Registered", "Deleting", "Error")
TYPE_STATUSES = ("Pending", "Registering", "Ready", "Deleting", "Error")
BLOCK_STATUSES = ("Pending", "Provisioning", "Ready", "Deleting", "Error")
SITE_STATUSES = ("Pending", "Registered", "Error")
MACHINE_STATUSES = (
    "Initializing",
    "Ready",
    "Reset",
    "Maintenance",
    "InUse",
    "Error",
    "Decommissioned",
    "Unknown",
)


@dataclass(frozen=True, slots=True)
class Narrow:
    """A parameter: `sql` is its condition, `{keys}` its values; of a flag, for true and, behind
    NOT, for false. `known` finds what has to be there; with `provider` it narrows only what is
    seen of a provider."""

    form: Form
    sql: str
    choices: tuple[str, ...] = ()
    known: str = ""
    provider: bool = False


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A list; `provider` and `tenant` are the conditions of what each sees, with one `?`, `text`
    are folded columns, `lower` ones that are not, `order` the usual and total order."""

    name: str
    source: str
    provider: str
    tenant: str
    narrow: Mapping[str, Narrow]
    orders: Mapping[str, Sequence[str]]
    relations: tuple[str, ...]
    order: str
    text: tuple[str, ...] = ()
    lower: tuple[str, ...] = ()
    key: str = "uuid"

    @property
    def alias(self) -> str:
        """What its rows are called in SQL."""
        return self.source.split()[1]


def _refers(column: str, table: str, known: str = "") -> Narrow:
    """Rows that refer to one of these uuids."""
    sql = f"{column} IN (SELECT id FROM {table} WHERE uuid IN ({{keys}}))"
    return Narrow(Form.KNOWN if known else Form.UUID, sql, known=known)


def _words(column: str, choices: tuple[str, ...]) -> Narrow:
    return Narrow(Form.WORD, f"{column} IN ({{keys}})", choices)


def _of_constraint(found: Narrow) -> Narrow:
    """The same of an allocation's constraint."""
    inner = f"SELECT allocation_id FROM nico_constraint c WHERE {found.sql}"
    return replace(found, sql=f"a.id IN ({inner})")


def _resource() -> Narrow:
    types = "c.type_id > 0 AND c.type_id IN (SELECT id FROM nico_type WHERE uuid IN ({keys}))"
    blocks = "c.block_id > 0 AND c.block_id IN (SELECT id FROM nico_block WHERE uuid IN ({keys}))"
    return Narrow(Form.UUID, f"({types} OR {blocks})")


def _of(column: str, table: str, key: str) -> str:
    return f"(SELECT {column} FROM {table} WHERE id = {key})"


def _constrained(column: str) -> str:
    return f"(SELECT {column} FROM nico_constraint c WHERE c.allocation_id = a.id)"


TYPE_NAME = """coalesce((SELECT y.fold FROM nico_constraint c JOIN nico_type y ON y.id = c.type_id
    WHERE c.allocation_id = a.id), '')"""
BLOCK_NAME = """coalesce((SELECT b.fold FROM nico_constraint c JOIN nico_block b
    ON b.id = c.block_id WHERE c.allocation_id = a.id), '')"""
SITE = _refers("a.site_id", "nico_site", KNOWN_SITE)
EVERYONE = ("InfrastructureProvider", "Tenant", "Site")

ALLOCATIONS = Catalogue(
    "allocation",
    "nico_allocation a",
    f"a.provider_id = {PROVIDER}",
    f"a.tenant_id = {TENANT}",
    {
        "siteId": SITE,
        "id": Narrow(Form.UUID, "a.uuid IN ({keys})"),
        "tenantId": replace(_refers("a.tenant_id", "nico_tenant", KNOWN_TENANT), provider=True),
        "resourceType": _of_constraint(_words("c.kind", tuple(Kind))),
        "resourceTypeId": _of_constraint(_resource()),
        "constraintType": _of_constraint(_words("c.mode", tuple(Mode))),
        "constraintValue": _of_constraint(Narrow(Form.NUMBER, "c.value IN ({keys})")),
        "status": _words("a.status", ALLOCATION_STATUSES),
    },
    {
        "NAME": ("a.fold",),
        "STATUS": ("a.status",),
        "CREATED": ("a.created_at",),
        "UPDATED": ("a.updated_at",),
        "SITE_NAME": (_of("fold", "nico_site", "a.site_id"),),
        "TENANT_ORG_DISPLAY_NAME": (_of("display_name", "nico_tenant", "a.tenant_id"),),
        "INSTANCE_TYPE_NAME": (TYPE_NAME,),
        "IP_BLOCK_NAME": (BLOCK_NAME,),
        "CONSTRAINT_VALUE": (_constrained("c.value"),),
    },
    EVERYONE,
    "a.created_at, a.id",
    ("a.fold",),
    ("a.description", "a.status"),
)

TYPES = Catalogue(
    "instance type",
    "nico_type y",
    f"y.provider_id = {PROVIDER}",
    f"y.site_id IN {VISITED}",
    {
        "siteId": _refers("y.site_id", "nico_site", KNOWN_SITE),
        "status": _words("y.status", TYPE_STATUSES),
        "excludeUnallocated": Narrow(
            Form.INNER,
            "EXISTS (SELECT 1 FROM nico_pool h WHERE h.type_id = y.id AND h.allocated > 0 "
            "AND h.tenant_id IN (SELECT id FROM nico_tenant WHERE uuid IN ({keys})))",
        ),
    },
    {
        "NAME": ("y.fold",),
        "STATUS": ("y.status",),
        "CREATED": ("y.created_at",),
        "UPDATED": ("y.updated_at",),
    },
    ("InfrastructureProvider", "Site"),
    "y.created_at, y.id",
    ("y.fold",),
    ("y.description", "y.status"),
)

BLOCK_ORDERS: Mapping[str, Sequence[str]] = {
    "NAME": ("b.fold",),
    "PREFIX": ("b.bits", "b.network", "b.length"),
    "STATUS": ("b.status",),
    "CREATED": ("b.created_at",),
    "UPDATED": ("b.updated_at",),
}
BLOCK_STATUS = _words("b.status", BLOCK_STATUSES)
BLOCKS = Catalogue(
    "IP block",
    "nico_block b",
    f"b.provider_id = {PROVIDER} AND b.parent_id = 0",
    f"b.tenant_id = {TENANT}",
    {"siteId": _refers("b.site_id", "nico_site", KNOWN_SITE), "status": BLOCK_STATUS},
    BLOCK_ORDERS,
    EVERYONE,
    "b.created_at, b.id",
    ("b.fold",),
    ("b.description", "b.status"),
)
DERIVED = replace(
    BLOCKS,
    name="derived IP block",
    provider=f"b.provider_id = {PROVIDER} AND b.parent_id > 0",
    narrow={"parent": replace(_refers("b.parent_id", "nico_block"), form=Form.INNER)}
    | {"status": BLOCK_STATUS},
)

CARRYING = "m.id IN (SELECT machine_id FROM nico_instance WHERE machine_id > 0)"
MACHINES = Catalogue(
    "machine",
    "nico_machine m",
    f"m.site_id IN (SELECT id FROM nico_site WHERE provider_id = {PROVIDER})",
    f"m.id IN (SELECT machine_id FROM nico_instance WHERE tenant_id = {TENANT})",
    {
        "siteId": _refers("m.site_id", "nico_site", KNOWN_SITE),
        "id": Narrow(Form.TEXT, "m.name IN ({keys})"),
        "instanceTypeId": _refers("m.type_id", "nico_type"),
        "tenantId": Narrow(
            Form.UUID,
            "m.id IN (SELECT machine_id FROM nico_instance WHERE tenant_id IN "
            "(SELECT id FROM nico_tenant WHERE uuid IN ({keys})))",
        ),
        "hasInstanceType": Narrow(Form.FLAG, "(m.type_id > 0)"),
        "hasInstance": Narrow(Form.FLAG, f"({CARRYING})"),
        "status": _words("m.status", MACHINE_STATUSES),
    },
    {"STATUS": ("m.status",), "CREATED": ("m.id",), "UPDATED": ("m.id",), "ID": ("m.name",)},
    (),
    "m.id",
    (),
    ("m.name", "m.status"),
    "name",
)

SITES = Catalogue(
    "site",
    "nico_site s",
    f"s.provider_id = {PROVIDER}",
    f"s.id IN {VISITED}",
    {"status": _words("s.status", SITE_STATUSES)},
    {
        "NAME": ("s.fold",),
        "STATUS": ("s.status",),
        "CREATED": ("s.created_at",),
        "UPDATED": ("s.created_at",),
    },
    ("InfrastructureProvider",),
    "s.created_at, s.id",
    ("s.fold",),
    ("s.status",),
)

ACCOUNTS = Catalogue(
    "tenant account",
    "nico_account k",
    f"k.provider_id = {PROVIDER}",
    f"k.tenant_id = {TENANT}",
    {
        "infrastructureProviderId": _refers("k.provider_id", "nico_provider"),
        "tenantId": _refers("k.tenant_id", "nico_tenant"),
    },
    {
        "STATUS": ("k.status",),
        "CREATED": ("k.created_at",),
        "UPDATED": ("k.created_at",),
        "TENANT_ORG_NAME": ("k.tenant_org",),
        "TENANT_ORG_DISPLAY_NAME": (
            f"coalesce({_of('display_name', 'nico_tenant', 'k.tenant_id')}, '')",
        ),
    },
    (),
    "k.created_at, k.id",
    (),
    ("k.tenant_org", "k.status"),
)
