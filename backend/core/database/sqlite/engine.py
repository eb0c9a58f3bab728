"""An SQLite file as an engine."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from backend.core.database.schema import Step, check_version
from backend.core.database.sqlite.claim import FileClaim, claim
from backend.core.database.sqlite.connection import (
    FileConnection,
    bursar_error,
    connect,
    path_error,
    storage_error,
)
from backend.core.database.sqlite.ear import FileEar
from backend.core.database.sqlite.head import SELECT_LAST, HeadFile, head_path, lost, noted, remedy
from backend.core.database.sqlite.lock import FileLock
from backend.core.database.sqlite.schema import copy_to, migrate, version_of
from backend.core.database.sqlite.session import FileSession
from backend.core.database.sqlite.stop import FileStop
from backend.core.database.sqlite.wal import WriteAheadLog
from backend.core.database.tx import Tx
from backend.core.errors import StorageError

BESIDE = ("-wal", "-shm", ".lock", ".lock-next")
"""What a writer has beside the file."""


class FileEngine:
    """One file and what lies beside it."""

    kind = "sqlite"
    snapshot = "BEGIN"

    def __init__(self, path: Path) -> None:
        self.path = path
        self.place = str(path)
        self.lost = ""
        self.remedy = remedy(path)
        self._name = str(path)
        self._inode = 0
        self._made = False
        self._read_only = True

    def open(self, steps: Sequence[Step]) -> FileSession:
        """Make or migrate the file and queue with other writers. Raises StorageError."""
        self._read_only = False
        self._made = _create_private(self.path)
        file = self.path.resolve()
        lock = FileLock(file.with_name(file.name + ".lock"))
        try:
            lock.take()
            conn = self._migrated(steps)
            lock.give()
        except BaseException:
            lock.close()
            raise
        self._inode = _inode(self._name)
        head = HeadFile(head_path(file), keep=bool(self.lost))
        return FileSession(conn, lock, head, WriteAheadLog(conn, file))

    def barred(self) -> str:
        """The first file that writing takes and this user may not write, by its name."""
        file = self.path.resolve()
        if not file.exists():
            return ""
        for beside in (file, *(file.with_name(file.name + end) for end in BESIDE)):
            written = beside if beside.exists() else file.parent
            if not os.access(written, os.W_OK):
                return f"{written.name} cannot be written: see to its owner or mode"
        return ""

    def look(self, steps: Sequence[Step]) -> None:
        """See that the file can be read as it is. Raises StorageError."""
        if not self.path.exists():
            told = f"{self.path} does not exist"
            raise StorageError(told, hint="the console makes it, unless opened with --read-only")
        head = noted(head_path(self.path))
        conn = self.reader()
        try:
            check_version(version_of(conn), steps, exactly=True)
            self.lost = lost(conn, self.path, head)
        finally:
            conn.close()

    def check(self) -> None:
        """See that the name still leads to the file. Raises StorageError."""
        if _inode(self._name) != self._inode:  # SQLite would go on in a file without a name
            raise StorageError(
                f"{self.path} was moved, removed or replaced while it was open",
                hint="put it back, or start again; nothing was changed",
            )

    def reader(self) -> FileConnection:
        """A connection that only reads."""
        return connect(self.path, writer=False, read_only=self._read_only)

    def release(self, conn: FileConnection) -> bool:
        """End its snapshot."""
        if conn.in_transaction:
            conn.execute("ROLLBACK")
        return True

    def stop(self) -> FileStop:
        """For one read."""
        return FileStop()

    def ear(self) -> FileEar:
        """For one watcher."""
        return FileEar(self.reader())

    def claim(self, name: str) -> FileClaim | None:
        """A lock on a file of this name beside it."""
        file = self.path.resolve()
        return claim(file.with_name(f"{file.name}.{name}"))

    def failure(self, error: BaseException) -> BaseException:
        """The tree's error for what failed below."""
        return bursar_error(error)

    def backup(self, target: Path) -> None:
        """Copy the live file and check the copy. Raises StorageError."""
        conn = connect(self.path, writer=False, read_only=True)
        try:
            copy_to(conn, target)
        except sqlite3.Error as error:
            raise storage_error(error) from error
        except OSError as error:
            raise path_error(target, error) from error
        finally:
            conn.close()

    def unmake(self, tx: Tx) -> None:
        """Remove the file that was made here, and what lies beside it, while it is empty."""
        if self._made and not tx.scalar(SELECT_LAST):
            file = self.path.resolve()
            for end in ("-wal", "-shm", "", ".head", ".lock-next", ".lock"):  # the locks last
                file.with_name(file.name + end).unlink(missing_ok=True)

    def _migrated(self, steps: Sequence[Step]) -> FileConnection:
        conn = connect(self.path, writer=True, read_only=False)
        try:
            migrate(conn, steps, self.path)
            self.lost = lost(conn, self.path, noted(head_path(self.path)))
        except BaseException as error:
            conn.close()
            raise bursar_error(error) from error
        return conn


def _inode(name: str) -> int:
    """Which file has this name; 0 for none."""
    try:
        return os.stat(name).st_ino
    except OSError:
        return 0


def _create_private(path: Path) -> bool:
    """Tokens' hashes and people's addresses live in the file: only its owner may read it. False
    when it is there already."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        return False
    except OSError as error:
        raise path_error(path, error) from error
    return True
