"""A process that delivers what waits, and tells how much."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from backend.core.database import open_database
from backend.notices.deliverer import Deliverer
from backend.notices.model import Sink
from backend.schema import STEPS
from tests.notices.post import program


def main(place: str, file: Path, script: str) -> None:
    """Once, by a shell script."""
    database = open_database(place, STEPS)
    sink = Sink(command=program(file, script), timeout=20.0)
    tally = Deliverer(database, sink).deliver(threading.Event())
    database.close()
    print(tally.sent, tally.error, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
