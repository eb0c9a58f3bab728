"""Delivery: one notice after the other, at least once, by one deliverer at a time."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from backend.core.database import Database, Tx
from backend.core.errors import BursarError, StorageError
from backend.notices import service, store
from backend.notices.model import Notice, Sink, State, Terms
from backend.program import Stopped

log = logging.getLogger("bursar")

SECONDS = 2.0
"""How often is looked for something to send."""

MARGIN = 30.0
"""Seconds that a lease is longer than a delivery may take."""

PATIENCE = 5.0
"""Seconds that closing waits for what is being sent to be broken off."""

STRIDE = 2_000
"""Entries without notices after which their end is noted."""


class Undelivered(Exception):
    """A delivery failed; the message says why, without anything secret."""


Send = Callable[[Sink, Notice, threading.Event], None]
"""Deliver a notice. Raises Undelivered, or Stopped soon after the event is set."""


def send(sink: Sink, notice: Notice, stop: threading.Event) -> None:
    """Through the command or the webhook, imported when something is really sent."""
    if sink.command:
        from backend.notices.command import run

        run(sink, notice, stop)
    else:
        from backend.notices.webhook import post

        post(sink, notice, stop)


def begin(database: Database, sink: Sink) -> None:
    """Have what is decided from now on told, in these terms; history is not."""
    state = database.read(lambda tx: store.state(tx, sink.name))
    if state is None or state.terms != sink.terms:
        database.write(lambda tx: service.begin(tx, sink.name, sink.terms))


@dataclass(slots=True)
class Tally:
    """What a deliverer came to: how many went out, and why it stopped, `` when it did not fail."""

    sent: int = 0
    error: str = ""


class Deliverer:
    """Sends what waits in a sink that has begun."""

    def __init__(self, database: Database, sink: Sink, send: Send = send) -> None:
        self._database = database
        self._sink = sink
        self._send = send
        self._holder = database.runtime.uuid()
        self._looked = 0
        self._terms: Terms | None = None
        self._unrecorded = ""

    def deliver(self, stop: threading.Event, *, eager: bool = False) -> Tally:
        """Send until nothing waits, something fails or is not due (`eager`: at once), or it is
        stopped. Raises BursarError when the database fails."""
        tally = Tally()
        due, self._looked = self._database.read(lambda tx: self._due(tx, eager))
        if not due:
            return tally
        try:
            while not (stop.is_set() or tally.error) and (notice := self._take()):
                self._one(notice, stop, tally)
        except StorageError:
            raise  # waiting for the database once more helps nobody: the lease ends by itself
        except BaseException:
            with suppress(BursarError):
                self._give()
            raise
        self._give()
        return tally

    def _give(self) -> None:
        self._database.write(lambda tx: store.give(tx, self._sink.name, self._holder))

    def _due(self, tx: Tx, eager: bool) -> tuple[bool, int]:
        """Whether something waits and may be tried, and the entry up to which nothing does."""
        state = store.state(tx, self._sink.name)
        if state is None or (state.next_at > tx.now and not eager) or self._is_taken(state, tx):
            return False, self._looked
        after = self._looked if state.terms == self._terms else 0
        self._terms = state.terms
        notice = next(service.waiting(tx, state, after), None)
        looked = notice.seq - 1 if notice else store.last(tx)
        passed = state.attempts > 0 or looked - state.done >= STRIDE
        return notice is not None or passed, looked

    def _is_taken(self, state: State, tx: Tx) -> bool:
        return bool(state.holder) and state.holder != self._holder and state.lease > tx.now

    def _take(self) -> Notice | None:
        name = self._sink.name

        def take(tx: Tx) -> Notice | None:
            notice = service.take(tx, name, self._holder, self._lease, self._looked)
            if notice is None:
                service.pass_over(tx, name, self._looked)
            return notice

        return self._database.write(take)

    def _one(self, notice: Notice, stop: threading.Event, tally: Tally) -> None:
        name, holder, lease = self._sink.name, self._holder, self._lease
        try:
            if notice.id != self._unrecorded:
                self._send(self._sink, notice, stop)
        except Stopped:
            stop.set()
        except Exception as failure:
            tally.error = error = _why(failure)
            self._database.write(lambda tx: service.failed(tx, name, holder, error))
        else:
            # Where the database fails now, it is not sent again and again until it works.
            self._unrecorded = notice.id
            self._database.write(lambda tx: service.went_out(tx, name, holder, notice, lease))
            tally.sent += 1

    @property
    def _lease(self) -> float:
        runs = 2 if self._sink.token_command else 1
        return runs * self._sink.timeout + MARGIN


def _why(failure: Exception) -> str:
    """Whatever it was, the next attempt must come."""
    if isinstance(failure, Undelivered):
        return str(failure)
    return f"an error of bursar's own: {type(failure).__name__}"


class Worker:
    """A thread that delivers while a console is open."""

    def __init__(self, database: Database, sink: Sink, seconds: float = SECONDS) -> None:
        self._deliverer = Deliverer(database, sink)
        self._seconds = seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="bursar-notices", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Break off what is being sent and stop."""
        self._stop.set()
        self._thread.join(PATIENCE)

    def _loop(self) -> None:
        while True:
            try:
                self._deliverer.deliver(self._stop)
            except BursarError:
                pass  # is told to whoever writes; try again later
            except Exception:
                log.exception("notices are tried again")
            if self._stop.wait(self._seconds):
                return
