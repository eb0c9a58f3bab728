"""Providers, tenants and sites of a reading into a mirror."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backend.core.database import Tx
from backend.nico.client import AllocationTold, OrgTold, PlaceTold
from backend.remote.nico.reading import Reading
from backend.remote.rows import Table, Values

PROVIDERS = Table("nico_provider", "org", "display_name", "created_at")
TENANTS = Table("nico_tenant", "org", "display_name", "created_at")
SITES = Table("nico_site", "provider_id", "name", "status", "is_online", "fold", "created_at")
RENAME = {
    PROVIDERS: "UPDATE nico_provider SET org = uuid WHERE org = ? AND uuid <> ?",
    TENANTS: "UPDATE nico_tenant SET org = uuid WHERE org = ? AND uuid <> ?",
}
"""Whoever had the organisation before is somebody else now."""

Party = tuple[str, str, int]
"""Organisation, its name, and since when it is known; `` and 0 for what is not told."""
NOBODY: Party = ("", "", 0)


def put(tx: Tx, reading: Reading, told: Sequence[AllocationTold]) -> None:
    """Everybody and every place that is named."""
    _put_parties(tx, PROVIDERS, _providers(reading, told))
    _put_parties(tx, TENANTS, _tenants(reading, told))
    _put_sites(tx, reading, told)


def _providers(reading: Reading, told: Sequence[AllocationTold]) -> Iterator[tuple[str, Party]]:
    if reading.standing is not None and (own := reading.standing.provider) is not None:
        yield own.id, (own.org, own.org_display_name, own.created or 0)
    for one in told:
        it = one.infrastructure_provider
        yield one.infrastructure_provider_id, _party(it)
    for site in reading.sites.rows if reading.sites else ():
        yield site.infrastructure_provider_id, NOBODY
    for of in [*(reading.types.rows if reading.types else ()), *reading.some_types]:
        yield of.infrastructure_provider_id, NOBODY


def _tenants(reading: Reading, told: Sequence[AllocationTold]) -> Iterator[tuple[str, Party]]:
    if reading.standing is not None and (own := reading.standing.tenant) is not None:
        yield own.id, (own.org, own.org_display_name, own.created or 0)
    for one in reading.accounts.rows if reading.accounts else ():
        yield one.tenant_id, (one.tenant_org, "", 0)
    for given in told:
        yield given.tenant_id, _party(given.tenant)
    for shares in reading.uses.values():
        yield from ((tenant, NOBODY) for tenant in shares)


def _party(told: OrgTold | None) -> Party:
    return (told.org, told.org_display_name, 0) if told else NOBODY


def _put_parties(tx: Tx, table: Table, told: Iterator[tuple[str, Party]]) -> None:
    """What is not told stays; where no organisation is, the uuid stands for it."""
    found: dict[str, Party] = {}
    for uuid, new in told:
        old = found.get(uuid, NOBODY)
        if uuid:
            found[uuid] = (new[0] or old[0], new[1] or old[1], new[2] or old[2])
    there = table.there(tx, found)
    wanted: dict[str, Values] = {}
    taken: set[str] = set()
    for uuid, (org, name, created) in found.items():
        before = there.get(uuid, NOBODY)
        called = (org or before[0]).lower() or uuid
        called = uuid if called in taken else called
        taken.add(called)
        wanted[uuid] = (called, name or before[1] or called, created or before[2])
    tx.many(RENAME[table], [(values[0], uuid) for uuid, values in wanted.items()])
    table.put(tx, table.there(tx, wanted), wanted)


def _put_sites(tx: Tx, reading: Reading, given: Sequence[AllocationTold]) -> None:
    found: dict[str, tuple[str, PlaceTold, int]] = {}
    for one in given:
        if one.site_id:
            found[one.site_id] = (one.infrastructure_provider_id, one.site or PlaceTold(), 0)
    for site in reading.sites.rows if reading.sites else ():
        found[site.id] = (site.infrastructure_provider_id, site, site.created or 0)
    there = SITES.there(tx, found)
    providers = PROVIDERS.ids(tx, {provider for provider, *_ in found.values()})
    wanted = {
        uuid: _site(there.get(uuid), providers.get(provider, 0), told, created)
        for uuid, (provider, told, created) in found.items()
    }
    SITES.put(tx, there, {uuid: row for uuid, row in wanted.items() if row[0]})


def _site(old: Values | None, provider: int, told: PlaceTold, created: int) -> Values:
    before = old or (0, "", "", 1, "", 0)
    name = told.name or before[1]
    online = before[3] if told.is_online is None else int(told.is_online)
    head = (provider or before[0], name, told.status or before[2], online, name.casefold())
    return (*head, created or before[5])
