"""PostgreSQL's failures by their SQLSTATE: what they are here, and which pass by themselves."""

from __future__ import annotations

import psycopg

from backend.core.errors import (
    Invalid,
    OutcomeUnknown,
    StorageBusy,
    StorageCorrupt,
    StorageError,
    StorageFull,
    StorageReadOnly,
    StorageRefused,
    StorageUnreachable,
)

READ_ONLY = "25006"
LOCK_TIMEOUT = "55P03"

CONFLICTS = ("40001", "40P01")
GONE = ("08", "57P01", "57P02", "57P03", "25P03")
"""The connection is of no use any more, or the server does not take any yet."""

# The first prefix counts.
_FAILURES: dict[str, tuple[type[StorageError], str]] = {
    "53100": (StorageFull, "free some space on the server; nothing of this change was kept"),
    "53300": (StorageBusy, "the server takes no more connections: raise max_connections"),
    LOCK_TIMEOUT: (StorageBusy, "another program holds the database; try again"),
    "40001": (StorageBusy, "others wrote the same at once; try again"),
    "40P01": (StorageBusy, "others wrote the same at once; try again"),
    READ_ONLY: (StorageReadOnly, "is it a standby? name the primary; bursar --read-only looks"),
    "42501": (StorageReadOnly, "grant the user what is needed, or make it the tables' owner"),
    "XX001": (StorageCorrupt, "restore a backup made with bursar backup"),
    "XX002": (StorageCorrupt, "restore a backup made with bursar backup"),
    "08": (StorageUnreachable, "check host and port, and that the server runs"),
    "57P": (StorageUnreachable, "the server is starting or stopping; try again"),
}
_CHARACTERS = ("22021", "22P05")
_OF_WHAT_IS_WRITTEN = (psycopg.IntegrityError, psycopg.ProgrammingError, psycopg.DataError)


def state_of(error: BaseException) -> str:
    """The SQLSTATE of a driver error, `` without one."""
    return (error.sqlstate or "") if isinstance(error, psycopg.Error) else ""


def is_gone(error: BaseException) -> bool:
    """True when the connection broke."""
    state = state_of(error)
    if state:
        return state.startswith(GONE)
    return type(error) in (psycopg.OperationalError, psycopg.InterfaceError)


def passes(error: BaseException) -> bool:
    """True for what is nobody's fault and may be over when it is tried again."""
    return state_of(error) in CONFLICTS or is_gone(error)


def storage_error(error: psycopg.Error) -> StorageError:
    """The tree's error for a driver error; its text has no values from rows."""
    state = state_of(error)
    message = error.diag.message_primary or " ".join(str(error).split())
    for prefix, (kind, hint) in _FAILURES.items():
        if state.startswith(prefix):
            return kind(f"{message} [{state}]", hint=hint)
    if not state and is_gone(error):
        return StorageUnreachable(message, hint=_FAILURES["08"][1])
    kind = StorageRefused if isinstance(error, _OF_WHAT_IS_WRITTEN) else StorageError
    return kind(f"{message} [{state or type(error).__name__}]", hint="run bursar check")


def bursar_error(error: BaseException) -> BaseException:
    """The tree's error, a new one, for what failed below; other errors as they are."""
    if isinstance(error, StorageError | OutcomeUnknown):
        return type(error)(error.message, hint=error.hint, data=error.data)
    if isinstance(error, UnicodeEncodeError):
        return Invalid("a text contains half a surrogate pair", hint="remove this character")
    if isinstance(error, OverflowError) or state_of(error) == "22003":
        return Invalid("a number is too large", hint="use 64-bit integers")
    if isinstance(error, psycopg.DataError) and state_of(error) in ("", *_CHARACTERS):
        return Invalid("a text contains a NUL character", hint="remove this character")
    return storage_error(error) if isinstance(error, psycopg.Error) else error
