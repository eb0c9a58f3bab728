"""The SQL behind the lists of NICo: keys in order, rows by key."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from backend.core.database.tx import Row, Tx
from backend.core.filter.sql import Fields
from backend.core.listing import Query
from backend.nico import fields
from backend.nico.model import (
    BlockRow,
    Bounds,
    ConstraintRow,
    Kind,
    Mode,
    NicoRow,
    Pool,
    TypeRow,
)
from backend.nico.rules import growth, pools
from backend.nico.rules.carve import Net
from backend.nico.store import blocks
from backend.nico.store.blocks import BLOCK, FROM_BLOCK, block_of

# CROSS JOIN keeps the order of the first table.
GIVEN = "FROM nico_allocation g CROSS JOIN nico_constraint v WHERE v.allocation_id = g.id AND {v}"
COUNTED = GIVEN.replace(" WHERE", f" {fields.JOINS} WHERE")
BY_TENANT = """FROM nico_tenant t CROSS JOIN nico_allocation g CROSS JOIN nico_constraint v
    WHERE g.tenant_id = t.id AND v.allocation_id = g.id AND {v}"""
BY_SITE = BY_TENANT.replace("nico_tenant t", "nico_site t").replace("tenant_id", "site_id")
IT = fields.JOINED
# What a constraint is about has one of two names.
RESOURCE = """coalesce((SELECT fold FROM nico_type WHERE id = v.type_id),
    (SELECT fold FROM nico_block WHERE id = v.block_id), '')"""


def _by(value: str, given: str = GIVEN) -> str:
    """Constraints by a value, then by the names of their allocations."""
    return f"v.id {given} ORDER BY {value} {{d}}, g.fold, g.id"


def _by_figure(value: str, when: str) -> str:
    """The same of their figures; last where that is not known, `when` it does not hold."""
    return _by(f"CASE WHEN {when} THEN 0 ELSE 1 END, {value}", COUNTED)


CONSTRAINT_SORTS: Mapping[str, str] = {
    "": f"v.id {GIVEN} ORDER BY g.fold {{d}}, g.id {{d}}",
    "tenant": f"v.id {BY_TENANT} ORDER BY t.org {{d}}, g.fold, g.id",
    "site": f"v.id {BY_SITE} ORDER BY t.fold {{d}}, t.id {{d}}, g.fold, g.id",
    "type": _by("lower(v.kind)"),
    "resource": _by(RESOURCE),
    "mode": _by("lower(v.mode)"),
    "value": _by("v.value"),
    "used": _by_figure(IT.used, IT.told),
    "left": _by_figure(
        f"CASE WHEN {fields.MACHINES} THEN {IT.left} ELSE -1 END",
        f"{fields.ADDRESSES} OR {IT.told}",
    ),
    "room": _by(f"coalesce({IT.room}, -1)", COUNTED),
    "least": _by_figure(f"CASE WHEN {IT.bounded} THEN {IT.least} ELSE 0 END", IT.known),
    "most": _by_figure(f"CASE WHEN {IT.bounded} THEN {IT.most} ELSE 0 END", IT.known),
    "age": f"v.id {GIVEN} ORDER BY g.created_at {{d}}, g.id {{d}}",
}
CONSTRAINT_SCOPES: Mapping[str, str] = {
    "allocation": "g.uuid = ?",
    "tenant": "g.tenant_id IN (SELECT id FROM nico_tenant WHERE uuid = ?)",
    "site": "g.site_id IN (SELECT id FROM nico_site WHERE uuid = ?)",
    "type": "v.type_id > 0 AND v.type_id IN (SELECT id FROM nico_type WHERE uuid = ?)",
    "block": "v.block_id > 0 AND v.block_id IN (SELECT id FROM nico_block WHERE uuid = ?)",
}
NARROW = ("type", "block")
TURNED = (
    "nico_allocation g CROSS JOIN nico_constraint v",
    "nico_constraint v CROSS JOIN nico_allocation g",
)
"""Scopes of few constraints, which are looked up first."""
_LINE = """v.id, v.uuid, g.id, g.uuid, g.name, g.status, t.uuid, t.org, s.uuid, s.name, v.kind,
    coalesce(y.uuid, b.uuid, ''), coalesce(y.name, b.name, ''), coalesce(b.network, ''),
    coalesce(b.length, 0), coalesce(b.bits, 0), coalesce(d.id, 0), coalesce(d.network, ''),
    coalesce(d.length, 0), coalesce(d.known, 0), v.mode, v.value, coalesce(h.allocated, 0),
    CASE WHEN coalesce(y.counted, 1) = 1 THEN coalesce(h.instances, 0) END,
    CASE WHEN coalesce(y.known, b.known, 1) = 1 THEN coalesce(y.machines - y.allocated, 0) END,
    v.created_at, v.updated_at, g.created_at, g.updated_at
FROM nico_constraint v JOIN nico_allocation g ON g.id = v.allocation_id
JOIN nico_tenant t ON t.id = g.tenant_id JOIN nico_site s ON s.id = g.site_id
LEFT JOIN nico_type y ON y.id = v.type_id
LEFT JOIN nico_pool h ON h.type_id = v.type_id AND h.tenant_id = g.tenant_id
LEFT JOIN nico_block b ON b.id = v.block_id LEFT JOIN nico_block d ON d.id = v.derived_id"""
SELECT_CONSTRAINTS = f"SELECT {_LINE} WHERE v.id IN ({{keys}})"
SELECT_ALLOCATIONS = f"SELECT {_LINE} WHERE g.id IN ({{keys}})"
COUNT_HELD = """
SELECT block_id, is_subnet, count(*) FROM nico_prefix WHERE block_id IN ({keys})
GROUP BY block_id, is_subnet"""
_NEXT = """(SELECT e.network || '/' || CAST(e.length AS TEXT) FROM nico_block e
    WHERE e.parent_id = d.parent_id AND e.network {} d.network ORDER BY e.network {} LIMIT 1)"""
SELECT_AROUND = f"""
SELECT d.id, {_NEXT.format("<", "DESC")}, {_NEXT.format(">", "ASC")},
    (SELECT min(f.length) FROM nico_free f WHERE f.block_id = d.parent_id)
FROM nico_block d WHERE d.id IN ({{keys}})"""

TYPES = "y.id FROM nico_type y WHERE y.known = 1 AND {v} ORDER BY "
TYPE_SORTS: Mapping[str, str] = {
    "": TYPES + "y.fold {d}, y.id {d}",
    "site": """y.id FROM nico_site t CROSS JOIN nico_type y WHERE y.site_id = t.id
        AND y.known = 1 AND {v} ORDER BY t.fold {d}, t.id {d}, y.fold, y.id""",
    "machines": TYPES + "y.machines {d}, y.fold, y.id",
    "allocated": TYPES + "y.allocated {d}, y.fold, y.id",
    "used": f"{TYPES}y.counted DESC, {fields.INSTANCES} {{d}}, y.fold, y.id",
    "ready": f"{TYPES}CASE WHEN {fields.SEEN} THEN 0 ELSE 1 END, {fields.READY} {{d}}, "
    "y.fold, y.id",
    "room": TYPES + "y.machines - y.allocated {d}, y.fold, y.id",
    "usable": f"{TYPES}CASE WHEN {fields.COUNTED} AND {fields.SEEN} THEN 0 ELSE 1 END, "
    f"{fields.LEFT_READY} {{d}}, y.fold, y.id",
}
TYPE_SCOPES: Mapping[str, str] = {
    "type": "y.uuid = ?",
    "site": "y.site_id IN (SELECT id FROM nico_site WHERE uuid = ?)",
}
HOLDS = "coalesce((SELECT max(h.allocated) FROM nico_pool h WHERE h.type_id = y.id), 0)"
HOLDER = f"""coalesce((SELECT min(n.org) FROM nico_pool h JOIN nico_tenant n ON n.id = h.tenant_id
    WHERE h.type_id = y.id AND h.allocated > 0 AND h.allocated = {HOLDS}), '')"""
SELECT_TYPES = f"""
SELECT y.id, y.uuid, y.name, s.uuid, s.name, y.status, y.machines, y.allocated,
    CASE WHEN {fields.COUNTED} THEN {fields.INSTANCES} END,
    {fields.SPARE}, {HOLDER}, {HOLDS}
FROM nico_type y JOIN nico_site s ON s.id = y.site_id WHERE y.id IN ({{keys}})"""
COUNT_STATUSES = """
SELECT type_id, status, count(*) FROM nico_machine WHERE type_id IN ({keys})
GROUP BY type_id, status ORDER BY type_id, status"""

BLOCKS = "z.id FROM nico_block z WHERE z.parent_id = 0 AND z.known = 1 AND {v} ORDER BY "
BLOCK_SORTS: Mapping[str, str] = {
    "": BLOCKS + "z.fold {d}, z.id {d}",
    "site": """z.id FROM nico_site t CROSS JOIN nico_block z WHERE z.site_id = t.id
        AND z.parent_id = 0 AND z.known = 1 AND {v} ORDER BY t.fold {d}, t.id {d}, z.fold, z.id""",
    "cidr": BLOCKS + "z.bits {d}, z.network {d}, z.id {d}",
    "routing": BLOCKS + "z.routing {d}, z.fold, z.id",
    "length": BLOCKS + "z.length {d}, z.fold, z.id",
    "taken": f"{BLOCKS}{fields.TAKEN} {{d}}, z.fold, z.id",
    "largest": f"{BLOCKS}coalesce({fields.LARGEST}, 129) {{d}}, z.fold, z.id",
}
BLOCK_SCOPES: Mapping[str, str] = {
    "block": "z.uuid = ?",
    "site": "z.site_id IN (SELECT id FROM nico_site WHERE uuid = ?)",
}
SELECT_BLOCKS = f"SELECT b.id, s.name, {BLOCK} {FROM_BLOCK} WHERE b.id IN ({{keys}})"
COUNT_FREE = """
SELECT block_id, length, count(*), min(network) FROM nico_free WHERE block_id IN ({keys})
GROUP BY block_id, length ORDER BY block_id, length"""
MOST = 2**63 - 1

Held = Mapping[bool | None, int]
Keys = Callable[[Query, int], tuple[str, list[object]]]


def _listed(found: Fields, sorts: Mapping[str, str], scopes: Mapping[str, str]) -> Keys:
    """The statement of a list at a time in microseconds, which raises Invalid on a bad filter."""

    def keys_sql(query: Query, now: int) -> tuple[str, list[object]]:
        where = found.where(query, now)
        kind, _, uuid = query.scope.partition(":")
        scope = scopes.get(kind, "1 = 0") if query.scope else ""
        parts = [part for part in (scope, where.sql) if part] or ["1 = 1"]
        sql = sorts.get(query.sort, sorts[""]).replace("{v}", " AND ".join(parts))
        if kind in NARROW:
            sql = sql.replace(*TURNED)
        sql = sql.replace("{d}", "DESC" if query.descending else "ASC")
        return f"SELECT {sql}", [*([uuid] if "?" in scope else []), *where.params]

    return keys_sql


constraint_keys_sql = _listed(fields.CONSTRAINTS, CONSTRAINT_SORTS, CONSTRAINT_SCOPES)
type_keys_sql = _listed(fields.TYPES, TYPE_SORTS, TYPE_SCOPES)
block_keys_sql = _listed(fields.BLOCKS, BLOCK_SORTS, BLOCK_SCOPES)


class Line(NamedTuple):
    """A constraint with its allocation, from `_LINE`; `room` and the pool are 0 for addresses,
    `room` is None where it is not known what others were given, `instances` where it is not known
    who uses the type; `told` is 1 where it is known what is in use of the carved block."""

    key: int
    uuid: str
    allocation_key: int
    allocation: str
    name: str
    status: str
    tenant: str
    org: str
    site: str
    site_name: str
    kind: str
    resource: str
    resource_name: str
    source_network: str
    source_length: int
    bits: int
    derived: int
    network: str
    length: int
    told: int
    mode: str
    value: int
    allocated: int
    instances: int | None
    room: int | None
    created_at: int
    updated_at: int
    given_at: int
    modified_at: int

    @property
    def is_machines(self) -> bool:
        """Whether it is about machines."""
        return self.kind == Kind.MACHINES

    def used(self, held: Held) -> int | None:
        """How much of it is in use, None where that is not known."""
        if self.is_machines:
            return self.instances
        return sum(held.values()) if self.told else None

    @property
    def left(self) -> int | None:
        """Machines that the tenant has and does not use, None where that is not known."""
        return None if self.instances is None else self.allocated - self.instances

    @property
    def source(self) -> Net | None:
        """The network of the block that it is of."""
        if not self.source_network:
            return None
        return Net(int(self.source_network, 16), self.source_length, self.bits)

    @property
    def carved(self) -> Net | None:
        """The network that was carved."""
        return Net(int(self.network, 16), self.length, self.bits) if self.network else None


def _held(tx: Tx, lines: Sequence[Line]) -> Mapping[int, Held]:
    """How much is in use of carved blocks, by whether it is a subnet."""
    found: dict[int, dict[bool | None, int]] = {}
    for id, subnet, count in tx.within(COUNT_HELD, [one.derived for one in lines if one.derived]):
        found.setdefault(id, {})[None if subnet is None else bool(subnet)] = count
    return found


def constraint_rows(tx: Tx, keys: Sequence[int]) -> dict[int, ConstraintRow]:
    """Rows by key; vanished ones are missing."""
    lines = [Line(*row) for row in tx.within(SELECT_CONSTRAINTS, keys)]
    held = _held(tx, lines)
    around = {
        id: tuple(rest)
        for id, *rest in tx.within(SELECT_AROUND, [one.derived for one in lines if one.derived])
    }
    return {
        one.key: _constraint_row(one, held.get(one.derived, {}), around.get(one.derived))
        for one in lines
    }


def _constraint_row(one: Line, held: Held, around: Row | None) -> ConstraintRow:
    machines, source, carved = one.is_machines, one.source, one.carved
    return ConstraintRow(
        key=one.key,
        uuid=one.uuid,
        allocation=one.allocation,
        allocation_name=one.name,
        tenant=one.tenant,
        tenant_org=one.org,
        site=one.site,
        site_name=one.site_name,
        kind=Kind.MACHINES if machines else Kind.ADDRESSES,
        resource=one.resource,
        resource_name=one.resource_name,
        resource_cidr=source.cidr if source else "",
        mode=next((mode for mode in Mode if mode == one.mode), Mode.RESERVED),
        mode_told=one.mode,
        value=one.value,
        used=one.used(held),
        left=one.left if machines else None,
        room=one.room if machines else None,
        cidr=carved.cidr if carved else "",
        bounds=_bounds(one, held, around),
        created_at=one.created_at,
        updated_at=one.updated_at,
    )


def _bounds(one: Line, held: Held, around: Row | None) -> Bounds | None:
    """What a value may become; None where it is not known what others were given or what is in
    use."""
    if one.room is None or one.instances is None or not (one.is_machines or one.told):
        return None
    if one.is_machines:
        pool = Pool(one.tenant, one.resource, one.allocated, one.instances)
        return pools.machine_bounds(one.value, pool, one.room)
    source, carved = one.source, one.carved
    if source is None or carved is None or around is None:
        return None
    before, after = (_net(told, one.bits) for told in around[:2])
    freed = growth.freed(source, carved, before, after).length
    largest = freed if around[2] is None else min(freed, around[2])
    return pools.address_bounds(pools.held(held), largest, one.bits)


def _net(told: str | None, bits: int) -> Net | None:
    if not told:
        return None
    network, _, length = told.partition("/")
    return Net(int(network, 16), int(length), bits)


def allocation_rows(tx: Tx, keys: Sequence[int]) -> dict[int, NicoRow]:
    """Rows by key; vanished ones are missing."""
    lines = [Line(*row) for row in tx.within(SELECT_ALLOCATIONS, keys)]
    held = _held(tx, lines)
    found = (_allocation_row(one, held.get(one.derived, {})) for one in lines)
    return {row.key: row for row in found}


def _allocation_row(one: Line, held: Held) -> NicoRow:
    machines, carved = one.is_machines, one.carved
    over = one.left is not None and one.left < one.value
    return NicoRow(
        key=one.allocation_key,
        uuid=one.allocation,
        constraint=one.uuid,
        name=one.name,
        status=one.status,
        tenant=one.tenant,
        tenant_org=one.org,
        site=one.site,
        site_name=one.site_name,
        kind=Kind.MACHINES if machines else Kind.ADDRESSES,
        resource=one.resource,
        resource_name=one.resource_name,
        value=one.value,
        used=one.used(held),
        cidr=carved.cidr if carved else "",
        locked=over if machines else bool(held),
        created_at=one.given_at,
        updated_at=one.modified_at,
    )


def type_rows(tx: Tx, keys: Sequence[int]) -> dict[int, TypeRow]:
    """Rows by key; vanished ones are missing."""
    statuses: dict[int, list[tuple[str, int]]] = {}
    for id, status, count in tx.within(COUNT_STATUSES, keys):
        statuses.setdefault(id, []).append((status, count))
    return {
        key: TypeRow(*(key, *row[:-2], tuple(statuses.get(key, ())), *row[-2:]))
        for key, *row in tx.within(SELECT_TYPES, keys)
    }


def block_rows(tx: Tx, keys: Sequence[int]) -> dict[int, BlockRow]:
    """Rows by key; vanished ones are missing."""
    taken = blocks.taken(tx, keys)
    free: dict[int, list[Row]] = {}
    for id, *piece in tx.within(COUNT_FREE, keys):
        free.setdefault(id, []).append(tuple(piece))
    return {
        key: _block_row(key, site, tuple(row), taken[key], free.get(key, []))
        for key, site, *row in tx.within(SELECT_BLOCKS, keys)
    }


def _block_row(key: int, site: str, row: Row, taken: int, free: Sequence[Row]) -> BlockRow:
    block = block_of(row)
    addresses = sum(count << (block.bits - length) for length, count, _ in free)
    largest = ""
    if free:
        length, _, network = min(free)
        largest = Net(int(network, 16), length, block.bits).cidr
    return BlockRow(key, block, site, taken, min(addresses, MOST), largest)
