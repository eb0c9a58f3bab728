"""Delivery through a webhook: the notice is posted, any 2xx is the answer that is needed."""

from __future__ import annotations

import asyncio
import json
import os
import stat
import subprocess
import threading
from pathlib import Path

import httpx

from backend.notices.command import LOOK, execute
from backend.notices.deliverer import Stopped, Undelivered
from backend.notices.model import Notice, Sink
from backend.notices.rules import document

LONGEST_TOKEN = 8192

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
    async with (
        httpx.AsyncClient(follow_redirects=False, timeout=sink.timeout, mounts=DIRECT) as client,
        client.stream("POST", sink.url, content=body, headers=headers) as reply,
    ):
        return reply.status_code


def _token(sink: Sink, stop: threading.Event) -> str:
    """The token of now, `` without one; it may change at any time. Raises Undelivered."""
    if sink.token_command:
        code, output = execute(
            sink.token_command, b"", sink.timeout, stop, errors=subprocess.DEVNULL
        )
        if code:
            raise Undelivered(f"token_command: exit {code}")
        token, source = output.decode("utf-8", "replace"), "token_command"
    elif sink.token_env:
        token, source = os.environ.get(sink.token_env, ""), "token_env"
    elif sink.token_file:
        token, source = _from_file(sink.token_file), "token_file"
    else:
        return ""
    token = token.strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise Undelivered(f"{source}: no token in it")
    return token


def _from_file(file: Path) -> str:
    try:
        mode = file.stat().st_mode
        if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
            raise Undelivered(f"token_file: others may read {file}; chmod 600 {file}")
        with file.open("rb") as stream:
            return stream.read(LONGEST_TOKEN).decode("utf-8", "replace")
    except OSError as error:
        raise Undelivered(f"token_file: {file}: {error.strerror}") from error
