"""The terminal: what Textual leaves open about slow lines and stopped processes."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import time
from collections.abc import Iterable
from concurrent.futures import wait
from contextlib import suppress
from typing import Any, TextIO

from textual._xterm_parser import XTermParser
from textual.drivers import linux_driver
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Callback, Key
from textual.message import Message
from textual.message_pump import MessagePump
from textual.widgets import Input

ASK_STATUS, READY = "\x1b[5n", b"\x1b[0n"
PATIENCE = 1.0
"""Seconds to wait for what is still on its way."""
LOOK = 2.0
"""Seconds between two looks whether the terminal is still there."""
LONGEST_KEY, GLANCE = 0.5, 0.02
"""Seconds that the next key is kept back at most, and between two looks whether it is over."""
ESC, BEGIN = "\x1b", "[O"
"""What begins the sequences of keys, and what follows in those that Textual knows."""
WORDS = ("f", "b", "\x7f")
"""What terminals send after an escape for a word to the right, to the left, and to be erased."""


class KeyParser(XTermParser):
    """Escape and a key after it are two keys. Textual waits for what may follow an escape, over a
    slow line for long, and would make one of both, with alt, to which nothing answers here."""

    _begun: str | None = None
    """What came after an escape that may be the begin of a sequence, None without one."""

    def feed(self, data: str) -> Iterable[Message]:
        """What this means together with what came before; `` is the end."""
        if not data:
            yield from super().feed(data)
        part, *others = data.split(ESC)
        yield from self._feed(part, apart=True)
        for part in others:
            yield from super().feed(ESC)
            self._begun = ""
            yield from self._feed(part)

    def _feed(self, part: str, *, apart: bool = False) -> Iterable[Message]:
        if not part:
            return
        if self._begun == "" and part[0] not in BEGIN and (apart or part not in WORDS):
            self._timeout_time = 0.0
            yield from self.tick()
        if self._begun is not None:
            self._begun += part
        yield from super().feed(part)

    def tick(self) -> Iterable[Message]:
        """What waited long enough for the rest of a sequence."""
        begun = self._begun or ""
        for message in super().tick():
            self._begun = None
            if begun in {*BEGIN} or begun.startswith("O"):
                yield Key("escape", ESC)
                yield from self._sequence_to_key_events(begun[0])
                begun = ""
            else:
                yield message


# The driver makes its parser by the name that it imported.
vars(linux_driver).update(XTermParser=KeyParser)


class Lasting:
    """A terminal that takes no harm from going away: what is written then goes nowhere. The thread
    that writes would end, and who waits for room in its queue would wait for ever."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self.fileno = file.fileno

    def write(self, text: str) -> None:
        """Write it, if anybody is there."""
        with suppress(OSError):
            self._file.write(text)

    def flush(self) -> None:
        """Send what was written, if anybody is there."""
        with suppress(OSError):
            self._file.flush()


async def _reached(node: MessagePump) -> None:
    """Wait until what is in the queue of this part of the console has been dealt with."""
    done = asyncio.Event()
    # `call_later` would make something whose parameters are looked up anew each time.
    if node.post_message(Callback(done.set)):
        await done.wait()


class TerminalDriver(LinuxDriver):
    """Keys that arrive in one piece, as they do over a slow line, are done one after the other:
    Textual would type into the field that was left, and erase what was typed after the
    erasing. Over a slow line answers and reports of the mouse arrive when the console has gone: it
    waits for the last, or the shell would take them for something typed. A process that was
    stopped from outside puts everything away before it begins anew. Of a terminal that went only
    who heads the session is told, which may be a program that stays: what is gone is noticed."""

    _asked = False
    _looking: asyncio.TimerHandle | None = None

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._file: Any = Lasting(self._file)

    def start_application_mode(self) -> None:
        """Begin, or begin again."""
        self._asked = False
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self._look()

    def _look(self) -> None:
        asking = select.poll()
        asking.register(self.fileno, 0)
        if any(found & select.POLLHUP for _, found in asking.poll(0)):
            os.kill(os.getpid(), signal.SIGHUP)
        else:
            self._looking = self._loop.call_later(LOOK, self._look)

    def disable_input(self) -> None:
        """Take no more keys, and read what is on its way."""
        if self._looking is not None:
            self._looking.cancel()
        super().disable_input()
        if self.input_tty and not self._asked and "SSH_CONNECTION" in os.environ:
            self._asked = True
            with suppress(OSError):  # the terminal is gone
                self._drain()

    def send_message(self, message: Message) -> None:
        """To the console, whose queue may be filled from any thread."""
        self._app.post_message(message)

    def process_message(self, message: Message) -> None:
        """Pass it on; after a key wait, on the thread that reads, until it has done its work."""
        super().process_message(message)
        if isinstance(message, Key):
            doing = asyncio.run_coroutine_threadsafe(self._settled(message), self._loop)
            end = time.monotonic() + LONGEST_KEY
            while not (doing.done() or self.exit_event.is_set() or time.monotonic() > end):
                wait([doing], GLANCE)
            doing.cancel()

    async def _settled(self, key: Key) -> None:
        """A key goes from queue to queue, from what has the focus up to the console; the
        second round is for what it sent up in its turn."""
        app = self._app
        await _reached(app)
        if not key.is_forwarded:
            return  # the console has done it at once
        target = app.focused or app.screen
        if isinstance(target, Input) and key.is_printable:
            return
        for _ in range(2):
            for node in target.ancestors_with_self:
                await _reached(node)

    def _drain(self) -> None:
        """Terminals answer in order: what comes after the answer to this was typed."""
        self.write("\x1b[?1004l" + ASK_STATUS)
        self.flush()
        seen, end = b"", time.monotonic() + PATIENCE
        while READY not in seen and (left := end - time.monotonic()) > 0:
            if not select.select([self.fileno], [], [], left)[0]:
                return
            if not (data := os.read(self.fileno, 4096)):
                return
            seen = seen[-8:] + data

    def _sigcont_application(self, *_: object) -> None:
        """Without a SIGTSTP before there is a console already, and threads that read for it."""
        if self._auto_restart and self._writer_thread and self._writer_thread.is_alive():
            self.suspend_application_mode()
            self._must_signal_resume = True
        super()._sigcont_application()
