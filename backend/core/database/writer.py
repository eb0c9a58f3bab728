"""One writer per process: a queue, group commit, fairness across processes.

Up to `GROUP` operations share one transaction and one fsync. Each operation is all or
nothing, nothing is acknowledged before the commit, and when the commit fails every caller of
the group hears it (storage.md §1.3-1.4).
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count, groupby
from typing import Any

from backend.core.database.engine import Engine, Session
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
    waiting: threading.Lock | None = None
    """Held until the outcome is there. An event would not do: a caller that is interrupted while he
    enters it keeps its lock, and the writer would wait for that for ever."""
    loop: asyncio.AbstractEventLoop | None = None
    answer: asyncio.Future[Any] | None = None
    outcome: Outcome = field(default=None)


class _Spoilt(Exception):
    """One of several jobs broke their common transaction, which the engine had not undone."""


class Writer:
    """Owns the only connection that writes; one transaction at a time.

    Ctrl-C reaches a caller's own transaction at any instruction. What must not be left half
    done therefore stands in `try` from its first instruction, and the state is guarded by a
    bare lock: entering that and the assignment behind it cannot be interrupted.
    """

    def __init__(
        self,
        session: Session,
        runtime: Runtime,
        engine: Engine,
        committed: Callable[[], None],
    ) -> None:
        self._session = session
        self._runtime = runtime
        self._engine = engine
        self._committed = committed
        self._state = threading.Lock()
        self._changed = threading.Condition(self._state)
        self._jobs: deque[Job] = deque()
        self._busy = False
        self._closed = False
        self._thread = threading.Thread(target=self._loop, name="bursar-writer", daemon=True)
        self._thread.start()

    @property
    def queued(self) -> int:
        """How many jobs wait."""
        return len(self._jobs)

    def submit(self, job: Job) -> None:
        """Queue a job; its answer is completed after the commit."""
        with self._state:
            self._queue(job)

    def run(self, job: Job) -> Outcome:
        """Do a job for a caller that waits, and return its outcome.

        When nobody else writes, the caller's own thread does it, where the engine lets it:
        handing it over would cost as much as the work. The connection still has one user at a time.
        """
        mine, shared = False, not self._session.in_callers_thread
        interrupted: BaseException | None = None
        try:
            with self._state:
                if shared or self._busy or self._jobs or self._closed:
                    job.waiting = threading.Lock()
                    job.waiting.acquire()
                    self._queue(job)
                else:
                    mine = self._busy = True
            if mine:
                self._run([job])
        finally:
            while mine:
                try:
                    with self._state:
                        self._next_please()
                        self._busy = mine = False
                except BaseException as error:  # the others would wait for ever
                    interrupted = error
        if interrupted:
            raise interrupted
        if job.waiting:
            job.waiting.acquire()
        return job.outcome

    def close(self) -> None:
        """Finish what is queued or under way, then close the session."""
        with self._state:
            if self._closed:
                return
            self._closed = True
            self._changed.notify()
        self._thread.join()
        self._session.close()

    def _queue(self, job: Job) -> None:
        if self._closed:
            raise StorageError("the database is closed", hint="open it again")
        self._jobs.append(job)
        if not self._busy:
            self._changed.notify()

    def _next_please(self) -> None:
        if self._jobs or self._closed:
            self._changed.notify()

    def _loop(self) -> None:
        while jobs := self._next():
            self._run(jobs)
            with self._state:
                self._busy = False

    def _next(self) -> list[Job]:
        """The next group, once nobody else writes; none when everything is done for good."""
        with self._changed:
            self._changed.wait_for(lambda: not self._busy and (self._jobs or self._closed))
            group = [self._jobs.popleft() for _ in range(min(GROUP, len(self._jobs)))]
            self._busy = bool(group)
            return group

    def _run(self, jobs: list[Job]) -> None:
        try:
            self._transaction(jobs)
        except _Spoilt:
            for job in jobs:  # whoever did it hears it alone
                self._run([job])
            return
        except BaseException as error:
            for job in jobs:
                job.outcome = self._engine.failure(error)
        else:
            self._committed()
        _deliver(jobs)
        self._session.delivered()

    def _transaction(self, jobs: list[Job]) -> None:
        self._engine.check()
        for attempt in count(1):
            try:
                self._attempt(jobs)
                return
            except _Spoilt:
                raise
            except Exception as error:
                if not self._session.again(error, attempt):
                    raise

    def _attempt(self, jobs: list[Job]) -> None:
        try:
            tx = Tx(self._session.begin(), self._runtime, writable=True)
            self._work(tx, jobs)
            self._session.commit(tx.chain.written())
        finally:
            self._session.end()

    def _work(self, tx: Tx, jobs: list[Job]) -> None:
        try:
            for together, group in groupby(jobs, key=lambda job: job.batched and job.run):
                self._run_group(tx, list(group), bool(together))
            tx.chain.flush()
        except BaseException as error:
            if len(jobs) > 1 and not tx.is_undone:
                raise _Spoilt from error
            raise

    def _run_group(self, tx: Tx, jobs: list[Job], together: bool) -> None:
        if together:
            outcomes = jobs[0].run(tx, [job.item for job in jobs])
            for job, outcome in zip(jobs, outcomes, strict=True):
                job.outcome = outcome
            return
        for job in jobs:
            job.outcome = self._run_one(tx, job)

    def _run_one(self, tx: Tx, job: Job) -> Outcome:
        try:
            with tx.savepoint():
                return job.run(tx)
        except Exception as error:
            if tx.is_undone:
                raise  # the engine gave up the whole group, as on a full disk
            return self._engine.failure(error)


def _deliver(jobs: Sequence[Job]) -> None:
    """Complete all callers; one wake-up per event loop and group."""
    waiting: dict[asyncio.AbstractEventLoop, list[Job]] = {}
    for job in jobs:
        if job.loop is not None:
            waiting.setdefault(job.loop, []).append(job)
        elif job.waiting is not None:
            job.waiting.release()
    for loop, group in waiting.items():
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_answer, group)


def _answer(jobs: Sequence[Job]) -> None:
    for job in jobs:
        if job.answer is None or job.answer.done():
            continue
        if isinstance(job.outcome, BaseException):
            job.answer.set_exception(job.outcome)
        else:
            job.answer.set_result(job.outcome)
