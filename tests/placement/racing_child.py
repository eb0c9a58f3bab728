"""A process that has new consumers take one unit each, and tells how many did."""

from __future__ import annotations

from backend.core.database import open_database
from backend.schema import STEPS
from tests.placement.sites import Site, take
from tests.processes import all_ready

TRIES = 3


def process(place: str, n: int) -> int:
    """Try beside others."""
    database = open_database(place, STEPS)
    site = Site(database)
    all_ready()
    took = sum(take(site, f"{n:x}{k}") for k in range(TRIES))
    database.close()
    return took
