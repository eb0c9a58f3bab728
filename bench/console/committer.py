"""`python -m bench.console.committer DATABASE`: another process that commits what it is told.

A line is the number of a person, who takes one machine more; the answer is when it was
committed, in seconds of the monotonic clock, which all processes share. At the end of the input
all are given back.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from backend.core.database import open_database
from backend.core.identity import Actor, Role
from backend.quotas.model import IssueCommission, Provision
from backend.schema import STEPS
from bench.console.world import MEMBERS, person, project
from tests.worlds import VM, Clock, World


def take(world: World, number: int, quantity: int) -> None:
    """Charge a person."""
    holder, source = person(number), project(number // MEMBERS)
    pair = (Provision(holder, source, VM, quantity), Provision(source, "", VM, quantity))
    actor = Actor("cyclades", Role.SERVICE, component="cyclades")
    order = IssueCommission(actor=actor, clientkey="cyclades", provisions=pair, auto_accept=True)
    world.do(order)


def main() -> None:
    """Until the end of the input."""
    world = World(open_database(Path(sys.argv[1]), STEPS), Clock(datetime.now(UTC)))
    print("ready", flush=True)
    taken = []
    for line in sys.stdin:
        take(world, int(line), 1)
        print(time.monotonic(), flush=True)
        taken.append(int(line))
    for number in taken:
        take(world, number, -1)
    world.database.close()


if __name__ == "__main__":
    main()
