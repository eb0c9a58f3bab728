"""The real `bursar` in a real pseudo terminal, as a person's terminal would hold it."""

from __future__ import annotations

import contextlib
import fcntl
import math
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyte

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0


class Console:
    """A child process behind a pseudo terminal, its output and its screen; all that goes
    either way is `delay` seconds on its way."""

    def __init__(
        self, arguments: Sequence[str], size: tuple[int, int], env: dict[str, str], delay: float
    ) -> None:
        self.output = b""
        self.typed = 0
        self._delay = delay
        self._to: deque[tuple[float, bytes]] = deque()
        self._from: deque[tuple[float, bytes]] = deque()
        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(ROOT)
            os.execvpe(sys.executable, [sys.executable, *arguments], env)
        window = struct.pack("HHHH", size[1], size[0], 0, 0)
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, window)
        self.status: int | None = None

    @property
    def text(self) -> str:
        """What is on the screen."""
        return "\n".join(self._screen.display)

    def read(self, seconds: float = 0.05) -> bool:
        """Take what arrives; False at the end."""
        self._send()
        if not select.select([self.terminal], [], [], seconds)[0]:
            self._show(time.monotonic())
            return True
        try:
            data = os.read(self.terminal, 65536)
        except OSError:
            data = b""
        self._from.append((time.monotonic() + self._delay, data))
        self._show(time.monotonic() if data else math.inf)
        return bool(data)

    def _send(self) -> None:
        while self._to and self._to[0][0] <= time.monotonic():
            os.write(self.terminal, self._to.popleft()[1])

    def _show(self, until: float) -> None:
        while self._from and self._from[0][0] <= until:
            data = self._from.popleft()[1]
            self.output += data
            with contextlib.suppress(Exception):  # pyte knows less than terminals do
                self._stream.feed(data)

    def until(self, pattern: str) -> None:
        """Wait for a text on the screen."""
        end = time.monotonic() + PATIENCE
        while not re.search(pattern, self.text):
            alive = self.read() and time.monotonic() < end
            assert alive, f"no {pattern!r} in:\n{self.text}"

    def pause(self, seconds: float) -> None:
        """Take what arrives for so long."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.read(0.02):
            pass

    def press_while(self, text: str, key: str) -> None:
        """Press a key again and again, slowly, while a text is on the screen."""
        end = time.monotonic() + PATIENCE
        while text in self.text:
            assert time.monotonic() < end, f"{key!r} does nothing in:\n{self.text}"
            self.type(key)
            self.pause(0.6)

    def forget(self) -> None:
        """Clear the screen, to see what is painted anew."""
        self._screen.reset()

    def type(self, *keys: str, apart: float = 0.0) -> None:
        """Press keys, so many seconds apart."""
        for n, one in enumerate(keys):
            self.typed += 1
            self._to.append((time.monotonic() + self._delay + n * apart, one.encode()))
        self._send()

    @property
    def echoes(self) -> bool:
        """Whether the terminal is as a shell wants it: lines, echoed, with signals."""
        flags = termios.tcgetattr(self.terminal)[3]
        wanted = termios.ECHO | termios.ICANON | termios.ISIG
        return bool(flags & wanted == wanted)

    def stopped(self) -> None:
        """Wait until the process is stopped."""
        end = time.monotonic() + PATIENCE
        while True:
            assert time.monotonic() < end, "the process does not stop"
            self.read(0.02)
            done, status = os.waitpid(self.pid, os.WNOHANG | os.WUNTRACED)
            if done:
                assert os.WIFSTOPPED(status)
                return

    def signal(self, number: int) -> None:
        """Send a signal."""
        os.kill(self.pid, number)

    def hang_up(self) -> None:
        """The terminal goes away."""
        os.close(self.terminal)

    def wait(self) -> int:
        """The exit status, 128+n for a signal, as a shell tells it."""
        end = time.monotonic() + PATIENCE
        while self.status is None:
            assert time.monotonic() < end, "the process does not end"
            with contextlib.suppress(OSError, ValueError):
                self.read(0.02)
            done, status = os.waitpid(self.pid, os.WNOHANG)
            if done:
                code = os.waitstatus_to_exitcode(status)
                self.status = code if code >= 0 else 128 - code
        with contextlib.suppress(OSError, ValueError):
            while self.read(0.1) and select.select([self.terminal], [], [], 0.1)[0]:
                pass
        self._show(math.inf)
        return self.status

    def close(self) -> None:
        """Make sure that nothing is left."""
        with contextlib.suppress(ProcessLookupError):
            if self.status is None:
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
        with contextlib.suppress(OSError):
            os.close(self.terminal)

    def modes_left_on(self) -> set[str]:
        """Private modes that were switched on and not off again."""
        left: set[str] = set()
        for numbers, what in re.findall(rb"\x1b\[\?([\d;]+)([hl])", self.output):
            names = set(numbers.decode().split(";"))
            left = left | names if what == b"h" else left - names
        return left - {"7", "25"}  # wrapping and the cursor are on in a fresh terminal


@contextlib.contextmanager
def console(
    *arguments: str,
    home: Path,
    size: tuple[int, int] = (80, 24),
    delay: float = 0.0,
    **extra: str,
) -> Iterator[Console]:
    """`python ARGUMENTS` in a terminal of its own, with its directories below `home`."""
    env = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    for kind in ("CONFIG", "DATA", "STATE", "CACHE"):
        env[f"XDG_{kind}_HOME"] = str(home / kind.lower())
    env |= {"HOME": str(home), "TERM": "xterm-256color", "PYTHONPATH": str(ROOT), **extra}
    child = Console(arguments, size, env, delay)
    try:
        yield child
    finally:
        child.close()
