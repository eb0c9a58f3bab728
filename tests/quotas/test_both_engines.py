"""One log of operations in a file, on a server and on the model: the same outcomes, the same
tables to the last byte (storage.md §6.2)."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from backend.quotas.check import findings
from backend.quotas.ledger import Operation, Resolve
from backend.quotas.model import UNLIMITED, IssueCommission, Provision
from tests.places import Place
from tests.postgres import Server
from tests.quotas.ledgers import CYCLADES, STEPS, World, world
from tests.quotas.test_batches import comparable, everything
from tests.quotas.test_ledger_machine import Model, issue, outcome, resolve

MANY = 1000
NAMES = ("vm", "cpu", "ram", "ghost")

Step = int | tuple[str, int] | list[Operation]
"""Seconds that pass, a limit that is set, or operations of one transaction."""


def rich(rng: random.Random) -> Iterator[Step]:
    """Batches with everything that an operation may have."""
    done = 0
    while done < MANY:
        kind = rng.random()
        if kind < 0.05:
            yield rng.randrange(90)
        elif kind < 0.15:
            yield rng.choice(NAMES[:3]), rng.choice([0, 5, 40, UNLIMITED])
        else:
            batch = [_any(rng, done) for _ in range(rng.choice([1, 1, 3, 60]))]
            done += len(batch)
            yield batch


def _any(rng: random.Random, done: int) -> Operation:
    if rng.random() < 0.5:
        clientkey = rng.choice(["", "cyclades", "pithos"])
        return Resolve(
            "me", rng.randint(1, done // 2 + 2), rng.random() < 0.5, clientkey, "as agreed"
        )
    amounts = [(rng.choice(NAMES), rng.randint(-4, 6)) for _ in range(rng.randrange(4))]
    return IssueCommission(
        actor=CYCLADES,
        clientkey=rng.choice(["cyclades", "pithos"]),
        provisions=[Provision("project:P", "", name, quantity) for name, quantity in amounts],
        name="größe\t'%?",
        force=rng.random() < 0.2,
        auto_accept=rng.random() < 0.2,
        key=rng.choice(["", f"k{rng.randrange(80)}"]),
        timeout=rng.choice([0, 0, 60, -1]),
    )


def plain(rng: random.Random) -> Iterator[Step]:
    """What the model knows."""
    for _ in range(MANY):
        if rng.random() < 0.1:
            yield "vm", rng.randrange(13)
        elif rng.random() < 0.4:
            yield [resolve(rng.randint(1, 400), rng.random() < 0.5)]
        else:
            amounts = [(rng.choice(NAMES[:2]), rng.randint(-6, 8)) for _ in range(rng.randrange(4))]
            yield [issue(amounts, rng.random() < 0.2)]


def played(place: Place, steps: Iterator[Step]) -> tuple[list[Any], dict[str, list[Any]]]:
    """What the operations came to, and what is in the tables then."""
    outcomes: list[Any] = []
    with world(place) as fresh:
        for name in NAMES[:3]:
            fresh.limit("project:P", "", name, UNLIMITED if name == "cpu" else 5)
        for step in steps:
            outcomes += _do(fresh, step)
        assert fresh.database.read(lambda tx: list(findings(tx))) == []
        return outcomes, everything(fresh)


def _do(fresh: World, step: Step) -> list[Any]:
    if isinstance(step, int):
        fresh.clock.forward(step)
    elif isinstance(step, tuple):
        fresh.limit("project:P", "", *step)
    else:
        return list(fresh.database.write(partial(fresh.ledger.run, operations=step)))
    return []


def test_a_log_of_everything_comes_to_the_same(tmp_path: Path, postgres: Server) -> None:
    outcomes, tables = played(tmp_path / "ledger.db", rich(random.Random(60)))
    with postgres.database(STEPS) as url:
        others, theirs = played(url, rich(random.Random(60)))
    assert list(map(comparable, outcomes)) == list(map(comparable, others))
    assert tables == theirs
    assert {type(one) for one in outcomes} > {int}


def test_a_log_comes_to_what_the_model_says(tmp_path: Path, postgres: Server) -> None:
    outcomes, tables = played(tmp_path / "ledger.db", plain(random.Random(62)))
    with postgres.database(STEPS) as url:
        assert played(url, plain(random.Random(62)))[1] == tables
    model = Model({"vm": [5, 0, 0], "cpu": [UNLIMITED, 0, 0]})
    expected: list[str] = []
    for step in plain(random.Random(62)):
        if isinstance(step, tuple):
            model.holdings["vm"][0] = step[1]
        elif isinstance(step, list):
            expected += [_modelled(model, one) for one in step]
    assert list(map(outcome, outcomes)) == expected
    held = {name: model.holdings[name] for name in NAMES[:2]}
    assert [list(row[4:7]) for row in tables["holding"][:2]] == list(held.values())


def _modelled(model: Model, one: Operation) -> str:
    if isinstance(one, Resolve):
        return model.resolve(one.serial, one.accepted)
    return model.issue([(p.resource, p.quantity) for p in one.provisions], one.force)
