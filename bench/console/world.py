"""A database with as many holdings as wanted: projects of a hundred members, written past the
commands; before them some real projects, and commissions of all ages that wait."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from backend.core.database import Tx
from backend.quotas.store import INSERT_HOLDING
from tests.worlds import VM, world_w

LABS = 60
MEMBERS, RESOURCES = 100, 4
FIRST = 1_000_000
AGES = (172_800, 18_000, 2_820, 720, 90)
"""Seconds since each waiting commission was issued; what is younger than a minute is told in
seconds, which is not nothing changing."""
SMALL, MIDDLE, BIG = 1_000, 100_000, 1_000_000


def made(place: Path, holdings: int) -> Path:
    """The database with that many holdings and a few, built when it is not there yet."""
    path = place / f"{holdings}.db"
    if not path.exists():
        print(f"building {path.name} ...", file=sys.stderr)
        with tempfile.TemporaryDirectory(dir=place) as folder:
            build(Path(folder) / path.name, holdings)
            (Path(folder) / path.name).rename(path)
    return path


def build(path: Path, holdings: int) -> None:
    """Make the database."""
    now = datetime.now(UTC)
    world = world_w(path)
    world.clock.at = now - timedelta(days=3)
    labs = [world.project(f"lab{n:02}.uni", (1000, 100)) for n in range(LABS)]
    world.enroll("M", labs[0])
    world.database.write(lambda tx: crowd(tx, holdings // (MEMBERS * RESOURCES)))
    for age in AGES:
        world.clock.at = now - timedelta(seconds=age)
        world.charge("M", labs[0], 1, VM, keep=False)
    world.database.close()


def crowd(tx: Tx, projects: int) -> None:
    """So many projects and their members."""
    tx.many("INSERT INTO holder (id, name, label, fold) VALUES (?, ?, ?, ?)", _holders(projects))
    tx.many(INSERT_HOLDING, _holdings(projects))


def person(number: int) -> str:
    """What a member is called as a holder."""
    return f"user:{number:08x}-1111-4000-8000-{number:012x}"


def project(number: int) -> str:
    """What a project is called as a holder."""
    return f"project:{number:08x}-2222-4000-8000-{number:012x}"


def _holders(projects: int) -> Iterator[tuple[object, ...]]:
    people = projects * MEMBERS
    for n in range(people):
        label = f"person{n:07}@uni.example"
        yield FIRST + n, person(n), label, label
    for n in range(projects):
        yield FIRST + people + n, project(n), f"crowd{n:05}.uni", f"crowd{n:05}.uni"


def _holdings(projects: int) -> Iterator[tuple[object, ...]]:
    people, id = projects * MEMBERS, FIRST
    for n in range(projects):
        pool = FIRST + people + n
        for resource in range(1, RESOURCES + 1):
            members = [(n * MEMBERS + m, 1 + (m + resource) % 8) for m in range(MEMBERS)]
            used = sum(usage for _, usage in members)
            yield id, pool, 0, resource, 2 * used, used, used
            for m, usage in members:
                id += 1
                yield id, FIRST + m, pool, resource, 9, usage, usage
            id += 1
