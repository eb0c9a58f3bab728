"""A process that writes notes as fast as it may, each naming who wrote it, from a moment on."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from backend.core.database import Tx
from backend.core.journal import Entry
from tests.core.notes import notes

NOTES = 300


def main(path: Path, name: str) -> None:
    """Write from the moment on that stdin names, by the clock that all processes share."""
    database = notes(path)

    def sign(tx: Tx) -> int:
        return tx.record(Entry(name, "note.add", "note:1"))

    print("ready", flush=True)
    time.sleep(max(0.0, float(sys.stdin.readline()) - time.monotonic()))
    for _ in range(NOTES):
        database.write(sign)
    database.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
