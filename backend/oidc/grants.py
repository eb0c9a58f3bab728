"""How tokens of an OpenID Connect issuer are asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

CLIENT, PASSWORD, REFRESH = "client_credentials", "password", "refresh_token"
GRANTS = (CLIENT, PASSWORD, REFRESH)


@dataclass(frozen=True, slots=True)
class Grant:
    """How a token is asked for at `url`: `kind` is one of `GRANTS`, `secret` the client's, the
    user's password or a refresh token, which is told to `keep` when it is replaced. `client_secret`
    `` for a public client."""

    url: str
    kind: str
    client_id: str
    secret: str = field(repr=False)
    client_secret: str = field(default="", repr=False)
    username: str = ""
    scope: str = ""
    keep: Callable[[str], None] | None = None

    def form(self) -> dict[str, str]:
        """What is sent to have the first one."""
        told = {"grant_type": self.kind, "client_id": self.client_id}
        if self.kind == CLIENT:
            told |= {"client_secret": self.secret}
        elif self.kind == PASSWORD:
            told |= {"username": self.username, "password": self.secret}
        else:
            told |= {"refresh_token": self.secret}
        return told | self._more()

    def renewal(self, refresh_token: str) -> dict[str, str]:
        """What is sent to have the next one."""
        told = {"grant_type": REFRESH, "client_id": self.client_id, "refresh_token": refresh_token}
        return told | self._more()

    def _more(self) -> dict[str, str]:
        told = {"client_secret": self.client_secret, "scope": self.scope}
        return {name: value for name, value in told.items() if value}
