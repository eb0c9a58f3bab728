"""A process that writes notes as fast as it may, each naming who wrote it."""

from __future__ import annotations

import sys
from pathlib import Path

from backend.core.database import Tx
from backend.core.journal import Entry
from tests.core.notes import notes

NOTES = 300


def main(path: Path, name: str) -> None:
    """Write from a word on stdin on."""
    database = notes(path)

    def sign(tx: Tx) -> int:
        return tx.record(Entry(name, "note.add", "note:1"))

    print("ready", flush=True)
    sys.stdin.readline()
    for _ in range(NOTES):
        database.write(sign)
    database.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
