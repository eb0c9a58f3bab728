"""The operator's own editor, in place of the console for a while."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from textual.app import App, SuspendNotSupported

from backend.core.errors import BursarError

GRACE = 2.0
"""Seconds that an editor has when the console is ended."""


class EditorFailed(BursarError):
    """No text came back from the editor."""

    code, title = "editor", "Editor"


def words(environ: Mapping[str, str] = os.environ) -> list[str]:
    """The editor with its arguments. Raises EditorFailed when there is none."""
    for name in ("VISUAL", "EDITOR"):
        if value := environ.get(name, "").strip():
            try:
                return shlex.split(value)
            except ValueError as error:
                hint = "it is split into words as a shell does"
                raise EditorFailed(f"{name}={value}: {error}", hint=hint) from error
    if shutil.which("vi", path=environ.get("PATH")):
        return ["vi"]
    raise EditorFailed("there is no editor", hint="set EDITOR, such as EDITOR=nano")


def edit(app: App[None], text: str, name: str, keep: Callable[[bytes], None]) -> bytes:
    """Have a text edited in a private file of this name; `keep` gets what was saved, whatever
    becomes of the terminal afterwards. Raises EditorFailed."""
    command = words()
    with tempfile.TemporaryDirectory(prefix="bursar-", ignore_cleanup_errors=True) as folder:
        file = Path(folder) / name
        try:
            file.touch(mode=0o600)
            file.write_bytes(text.encode())
            with app.suspend(), _terminal_kept():
                visit = _Visit(command, file, keep)
        except SuspendNotSupported as error:
            told = "this terminal cannot be left for an editor"
            raise EditorFailed(told, hint="use the form") from error
        except OSError as error:
            raise EditorFailed(f"{error.filename}: {error.strerror}") from error
    return visit.outcome()


class _Visit:
    """A run of the editor. Nothing is raised before the console has its terminal back."""

    def __init__(self, command: list[str], file: Path, keep: Callable[[bytes], None]) -> None:
        self._name, self._code, self._data = command[0], 0, b""
        self._failure: Exception | None = None
        try:
            with subprocess.Popen([*command, str(file)]) as editor, _ends_with_us(editor):
                self._code = editor.wait()
            self._data = file.read_bytes()
            keep(self._data)
        except Exception as error:
            self._failure = error

    def outcome(self) -> bytes:
        """What was saved. Raises EditorFailed."""
        if isinstance(self._failure, OSError):
            hint = "set EDITOR to an editor that is there"
            raise EditorFailed(f"{self._name}: {self._failure.strerror}", hint=hint)
        if self._failure is not None:
            raise self._failure
        if self._code:
            code = self._code
            ended = f"was ended by signal {-code}" if code < 0 else f"ended with {code}"
            raise EditorFailed(f"{self._name} {ended}", hint="what was saved is kept as a draft")
        return self._data


@contextmanager
def _terminal_kept() -> Iterator[None]:
    """An editor that crashed must not leave its terminal modes to the console."""
    import termios

    try:
        before = termios.tcgetattr(0)
    except (termios.error, ValueError):
        yield
        return
    try:
        yield
    finally:
        with suppress(termios.error):
            termios.tcsetattr(0, termios.TCSANOW, before)


@contextmanager
def _ends_with_us(editor: subprocess.Popen[bytes]) -> Iterator[None]:
    """What ends the console ends the editor that it waits for. Ctrl-C is the editor's; a handler,
    unlike SIG_IGN, is not inherited."""

    def end(number: int, _: object) -> None:
        editor.send_signal(number)
        late = threading.Timer(GRACE, editor.kill)
        late.daemon = True
        late.start()

    before = [(number, signal.signal(number, end)) for number in (signal.SIGHUP, signal.SIGTERM)]
    before.append((signal.SIGINT, signal.signal(signal.SIGINT, lambda number, frame: None)))
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)
