"""One writer thread per process: a queue, group commit, fairness across processes.

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
Run = Callable[[Tx], Any]
RunMany = Callable[[Tx, Sequence[Any]], list[Outcome]]


@dataclass(slots=True)
class Job:
    """One queued operation: either `run`, or an `item` for `run_many`, which gets all
    adjacent items of a group at once and answers one outcome per item, in order."""

    run: Run | None = None
    run_many: RunMany | None = None
    item: Any = None
    waiter: Future[Any] | None = None
    loop: asyncio.AbstractEventLoop | None = None
    answer: asyncio.Future[Any] | None = None
    outcome: Outcome = field(default=None)


class Writer:
    """Owns the only connection that writes."""

    def __init__(
        self,
        conn: sqlite3.Connection,
        runtime: Runtime,
        lock_path: Path | None,
        committed: Callable[[int], None],
    ) -> None:
        self._conn = conn
        self._runtime = runtime
        self._lock = None if lock_path is None else _Lock(lock_path)
        self._committed = committed
        self._queue: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._loop, name="bursar-writer", daemon=True)
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Queue a job; its waiter or answer is completed after the commit."""
        self._queue.put(job)

    def close(self) -> None:
        """Finish what is queued, then stop."""
        self._queue.put(None)
        self._thread.join()
        if self._lock:
            self._lock.close()

    def _loop(self) -> None:
        while (first := self._queue.get()) is not None:
            jobs = [first]
            stop = self._drain(jobs)
            self._run(jobs)
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
        if self._lock:
            self._lock.acquire()
        try:
            self._conn.execute("BEGIN IMMEDIATE")
            try:
                tx = Tx(self._conn, self._runtime, writable=True)
                for run_many, group in groupby(jobs, key=lambda job: job.run_many):
                    _run_group(tx, run_many, list(group))
                head = tx.chain.flush()
                self._conn.execute("COMMIT")
                return head
            except BaseException:
                if self._conn.in_transaction:
                    self._conn.execute("ROLLBACK")
                raise
        finally:
            if self._lock:
                self._lock.release()


class _Lock:
    """An flock beside the database: unlike SQLite's own lock it is a fair queue."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def acquire(self) -> None:
        fcntl.flock(self._handle, fcntl.LOCK_EX)

    def release(self) -> None:
        fcntl.flock(self._handle, fcntl.LOCK_UN)

    def close(self) -> None:
        os.close(self._handle)


def _run_group(tx: Tx, run_many: RunMany | None, jobs: list[Job]) -> None:
    if run_many is not None:
        outcomes = run_many(tx, [job.item for job in jobs])
        for job, outcome in zip(jobs, outcomes, strict=True):
            job.outcome = outcome
        return
    for job in jobs:
        job.outcome = _run_one(tx, job)


def _run_one(tx: Tx, job: Job) -> Outcome:
    assert job.run is not None
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
    if isinstance(outcome, BaseException):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)
