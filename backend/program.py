"""Running a program of the operator's choice: bounded in time and output, never through a shell."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from typing import IO, cast

GRACE = 2.0
"""Seconds that a program has left once it is to stop."""

LOOK = 0.1
OUTPUT_KEPT = 4096


class Failed(Exception):
    """It could not be run or did not end; the message says why, without anything secret."""


class Stopped(Exception):
    """It was broken off; how far it got is not known."""


def execute(
    words: Sequence[str],
    body: bytes,
    timeout: float,
    stop: threading.Event,
    errors: int = subprocess.STDOUT,
) -> tuple[int, bytes]:
    """Exit code of a program and the beginning of what it wrote; it and what it started are
    killed after `timeout` seconds. Raises Failed, Stopped."""
    # A file, not a pipe: a program need not read what it is given.
    with tempfile.TemporaryFile() as given:
        given.write(body)
        given.seek(0)
        with _started(words, given, errors) as process:
            try:
                return _followed(process, cast("IO[bytes]", process.stdout), timeout, stop)
            finally:
                _end(process)


def _started(words: Sequence[str], given: IO[bytes], errors: int) -> subprocess.Popen[bytes]:
    """A program in a session of its own. Raises Failed."""
    try:
        return subprocess.Popen(  # noqa: S603
            words, stdin=given, stdout=subprocess.PIPE, stderr=errors, start_new_session=True
        )
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise Failed(f"{words[0]} cannot be run: {why}") from error


def _followed(
    process: subprocess.Popen[bytes], stream: IO[bytes], timeout: float, stop: threading.Event
) -> tuple[int, bytes]:
    """Exit code and output. What goes on in the background does not count."""
    output, end = bytearray(), time.monotonic() + timeout
    told = False
    while (code := process.poll()) is None:
        if stop.is_set() and not told:
            told, end = True, min(end, time.monotonic() + GRACE)
        if time.monotonic() > end:
            if told:
                raise Stopped
            raise Failed(f"no end after {timeout:g} s; it was killed")
        _read(stream, output, LOOK)
    _read(stream, output, 0)
    return code, bytes(output)


def _read(stream: IO[bytes], output: bytearray, seconds: float) -> None:
    """Take what there is; beyond what is kept it is thrown away."""
    ready, _, _ = select.select([stream], [], [], seconds)
    if not ready:
        return
    found = os.read(stream.fileno(), 1 << 16)
    output += found[: OUTPUT_KEPT - len(output)]
    if not found and seconds:
        time.sleep(seconds / 10)  # it closed its output and goes on


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill a program that has not ended, and what it started in its session."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
