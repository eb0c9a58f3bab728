"""A server of the configuration as a Backend."""

from __future__ import annotations

import hashlib
from pathlib import Path

from backend.backend import Backend
from backend.contexts import Context, Server, Systems, usage
from backend.core.signin import Ask
from backend.tokens import Tokens

BY_SOCKET = "http://bursar"
"""What a server is called that is reached by a file."""


def opened(context: Context, ask: Ask | None) -> Backend:
    """The server of a context; it need not answer yet."""
    if context.bursar is not None:
        return _served(context, context.bursar, ask)
    if context.astakos is not None:
        return _astakos(context, context.astakos, ask)
    raise usage(f"{context.name} is no server", "name a database")


def _served(context: Context, server: Server, ask: Ask | None) -> Backend:
    from backend.http import Http
    from backend.outbox import Outbox
    from backend.served import wire
    from backend.served.client import ServedBackend

    token = Tokens(server.token, context.name, context.place, ask)
    url = server.url or BY_SOCKET
    http = Http(url, token=token, failure=wire.failure, socket=server.socket)
    return ServedBackend(http, Outbox(private(context) / "outbox.db"))


def _astakos(context: Context, systems: Systems, ask: Ask | None) -> Backend:
    """What a service's token hides is unknown while it is refused; nobody is asked for it."""
    from backend.remote import AstakosSettings, RemoteBackend

    token = Tokens(systems.token, context.name, context.place, ask)
    services = {
        name: Tokens(source, context.name, f"{context.place} ({name})")
        for name, source in systems.services.items()
    }
    folder, read_only = private(context), context.read_only
    return RemoteBackend(AstakosSettings(systems.url, token, services, folder, read_only))


def private(context: Context) -> Path:
    """Where a console keeps what it sent to a server; two servers never share one."""
    from platformdirs import user_state_path

    digest = hashlib.sha256(f"{context.name}\0{context.place}".encode()).hexdigest()[:12]
    return user_state_path("bursar") / "servers" / f"{context.name}-{digest}"
