"""One JSON line a request: nothing that is secret, nothing that a terminal would act on."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import TextIO

from backend.core.text import display

PATH_CHARS = 200

Writer = Callable[[str], None]


def to_stream(stream: TextIO) -> Writer:
    """Lines to a stream; a reader that has gone takes no request along."""

    def write(line: str) -> None:
        with suppress(OSError, ValueError):
            stream.write(line)
            stream.flush()

    return write


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
