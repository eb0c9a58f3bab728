"""Telling subscribers of commits, from a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

from backend.core.database.engine import Ear


class Watcher:
    """Tells subscribers the journal's head seq after commits: a burst of commits is told once,
    and no subscriber can hold up or harm a writer."""

    def __init__(self, ear: Ear) -> None:
        self._ear = ear
        self._subscribers: list[Callable[[int], None]] = []
        self._closed = False
        self._version = ear.version()
        self._thread = threading.Thread(target=self._loop, name="bursar-watch", daemon=True)
        self._thread.start()

    def subscribe(self, changed: Callable[[int], None]) -> Callable[[], None]:
        """Add a subscriber; the function returned removes it."""
        self._subscribers.append(changed)

        def unsubscribe() -> None:
            with suppress(ValueError):
                self._subscribers.remove(changed)

        return unsubscribe

    def committed(self) -> None:
        """Look now: this process has committed."""
        self._ear.committed()

    def announce(self) -> None:
        """Tell everybody soon, whether or not there was a commit."""
        self._version = None
        self._ear.wake()

    def close(self) -> None:
        """Stop looking."""
        self._closed = True
        self._ear.wake()
        self._thread.join()
        self._ear.close()

    def _loop(self) -> None:
        while True:
            self._ear.wait()
            if self._closed:
                return
            with suppress(Exception):  # a locked or vanished file shows up on the next read
                version = self._ear.version()
                if version != self._version:
                    self._version = version
                    self._announce(self._ear.head())

    def _announce(self, head: int) -> None:
        for changed in list(self._subscribers):
            with suppress(Exception):  # such as an event loop that has been closed meanwhile
                changed(head)
