"""What the system and TLS say of a connection that broke."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from socket import gaierror

from backend.core.text import display


def said_of(error: BaseException) -> str:
    """Their words about what an error came from, `` where they have none."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLError):
            told = getattr(cause, "verify_message", "") or cause.reason or cause
            return f"TLS: {display(told)}"
        if isinstance(cause, OSError) and cause.strerror:
            return display(_strerror(cause))
    return ""


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what it came from; of several attempts, each."""
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for one in error.exceptions:
                yield from _causes(one)
        error = error.__cause__ or error.__context__


def _strerror(error: OSError) -> str:
    """The system's words where there are any; the event loop's own say less."""
    if error.errno is None or isinstance(error, gaierror):
        return str(error.strerror)
    return os.strerror(error.errno)
