"""The database facade: `read` on reader threads, `write` through the writer thread."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from backend.core.database.engine import Claim, Connection, Engine, Stop
from backend.core.database.schema import Step
from backend.core.database.sqlite.engine import FileEngine
from backend.core.database.tx import Tx
from backend.core.database.watch import Watcher
from backend.core.database.writer import Job, RunMany, Writer
from backend.core.dsn import is_server
from backend.core.errors import BursarError, Invalid, ReadOnly, StorageError
from backend.core.runtime import Runtime, system_runtime

T = TypeVar("T")

READERS = 4


class Database:
    """An opened database, whichever engine keeps it.

    Functions given to `read` and `write` run on other threads and may run again after a
    failure, so they have no effects outside their transaction.
    """

    def __init__(
        self, engine: Engine, steps: Sequence[Step], runtime: Runtime, *, read_only: bool
    ) -> None:
        self.runtime = runtime
        self.barred = "" if read_only else engine.barred()
        """Why it is read-only though nobody asked for that."""
        self.read_only = read_only = read_only or bool(self.barred)
        self.kind = engine.kind
        self.place = engine.place
        """Where it is, without secrets."""
        self._engine = engine
        self._process = os.getpid()
        self._guard = threading.Lock()
        self._closed = False
        self._idle: list[Connection] = []
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="bursar-reader")
        self._watcher: Watcher | None = None
        self._writer: Writer | None = None
        try:
            if read_only:
                engine.look(steps)
            else:
                session = engine.open(steps)
                self._writer = Writer(session, runtime, engine, self._committed)
        except BaseException:
            self.close()
            raise

    @property
    def path(self) -> Path:
        """The file, where there is one. Raises StorageError."""
        return self._engine.path

    @property
    def lost(self) -> str:
        """What was acknowledged here before and is missing, `` for nothing."""
        return self._engine.lost

    @property
    def remedy(self) -> str:
        """What to do when something is missing."""
        return self._engine.remedy

    def read(self, fn: Callable[[Tx], T]) -> T:
        """Run `fn` on a snapshot, in the calling thread."""
        return self._read(fn, self._engine.stop())

    async def aread(self, fn: Callable[[Tx], T]) -> T:
        """`read` on a reader thread; cancelling the awaiting task stops the query."""
        stop = self._engine.stop()
        loop = asyncio.get_running_loop()
        try:
            reading = loop.run_in_executor(self._readers, self._read, fn, stop)
        except RuntimeError as error:  # the pool takes no more work
            raise _closed() from error
        try:
            return await reading
        except asyncio.CancelledError:
            stop.stop()
            raise

    def write(self, fn: Callable[[Tx], T]) -> T:
        """Run `fn` in a write transaction and wait for its commit; not for event loops."""
        result: T = self._done(Job(fn))
        return result

    async def awrite(self, fn: Callable[[Tx], T]) -> T:
        """`write` for event loops."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()
        self._writable().submit(Job(fn, loop=loop, answer=answer))
        return await answer

    def write_many(self, run_many: RunMany, item: object) -> Any:
        """Hand in an item that may be done together with its neighbours by one call of
        `run_many(tx, items)`, which answers one outcome (or exception) per item."""
        return self._done(Job(run_many, item, batched=True))

    async def awrite_many(self, run_many: RunMany, item: object) -> Any:
        """`write_many` for event loops."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Any] = loop.create_future()
        self._writable().submit(Job(run_many, item, batched=True, loop=loop, answer=answer))
        return await answer

    @property
    def queued(self) -> int:
        """How many writes wait for their transaction."""
        return self._writer.queued if self._writer else 0

    def watch(self, changed: Callable[[int], None]) -> Callable[[], None]:
        """Call `changed(head seq)` on a thread after the commits of any process, bursts once;
        the function returned ends it."""
        with self._guard:
            self._check_open()
            if self._watcher is None:
                self._watcher = Watcher(self._engine.ear())
        return self._watcher.subscribe(changed)

    def announce(self) -> None:
        """Have everybody who watches look, although nothing was written."""
        with self._guard:
            if self._watcher:
                self._watcher.announce()

    def claim(self, name: str) -> Claim | None:
        """Have the work of this name, None while another process has it. Raises StorageError."""
        self._check_open()
        try:
            return self._engine.claim(name)
        except Exception as error:
            told = self._engine.failure(error)
            if told is error:
                raise
            raise told from error

    def backup(self, target: Path) -> None:
        """Copy the live database to a new file and check the copy. Raises StorageError, and
        Invalid when the file exists."""
        if target.exists():
            raise Invalid(f"{target} exists", hint="choose another name")
        self._engine.backup(target)

    def unmake(self) -> None:
        """Remove the file if this made it and nothing was journalled since; no harm otherwise."""
        with suppress(BursarError, OSError):
            self.write(self._engine.unmake)

    def close(self) -> None:
        """Finish queued writes and reads and close every connection; a forked child must not."""
        if self._process != os.getpid():
            return
        if self._writer:
            self._writer.close()
        with self._guard:
            self._closed = True
            watcher, self._watcher = self._watcher, None
        if watcher:
            watcher.close()
        self._readers.shutdown(wait=True)
        while self._idle:
            self._idle.pop().close()

    def _done(self, job: Job) -> Any:
        outcome = self._writable().run(job)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    def _writable(self) -> Writer:
        self._check_open()
        if self.barred:
            raise ReadOnly(self.barred, hint="then open it again")
        if self._writer is None:
            raise ReadOnly("the database is open read-only", hint="open without --read-only")
        return self._writer

    def _check_open(self) -> None:
        if self._process != os.getpid():
            raise StorageError("the database belongs to the parent process", hint="open it again")
        if self._closed:
            raise _closed()

    def _committed(self) -> None:
        if self._watcher:
            self._watcher.committed()

    def _read(self, fn: Callable[[Tx], T], stop: Stop) -> T:
        for attempt in count(1):
            try:
                return self._attempt(fn, stop)
            except Exception as error:
                if stop.again(error, attempt):
                    continue
                told = self._engine.failure(error)
                if told is error:
                    raise
                raise told from error
        raise AssertionError("counting has no end")

    def _attempt(self, fn: Callable[[Tx], T], stop: Stop) -> T:
        conn = self._take_reader()
        try:
            conn.execute(self._engine.snapshot)
            tx = Tx(conn, self.runtime, writable=False)
            return stop.run(conn, lambda: fn(tx))
        finally:
            self._give_reader(conn)

    def _take_reader(self) -> Connection:
        self._check_open()
        try:
            return self._idle.pop()
        except IndexError:
            return self._engine.reader()

    def _give_reader(self, conn: Connection) -> None:
        usable = self._engine.release(conn)
        with self._guard:
            if usable and not self._closed:
                self._idle.append(conn)
                return
        conn.close()


def _closed() -> StorageError:
    return StorageError("the database is closed", hint="open it again")


def open_database(
    place: Path | str,
    steps: Sequence[Step],
    runtime: Runtime | None = None,
    *,
    read_only: bool = False,
) -> Database:
    """Open or create the database in a file, or one that a `postgresql://` URL names, and bring
    it to the newest schema step; a file that this user may not write is read-only.

    Raises StorageError (unreadable, unreachable, read-only, foreign or newer database).
    """
    engine = _engine(place)
    return Database(engine, steps, runtime or system_runtime(), read_only=read_only)


def _engine(place: Path | str) -> Engine:
    if isinstance(place, str) and is_server(place):
        return _server(place)
    return FileEngine(Path(place))


def _server(url: str) -> Engine:
    try:
        from backend.core.database.postgres.engine import ServerEngine
    except ImportError as error:
        told = "PostgreSQL's driver is not installed"
        raise StorageError(told, hint="in bursar's sources: pip install '.[postgres]'") from error
    return ServerEngine(url)
