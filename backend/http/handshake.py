"""Connections whose TLS does not come about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Handshake:
    """Lets go of a connection when its TLS is broken off; httpcore leaves it open when who asked
    has gone meanwhile. For httpx's `trace` extension, one a request."""

    def __init__(self) -> None:
        self._connection: Any = None

    async def __call__(self, event: str, info: Mapping[str, Any]) -> None:
        """Something happened on the way of a request."""
        if event == "connection.connect_tcp.complete":
            self._connection = info["return_value"]
        elif event == "connection.start_tls.failed":
            await self._connection.aclose()
