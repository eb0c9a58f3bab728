"""What a server is told, and how much it takes."""

from __future__ import annotations

from dataclasses import dataclass

from backend.server.bearers.issuers import Issuer

KIB = 1024


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Bounds of a server. Sizes in bytes, times in seconds.

    `behind_proxy` believes the last X-Forwarded-For and X-Forwarded-Proto; `socket` says that the
    file permissions of a Unix socket let operators in, unless a proxy stands between.
    """

    behind_proxy: bool = False
    socket: bool = False
    issuers: tuple[Issuer, ...] = ()
    """Whose signed tokens open NICo's API."""
    nico_names: tuple[str, ...] = ()
    """What NICo's API is called besides `nico`."""
    body: int = 1024 * KIB
    headers: int = 32 * KIB
    arrival: float = 15.0
    """Until the request has arrived."""
    request: float = 40.0
    """Until it is answered; a long answer has so long for each of its pieces."""
    stream: float = 3600.0
    """Until a stream ends, so that whoever has lost his token hears no more; a long answer, too."""
    concurrency: int = 256
    strangers: int = 32
    """Bodies at once of those who are not signed in, or not yet."""
    streams: int = 256
    connections: int = 1024
    idle: float = 75.0
    drain: float = 20.0
    """For what is under way when the server is told to end."""
    attempts: int = 20
    """Unknown tokens of one address within `attempts_within`."""
    attempts_within: float = 60.0
    addresses: int = 4096
    remembered: int = 1024
    trust: float = 1.0
    """How long a component's token is believed without being looked up again."""

    @property
    def operators(self) -> bool:
        """Whether who opens the socket is an operator: a proxy passes on what anybody sends."""
        return self.socket and not self.behind_proxy
