"""Little NICos, and their rows as the judge sees them."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_interface, ip_network
from typing import Any
from uuid import UUID

from backend.core.database import Tx
from backend.core.filter import Op, Word
from backend.nico import fields, queries
from backend.nico.model import (
    Allocation,
    Block,
    BlockRow,
    Constraint,
    ConstraintRow,
    Instance,
    InstanceType,
    Kind,
    Machine,
    Mode,
    NicoRow,
    Prefix,
    Provider,
    Routing,
    Site,
    Tenant,
    TypeRow,
)
from backend.nico.store import allocations, blocks, machines, places
from tests.filters.judge import Facts, Text
from tests.filters.placement import folded, plain

SECOND = 1_000_000
ORGS = (("größe", "Größe"), ("acme", "Acme Corp"), ("a_b%c!", ""))
SITES = ("SJC-2", "Ärger", "fra_1")
TYPES = ("h100-8x", "Größe", "cpu_a%")
ROOTS = (("b0", "10.20.0.0", 16), ("Größe", "10.9.9.0", 30), ("B_%", "fd00::", 48))
NAMES = ("Train", "größe", "a_b%", "eval-2", "TRAIN", "net")
STATUSES = ("Ready", "Error", "Maintenance")
PAST = (0, 1, 60, 3600, 86400, 40 * 86400)
KNOWN = ("acme", "sjc-2", "h100-8x", "train", "b0", "Acme Corp", "10.20.64.9", "10.9.9.0/30",
         "fd00:0:0:1::/64")  # fmt: skip
LISTS = {
    "constraints": (fields.CONSTRAINTS, queries.constraint_keys_sql),
    "types": (fields.TYPES, queries.type_keys_sql),
    "blocks": (fields.BLOCKS, queries.block_keys_sql),
}


@dataclass(frozen=True, slots=True)
class Address(Text):
    """A network, found by what has an address in common with it."""

    def has(self, word: Word, op: Op | None) -> bool:
        """Whatever the operator is."""
        own, text = ip_network(self.value), word.text
        if word.fuzzy or not {".", ":"} & {*text}:
            return False
        numbers = text.removesuffix(".").split(".")
        if all(one.isdecimal() and one.isascii() for one in numbers) and len(numbers) <= 4:
            if text.endswith(".") and len(numbers) == 4:
                return False
            text = ".".join([*numbers, "0", "0", "0"][:4]) + f"/{8 * len(numbers)}"
        try:
            wanted = ip_interface(text).network
        except ValueError:
            return False
        return own.version == wanted.version and own.overlaps(wanted)


def fill(tx: Tx, rng: random.Random, now: int) -> None:
    """Fill one."""
    draw = _Draw(tx, rng, now)
    draw.places()
    draw.types()
    draw.roots()
    for n in range(14):
        draw.allocation(n)


class _Draw:
    """Draws one, with all that is counted."""

    def __init__(self, tx: Tx, rng: random.Random, now: int) -> None:
        self._tx, self._rng, self._now = tx, rng, now
        self._provider, *self._tenants = (self._uuid() for _ in range(1 + len(ORGS)))
        self._sites = [self._uuid() for _ in SITES]
        self._types: list[InstanceType] = []
        self._roots: list[Block] = []

    def _uuid(self) -> str:
        first = self._rng.choice((0x5A1C, 0xF00))
        return str(UUID(f"{first:04x}{self._rng.getrandbits(112):028x}"))

    def _ago(self) -> int:
        return self._now - self._rng.choice(PAST) * SECOND

    def places(self) -> None:
        """Who gives, to whom, and where."""
        tx, now = self._tx, self._now
        places.add_provider(tx, Provider(self._provider, "owner", "Owner", now))
        for uuid, names in zip(self._tenants, ORGS, strict=True):
            places.add_tenant(tx, Tenant(uuid, *names, now))
        for uuid, name in zip(self._sites, SITES, strict=True):
            places.add_site(tx, Site(uuid, self._provider, name, "Registered", True, now))

    def types(self) -> None:
        """Types with a few machines, of which some are used by anybody."""
        tx, rng = self._tx, self._rng
        for name in TYPES:
            head = (self._uuid(), self._provider, rng.choice(self._sites))
            one = InstanceType(*head, name, None, "Ready", self._ago(), self._ago())
            machines.add_type(tx, one)
            self._types.append(one)
            for n in range(rng.randint(0, 4)):
                status = rng.choice(STATUSES)
                machines.save_machine(tx, None, Machine(f"{name}{n}", one.site, one.uuid, status))
            for _ in range(rng.randint(0, 3)):
                whose = (rng.choice(self._tenants), one.site, rng.choice((one.uuid, "")))
                machines.add_instance(tx, Instance(self._uuid(), "i", *whose, ""))

    def roots(self) -> None:
        """Blocks of sites."""
        for name, address, length in ROOTS:
            where = (self._rng.choice(self._sites), "", "", name)
            one = self._block(*where, self._rng.choice([*Routing]), address, length)
            self._roots.append(one)

    def _block(
        self, site: str, tenant: str, parent: str, name: str, routing: str, *net: Any
    ) -> Block:
        address, length = net
        head = (self._uuid(), self._provider, site, tenant, parent, name, None, routing)
        one = Block(*head, address, length, False, "Ready", self._now, self._now)
        blocks.add(self._tx, one)
        return one

    def allocation(self, n: int) -> None:
        """One of machines or of addresses, if there is room."""
        tx, rng = self._tx, self._rng
        uuid, tenant, at = self._uuid(), rng.choice(self._tenants), self._ago()
        if rng.random() < 0.5:
            of = rng.choice(self._types)
            self._save(uuid, tenant, of.site, n)
            told = (Kind.MACHINES, of.uuid, Mode.RESERVED, rng.randint(1, 3), "")
            allocations.save_constraint(tx, None, Constraint(self._uuid(), uuid, *told, at, at))
            return
        source = rng.choice(self._roots)
        length = min(source.length + rng.choice((1, 2, 8)), source.bits)
        network = blocks.free_list(tx, source).carved(length)
        if network is None:
            return
        self._save(uuid, tenant, source.site, n)
        where = (source.site, tenant, source.uuid, "d")
        derived = self._block(*where, source.routing, network.address, length)
        told = (Kind.ADDRESSES, source.uuid, rng.choice([*Mode]), length, derived.uuid)
        allocations.save_constraint(tx, None, Constraint(self._uuid(), uuid, *told, at, at))
        for subnet in (True, False):
            own = blocks.free_list(tx, derived).carved(min(length + 2, source.bits))
            if own is not None and rng.random() < 0.3:
                head = (self._uuid(), "n", tenant, derived.uuid)
                blocks.add_prefix(tx, Prefix(*head, own.address, own.length, subnet))

    def _save(self, uuid: str, tenant: str, site: str, n: int) -> None:
        name = f"{self._rng.choice(NAMES)}{n}"
        status = self._rng.choice(("Registered", "Error"))
        where = (self._provider, tenant, site, name, None, status)
        one = Allocation(uuid, *where, self._ago(), self._ago())
        allocations.save(self._tx, None, one)


def facts(tx: Tx, name: str, keys: Sequence[int]) -> dict[int, Facts]:
    """The rows of a list by key."""
    if name == "constraints":
        return {key: constraint(tx, row) for key, row in queries.constraint_rows(tx, keys).items()}
    if name == "types":
        return {key: type_(row) for key, row in queries.type_rows(tx, keys).items()}
    return {key: block(row) for key, row in queries.block_rows(tx, keys).items()}


def constraint(tx: Tx, row: ConstraintRow) -> Facts:
    machines = row.kind is Kind.MACHINES
    left = row.value if row.left is None else row.left
    return Facts(
        search=_search(row),
        texts={
            "name": folded(row.allocation_name),
            "uuid": plain(row.allocation, row.uuid),
            **_texts(tx, row),
            "address": _carved(row),
        },
        numbers={**_numbers(row), **_bounds(row)},
        times={"age": row.created_at, "created": row.created_at, "updated": row.updated_at},
        states={"type": row.kind.value.lower(), "mode": row.mode.value.lower()},
        flags={
            **_flags(row, locked=left < row.value if machines else bool(row.used)),
            "full": _full(row),
            "over": machines and (left < 0 or (row.room or 0) < 0),
        },
    )


def allocation(tx: Tx, row: NicoRow) -> Facts:
    """An allocation as the list of all has it."""
    (key,) = tx.all("SELECT v.id FROM nico_constraint v JOIN nico_allocation g "
                    "ON g.id = v.allocation_id WHERE g.uuid = ?", (row.uuid,))[0]  # fmt: skip
    one = queries.constraint_rows(tx, [key])[key]
    texts = _texts(tx, one)
    return Facts(
        search=_search(one),
        texts={
            "name": folded(row.name),
            "uuid": plain(row.uuid, one.uuid),
            "project": texts["tenant"],
            "where": texts["site"],
            "class": texts["resource"],
        },
        numbers=_numbers(one),
        times={"age": row.created_at, "created": row.created_at, "modified": row.updated_at},
        states={"state": row.status.lower(), "mode": one.mode.value.lower()},
        flags=_flags(one, locked=row.locked),
    )


def _search(row: ConstraintRow) -> list[Text]:
    words = folded(row.allocation_name, row.site_name, row.resource_name)
    return [*words, *plain(row.tenant_org), *_carved(row)]


def _carved(row: ConstraintRow) -> list[Text]:
    return [Address(row.cidr)] if row.cidr else []


def _texts(tx: Tx, row: ConstraintRow) -> Mapping[str, list[Text]]:
    name = tx.scalar("SELECT display_name FROM nico_tenant WHERE uuid = ?", (row.tenant,))
    return {
        "tenant": plain(row.tenant_org, name, row.tenant),
        "site": [*folded(row.site_name), *plain(row.site)],
        "resource": [*folded(row.resource_name), *plain(row.resource)],
    }


def _numbers(row: ConstraintRow) -> Mapping[str, list[float]]:
    return {
        "value": [row.value],
        "used": [] if row.used is None else [row.used],
        "left": [] if row.left is None else [row.left],
        "room": [] if row.room is None else [row.room],
    }


def _full(row: ConstraintRow) -> bool:
    found = row.bounds
    if found is None or found.fixed:
        return found is not None
    return row.value == (found.most if row.kind is Kind.MACHINES else found.least)


def _bounds(row: ConstraintRow) -> Mapping[str, list[float]]:
    found = row.bounds if row.kind is Kind.MACHINES else None
    known = found is not None and not found.fixed
    return {
        "least": [found.least] if found and known else [],
        "most": [found.most] if found and known else [],
    }


def _flags(row: ConstraintRow, *, locked: bool) -> Mapping[str, bool]:
    machines = row.kind is Kind.MACHINES
    return {
        "machines": machines,
        "addresses": not machines,
        "locked": locked,
        "idle": row.used == 0,
    }


def type_(row: TypeRow) -> Facts:
    return Facts(
        search=folded(row.name, row.site_name),
        texts={
            "name": folded(row.name),
            "uuid": plain(row.uuid),
            "site": [*folded(row.site_name), *plain(row.site)],
        },
        numbers={
            "machines": [row.assigned],
            "allocated": [row.allocated],
            "used": [] if row.used is None else [row.used],
            "ready": [] if row.ready is None else [row.ready],
            "room": [row.room],
            "usable": [] if row.usable is None else [row.usable],
        },
        flags={"full": row.room <= 0, "over": row.room < 0},
    )


def block(row: BlockRow) -> Facts:
    one = row.block
    return Facts(
        search=[*folded(one.name, row.site_name), Address(one.cidr)],
        texts={
            "name": folded(one.name),
            "address": [Address(one.cidr)],
            "uuid": plain(one.uuid),
            "site": [*folded(row.site_name), *plain(one.site)],
        },
        numbers={
            "length": [one.length],
            "taken": [row.taken],
            "largest": [int(row.largest.partition("/")[2])] if row.largest else [],
        },
        states={"routing": one.routing.lower()},
        flags={"full": not row.free, "granted": one.full_grant, "v6": one.bits == 128},
    )
