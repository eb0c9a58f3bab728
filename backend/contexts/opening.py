"""A server of the configuration as a Backend."""

from __future__ import annotations

from backend.backend import Backend
from backend.contexts import Context, usage
from backend.core.signin import Ask


def opened(context: Context, ask: Ask | None) -> Backend:
    """The server of a context; it need not answer yet."""
    raise usage(f"{context.place}: servers are not supported by this version", "name a database")
