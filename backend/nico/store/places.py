"""The SQL of providers, tenants and sites."""

from __future__ import annotations

from backend.core.database.tx import Row, Tx
from backend.nico.model import Provider, Site, Tenant

PROVIDER = "uuid, org, display_name, created_at"
SELECT_PROVIDER = f"SELECT {PROVIDER} FROM nico_provider WHERE uuid = ?"
SELECT_PROVIDER_OF = f"SELECT {PROVIDER} FROM nico_provider WHERE org = ?"
INSERT_PROVIDER = """
INSERT INTO nico_provider (id, uuid, org, display_name, created_at) VALUES (?, ?, ?, ?, ?)"""
SELECT_TENANT = f"SELECT {PROVIDER} FROM nico_tenant WHERE uuid = ?"
SELECT_TENANT_OF = f"SELECT {PROVIDER} FROM nico_tenant WHERE org = ?"
INSERT_TENANT = """
INSERT INTO nico_tenant (id, uuid, org, display_name, created_at) VALUES (?, ?, ?, ?, ?)"""
JOIN_ACCOUNTS = "UPDATE nico_account SET tenant_id = ? WHERE tenant_org = ?"
INSERT_ACCOUNT = """
INSERT INTO nico_account (id, uuid, provider_id, tenant_id, tenant_org, status, created_at)
VALUES (?, ?, (SELECT id FROM nico_provider WHERE uuid = ?),
    coalesce((SELECT id FROM nico_tenant WHERE org = ?), 0), ?, ?, ?)"""
SITE = "s.uuid, p.uuid, s.name, s.status, s.is_online, s.created_at"
FROM_SITE = "FROM nico_site s JOIN nico_provider p ON p.id = s.provider_id"
SELECT_SITE = f"SELECT {SITE} {FROM_SITE} WHERE s.uuid = ?"
INSERT_SITE = """
INSERT INTO nico_site (id, uuid, provider_id, name, status, is_online, fold, created_at)
VALUES (?, ?, (SELECT id FROM nico_provider WHERE uuid = ?), ?, ?, ?, ?, ?)"""
AT = """WHERE tenant_id = (SELECT id FROM nico_tenant WHERE uuid = ?)
AND site_id = (SELECT id FROM nico_site WHERE uuid = ?)"""
COUNT_AT = f"UPDATE nico_tenant_site SET allocations = allocations + ? {AT}"
LEAVE = f"DELETE FROM nico_tenant_site {AT} AND allocations = 0"
ENTER = """
INSERT INTO nico_tenant_site (tenant_id, site_id, allocations)
VALUES ((SELECT id FROM nico_tenant WHERE uuid = ?), (SELECT id FROM nico_site WHERE uuid = ?), ?)
"""
SELECT_VISIBLE = """
SELECT s.uuid FROM nico_tenant_site a JOIN nico_site s ON s.id = a.site_id
WHERE a.tenant_id = (SELECT id FROM nico_tenant WHERE uuid = ?) ORDER BY s.id"""


def site_of(row: Row) -> Site:
    """A site from `SITE`."""
    uuid, provider, name, status, online, created = row
    return Site(uuid, provider, name, status, bool(online), created)


def provider(tx: Tx, uuid: str) -> Provider | None:
    """The provider of this uuid."""
    row = tx.one(SELECT_PROVIDER, (uuid,))
    return Provider(*row) if row else None


def provider_of(tx: Tx, org: str) -> Provider | None:
    """The provider that an organisation is."""
    row = tx.one(SELECT_PROVIDER_OF, (org,))
    return Provider(*row) if row else None


def tenant(tx: Tx, uuid: str) -> Tenant | None:
    """The tenant of this uuid."""
    row = tx.one(SELECT_TENANT, (uuid,))
    return Tenant(*row) if row else None


def tenant_of(tx: Tx, org: str) -> Tenant | None:
    """The tenant that an organisation is."""
    row = tx.one(SELECT_TENANT_OF, (org,))
    return Tenant(*row) if row else None


def site(tx: Tx, uuid: str) -> Site | None:
    """The site of this uuid."""
    row = tx.one(SELECT_SITE, (uuid,))
    return site_of(row) if row else None


def visible(tx: Tx, tenant: str) -> list[str]:
    """The uuids of the sites where a tenant has allocations."""
    return [uuid for (uuid,) in tx.all(SELECT_VISIBLE, (tenant,))]


def count_at(tx: Tx, tenant: str, site: str, more: int) -> None:
    """Count a tenant's allocations at a site, which he sees as long as there are any."""
    if not tx.execute(COUNT_AT, (more, tenant, site)):
        tx.execute(ENTER, (tenant, site, more))
    elif more < 0:
        tx.execute(LEAVE, (tenant, site))


def add_provider(tx: Tx, one: Provider) -> None:
    """Insert a provider."""
    id = tx.next_id("nico_provider")
    tx.execute(INSERT_PROVIDER, (id, one.uuid, one.org, one.display_name, one.created_at))


def add_tenant(tx: Tx, one: Tenant) -> None:
    """Insert a tenant, whose are the accounts of its organisation that were there before."""
    id = tx.next_id("nico_tenant")
    tx.execute(INSERT_TENANT, (id, one.uuid, one.org, one.display_name, one.created_at))
    tx.execute(JOIN_ACCOUNTS, (id, one.org))


def add_account(tx: Tx, uuid: str, provider: str, org: str, status: str, created_at: int) -> None:
    """Insert a provider's account of a tenant's organisation, which may not be there yet."""
    id = tx.next_id("nico_account")
    tx.execute(INSERT_ACCOUNT, (id, uuid, provider, org, org, status, created_at))


def add_site(tx: Tx, one: Site) -> None:
    """Insert a site."""
    head = (tx.next_id("nico_site"), one.uuid, one.provider, one.name, one.status)
    tx.execute(INSERT_SITE, (*head, one.is_online, one.name.casefold(), one.created_at))
