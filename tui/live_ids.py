"""Ids of what is alive elsewhere: one a line, from a file or from what a command writes."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import signal
import stat
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from backend.core.errors import Invalid
from backend.core.text import display

LARGEST = 32_000_000
"""Bytes that are read at most."""
TOLD = 4_000
"""Bytes kept of what a command says on its standard error."""
SECONDS = 120.0
"""How long a command may take."""
PROGRAM = "!"
_ID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
_ONE_COLUMN = (
    "one id a line and nothing else, such as `openstack server list -f value -c ID` writes"
)


class Living(NamedTuple):
    """Ids, and since when what is new may be missing among them: seconds since the epoch."""

    ids: list[str]
    at: float


async def live_ids(source: str, seconds: float = SECONDS) -> Living:
    """The ids in a file, or in what `!command` writes; each once, lower case with dashes.

    The command runs without a shell. Raises Invalid when it fails, when there are no ids, and for
    a line that is none: what is not in the list counts as dead.
    """
    if source.startswith(PROGRAM):
        words, at = _words(source[len(PROGRAM) :]), time.time()
        return Living(parsed(await _written(words, seconds), words[0]), at)
    data, at = await asyncio.to_thread(_from_file, source)
    return Living(parsed(data, source), at)


def parsed(data: bytes, where: str) -> list[str]:
    """The ids of a text, blank lines and those that begin with # left out. Raises Invalid."""
    found: dict[str, None] = {}
    lines = data.decode("utf-8-sig", "backslashreplace").splitlines()
    for number, line in enumerate(map(str.strip, lines), start=1):
        if not line or line.startswith("#"):
            continue
        if not _ID.fullmatch(line):
            told = f"{where}: line {number} is no id: {display(line, limit=40)}"
            raise Invalid(told, hint=_ONE_COLUMN)
        plain = line.replace("-", "").lower()
        found["-".join((plain[:8], plain[8:12], plain[12:16], plain[16:20], plain[20:]))] = None
    if not found:
        told = f"{where}: there are no ids in it, so that everything would count as orphaned"
        raise Invalid(told, hint=_ONE_COLUMN)
    return list(found)


def _from_file(file: str) -> tuple[bytes, float]:
    """What is in it, and when it was written."""
    path = Path(os.path.expanduser(file))
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise Invalid(f"{file} is no file")
        with path.open("rb") as stream:
            at = os.fstat(stream.fileno()).st_mtime
            return _bounded(stream.read(LARGEST + 1), file), at
    except OSError as error:
        raise Invalid(f"{file}: {error.strerror}") from error


def _bounded(data: bytes, where: str) -> bytes:
    if len(data) > LARGEST:
        raise Invalid(f"{where}: more than {LARGEST // 1_000_000} MB")
    return data


def _words(text: str) -> list[str]:
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise Invalid(f"{text}: {error}", hint="quotes have to be closed") from error
    if not words:
        raise Invalid("no command follows !", hint="such as !openstack server list -f value -c ID")
    return words


class _Listening(asyncio.SubprocessProtocol):
    """Takes what a program writes, as far as there is room, and the end of what it complains of."""

    def __init__(self) -> None:
        self.output, self.said = bytearray(), b""
        loop = asyncio.get_running_loop()
        self.heard, self.exited = loop.create_future(), loop.create_future()
        """Nothing more is to be heard, or to be waited for."""

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """A part of it."""
        if fd != 1:
            self.said = (self.said + data)[-TOLD:]
        elif len(self.output) <= LARGEST:
            self.output += data
        if len(self.output) > LARGEST:
            _tell(self.heard)

    def process_exited(self) -> None:
        """It ended; what it wrote may still be on its way."""
        _tell(self.exited)

    def connection_lost(self, exc: Exception | None) -> None:
        """It ended, and all is heard."""
        _tell(self.heard)


def _tell(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


async def _written(words: list[str], seconds: float) -> bytes:
    """What a program writes. A session of its own keeps it from the console's terminal."""
    try:
        transport, told = await asyncio.get_running_loop().subprocess_exec(
            _Listening, *words, stdin=asyncio.subprocess.DEVNULL, start_new_session=True
        )
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise Invalid(f"{words[0]}: {why}") from error
    try:
        async with asyncio.timeout(seconds):
            await told.heard
    except TimeoutError as error:
        raise Invalid(f"{words[0]}: no end after {seconds:g} seconds") from error
    finally:
        await _ended(transport, told)
    output = _bounded(bytes(told.output), words[0])
    if code := transport.get_returncode():
        last = (told.said.decode("utf-8", "replace").strip().splitlines() or [""])[-1]
        why = f": {display(last, limit=200)}" if last else ""
        raise Invalid(f"{words[0]}: exit {code}{why}")
    return output


async def _ended(transport: asyncio.SubprocessTransport, told: _Listening) -> None:
    """End it with all that it started, if it has not ended by itself."""
    if not (told.heard.done() and told.exited.done()):
        with suppress(ProcessLookupError):
            os.killpg(transport.get_pid(), signal.SIGKILL)
        await asyncio.shield(told.exited)
    transport.close()
