"""A server of the configuration as a Backend."""

from __future__ import annotations

import hashlib
from pathlib import Path

from backend.backend import Backend
from backend.contexts import Context, Server, usage
from backend.core.signin import Ask
from backend.tokens import Tokens

BY_SOCKET = "http://bursar"
"""What a server is called that is reached by a file."""


def opened(context: Context, ask: Ask | None) -> Backend:
    """The server of a context; it need not answer yet."""
    if context.bursar is not None:
        return _served(context, context.bursar, ask)
    raise usage(f"{context.place}: servers are not supported by this version", "name a database")


def _served(context: Context, server: Server, ask: Ask | None) -> Backend:
    from backend.http import Http
    from backend.outbox import Outbox
    from backend.served import wire
    from backend.served.client import ServedBackend

    token = Tokens(server.token, context.name, context.place, ask)
    url = server.url or BY_SOCKET
    http = Http(url, token=token, failure=wire.failure, socket=server.socket)
    return ServedBackend(http, Outbox(outbox_path(context)))


def outbox_path(context: Context) -> Path:
    """Where a console keeps what it sent to a server; two servers never share one."""
    from platformdirs import user_state_path

    digest = hashlib.sha256(f"{context.name}\0{context.place}".encode()).hexdigest()[:12]
    return user_state_path("bursar") / "outbox" / f"{context.name}-{digest}.db"
