"""A thread that carries out what was asked of allocations while a backend is watched."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from backend.core.database import Database
from backend.core.errors import StorageError

if TYPE_CHECKING:
    from backend.openportal.work.scheduler import Scheduler

log = logging.getLogger("bursar")

# What this thread looks at when there is nothing to do, so that nothing else is imported.
SELECT_ANY = """
SELECT EXISTS (SELECT 1 FROM portal_job) OR EXISTS (SELECT 1 FROM portal_allocation
    WHERE state IN ('CREATION_SCHEDULED', 'CREATING'))"""
AGAIN = 1.0
"""Seconds after which is looked again when another process is at it, or the database failed."""

PATIENCE = 5.0
"""Seconds that closing waits for a resource backend."""
LONGEST = 60.0
"""Seconds that are slept at most while something is to come: clocks are set."""


class Worker:
    """Sleeps until a commit, or until something is due."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._scheduler: Scheduler | None = None
        self._closed = False
        self._wake = threading.Event()
        self._unwatch = database.watch(lambda head: self._wake.set())
        self._thread = threading.Thread(target=self._loop, name="bursar-portal", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop, after what is being asked of a resource backend if it does not take long; what
        becomes of it is asked for later."""
        self._closed = True
        self._unwatch()
        self._wake.set()
        self._thread.join(PATIENCE)

    def _loop(self) -> None:
        while not self._closed:
            self._wake.clear()
            self._wake.wait(self._turn())

    def _turn(self) -> float | None:
        """Do what is due; seconds until there is something to do, None for until a commit."""
        try:
            if self._scheduler is None:
                if not self._database.read(lambda tx: tx.scalar(SELECT_ANY)):
                    return None
                self._scheduler = _scheduler(self._database)
            pause = self._database.read(self._scheduler.pause)
            if pause == 0:
                if not self._scheduler.step(lambda: self._closed):
                    return AGAIN
                pause = self._database.read(self._scheduler.pause)
            return None if pause is None else min(pause, LONGEST)
        except StorageError:
            return AGAIN  # is told to whoever writes; try again later
        except Exception:
            log.exception("allocations are tried again")
            return AGAIN


def _scheduler(database: Database) -> Scheduler:
    from backend.openportal.work.scheduler import Scheduler
    from backend.openportal.work.simulator import Simulator

    return Scheduler(database, Simulator(database))
