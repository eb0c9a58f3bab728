"""The database facade: `read` on reader threads, `write` through the writer thread."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from backend.core.database.head import HeadFile, head_path, lost, noted
from backend.core.database.lock import FileLock
from backend.core.database.schema import Step, check_version, copy_to, migrate, version_of
from backend.core.database.sqlite import bursar_error, connect, path_error, storage_error
from backend.core.database.stop import Stop
from backend.core.database.tx import Tx
from backend.core.database.wal import WriteAheadLog
from backend.core.database.watch import Watcher
from backend.core.database.writer import Job, RunMany, Writer
from backend.core.errors import ReadOnly, StorageError
from backend.core.runtime import Runtime, system_runtime

T = TypeVar("T")

READERS = 4


class Database:
    """An opened SQLite file (PostgreSQL follows the same face).

    Functions given to `read` and `write` run on other threads and may run again after a
    failure, so they have no effects outside their transaction.
    """

    def __init__(
        self, path: Path, steps: Sequence[Step], runtime: Runtime, *, read_only: bool
    ) -> None:
        self.path = path
        self.runtime = runtime
        self.read_only = read_only
        self.lost = ""
        """What was acknowledged here before and is missing, `` for nothing."""
        self._name = str(path)
        self._process = os.getpid()
        self._guard = threading.Lock()
        self._closed = False
        self._idle: list[sqlite3.Connection] = []
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="bursar-reader")
        self._watcher: Watcher | None = None
        self._writer: Writer | None = None
        try:
            if read_only:
                self._check_version(steps)
            else:
                self._writer = self._open_writer(steps)
            self._inode = _inode(self._name)
        except BaseException:
            self.close()
            raise

    def read(self, fn: Callable[[Tx], T]) -> T:
        """Run `fn` on a snapshot, in the calling thread."""
        return self._read(fn, Stop())

    async def aread(self, fn: Callable[[Tx], T]) -> T:
        """`read` on a reader thread; cancelling the awaiting task stops the query."""
        stop = Stop()
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

    def watch(self, changed: Callable[[int], None]) -> Callable[[], None]:
        """Call `changed(head seq)` on a thread after the commits of any process, bursts once;
        the function returned ends it."""
        with self._guard:
            self._check_open()
            if self._watcher is None:
                self._watcher = Watcher(self._connect())
        return self._watcher.subscribe(changed)

    def announce(self) -> None:
        """Have everybody who watches look, although nothing was written."""
        with self._guard:
            if self._watcher:
                self._watcher.announce()

    def backup(self, target: Path) -> None:
        """Copy the live database to a new file and check the copy."""
        if target.exists():
            raise StorageError(f"{target} exists", hint="choose another name")
        conn = connect(self.path, writer=False, read_only=True)
        try:
            copy_to(conn, target)
        except sqlite3.Error as error:
            raise storage_error(error) from error
        except OSError as error:
            raise path_error(target, error) from error
        finally:
            conn.close()

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
        if self._writer is None:
            raise ReadOnly("the database is open read-only", hint="open without --read-only")
        if _inode(self._name) != self._inode:  # SQLite would go on in a file without a name
            raise StorageError(
                f"{self.path} was moved, removed or replaced while it was open",
                hint="put it back, or start again; nothing was changed",
            )
        return self._writer

    def _check_open(self) -> None:
        if self._process != os.getpid():
            raise StorageError("the database belongs to the parent process", hint="open it again")
        if self._closed:
            raise _closed()

    def _open_writer(self, steps: Sequence[Step]) -> Writer:
        _create_private(self.path)
        file = self.path.resolve()
        lock = FileLock(file.with_name(file.name + ".lock"))
        try:
            lock.take()
            conn = self._migrated(steps)
            lock.give()
        except BaseException:
            lock.close()
            raise
        head = HeadFile(head_path(file), keep=bool(self.lost))
        log = WriteAheadLog(conn, file)
        return Writer(conn, self.runtime, lock, head, log, self._committed)

    def _migrated(self, steps: Sequence[Step]) -> sqlite3.Connection:
        conn = connect(self.path, writer=True, read_only=False)
        try:
            migrate(conn, steps, self.path)
            self.lost = lost(conn, self.path, noted(head_path(self.path)))
        except BaseException as error:
            conn.close()
            raise bursar_error(error) from error
        return conn

    def _committed(self) -> None:
        if self._watcher:
            self._watcher.wake()

    def _check_version(self, steps: Sequence[Step]) -> None:
        head = noted(head_path(self.path))
        conn = self._take_reader()
        try:
            check_version(version_of(conn), steps, exactly=True)
            self.lost = lost(conn, self.path, head)
        finally:
            self._give_reader(conn)

    def _connect(self) -> sqlite3.Connection:
        return connect(self.path, writer=False, read_only=self.read_only)

    def _read(self, fn: Callable[[Tx], T], stop: Stop) -> T:
        conn = self._take_reader()
        try:
            conn.execute("BEGIN")
            tx = Tx(conn, self.runtime, writable=False)
            return stop.run(conn, lambda: fn(tx))
        except (sqlite3.Error, UnicodeEncodeError, OverflowError) as error:
            raise bursar_error(error) from error
        finally:
            self._give_reader(conn)

    def _take_reader(self) -> sqlite3.Connection:
        self._check_open()
        try:
            return self._idle.pop()
        except IndexError:
            return self._connect()

    def _give_reader(self, conn: sqlite3.Connection) -> None:
        if conn.in_transaction:
            conn.execute("ROLLBACK")
        with self._guard:
            if not self._closed:
                self._idle.append(conn)
                return
        conn.close()


def _inode(name: str) -> int:
    """Which file has this name; 0 for none."""
    try:
        return os.stat(name).st_ino
    except OSError:
        return 0


def _closed() -> StorageError:
    return StorageError("the database is closed", hint="open it again")


def _create_private(path: Path) -> None:
    """Tokens' hashes and people's addresses live in the file: only its owner may read it."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        return
    except OSError as error:
        raise path_error(path, error) from error


def open_database(
    path: Path,
    steps: Sequence[Step],
    runtime: Runtime | None = None,
    *,
    read_only: bool = False,
) -> Database:
    """Open or create the database at `path` and bring it to the newest schema step.

    Raises StorageError (unreadable, read-only, foreign or newer file).
    """
    if read_only and not path.exists():
        raise StorageError(f"{path} does not exist", hint="open it once without --read-only")
    return Database(path, steps, runtime or system_runtime(), read_only=read_only)
