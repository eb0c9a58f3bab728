"""Ids of what is alive elsewhere: one a line, from a file or from what a command writes."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import signal
import stat
from contextlib import suppress
from pathlib import Path

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


async def live_ids(source: str, seconds: float = SECONDS) -> list[str]:
    """The ids in a file, or in what `!command` writes; each once, lower case with dashes.

    The command runs without a shell. Raises Invalid when it fails, when there are no ids, and for
    a line that is none: what is not in the list counts as dead.
    """
    if source.startswith(PROGRAM):
        words = _words(source[len(PROGRAM) :])
        return parsed(await _written(words, seconds), words[0])
    return parsed(await asyncio.to_thread(_from_file, source), source)


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


def _from_file(file: str) -> bytes:
    path = Path(os.path.expanduser(file))
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise Invalid(f"{file} is no file")
        with path.open("rb") as stream:
            return _bounded(stream.read(LARGEST + 1), file)
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


async def _written(words: list[str], seconds: float) -> bytes:
    """What a program writes. A session of its own keeps it from the console's terminal."""
    try:
        process = await asyncio.create_subprocess_exec(
            *words,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        told = error.strerror if isinstance(error, OSError) else str(error)
        raise Invalid(f"{words[0]}: {told}") from error
    try:
        async with asyncio.timeout(seconds):
            output, said = await _heard(process, words[0])
    except BaseException as error:
        await _stopped(process)
        if isinstance(error, TimeoutError):
            raise Invalid(f"{words[0]}: no end after {seconds:g} seconds") from error
        raise
    if process.returncode:
        last = (said.strip().splitlines() or [""])[-1]
        told = f": {display(last, limit=200)}" if last else ""
        raise Invalid(f"{words[0]}: exit {process.returncode}{told}")
    return output


async def _heard(process: asyncio.subprocess.Process, name: str) -> tuple[bytes, str]:
    """All that it writes, as far as there is room, and the end of what it complains of."""
    assert process.stdout is not None
    assert process.stderr is not None
    output, said = await asyncio.gather(_taken(process.stdout, name), _last(process.stderr))
    await process.wait()
    return output, said.decode("utf-8", "replace")


async def _taken(stream: asyncio.StreamReader, name: str) -> bytes:
    data = bytearray()
    while part := await stream.read(65536):
        data += part
        if len(data) > LARGEST:
            break
    return _bounded(bytes(data), name)


async def _last(stream: asyncio.StreamReader) -> bytes:
    data = b""
    while part := await stream.read(65536):
        data = (data + part)[-TOLD:]
    return data


async def _stopped(process: asyncio.subprocess.Process) -> None:
    """End it with all that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
