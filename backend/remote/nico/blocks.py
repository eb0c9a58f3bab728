"""Address space of a reading into a mirror: roots, what was carved of them, what is free."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from backend.core.database import Tx
from backend.core.errors import BadReply, Invalid
from backend.nico.client import AllocationTold, BlockTold, Listed, OfBlockTold
from backend.nico.rules import carve
from backend.nico.rules.carve import Net
from backend.remote.nico.parties import PROVIDERS, SITES, TENANTS
from backend.remote.rows import Table, Values

BLOCKS = Table(
    "nico_block",
    "provider_id",
    "site_id",
    "tenant_id",
    "parent_id",
    "name",
    "description",
    "routing",
    "bits",
    "network",
    "length",
    "full_grant",
    "status",
    "fold",
    "created_at",
    "updated_at",
    "known",
)
PROVIDER, SITE, TENANT, PARENT, NETWORK, FULL, KNOWN = 0, 1, 2, 3, slice(8, 10), 10, 15
"""Where a row has what is looked at."""
SELECT_ROOTS = "SELECT uuid FROM nico_block WHERE parent_id = 0"
SELECT_PARTS = "SELECT uuid FROM nico_block WHERE parent_id = ?"
ID = "(SELECT id FROM nico_block WHERE uuid = ?)"
DROP = (
    f"UPDATE nico_constraint SET derived_id = 0 WHERE derived_id > 0 AND derived_id = {ID}",
    f"DELETE FROM nico_prefix WHERE block_id = {ID}",
    f"DELETE FROM nico_free WHERE block_id = {ID}",
    "DELETE FROM nico_block WHERE uuid = ?",
)
DELETE_ROOT = """
DELETE FROM nico_block WHERE uuid = ? AND NOT EXISTS (
    SELECT 1 FROM nico_block b WHERE b.parent_id = nico_block.id) AND NOT EXISTS (
    SELECT 1 FROM nico_constraint c WHERE c.block_id > 0 AND c.block_id = nico_block.id)"""
KNOW = "UPDATE nico_block SET known = ? WHERE uuid = ? AND known <> ?"
SELECT_NET = "SELECT network, length, bits, known FROM nico_block WHERE id = ?"
SELECT_NETS = "SELECT network, length, bits FROM nico_block WHERE parent_id = ?"
GRANT = "UPDATE nico_block SET full_grant = ? WHERE id = ? AND full_grant <> ?"
SELECT_FREE = "SELECT network, length FROM nico_free WHERE block_id = ?"
TAKE = "DELETE FROM nico_free WHERE block_id = ? AND network = ? AND length = ?"
GIVE = "INSERT INTO nico_free (block_id, network, length) VALUES (?, ?, ?)"
COUNT_HELD = "SELECT count(*) FROM nico_prefix WHERE block_id = ?"
CLEAR_HELD = "DELETE FROM nico_prefix WHERE block_id = ?"
HOLD = """
INSERT INTO nico_prefix (id, uuid, name, tenant_id, block_id, network, length, is_subnet)
VALUES (?, ?, '', ?, ?, ?, ?, NULL)"""

MOST = 10_000
"""What is told to be more is not believed."""

Parents = Mapping[str, str]
"""Roots by what was carved of them."""


def parents_of(told: Iterable[AllocationTold]) -> dict[str, str]:
    """What was carved of which root, as allocations tell it."""
    found = (one.constraint for one in told)
    return {
        it.derived_resource_id: it.resource_type_id
        for it in found
        if it is not None and it.derived_resource_id and it.resource_type_id
    }


def put(tx: Tx, told: Sequence[BlockTold], parents: Parents) -> set[int]:
    """These blocks, carved ones where they have a parent; the roots whose parts may be others."""
    there = BLOCKS.there(tx, [one.id for one in told])
    places = _Places(tx, told)
    roots = BLOCKS.ids(tx, set(parents.values()))
    wanted: dict[str, Values] = {}
    for one in told:
        old = there.get(one.id)
        parent = roots.get(parents.get(one.id, ""), old[PARENT] if old else 0)
        row = places.row(one, old, parent)
        if all(row[: SITE + 1]) and bool(parent) == bool(one.tenant_id):
            wanted[one.id] = row
    BLOCKS.put(tx, there, wanted)
    changed = {uuid for uuid, row in wanted.items() if there.get(uuid) != row}
    for id, one in _by_id(tx, [one for one in told if one.id in wanted]):
        if wanted[one.id][PARENT]:
            _hold(tx, id, one, wanted[one.id])
    own = set(BLOCKS.ids(tx, changed).values())
    return {wanted[uuid][PARENT] for uuid in changed} | own


def put_parts(tx: Tx, root: str, parts: Listed[BlockTold] | None) -> set[int]:
    """What was carved of a root, None where that is not shown; the root, whose parts may be
    others."""
    known = int(parts is not None and parts.whole)
    tx.execute(KNOW, (known, root, known))
    if parts is None:
        return set(BLOCKS.ids(tx, [root]).values())
    put(tx, parts.rows, {one.id: root for one in parts.rows})
    if parts.whole:
        drop_parts(tx, root, {one.id for one in parts.rows})
    return set(BLOCKS.ids(tx, [root]).values())


class _Places:
    """Whose and where blocks are."""

    def __init__(self, tx: Tx, told: Sequence[BlockTold]) -> None:
        self._providers = PROVIDERS.ids(tx, {one.infrastructure_provider_id for one in told})
        self._sites = SITES.ids(tx, {one.site_id for one in told})
        self._tenants = TENANTS.ids(tx, {one.tenant_id for one in told})

    def row(self, told: BlockTold, old: Values | None, parent: int) -> Values:
        """The row of a block. Raises BadReply on what is no network."""
        own = _net(told, f"block {told.name}")
        where = (
            self._providers.get(told.infrastructure_provider_id, old[PROVIDER] if old else 0),
            self._sites.get(told.site_id, old[SITE] if old else 0),
            self._tenants.get(told.tenant_id, 0),
        )
        what = (told.name, told.description, told.routing_type, own.bits, own.stored, own.length)
        rest = (old[FULL] if old else 0, told.status, told.name.casefold())
        when = (told.created or 0, told.updated or 0)
        counted = bool(parent) and _acquired(told) is not None
        known = int(counted or bool(old and old[KNOWN]))
        return (*where, parent, *what, *rest, *when, known)


def _net(told: OfBlockTold, what: str) -> Net:
    try:
        return carve.net(told.prefix, told.prefix_length or 0)
    except Invalid as error:
        raise BadReply(f"{what}: {error.message}", hint="look at it at the server") from None


def _by_id(tx: Tx, told: Sequence[BlockTold]) -> Iterator[tuple[int, BlockTold]]:
    ids = BLOCKS.ids(tx, [one.id for one in told])
    yield from ((ids[one.id], one) for one in told if one.id in ids)


def _acquired(told: BlockTold) -> int | None:
    """How much of a carved block is in use, None where that is not told."""
    count = told.usage_stats.acquired_prefixes if told.usage_stats else None
    return None if count is None else min(max(count, 0), MOST)


def _hold(tx: Tx, id: int, told: BlockTold, row: Values) -> None:
    """As much in use of a carved block as is told: what it is, is its tenant's to know."""
    count = _acquired(told)
    if count is None or count == tx.scalar(COUNT_HELD, (id,)):
        return
    tx.execute(CLEAR_HELD, (id,))
    ids = tx.next_ids("nico_prefix", count) if count else ()
    where = (row[TENANT], id, *row[NETWORK])
    tx.many(HOLD, [(one, f"{told.id}/{n}", *where) for n, one in enumerate(ids)])


def ensure(tx: Tx, told: Sequence[AllocationTold]) -> None:
    """Roots as their allocations name them, unless they are known."""
    named: dict[str, tuple[AllocationTold, OfBlockTold]] = {}
    for one in told:
        it = one.constraint
        if it is not None and it.ip_block is not None and it.resource_type_id:
            named[it.resource_type_id] = (one, it.ip_block)
    there = BLOCKS.ids(tx, named)
    missing = {uuid: pair for uuid, pair in named.items() if uuid not in there}
    providers = PROVIDERS.ids(tx, {one.infrastructure_provider_id for one, _ in missing.values()})
    sites = SITES.ids(tx, {one.site_id for one, _ in missing.values()})
    wanted: dict[str, Values] = {}
    for uuid, (one, of) in missing.items():
        where = (providers.get(one.infrastructure_provider_id, 0), sites.get(one.site_id, 0))
        if all(where):
            own = _net(of, f"block {of.name}")
            what = (of.name, None, of.routing_type, own.bits, own.stored, own.length)
            wanted[uuid] = (*where, 0, 0, *what, 0, of.status, of.name.casefold(), 0, 0, 0)
    BLOCKS.put(tx, {}, wanted)


def drop_roots(tx: Tx, there: Collection[str]) -> None:
    """Roots that are not among all that there are: they are gone, unless something is of them."""
    gone = [uuid for (uuid,) in tx.all(SELECT_ROOTS) if uuid not in there]
    tx.many(DROP[2], [(uuid,) for uuid in gone])
    tx.many(DELETE_ROOT, [(uuid,) for uuid in gone])


def drop_parts(tx: Tx, root: str, there: Collection[str]) -> None:
    """Parts of a root that are not among all that there are: they were given back."""
    id = BLOCKS.ids(tx, [root]).get(root, 0)
    gone = [(uuid,) for (uuid,) in tx.all(SELECT_PARTS, (id,)) if id and uuid not in there]
    for sql in DROP:
        tx.many(sql, gone)


def refresh(tx: Tx, root: int) -> None:
    """What is free of a root, by what is taken of it, and whether it is given away whole; nothing
    where not all of that is known."""
    row = tx.one(SELECT_NET, (root,))
    if row is None:
        return
    own, known = _stored(*row[:3]), bool(row[3])
    taken = [_stored(*one) for one in tx.all(SELECT_NETS, (root,))]
    whole = int(own in taken)
    tx.execute(GRANT, (whole, root, whole))
    wanted = {(one.stored, one.length) for one in carve.free_of(own, taken) if known}
    there = {(network, length) for network, length in tx.all(SELECT_FREE, (root,))}
    tx.many(TAKE, [(root, *one) for one in there - wanted])
    tx.many(GIVE, [(root, *one) for one in wanted - there])


def _stored(network: str, length: int, bits: int) -> Net:
    return Net(int(network, 16), length, bits)
