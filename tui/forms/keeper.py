"""The draft of one form or dialog, written a moment after something was typed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from itertools import count
from threading import Lock

from textual.timer import Timer
from textual.widget import Widget

from backend.core.errors import StorageError
from tui.forms.drafts import Draft, Drafts
from tui.messages import WARN
from tui.session import Session

MOMENT = 0.5
"""Seconds of typing that a killed console loses at most."""


class Keeper:
    """Keeps what `typed` gives: values by id and a text; with neither nothing is kept. `before`
    is what stood there when it was opened."""

    def __init__(
        self,
        session: Session,
        key: str,
        typed: Callable[[], tuple[Mapping[str, str], str]],
        before: Mapping[str, str] | None = None,
    ) -> None:
        self._session, self._typed, self._before = session, typed, before or {}
        connected = session.connection
        self._key = "\n".join((session.settings.context, connected.kind, connected.place, key))
        self._drafts = Drafts(session.settings.state)
        self._timer: Timer | None = None
        self._failed = self._over = False
        self._lock, self._numbers, self._stored = Lock(), count(1), 0

    def found(self) -> Draft | None:
        """What was typed and not sent the last time."""
        return self._drafts.find(self._key)

    def changed(self, on: Widget) -> None:
        """Something was typed on this screen."""
        if self._timer is None and not self._over:
            self._timer = on.set_timer(MOMENT, self._keep_aside)

    def flush(self) -> None:
        """Keep now what was typed lately."""
        if self._timer is not None:
            self.keep()

    def keep(self) -> None:
        """Keep what is there now."""
        try:
            self._store(*self._taken())
        except StorageError as error:
            self._tell(error)

    async def _keep_aside(self) -> None:
        """The same beside the event loop, which goes on; unless it was kept or dropped between
        the timer's end and its turn."""
        if self._timer is None:
            return
        try:
            await asyncio.to_thread(self._store, *self._taken())
        except StorageError as error:
            self._tell(error)

    def _tell(self, error: StorageError) -> None:
        if not self._failed:
            self._session.tell(str(error), WARN)
        self._failed = True

    def _taken(self) -> tuple[int, Draft | None]:
        """What is there now, None for nothing, with its number."""
        self._rest()
        values, text = self._typed()
        before = {id: self._before[id] for id in values if id in self._before}
        draft = Draft(self._session.now(), values, text, before) if values or text else None
        return next(self._numbers), draft

    def _store(self, number: int, draft: Draft | None) -> None:
        """For any thread: what was taken last stands. Raises StorageError."""
        with self._lock:
            if number < self._stored:
                return
            self._stored = number
            if draft is None:
                self._drafts.drop(self._key)
                self._session.drafts_kept.discard(self._key)
            elif self._drafts.keep(self._key, draft):
                self._session.drafts_kept.add(self._key)

    def _rest(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def drop(self, *, over: bool = False) -> None:
        """Forget the draft; `over` says that what was typed was sent."""
        self._over = self._over or over
        self._rest()
        self._store(next(self._numbers), None)
