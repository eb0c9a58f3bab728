"""Delivery through a webhook: the notice is posted, any 2xx is the answer that is needed."""

from __future__ import annotations

import asyncio
import json
import threading

import httpx

from backend.credentials import Source
from backend.notices.deliverer import Undelivered
from backend.notices.model import Notice, Sink
from backend.notices.rules import document
from backend.program import LOOK, Failed, Stopped
from backend.tokens import read

DIRECT = dict.fromkeys(("all://127.0.0.1", "all://[::1]", "all://localhost"))
"""What stays on this machine goes through no proxy, which would read it and its token."""


def post(sink: Sink, notice: Notice, stop: threading.Event) -> None:
    """Post a notice. Raises Undelivered, Stopped."""
    headers = {"Content-Type": "application/json", "Idempotency-Key": notice.id}
    if token := _token(sink, stop):
        headers["Authorization"] = f"Bearer {token}"
    body = json.dumps(document(notice)).encode()
    status = asyncio.run(_status(sink, headers, body, stop))
    if 300 <= status < 400:
        raise Undelivered(f"answered {status}: redirects are not followed")
    if not 200 <= status < 300:
        raise Undelivered(f"answered {status}")


async def _status(sink: Sink, headers: dict[str, str], body: bytes, stop: threading.Event) -> int:
    """The status of the reply. Raises Undelivered, Stopped."""
    sending = asyncio.ensure_future(_sent(sink, headers, body))
    end = asyncio.get_running_loop().time() + sink.timeout
    while not sending.done():
        await asyncio.wait([sending], timeout=LOOK)
        late = asyncio.get_running_loop().time() > end
        if not sending.done() and (stop.is_set() or late):
            sending.cancel()
            await asyncio.wait([sending])
            if late:
                raise Undelivered(f"no answer after {sink.timeout:g} s")
            raise Stopped
    try:
        return sending.result()
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        # What httpx says may contain the URL, which may be secret.
        raise Undelivered(f"{sink.place}: {type(error).__name__}") from None


async def _sent(sink: Sink, headers: dict[str, str], body: bytes) -> int:
    """Nothing but the status is read, however long the reply is."""
    longer = 2 * sink.timeout  # who waits for it tells that the time is over
    async with (
        httpx.AsyncClient(follow_redirects=False, timeout=longer, mounts=DIRECT) as client,
        client.stream("POST", sink.url, content=body, headers=headers) as reply,
    ):
        return reply.status_code


def _token(sink: Sink, stop: threading.Event) -> str:
    """The token of now, `` without one. Raises Undelivered, Stopped."""
    source = Source(sink.token_command, sink.token_env, sink.token_file)
    try:
        return read(source, stop, sink.timeout)
    except Failed as error:
        raise Undelivered(str(error)) from error
