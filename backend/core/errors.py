"""The one error tree; dialects map it to their envelopes, the console renders it.

BursarError
├── Invalid 400           ├── OverLimit 413        ├── StorageError 503
├── NotSignedIn 401       ├── PreviewStale 409     │   ├── StorageFull 507
├── NotAllowed 403        ├── Unreachable 503      │   ├── StorageBusy 503
├── NotFound 404          ├── BadReply 502         │   ├── StorageReadOnly 403
├── Conflict 409          └── OutcomeUnknown 504   │   ├── StorageUnreachable 503
└── GenerationConflict 409                         │   ├── StorageCorrupt 500
                                                   │   │   └── StorageForeign 500
                                                   │   ├── StorageNewer 503
                                                   │   └── StorageRefused 503
                                                   └── ReadOnly 403

What a server refuses before it looks: WrongMethod 405, WrongType 415, TooLarge 413,
HeadersTooLarge 431, TooSlow 408, Throttled 429, Overloaded 503; and ServerFailed 500.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from backend.core.plan import Plan

log = logging.getLogger("bursar")


class BursarError(Exception):
    """An expected failure: what failed, on which value, and what to do about it. `aside` is what
    some program said of it, which may be secret: it is on the screen at most, and never stored,
    logged or sent."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Failed"

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        data: Mapping[str, object] | None = None,
        aside: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.data: Mapping[str, object] = data or {}
        self.aside = aside

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message

    @property
    def shown(self) -> str:
        """The message for a screen."""
        return f"{self.message}: {self.aside}" if self.aside else self.message

    def on_screen(self) -> str:
        """All of it for a screen."""
        return f"{self.shown} ({self.hint})" if self.hint else self.shown


class Invalid(BursarError):
    """A value that cannot be accepted whatever the state (400)."""

    code, status, title = "invalid", 400, "Not valid"


class NotSignedIn(BursarError):
    """No usable credential (401)."""

    code, status, title = "not-signed-in", 401, "Not signed in"


class NotAllowed(BursarError):
    """The actor lacks the right to do this (403)."""

    code, status, title = "not-allowed", 403, "Not allowed"


class ReadOnly(NotAllowed):
    """The session was opened read-only (403)."""

    code, title = "read-only", "Read-only"


class NotFound(BursarError):
    """The named object does not exist or is hidden from the actor (404)."""

    code, status, title = "not-found", 404, "Not found"


class Conflict(BursarError):
    """The object's state does not permit this (409)."""

    code, status, title = "conflict", 409, "Conflict"


class GenerationConflict(Conflict):
    """The object changed since it was read (409)."""

    code, title = "generation-conflict", "Changed meanwhile"


class OverLimit(BursarError):
    """A quota would be exceeded, or less is held than is released (413)."""

    code, status, title = "over-limit", 413, "Over limit"


class PreviewStale(BursarError):
    """What was previewed is no longer what would happen; carries the new plan."""

    code, status, title = "preview-stale", 409, "Changed since the preview"

    def __init__(self, plan: Plan) -> None:
        super().__init__(
            "The situation changed after the preview; nothing was written",
            hint="look at the new preview and decide again",
        )
        self.plan = plan


class Unreachable(BursarError):
    """The server could not be reached; nothing was sent or done (503)."""

    code, status, title = "unreachable", 503, "Unreachable"


class BadReply(BursarError):
    """The server answered something that cannot be understood (502)."""

    code, status, title = "bad-reply", 502, "Unexpected reply"


class OutcomeUnknown(BursarError):
    """A write was sent but its outcome was not heard (504)."""

    code, status, title = "outcome-unknown", 504, "Outcome unknown"


class StorageError(BursarError):
    """The database refused or failed; nothing of the transaction was kept (503)."""

    code, status, title = "storage", 503, "Database failed"


class StorageFull(StorageError):
    """No room left for the database (507)."""

    code, status, title = "storage-full", 507, "Disk full"


class StorageBusy(StorageError):
    """Another process holds the database for too long (503)."""

    code, title = "storage-busy", "Database busy"


class StorageUnreachable(StorageError, Unreachable):
    """The database's server could not be reached; nothing of the transaction was kept (503)."""

    code, title = "storage-unreachable", "Database unreachable"


class StorageReadOnly(StorageError):
    """The database file cannot be written (403)."""

    code, status, title = "storage-read-only", 403, "Database is read-only"


class StorageCorrupt(StorageError):
    """The file is damaged or not a bursar database (500)."""

    code, status, title = "storage-corrupt", 500, "Database damaged"


class StorageForeign(StorageCorrupt):
    """The file, or the database on the server, is none of bursar's (500)."""

    code, title = "storage-foreign", "Not a bursar database"


class StorageNewer(StorageError):
    """The tables are those of a newer bursar (503)."""

    code, title = "storage-newer", "Made by a newer bursar"


class StorageRefused(StorageError):
    """What was to be written does not fit the tables, whoever tries it (503)."""

    code, title = "storage-refused", "Does not fit the database"


class ServerFailed(BursarError):
    """An error of the server's own, of which it tells nothing (500)."""

    code, status, title = "server-failed", 500, "Server failed"


class WrongMethod(BursarError):
    """The path exists, but not for this method; `allow` in the data has those that there are
    (405)."""

    code, status, title = "wrong-method", 405, "Not allowed"


class WrongType(BursarError):
    """A body that is something else than JSON (415)."""

    code, status, title = "wrong-type", 415, "Not JSON"


class TooLarge(BursarError):
    """A request that is bigger than the server reads (413)."""

    code, status, title = "too-large", 413, "Too large"


class HeadersTooLarge(TooLarge):
    """Headers that are bigger than the server reads (431)."""

    code, status = "headers-too-large", 431


class TooSlow(BursarError):
    """A request that did not arrive in time (408)."""

    code, status, title = "too-slow", 408, "Too slow"


class Throttled(BursarError):
    """Too many bad credentials; `retry_after` in the data is in seconds (429)."""

    code, status, title = "throttled", 429, "Too many attempts"


class Overloaded(BursarError):
    """The server has too much to do, or ends; `retry_after` in the data is in seconds (503)."""

    code, status, title = "overloaded", 503, "Overloaded"


def unforeseen(place: str, error: Exception) -> BursarError:
    """What failed at a place for a reason that is bursar's own; only the log tells it whole."""
    log.error("%s: an error of bursar's own", place, exc_info=error)
    told = f"{place}: an error of bursar's own: {type(error).__name__}"
    return BursarError(told, hint="its log says more")
