"""What there is to say about the connection, each thing once."""

from __future__ import annotations

from collections.abc import Iterator

from backend.backend import Badges, Link, LinkState
from backend.core.errors import BursarError, NotSignedIn
from tui.messages import BAD, INFO, WARN


class Standing:
    """How it stood with what is connected when that was said last."""

    def __init__(self) -> None:
        self._hears = True
        self._lost = self._signed_out = False

    def regained(self, link: Link) -> bool:
        """Whether changes are heard of that were not when this was asked before."""
        before, self._hears = self._hears, link.state.hears
        return self._hears and not before

    def lost(self, link: Link) -> bool:
        """Whether it has to be said that nothing is heard any more."""
        news = link.state is LinkState.LOST and not self._lost
        self._lost |= news
        return news

    def back(self, link: Link) -> bool:
        """Whether it has to be said that it is heard again."""
        news = self._lost and link.state.hears
        self._lost &= not news
        return news

    def failed(self, error: BursarError) -> None:
        """This was said."""
        self._signed_out |= isinstance(error, NotSignedIn)

    def signed_in(self, link: Link, *, known: bool, pending: bool) -> bool:
        """Whether it has to be said: the last that was said of it is that one is not. That is
        `known` where it was why nothing could be read, and may change while it is `pending`."""
        news = known or (self._signed_out and link.state.hears and not pending)
        self._signed_out &= not news
        return news


def wrong(before: Badges | None, now: Badges) -> Iterator[tuple[str, str]]:
    """What begins to be wrong, and that notices go out again; texts and tones."""
    known = before.warnings if before else ()
    failed = before.failing if before else ""
    for text in now.warnings:
        if text not in known:
            yield text, WARN
    if now.failing and not failed:
        yield f"Notices do not go out: {now.failing}", BAD
    elif failed and not now.failing:
        yield "Notices go out again", INFO
