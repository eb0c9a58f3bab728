"""Little Placements: trees, inventories fuller than full, consumers of nobody."""

from __future__ import annotations

import random
from collections.abc import Sequence

from backend.core.database import Tx
from backend.placement.model.entities import MOST, PLACEHOLDER

SECOND, DAY = 1_000_000, 86400 * 1_000_000
PROVIDERS = ("Node-1", "node-2", "größe", "a_b%c!", "NUMA 0", "numa 1", "pool")
CLASSES = ("VCPU", "MEMORY_MB", "DISK_GB", "CUSTOM_GPU", "CUSTOM_A_B")
TYPES = ("", "INSTANCE", "MIGRATION", "A_B")
TRAITS = ("HW_CPU_X86_AVX", "CUSTOM_A_B")
RATIOS = (0.0, 0.29, 0.7, 1.0, 1.5, 16.0, 3.4e38)
TOTALS = (1, 2, 3, 7, 100, 1024, MOST)
KNOWN = ("node-1", "5a1c", "CUSTOM_A_B", "INSTANCE", PLACEHOLDER)


def insert(tx: Tx, table: str, *row: object) -> None:
    """One row with all its columns."""
    tx.execute(f"INSERT INTO {table} VALUES ({','.join('?' * len(row))})", row)


def fill(
    tx: Tx, rng: random.Random, now: int, projects: Sequence[str], users: Sequence[str]
) -> None:
    """Fill one; some of its projects and users are those of these uuids."""
    for n, name in enumerate(CLASSES):
        insert(tx, "resource_class", n, name, now, now)
    for n, name in enumerate(TRAITS):
        insert(tx, "trait", n, name, now, now)
    for n, name in enumerate(TYPES[1:], start=1):
        insert(tx, "consumer_type", n, name)
    for table, told in (("consumer_project", projects), ("consumer_user", users)):
        for n, name in enumerate((PLACEHOLDER, "Foreign", *told), start=1):
            insert(tx, table, n, name)
    _providers(tx, rng, now)
    _consumers(tx, rng, now, 2 + len(projects), 2 + len(users))


def named(tx: Tx) -> dict[str, list[tuple[str, bool]]]:
    """What journal names of providers and inventories stand for."""
    found: dict[str, str] = dict(tx.all("SELECT 'provider:' || uuid, name FROM provider"))
    found |= dict(
        tx.all("""SELECT 'inventory:' || p.uuid || '/' || c.name, p.name FROM inventory i
            JOIN provider p ON p.id = i.provider_id JOIN resource_class c ON c.id = i.class_id""")
    )
    return {target: [(name, True)] for target, name in found.items()}


def _providers(tx: Tx, rng: random.Random, now: int) -> None:
    roots: dict[int, int] = {}
    for id, name in enumerate(PROVIDERS, start=1):
        parent = rng.choice((0, *roots))
        root = roots[id] = roots[parent] if parent else id
        uuid = f"{rng.getrandbits(32):08X}-{id}"
        told = (rng.randint(0, 9), parent, root, now, now)
        insert(tx, "provider", id, uuid, name, name.casefold(), *told)
        for trait in range(len(TRAITS)):
            if rng.random() < 0.3:
                insert(tx, "provider_trait", id, trait)
        if rng.random() < 0.5:
            insert(tx, "provider_aggregate", id, rng.choice(("5a1c-x", "A_b")))
    for id in range(1, len(PROVIDERS)):
        for kind in rng.sample(range(len(CLASSES)), rng.randint(0, 4)):
            _inventory(tx, rng, now, id, kind)


def _inventory(tx: Tx, rng: random.Random, now: int, provider: int, kind: int) -> None:
    total = rng.choice(TOTALS)
    units = (rng.choice((1, 2)), rng.choice((1, 16, MOST)), rng.choice((1, 2)))
    reserved = rng.choice((0, 0, 1, total))
    figures = (total, min(reserved, total), *units, rng.choice(RATIOS))
    row = (10 * provider + kind, provider, kind, *figures)
    insert(tx, "inventory", *row, rng.choice((0, 0, 1, 2, 28, 29, 1024)), now, now)


def _consumers(tx: Tx, rng: random.Random, now: int, projects: int, users: int) -> None:
    for id in range(1, 13):
        uuid = rng.choice(("5a1c", "5A1C", "f00")) + f"{rng.getrandbits(16):04x}-{id}"
        whose = (rng.randint(1, projects), rng.randint(1, users), rng.randrange(len(TYPES)))
        came = now - rng.choice((0, 1, 60, 86400, 40 * 86400)) * SECOND
        known = int(rng.random() < 0.8)
        insert(tx, "consumer", id, uuid, *whose, rng.randint(1, 12), came, came, known)
        for provider in rng.sample(range(1, len(PROVIDERS)), rng.randint(1, 3)):
            for kind in rng.sample(range(len(CLASSES)), rng.randint(1, 3)):
                used = rng.choice((1, 2, 3, 1024))
                insert(tx, "allocation", id, provider, kind, used, came)
