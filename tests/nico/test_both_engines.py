"""One log of commands in a file and on a server: the same outcomes, the same tables."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

from backend.core.errors import BursarError
from backend.core.plan import Command
from backend.nico.model import (
    AddPrefix,
    AdmitInstance,
    AssociateMachines,
    CreateBlock,
    CreateInstanceType,
    DeleteBlock,
    DeleteInstanceType,
    DeleteNicoAllocation,
    DissociateMachine,
    ModifyNicoAllocation,
    RemoveInstance,
    RemovePrefix,
    Routing,
    SetConstraintValue,
)
from tests.nico.cloud import (
    ADMIN,
    B16,
    B22,
    C50,
    G100,
    S1,
    T1,
    T2,
    V6,
    Cloud,
    cloud,
    giving,
    machine_of,
)
from tests.places import Place
from tests.postgres import Server
from tests.rooms import Content

MANY = 500


def any_id(c: Cloud, rng: random.Random, table: str, where: str = "id > 0") -> str:
    """The uuid of one of the things in a table, or of none."""
    rows = c.see(lambda tx: tx.all(f"SELECT uuid FROM nico_{table} WHERE {where} ORDER BY id"))
    return str(rng.choice(rows)[0]) if rows else T1


def any_command(c: Cloud, rng: random.Random) -> Command:
    """Anything that can be asked for, mostly allocations."""
    one, tenant = any_id(c, rng, "allocation"), rng.choice((T1, T2))
    name, length = rng.choice(("größe", "b'%?", "web", "db", "cache")), rng.randint(20, 30)
    kind, machine = rng.choice((G100, C50)), machine_of(G100, rng.randint(0, 9))
    constraint = any_id(c, rng, "constraint")
    if rng.random() < 0.6:
        return rng.choice(
            [
                giving(kind, rng.randint(0, 5), tenant, name),
                giving(rng.choice((B16, B22, V6)), length, tenant, name),
                DeleteNicoAllocation(actor=ADMIN, allocation=one),
                ModifyNicoAllocation(actor=ADMIN, allocation=one, name=name, description="ß"),
                SetConstraintValue(
                    actor=ADMIN, allocation=one, constraint=constraint, value=rng.randint(1, 30)
                ),
                c.setting(one, rng.randint(1, 30)) if one != T1 else giving(kind, 1, name=name),
            ]
        )
    block = any_id(c, rng, "block", "parent_id > 0")
    made = any_id(c, rng, "type")
    return rng.choice(
        [
            AddPrefix(
                actor=ADMIN, block=block, name=name, length=length, is_subnet=rng.random() < 0.5
            ),
            RemovePrefix(actor=ADMIN, prefix=any_id(c, rng, "prefix")),
            AdmitInstance(actor=ADMIN, name=name, tenant=tenant, site=S1, instance_type=kind),
            RemoveInstance(actor=ADMIN, instance=any_id(c, rng, "instance")),
            DissociateMachine(actor=ADMIN, instance_type=G100, machine=machine),
            AssociateMachines(actor=ADMIN, instance_type=G100, machines=(machine,)),
            CreateInstanceType(actor=ADMIN, site=S1, name=name),
            DeleteInstanceType(actor=ADMIN, instance_type=made),
            CreateBlock(
                actor=ADMIN,
                site=S1,
                name=name,
                routing=Routing.PUBLIC,
                prefix="172.16.0.0",
                length=rng.randint(10, 14),
            ),
            DeleteBlock(actor=ADMIN, block=any_id(c, rng, "block")),
        ]
    )


def played(place: Place, seed: int) -> tuple[list[str], Content]:
    """What the commands came to, and what is in the tables then."""
    rng, outcomes = random.Random(seed), []
    found = cloud(place)
    for _ in range(MANY):
        try:
            outcomes.append(found.do(any_command(found, rng)).message)
        except BursarError as error:
            outcomes.append(f"{error.code}: {error}")
    content = found.content()
    found.database.close()
    return outcomes, content


def test_a_file_and_a_server_come_to_the_same(tmp_path: Path, postgres: Server) -> None:
    outcomes, content = played(tmp_path / "cloud.db", 5)
    with postgres.database() as url:
        assert played(url, 5) == (outcomes, content)
    kinds = Counter(outcome.partition(" ")[0].rstrip(":") for outcome in outcomes)
    assert min(kinds["conflict"], kinds["invalid"], kinds["not-found"]) > 10
    assert kinds["Allocation"] > 40
