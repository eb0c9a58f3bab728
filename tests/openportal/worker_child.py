"""A process that works on allocations until it is killed."""

from __future__ import annotations

import sys
import time

from backend.core.database import open_database
from backend.openportal.work import Worker
from backend.schema import STEPS


def main(place: str) -> None:
    """Work, and say that it has begun."""
    Worker(open_database(place, STEPS))
    print("working", flush=True)
    while True:
        time.sleep(60)


if __name__ == "__main__":
    main(sys.argv[1])
