"""The SQL of address blocks, and of what tenants use of theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backend.core.database.tx import Row, Tx
from backend.nico.model import Block, Prefix
from backend.nico.rules.carve import Net, stored
from backend.nico.store import history
from backend.nico.store.free import FreeList

BLOCK = """b.uuid, p.uuid, s.uuid, coalesce(t.uuid, ''), coalesce(r.uuid, ''), b.name,
b.description, b.routing, b.network, b.length, b.bits, b.full_grant, b.status, b.created_at,
b.updated_at"""
FROM_BLOCK = """FROM nico_block b JOIN nico_provider p ON p.id = b.provider_id
JOIN nico_site s ON s.id = b.site_id LEFT JOIN nico_tenant t ON t.id = b.tenant_id
LEFT JOIN nico_block r ON r.id = b.parent_id"""
SELECT_BLOCK = f"SELECT {BLOCK} {FROM_BLOCK} WHERE b.uuid = ?"
SELECT_NAMED = f"""
SELECT {BLOCK} {FROM_BLOCK} WHERE s.uuid = ? AND b.parent_id = 0 AND b.name = ?"""
# The last root that begins before the end of another one is the only one that can overlap it.
SELECT_BEFORE = f"""
SELECT {BLOCK} {FROM_BLOCK} WHERE b.site_id = (SELECT id FROM nico_site WHERE uuid = ?)
AND b.routing = ? AND b.network <= ? AND b.bits = ? AND b.parent_id = 0
ORDER BY b.network DESC LIMIT 1"""
ID_OF = "(SELECT id FROM nico_block WHERE uuid = ?)"
SELECT_ID = "SELECT id FROM nico_block WHERE uuid = ?"
SELECT_CHILDREN = f"""
SELECT network, length FROM nico_block WHERE parent_id = {ID_OF}
UNION ALL SELECT network, length FROM nico_prefix WHERE block_id = {ID_OF} ORDER BY 1"""
COUNT_CHILDREN = """
SELECT x.block, count(*) FROM (SELECT parent_id AS block FROM nico_block
    UNION ALL SELECT block_id FROM nico_prefix) x WHERE x.block IN ({keys}) GROUP BY x.block"""
COUNT_CONSTRAINTS = f"""
SELECT count(*) FROM nico_constraint WHERE block_id > 0 AND block_id = {ID_OF}"""
INSERT = f"""
INSERT INTO nico_block (id, uuid, provider_id, site_id, tenant_id, parent_id, name, description,
    routing, bits, network, length, full_grant, status, fold, created_at, updated_at)
VALUES (?, ?, (SELECT id FROM nico_provider WHERE uuid = ?),
    (SELECT id FROM nico_site WHERE uuid = ?),
    coalesce((SELECT id FROM nico_tenant WHERE uuid = ?), 0), coalesce({ID_OF}, 0), ?, ?, ?, ?, ?,
    ?, ?, ?, ?, ?, ?)"""
UPDATE = """
UPDATE nico_block SET name = ?, network = ?, length = ?, full_grant = ?, fold = ?, updated_at = ?
WHERE uuid = ?"""
DELETE = "DELETE FROM nico_block WHERE uuid = ?"
PREFIX = "x.uuid, x.name, t.uuid, b.uuid, x.network, x.length, x.is_subnet, b.bits"
FROM_PREFIX = """FROM nico_prefix x JOIN nico_tenant t ON t.id = x.tenant_id
JOIN nico_block b ON b.id = x.block_id"""
SELECT_PREFIX = f"SELECT {PREFIX} {FROM_PREFIX} WHERE x.uuid = ?"
SELECT_PREFIXES = f"SELECT {PREFIX} {FROM_PREFIX} WHERE b.uuid = ? ORDER BY x.network"
INSERT_PREFIX = f"""
INSERT INTO nico_prefix (id, uuid, name, tenant_id, block_id, network, length, is_subnet)
VALUES (?, ?, ?, (SELECT id FROM nico_tenant WHERE uuid = ?), {ID_OF}, ?, ?, ?)"""
DELETE_PREFIX = "DELETE FROM nico_prefix WHERE uuid = ?"


def net_of(one: Block) -> Net:
    """The network of a block."""
    return stored(one.prefix, one.length)


def block_of(row: Row) -> Block:
    """A block from `BLOCK`."""
    *head, routing, network, length, bits, full, status, created, updated = row
    address = Net(int(network, 16), length, bits).address
    where = [routing, address, length, bool(full)]
    return Block(*[*head, *where, status, created, updated])


def block(tx: Tx, uuid: str) -> Block | None:
    """The block of this uuid."""
    row = tx.one(SELECT_BLOCK, (uuid,))
    return block_of(row) if row else None


def root_named(tx: Tx, site: str, name: str) -> Block | None:
    """The root of a name at a site."""
    row = tx.one(SELECT_NAMED, (site, name))
    return block_of(row) if row else None


def overlapping(tx: Tx, site: str, routing: str, wanted: Net) -> Block | None:
    """A root with which a network would share addresses."""
    end = f"{wanted.end - 1:032x}"
    row = tx.one(SELECT_BEFORE, (site, routing, end, wanted.bits))
    found = block_of(row) if row else None
    return found if found and net_of(found).end > wanted.network else None


def free_list(tx: Tx, one: Block) -> FreeList:
    """What is free of a block."""
    return FreeList(tx, int(tx.scalar(SELECT_ID, (one.uuid,))), net_of(one))


def children(tx: Tx, one: Block) -> list[Net]:
    """What is taken of a block, in order."""
    rows = tx.all(SELECT_CHILDREN, (one.uuid, one.uuid))
    return [Net(int(network, 16), length, one.bits) for network, length in rows]


def taken(tx: Tx, ids: Sequence[int]) -> Mapping[int, int]:
    """How many parts of blocks are taken, by their ids."""
    counted = {id: int(count) for id, count in tx.within(COUNT_CHILDREN, ids)}
    return {id: counted.get(id, 0) for id in ids}


def constraints(tx: Tx, uuid: str) -> int:
    """How many constraints a block is the source of."""
    return int(tx.scalar(COUNT_CONSTRAINTS, (uuid,)))


def add(tx: Tx, one: Block) -> None:
    """Insert a block, carved of its parent if it has one."""
    own = net_of(one)
    head = (tx.next_id("nico_block"), one.uuid, one.provider, one.site, one.tenant, one.parent)
    what = (one.name, one.description, one.routing, own.bits, own.stored, own.length)
    rest = (one.full_grant, one.status, one.name.casefold(), one.created_at, one.updated_at)
    tx.execute(INSERT, (*head, *what, *rest))
    _parent(tx, one, own, taken=True)
    FreeList(tx, head[0], own).reset()
    history.note(tx, one.target, one.status, "", one.created_at)


def save(tx: Tx, before: Block, after: Block) -> None:
    """Update a block; with another network it is carved anew."""
    old, new = net_of(before), net_of(after)
    if old != new:
        _parent(tx, before, old, taken=False)
        _parent(tx, before, new, taken=True)
    what = (after.name, new.stored, new.length, after.full_grant, after.name.casefold())
    tx.execute(UPDATE, (*what, after.updated_at, after.uuid))
    if old != new:
        free_list(tx, after).reset()


def delete(tx: Tx, one: Block) -> None:
    """Remove a block of which nothing is taken, and give its network back."""
    free_list(tx, one).clear()
    _parent(tx, one, net_of(one), taken=False)
    tx.execute(DELETE, (one.uuid,))
    history.forget(tx, one.target)


def _parent(tx: Tx, one: Block, network: Net, *, taken: bool) -> None:
    """Take a network of a block's parent, or give it back."""
    parent = block(tx, one.parent) if one.parent else None
    if parent is not None:
        free = free_list(tx, parent)
        free.take(network) if taken else free.give_back(network)


def prefix_of(row: Row) -> Prefix:
    """A subnet or VPC prefix from `PREFIX`."""
    *head, network, length, is_subnet, bits = row
    address = Net(int(network, 16), length, bits).address
    kind = None if is_subnet is None else bool(is_subnet)
    return Prefix(*[*head, address, length, kind])


def prefix(tx: Tx, uuid: str) -> Prefix | None:
    """The subnet or VPC prefix of this uuid."""
    row = tx.one(SELECT_PREFIX, (uuid,))
    return prefix_of(row) if row else None


def prefixes(tx: Tx, block: str) -> list[Prefix]:
    """What is in use of a block, in order."""
    return [prefix_of(row) for row in tx.all(SELECT_PREFIXES, (block,))]


def add_prefix(tx: Tx, one: Prefix) -> None:
    """Insert a subnet or VPC prefix, carved of its block."""
    own = stored(one.prefix, one.length)
    head = (tx.next_id("nico_prefix"), one.uuid, one.name, one.tenant, one.block)
    tx.execute(INSERT_PREFIX, (*head, own.stored, own.length, one.is_subnet))
    _of(tx, one).take(own)


def delete_prefix(tx: Tx, one: Prefix) -> None:
    """Remove a subnet or VPC prefix and give its network back."""
    tx.execute(DELETE_PREFIX, (one.uuid,))
    _of(tx, one).give_back(stored(one.prefix, one.length))


def _of(tx: Tx, one: Prefix) -> FreeList:
    row = tx.all(SELECT_BLOCK, (one.block,))[0]
    return free_list(tx, block_of(row))
