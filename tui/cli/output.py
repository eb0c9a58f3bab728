"""What a command says: data on stdout, narration on stderr, exit codes."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path

from backend.core.errors import BursarError, Invalid, Unreachable
from backend.core.text import display

DONE, REFUSED, USAGE, UNREACHABLE, CRASHED = 0, 1, 2, 3, 70
INTERRUPTED, TERMINATED = 130, 143


class OutputFailed(BursarError):
    """Standard output cannot take any more."""

    code, title = "output", "Cannot write"


def write(text: str) -> None:
    """Data on stdout. Raises BrokenPipeError when nobody reads any more, or OutputFailed."""
    if sys.stdout is None:
        raise OutputFailed("standard output is closed")
    try:
        sys.stdout.write(text)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputFailed(f"standard output: {error.strerror}") from error


def flush() -> None:
    """Have everything written. Raises as `write`."""
    if sys.stdout is not None:
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OutputFailed(f"standard output: {error.strerror}") from error


def say(text: str = "") -> None:
    """Narrate a line on stderr."""
    narrate(display(text) + "\n")


def narrate(text: str) -> None:
    """Narrate on stderr what is safe for a terminal; nobody needs to listen."""
    if sys.stderr is not None:
        with suppress(OSError):
            sys.stderr.write(text)
            sys.stderr.flush()


def told(error: BursarError) -> int:
    """Say what failed and what to do about it; the exit code. What may be secret is said on a
    terminal alone: stderr may be a log."""
    seen = sys.stderr is not None and sys.stderr.isatty()
    say(f"bursar: {error.title}: {error.shown if seen else error.message}")
    if error.hint:
        say(f"  {error.hint}")
    return code_of(error)


def code_of(error: BursarError) -> int:
    """The exit code of a failure."""
    if isinstance(error, Unreachable):
        return UNREACHABLE
    return USAGE if isinstance(error, Invalid) and error.data.get("usage") else REFUSED


def crashed(error: Exception) -> int:
    """Keep the details of an unexpected error in the log; where there is none, name it."""
    import logging

    told = f": {error!r}"
    with suppress(Exception):
        log = start_log()
        logging.getLogger("bursar").critical("crashed", exc_info=error)
        if log.exists():
            told = f"; details in {log}"
    say(f"bursar: stopped because of an error of its own{told}")
    return CRASHED


def start_log() -> Path:
    """Log to the state directory."""
    from tui import logs

    return logs.start(state_folder())


def state_folder() -> Path:
    """Where the log and drafts are kept."""
    from platformdirs import user_state_path

    return user_state_path("bursar")


def make_safe() -> None:
    """Signs that the locale does not know are written as escapes."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def let_go() -> None:
    """Flush what is left; a reader or terminal that is gone must not change the exit code."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
