"""A process that has new consumers take one unit each, from a moment on, and says how many did."""

from __future__ import annotations

import sys
import time

from backend.core.database import open_database
from backend.schema import STEPS
from tests.placement.sites import Site, take


def main(place: str, name: str, tries: int) -> None:
    """Try from the moment on that stdin names, by the clock that all processes share."""
    database = open_database(place, STEPS)
    site = Site(database)
    print("ready", flush=True)
    time.sleep(max(0.0, float(sys.stdin.readline()) - time.monotonic()))
    print(sum(take(site, f"{name}{n}") for n in range(tries)), flush=True)
    database.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
