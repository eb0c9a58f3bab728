"""One writer per process: a queue, group commit, fairness across processes.

Up to `GROUP` operations share one transaction and one fsync. Each operation is all or
nothing (a savepoint), nothing is acknowledged before the commit, and when the commit fails
every caller of the group hears it (storage.md §1.3-1.4).
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from backend.core.database.sqlite import storage_error
from backend.core.database.tx import Tx
from backend.core.errors import StorageError
from backend.core.runtime import Runtime

GROUP = 256

Outcome = Any  # a job's result, or the exception it raised
RunMany = Callable[[Tx, Sequence[Any]], list[Outcome]]


@dataclass(slots=True)
class Job:
    """One queued operation: `run(tx)`; or, when `batched`, an `item` for `run(tx, items)`,
    which gets all adjacent items of a group at once and answers one outcome each, in order."""

    run: Callable[..., Any]
    item: Any = None
    batched: bool = False
    waiter: Future[Any] | None = None
    loop: asyncio.AbstractEventLoop | None = None
    answer: asyncio.Future[Any] | None = None
    outcome: Outcome = field(default=None)


class FileLock:
    """An flock beside the database: unlike SQLite's own lock it is a fair queue between
    processes."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def __enter__(self) -> None:
        fcntl.flock(self._handle, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        fcntl.flock(self._handle, fcntl.LOCK_UN)

    def close(self) -> None:
        """Give the side file back."""
        os.close(self._handle)


class Writer:
    """Owns the only connection that writes; one transaction at a time."""

    def __init__(
        self,
        conn: sqlite3.Connection,
        runtime: Runtime,
        lock: FileLock,
        committed: Callable[[int], None],
    ) -> None:
        self._conn = conn
        self._runtime = runtime
        self._lock = lock
        self._committed = committed
        self._queue: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._turn = threading.Lock()
        self._working = False
        self._thread = threading.Thread(target=self._loop, name="bursar-writer", daemon=True)
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Queue a job; its waiter or answer is completed after the commit."""
        self._queue.put(job)

    def run(self, job: Job) -> Outcome:
        """Do a job for a caller that waits, and return its outcome.

        When nobody else writes, the caller's own thread does it: handing it over would cost
        as much as the work. The connection still has one user at a time.
        """
        idle = self._queue.empty() and not self._working
        if idle and self._turn.acquire(blocking=False):
            try:
                self._run([job])
            finally:
                self._turn.release()
            return job.outcome
        job.waiter = Future()
        self.submit(job)
        return job.waiter.result()

    def close(self) -> None:
        """Finish what is queued, then stop."""
        self._queue.put(None)
        self._thread.join()
        self._lock.close()

    def _loop(self) -> None:
        while (first := self._queue.get()) is not None:
            self._working = True
            jobs = [first]
            with self._turn:
                stop = self._drain(jobs)
                self._run(jobs)
            self._working = False
            if stop:
                return

    def _drain(self, jobs: list[Job]) -> bool:
        while len(jobs) < GROUP:
            try:
                job = self._queue.get_nowait()
            except queue.Empty:
                return False
            if job is None:
                return True
            jobs.append(job)
        return False

    def _run(self, jobs: list[Job]) -> None:
        try:
            head = self._transaction(jobs)
        except BaseException as error:
            failure = storage_error(error) if isinstance(error, sqlite3.Error) else error
            for job in jobs:
                job.outcome = failure
        else:
            self._committed(head)
        _deliver(jobs)

    def _transaction(self, jobs: list[Job]) -> int:
        with self._lock:
            self._conn.execute("BEGIN IMMEDIATE")
            try:
                tx = Tx(self._conn, self._runtime, writable=True)
                for together, group in groupby(jobs, key=lambda job: job.batched and job.run):
                    _run_group(tx, list(group), bool(together))
                head = tx.chain.flush()
                self._conn.execute("COMMIT")
                return head
            except BaseException:
                if self._conn.in_transaction:
                    self._conn.execute("ROLLBACK")
                raise


def _run_group(tx: Tx, jobs: list[Job], together: bool) -> None:
    if together:
        outcomes = jobs[0].run(tx, [job.item for job in jobs])
        for job, outcome in zip(jobs, outcomes, strict=True):
            job.outcome = outcome
        return
    for job in jobs:
        job.outcome = _run_one(tx, job)


def _run_one(tx: Tx, job: Job) -> Outcome:
    try:
        with tx.savepoint():
            return job.run(tx)
    except sqlite3.IntegrityError as error:
        return storage_error(error)
    except (sqlite3.Error, StorageError):
        raise  # the transaction itself is in doubt: the whole group fails together
    except Exception as error:
        return error


def _deliver(jobs: Sequence[Job]) -> None:
    """Complete all callers; one wake-up per event loop and group."""
    waiting: dict[asyncio.AbstractEventLoop, list[Job]] = {}
    for job in jobs:
        if job.loop is not None:
            waiting.setdefault(job.loop, []).append(job)
        elif job.waiter is not None:
            _complete(job.waiter, job.outcome)
    for loop, group in waiting.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_answer, group)


def _answer(jobs: Sequence[Job]) -> None:
    for job in jobs:
        if job.answer is not None and not job.answer.done():
            _complete(job.answer, job.outcome)


def _complete(future: Future[Any] | asyncio.Future[Any], outcome: Outcome) -> None:
    if isinstance(outcome, BaseException) and isinstance(future, asyncio.Future):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)
