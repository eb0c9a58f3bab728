"""Getting a token or another secret from where it is kept, or from the operator."""

from __future__ import annotations

import asyncio
import os
import stat
import threading
from contextlib import suppress
from pathlib import Path

from backend.core.errors import NotSignedIn
from backend.core.signin import LONGEST, Ask, Question, plausible
from backend.credentials import Source
from backend.program import Failed, ending, execute, said

SECONDS = 30.0
"""How long a program may take to tell one."""


def read(source: Source, stop: threading.Event, timeout: float = SECONDS) -> str:
    """The token of now, `` where none is kept; it may change at any time. Raises Failed, and
    Stopped soon after the event is set."""
    if not source.setting:
        return ""
    token = _kept(source, stop, timeout).strip()
    if not plausible(token):
        raise Failed(f"{source.setting}: no token in it")
    return token


def secret(source: Source) -> str:
    """A password, which may have any characters but the end of a line. Raises NotSignedIn."""
    try:
        found = _kept(source, threading.Event(), SECONDS).rstrip("\r\n")
    except Failed as error:
        raise NotSignedIn(str(error), hint=source.remedy, aside=error.aside) from None
    if not found or "\n" in found:
        what = "has more than one line" if found else "there is nothing in it"
        raise NotSignedIn(f"{source.setting}: {what}", hint=source.remedy)
    return found


def keep(source: Source, text: str) -> None:
    """Have a private file say this from now on; what is kept elsewhere stays. Failing that, the
    secret of before is still there."""
    file = source.file
    if file is None:
        return
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    with suppress(OSError):
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
            stream.write(f"{text}\n")
        fresh.replace(file)


def _kept(source: Source, stop: threading.Event, timeout: float) -> str:
    if source.command:
        complaint = bytearray()
        code, output = execute(source.command, b"", timeout, stop, complaint)
        if code:
            raise Failed(f"{source.setting}: {ending(code)}", said(complaint))
        return output.decode("utf-8", "replace")
    if source.file:
        return _from_file(source.file, source.setting)
    return os.environ.get(source.variable, "")


def _from_file(file: Path, setting: str) -> str:
    try:
        mode = file.stat().st_mode
        if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
            raise Failed(f"{setting}: others may read {file}; chmod 600 {file}")
        with file.open("rb") as stream:
            return stream.read(LONGEST).decode("utf-8", "replace")
    except OSError as error:
        raise Failed(f"{setting}: {file}: {error.strerror}") from error


class Tokens:
    """Gets a token when called, and another one when called again: what it gave was refused,
    as the server's words say."""

    def __init__(self, source: Source, context: str, place: str, ask: Ask | None = None) -> None:
        self._source, self._context, self._place, self._ask = source, context, place, ask
        self._refused: set[str] = set()
        self.typed = False
        """Whether the operator typed the last one."""

    async def __call__(self, refusal: str = "") -> str:
        """The token, `` where none is kept and none was asked for. Raises NotSignedIn."""
        told = f"is refused: {refusal}" if refusal else "is refused"
        aside = ""
        try:
            token, why = await self._kept(), f"the token of {self._source.setting} {told}"
        except Failed as error:
            token, why, aside = "", str(error), error.aside
            self._refused.add(token)
        if typed := token in self._refused:
            why = why if self._source.setting else "no token is configured"
            token = await self._asked(f"the typed token {told}" if self.typed else why, aside)
        self.typed = typed
        self._refused.add(token)
        return token

    async def _kept(self) -> str:
        stop = threading.Event()
        try:
            return await asyncio.to_thread(read, self._source, stop)
        finally:
            stop.set()

    async def _asked(self, why: str, aside: str) -> str:
        error = NotSignedIn(f"{self._place}: {why}", hint=self._source.remedy, aside=aside)
        if self._ask is not None:
            question = Question(self._context, self._place, ": ".join(filter(None, (why, aside))))
            if token := await self._ask(question):
                return token
        self._refused.clear()
        self.typed = False
        raise error
