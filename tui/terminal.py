"""The terminal: what Textual leaves open about slow lines and stopped processes."""

from __future__ import annotations

import os
import select
import time
from contextlib import suppress

from textual.drivers.linux_driver import LinuxDriver

ASK_STATUS, READY = "\x1b[5n", b"\x1b[0n"
PATIENCE = 1.0
"""Seconds to wait for what is still on its way."""


class TerminalDriver(LinuxDriver):
    """Over a slow line answers and reports of the mouse arrive when the console has gone: it
    waits for the last, or the shell would take them for something typed. A process that was
    stopped from outside puts everything away before it begins anew."""

    _asked = False

    def start_application_mode(self) -> None:
        """Begin, or begin again."""
        self._asked = False
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def disable_input(self) -> None:
        """Take no more keys, and read what is on its way."""
        super().disable_input()
        if self.input_tty and not self._asked and "SSH_CONNECTION" in os.environ:
            self._asked = True
            with suppress(OSError):  # the terminal is gone
                self._drain()

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
