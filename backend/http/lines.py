"""An answer without an end, line by line."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from backend.core.errors import BadReply, Unreachable

LONGEST_LINE = 64 << 10
"""Bytes of a line of a stream."""
AGAIN = "it is tried again"


async def lines(octets: AsyncIterator[bytes], place: str, silence: float) -> AsyncIterator[str]:
    """Its lines. Raises Unreachable at its end and after so many seconds without a whole one,
    BadReply for one that has no end."""
    clock = asyncio.get_running_loop().time
    last, rest = clock(), b""
    async for some in octets:
        *found, rest = (rest + some).split(b"\n")
        if found:
            last = clock()
        elif clock() - last > silence:
            raise Unreachable(f"{place}: no line in {silence:g} s", hint=AGAIN)
        if len(rest) > LONGEST_LINE:
            told = f"{place} answered with a line of more than {LONGEST_LINE} bytes"
            raise BadReply(told, hint="is the URL that of this system's API?")
        for line in found:
            yield line.removesuffix(b"\r").decode("utf-8", "replace")
    raise Unreachable(f"{place}: it ended the stream", hint=AGAIN)
