"""Asking whoever sits in front of a console for a token."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """A token is needed: which context wants to sign in where, and why it has to be asked for."""

    context: str
    place: str
    why: str


Ask = Callable[[Question], Awaitable[str]]
"""Answers a token, `` when there will be none."""

LONGEST = 8192
"""Characters of a token."""


def plausible(token: str) -> bool:
    """Whether a text can be a token: it goes into a header."""
    sound = token.isascii() and token.isprintable() and " " not in token
    return sound and 0 < len(token) <= LONGEST
