"""Where a server's token comes from, and the header that it goes into."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol, runtime_checkable

Token = Callable[[str], Awaitable[str]]
"""Gets the token; is called again, with the server's words, when what it gave is refused."""
Sign = Callable[[str], Mapping[str, str]]


@runtime_checkable
class Asking(Protocol):
    """A source of tokens that says whether the last was typed."""

    typed: bool


def is_typed(source: object) -> bool:
    """Whether somebody typed the last token: people mistype, and are asked until one is taken."""
    return isinstance(source, Asking) and source.typed


@runtime_checkable
class Ending(Protocol):
    """A source of tokens that knows when the last one ends."""

    def over(self) -> bool:
        """Whether that was, or will be soon."""
        ...


def is_over(source: object) -> bool:
    """Whether another token is to be had before the last is used once more."""
    return isinstance(source, Ending) and source.over()


def bearer(token: str) -> Mapping[str, str]:
    """`Authorization: Bearer`."""
    return {"Authorization": f"Bearer {token}"}


def x_auth_token(token: str) -> Mapping[str, str]:
    """`X-Auth-Token`, as OpenStack and Astakos want it."""
    return {"X-Auth-Token": token}
