"""One JSON line a request: nothing that is secret, nothing that a terminal would act on."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from queue import SimpleQueue
from typing import TextIO

from backend.core.text import display

PATH_CHARS = 200
WAITING = 10_000
PATIENCE = 2.0

Writer = Callable[[str], None]


class Lines:
    """Lines to a stream, on a thread of its own: a terminal that is stopped, or a reader that has
    gone, holds up no request. What is too much for a slow reader is left out, and told so."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._queue: SimpleQueue[str] = SimpleQueue()
        self._lost = 0
        self._thread = threading.Thread(target=self._write, name="bursar-access-log", daemon=True)
        self._thread.start()

    def write(self, line: str) -> None:
        """Add a line."""
        if self._queue.qsize() < WAITING:
            self._queue.put(line)
        else:
            self._lost += 1

    def close(self) -> None:
        """Write what waits, while somebody reads."""
        self._queue.put("")
        self._thread.join(PATIENCE)

    def _write(self) -> None:
        while line := self._queue.get():
            lost, self._lost = self._lost, 0
            if lost:
                line += json.dumps({"lost": lost}) + "\n"
            with suppress(OSError, ValueError):
                self._stream.write(line)
                self._stream.flush()


def line(
    *,
    method: str,
    path: str,
    route: str,
    status: int,
    octets: int,
    seconds: float,
    address: str,
    who: str,
) -> str:
    """A request; never its query, headers or bodies."""
    told = {
        "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "method": display(method, limit=20),
        "path": display(path, limit=PATH_CHARS),
        "route": route,
        "status": status,
        "bytes": octets,
        "ms": round(seconds * 1000, 2),
        "address": display(address, limit=60),
        "who": display(who, limit=120),
    }
    return json.dumps(told, ensure_ascii=False) + "\n"
