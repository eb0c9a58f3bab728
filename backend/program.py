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
from collections.abc import Mapping, Sequence
from typing import IO, cast

from backend.core.text import display

GRACE = 2.0
"""Seconds that a program has left once it is to stop."""

LOOK = 0.1
OUTPUT_KEPT = 4096
OUTPUT_TOLD = 200


class Failed(Exception):
    """It could not be run or did not end well; the message says why, without anything secret.
    `aside` is what it said itself, which may be."""

    def __init__(self, message: str, aside: str = "") -> None:
        super().__init__(message)
        self.aside = aside


class Stopped(Exception):
    """It was broken off; how far it got is not known."""


def execute(
    words: Sequence[str],
    body: bytes,
    timeout: float,
    stop: threading.Event,
    complaint: bytearray | None = None,
) -> tuple[int, bytes]:
    """Exit code of a program and the beginning of what it wrote; what it wrote to stderr is among
    that, or put into the `complaint`. It and what it started are killed after `timeout` seconds.
    Raises Failed, Stopped."""
    # A file, not a pipe: a program need not read what it is given.
    with tempfile.TemporaryFile() as given:
        given.write(body)
        given.seek(0)
        with _started(words, given, apart=complaint is not None) as process:
            output = bytearray()
            streams = {cast("IO[bytes]", process.stdout): output}
            if process.stderr is not None and complaint is not None:
                streams[process.stderr] = complaint
            try:
                return _followed(process, streams, timeout, stop), bytes(output)
            finally:
                _end(process)


def ending(code: int) -> str:
    """How a program failed that ended so."""
    return f"exit {code}" if code > 0 else f"ended by signal {-code}"


def said(output: bytes | bytearray) -> str:
    """The beginning of what a program said, in a line that is safe to be shown."""
    return display(output.decode("utf-8", "replace").strip(), limit=OUTPUT_TOLD)


def _started(words: Sequence[str], given: IO[bytes], *, apart: bool) -> subprocess.Popen[bytes]:
    """A program in a session of its own, with its stderr `apart` or in its output. Raises
    Failed."""
    errors = subprocess.PIPE if apart else subprocess.STDOUT
    try:
        return subprocess.Popen(  # noqa: S603
            words, stdin=given, stdout=subprocess.PIPE, stderr=errors, start_new_session=True
        )
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise Failed(f"{words[0]} cannot be run: {why}") from error


def _followed(
    process: subprocess.Popen[bytes],
    streams: Mapping[IO[bytes], bytearray],
    timeout: float,
    stop: threading.Event,
) -> int:
    """Exit code, the beginning of each stream taken. What goes on in the background does not
    count."""
    end = time.monotonic() + timeout
    told = False
    while (code := process.poll()) is None:
        if stop.is_set() and not told:
            told, end = True, min(end, time.monotonic() + GRACE)
        if time.monotonic() > end:
            if told:
                raise Stopped
            raise Failed(f"no end after {timeout:g} s; it was killed")
        _read(streams, LOOK)
    _read(streams, 0)
    return code


def _read(streams: Mapping[IO[bytes], bytearray], seconds: float) -> None:
    """Take what there is; beyond what is kept it is thrown away."""
    ready, _, _ = select.select(list(streams), [], [], seconds)
    more = False
    for stream in ready:
        found = os.read(stream.fileno(), 1 << 16)
        taken = streams[stream]
        taken += found[: OUTPUT_KEPT - len(taken)]
        more = more or bool(found)
    if ready and not more and seconds:
        time.sleep(seconds / 10)  # it closed its output and goes on


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill a program that has not ended, and what it started in its session."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
