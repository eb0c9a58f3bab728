"""The database facade: `read` on reader threads, `write` through the writer thread."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from backend.core.database.schema import Step, check_version, copy_to, migrate, version_of
from backend.core.database.sqlite import connect, storage_error
from backend.core.database.tx import Tx
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
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._guard = threading.Lock()
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="bursar-reader")
        self._writer = None if read_only else self._open_writer(steps)
        if read_only:
            check_version(version_of(self._reader()), steps)
        self._watcher: Watcher | None = None

    def read(self, fn: Callable[[Tx], T]) -> T:
        """Run `fn` on a snapshot, in the calling thread."""
        conn = self._reader()
        try:
            conn.execute("BEGIN")
            try:
                return fn(Tx(conn, self.runtime, writable=False))
            finally:
                if conn.in_transaction:
                    conn.execute("ROLLBACK")
        except sqlite3.Error as error:
            raise storage_error(error) from error

    async def aread(self, fn: Callable[[Tx], T]) -> T:
        """`read` on a reader thread."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.read, fn)

    def write(self, fn: Callable[[Tx], T]) -> T:
        """Run `fn` in a write transaction and wait for its commit; not for event loops."""
        waiter: Future[T] = Future()
        self._submit(Job(run=fn, waiter=waiter))
        return waiter.result()

    async def awrite(self, fn: Callable[[Tx], T]) -> T:
        """`write` for event loops."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()
        self._submit(Job(run=fn, loop=loop, answer=answer))
        return await answer

    def submit_many(self, run_many: RunMany, item: object) -> Future[Any]:
        """Queue an item that may be handled together with its neighbours in one call of
        `run_many(tx, items)`, which answers one outcome (or exception) per item."""
        waiter: Future[Any] = Future()
        self._submit(Job(run_many=run_many, item=item, waiter=waiter))
        return waiter

    async def awrite_many(self, run_many: RunMany, item: object) -> Any:
        """`submit_many` for event loops."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Any] = loop.create_future()
        self._submit(Job(run_many=run_many, item=item, loop=loop, answer=answer))
        return await answer

    def watch(self, changed: Callable[[int], None]) -> Callable[[], None]:
        """Call `changed(head seq)` on a thread after every commit of any process; the
        function returned ends it."""
        if self._watcher is None:
            self._watcher = Watcher(connect(self.path, writer=False, read_only=self.read_only))
        return self._watcher.subscribe(changed)

    def backup(self, target: Path) -> None:
        """Copy the live database to a new file and check the copy."""
        if target.exists():
            raise StorageError(f"{target} exists", hint="choose another name")
        conn = connect(self.path, writer=False, read_only=True)
        try:
            copy_to(conn, target)
        except sqlite3.Error as error:
            raise storage_error(error) from error
        finally:
            conn.close()

    def close(self) -> None:
        """Finish queued writes and close every connection."""
        if self._writer:
            self._writer.close()
        if self._watcher:
            self._watcher.close()
        self._readers.shutdown(wait=True)
        with self._guard:
            for conn in self._connections:
                conn.close()
            self._connections.clear()

    def _submit(self, job: Job) -> None:
        if self._writer is None:
            raise ReadOnly("the database is open read-only", hint="open without --read-only")
        self._writer.submit(job)

    def _open_writer(self, steps: Sequence[Step]) -> Writer:
        _create_private(self.path)
        conn = connect(self.path, writer=True, read_only=False)
        try:
            migrate(conn, steps, self.path)
        except sqlite3.Error as error:
            conn.close()
            raise storage_error(error) from error
        except BaseException:
            conn.close()
            raise
        self._connections.append(conn)
        lock = self.path.with_name(self.path.name + ".lock")
        return Writer(conn, self.runtime, lock, self._announce)

    def _announce(self, head: int) -> None:
        if self._watcher:
            self._watcher.announce(head)

    def _reader(self) -> sqlite3.Connection:
        conn: sqlite3.Connection | None = getattr(self._local, "conn", None)
        if conn is None:
            conn = connect(self.path, writer=False, read_only=self.read_only)
            self._local.conn = conn
            with self._guard:
                self._connections.append(conn)
        return conn


def _create_private(path: Path) -> None:
    """Tokens' hashes and people's addresses live in the file: only its owner may read it."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        return
    except OSError as error:
        raise StorageError(
            f"{path}: {error.strerror}", hint="check that the directory exists and can be written"
        ) from error


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
