"""A world file from a server: whole, or an error."""

from __future__ import annotations

import codecs
from typing import TextIO

from backend.core.errors import BadReply, NotFound, Unreachable
from backend.http import Http
from backend.served.wire import PREFIX

SILENCE = 60.0
"""Seconds that a server may take to find what it writes next."""
END = "\n}}\n"
"""No other line is this: records stand on lines of their own."""


async def receive(http: Http, target: TextIO) -> None:
    """Write it to `target`. Raises BursarError, NotFound for a server that gives none."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    last = ""
    try:
        async with http.download(f"{PREFIX}/world", silence=SILENCE) as octets:
            async for some in octets:
                text = decoder.decode(some)
                target.write(text)
                last = (last + text)[-len(END) :]
    except NotFound:
        raise NotFound(
            f"{http.place}: this bursar gives no world files over HTTP",
            hint="bring the server up to date, or run bursar export where its database is",
        ) from None
    except UnicodeDecodeError:
        raise BadReply(f"{http.place} answered with something else than UTF-8") from None
    if last != END:
        raise Unreachable(f"{http.place}: it ended before all was sent", hint="try again")
