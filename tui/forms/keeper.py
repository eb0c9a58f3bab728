"""The draft of one form or dialog, written a moment after something was typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from textual.timer import Timer
from textual.widget import Widget

from backend.core.errors import StorageError
from tui.forms.drafts import Draft, Drafts
from tui.session import WARN, Session

MOMENT = 0.5
"""Seconds of typing that a killed console loses at most."""


class Keeper:
    """Keeps what `typed` gives: values by id and a text; with neither nothing is kept."""

    def __init__(
        self, session: Session, key: str, typed: Callable[[], tuple[Mapping[str, str], str]]
    ) -> None:
        self._session, self._typed = session, typed
        connected = session.connection
        self._key = "\n".join((session.settings.context, connected.kind, connected.place, key))
        self._drafts = Drafts(session.settings.state)
        self._timer: Timer | None = None
        self._failed = self._over = False

    def found(self) -> Draft | None:
        """What was typed and not sent the last time."""
        return self._drafts.find(self._key)

    def changed(self, on: Widget) -> None:
        """Something was typed on this screen."""
        if self._timer is None and not self._over:
            self._timer = on.set_timer(MOMENT, self.keep)

    def flush(self) -> None:
        """Keep now what was typed lately."""
        if self._timer is not None:
            self.keep()

    def keep(self) -> None:
        """Keep what is there now."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        values, text = self._typed()
        if not values and not text:
            self._drafts.drop(self._key)
            return
        try:
            self._drafts.keep(self._key, Draft(self._session.now(), values, text))
        except StorageError as error:
            if not self._failed:
                self._session.tell(str(error), WARN)
            self._failed = True

    def drop(self, *, over: bool = False) -> None:
        """Forget the draft; `over` says that what was typed was sent."""
        self._over = self._over or over
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self._drafts.drop(self._key)
