"""Placements of any size, written straight into a database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from backend.core.database import Database, Tx

CLASSES = ("VCPU", "MEMORY_MB", "DISK_GB")
TOTALS = (64, 65536, 1000)
HELD = (4, 4096, 40)
PER_PROVIDER = 50
PROJECTS = 40


def uuid(kind: int, n: int) -> str:
    """The id of a thing, the same every time, in no order."""
    return f"{n * 2654435761 % 2**32:08x}-0000-4000-8000-{kind:04d}{n:08d}"


def crowd(database: Database, consumers: int) -> None:
    """So many consumers, fifty of each provider, in forty projects of which one is known here."""
    database.write(lambda tx: _write(tx, consumers))


def _write(tx: Tx, consumers: int) -> None:
    _many(tx, "resource_class", ((n, name, 1, 1) for n, name in enumerate(CLASSES, start=1)))
    _many(tx, "consumer_type", ((1, "INSTANCE"), (2, "MIGRATION")))
    _many(tx, "consumer_project", ((n, uuid(1, n)) for n in range(1, PROJECTS + 1)))
    _many(tx, "consumer_user", ((n, uuid(2, n)) for n in range(1, PROJECTS + 1)))
    _many(tx, "provider", _providers(consumers // PER_PROVIDER))
    _many(tx, "inventory", _inventories(consumers // PER_PROVIDER))
    _many(tx, "consumer", map(_consumer, range(1, consumers + 1)))
    _many(tx, "allocation", _allocations(consumers))
    told = ("hpc", "hpc", "active", None, 1, 1, *("",) * 4, 0, 0, 0, 0, 0, "hpc", "", "Active", 0)
    _many(tx, "project", [(1, uuid(1, 1), *told)])


def _many(tx: Tx, table: str, rows: Iterable[tuple[object, ...]]) -> None:
    all_rows = list(rows)
    tx.many(f"INSERT INTO {table} VALUES ({','.join('?' * len(all_rows[0]))})", all_rows)


def _providers(count: int) -> Iterator[tuple[object, ...]]:
    """Each fourth one is below the one before."""
    for n in range(1, count + 1):
        parent = 0 if n % 4 else n - 1
        name = f"Node-{n:05d}"
        yield n, uuid(3, n), name, name.casefold(), 7, parent, parent or n, 1, 1


def _inventories(count: int) -> Iterator[tuple[object, ...]]:
    for n in range(1, count + 1):
        for c, total in enumerate(TOTALS, start=1):
            used = HELD[c - 1] * PER_PROVIDER
            yield 3 * n + c, n, c, total, 0, 1, 2**31 - 1, 1, 1.5, used, 1, 1


def _consumer(n: int) -> tuple[object, ...]:
    project = n % PROJECTS + 1
    return n, uuid(4, n), project, project, n % 3, 1, n * 7919 % 100000, 1, 1


def _allocations(consumers: int) -> Iterator[tuple[object, ...]]:
    for n in range(1, consumers + 1):
        for c, used in enumerate(HELD, start=1):
            yield n, (n - 1) // PER_PROVIDER + 1, c, used, 1
