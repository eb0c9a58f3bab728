"""What an engine gives the database: the face that SQLite and PostgreSQL have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from backend.core.database.schema import Step

if TYPE_CHECKING:
    from backend.core.database.tx import Tx

T = TypeVar("T")
Head = tuple[int, bytes]
"""Seq and hash of a journal entry."""


class Connection(Protocol):
    """The part of a connection that transactions use."""

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open that can still be committed or rolled back."""
        ...

    def execute(self, sql: str, parameters: Any = ..., /) -> Any:
        """Run one statement."""
        ...

    def executemany(self, sql: str, parameters: Any, /) -> Any:
        """Run a statement once per row of parameters."""
        ...

    def each(self, sql: str, parameters: Any, /) -> Iterator[tuple[Any, ...]]:
        """Rows of a query one by one, never all at once."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


class Session(Protocol):
    """The one connection of a process that writes, one transaction at a time."""

    in_callers_thread: bool
    """Whether a caller's own thread may run a transaction, Ctrl-C and all."""

    def begin(self) -> Connection:
        """Wait until nobody else writes, and begin. Raises StorageBusy."""
        ...

    def commit(self, written: Head | None) -> None:
        """Commit; `written` is the journal's new head, None when nothing was journalled.

        Raises OutcomeUnknown when it cannot be told whether it is kept.
        """
        ...

    def end(self) -> None:
        """Roll back what was not committed and let others write."""
        ...

    def again(self, error: Exception, attempt: int) -> bool:
        """True, after a pause, where a transaction that failed is to be tried once more."""
        ...

    def delivered(self) -> None:
        """The callers have their answers: time for housekeeping."""
        ...

    def close(self) -> None:
        """Let go of everything."""
        ...


class Stop(Protocol):
    """`stop` ends the one read that it was made for, from any thread, and never a later one."""

    def run(self, conn: Any, work: Callable[[], T]) -> T:
        """Do `work`, which raises the engine's error when it is stopped."""
        ...

    def stop(self) -> None:
        """End the read, or have it end at its first statement; returns at once."""
        ...

    def again(self, error: Exception, attempt: int) -> bool:
        """True where a read that failed is to be tried once more."""
        ...


class Ear(Protocol):
    """Hears of the commits of all processes."""

    def wait(self) -> None:
        """Return when something may have happened, and now and then."""
        ...

    def committed(self) -> None:
        """This process has committed."""
        ...

    def wake(self) -> None:
        """Have `wait` return, from any thread."""
        ...

    def version(self) -> object:
        """Something that is another one after every commit. Raises the engine's error."""
        ...

    def head(self) -> int:
        """The journal's last seq. Raises the engine's error."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


class Claim(Protocol):
    """Work that is this process's alone until it is closed, or the process dies."""

    @property
    def holds(self) -> bool:
        """False once it is lost."""
        ...

    def close(self) -> None:
        """Let others have it."""
        ...


class Engine(Protocol):
    """A database as its engine has it; opened by `open` or `look`."""

    kind: str
    """`sqlite` or `postgresql`."""
    place: str
    """Where it is, without secrets."""
    lost: str
    """What was acknowledged before and is missing, `` for nothing."""
    remedy: str
    """What to do when something is missing."""
    snapshot: str
    """The statement that begins a read."""

    def open(self, steps: Sequence[Step]) -> Session:
        """Bring it to the newest schema step and let the process write."""
        ...

    def barred(self) -> str:
        """Why it is there and cannot be written, `` when it can as far as can be seen."""
        ...

    def look(self, steps: Sequence[Step]) -> None:
        """See that it can be read as it is."""
        ...

    def check(self) -> None:
        """See before a write that it is still there. Raises StorageError."""
        ...

    def reader(self) -> Connection:
        """A connection that only reads."""
        ...

    def release(self, conn: Any) -> bool:
        """End what a reader was doing; whether it can be used again."""
        ...

    def stop(self) -> Stop:
        """For one read."""
        ...

    def ear(self) -> Ear:
        """For one watcher."""
        ...

    def claim(self, name: str) -> Claim | None:
        """The work of this name, None while another process has it. Raises the engine's error."""
        ...

    def failure(self, error: BaseException) -> BaseException:
        """The tree's error, a new one, for what failed below; other errors as they are."""
        ...

    def backup(self, target: Path) -> None:
        """Write a checked copy to a new file. Raises StorageError."""
        ...

    def unmake(self, tx: Tx) -> None:
        """Remove what `open` made anew and nobody has filled; `tx` keeps other writers out."""
        ...

    @property
    def path(self) -> Path:
        """The file of an engine that has one. Raises StorageError."""
        ...
