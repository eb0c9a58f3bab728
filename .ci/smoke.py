"""Whether an installed bursar starts with its core dependencies alone. Needs nothing but itself."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable
from pathlib import Path

BURSAR = Path(sys.executable).with_name("bursar")
OPTIONAL = ("starlette", "uvicorn", "jwt", "psycopg", "pytest")
START_SECONDS, EXIT_SECONDS = 60, 20
CTRL_Q = b"\x11"
LEAVE_ALTERNATE_SCREEN = b"\x1b[?1049l"
ESCAPES = re.compile(rb"\x1b(?:\[[0-9;:?<=>]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()].|.)")


def require(true: bool, otherwise: str) -> None:
    """Stop with a message unless something holds."""
    if not true:
        sys.exit(f"smoke: {otherwise}")


def check_installation() -> None:
    """The packages come from here, complete, and nothing optional is around to help them."""
    present = [name for name in OPTIONAL if importlib.util.find_spec(name)]
    require(not present, f"this environment is not empty: {', '.join(present)}")
    for package in ("backend", "tui"):
        spec = importlib.util.find_spec(package)
        require(spec is not None and spec.origin is not None, f"{package} is not installed")
        home = Path(str(spec and spec.origin)).parent
        require(home.is_relative_to(sys.prefix), f"{package} comes from {home}")
        require((home / "py.typed").is_file(), f"{package} lost its py.typed")
    subprocess.run([sys.executable, "-c", "import backend.embedded"], check=True)


def said_by(*arguments: str) -> str:
    """What the command prints to standard output."""
    done = subprocess.run([BURSAR, *arguments], capture_output=True, text=True, timeout=60)
    require(done.returncode == 0, f"bursar {' '.join(arguments)}: {done.returncode}\n{done.stderr}")
    return done.stdout


def check_command() -> None:
    """The command knows its version and what it can do."""
    version = importlib.metadata.version("bursar")
    require(version in said_by("--version"), f"--version does not say {version}")
    require("demo" in said_by("--help"), "--help does not speak of the demo")


def spawn(*command: str, environment: dict[str, str]) -> tuple[int, int]:
    """Start a command on a terminal of its own of 80x24; its process and our end of the line."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(command[0], list(command), environment)
    termios.tcsetwinsize(terminal, (24, 80))
    return pid, terminal


def read_until(terminal: int, seen: Callable[[bytes], bool], seconds: float) -> bytes:
    """What arrives until `seen`, the end of the line, or time runs out."""
    output, deadline = b"", time.monotonic() + seconds
    while not seen(output) and (left := deadline - time.monotonic()) > 0:
        if select.select([terminal], [], [], left)[0]:
            try:
                output += os.read(terminal, 65536)
            except OSError:  # Linux's way of saying that the other end has closed
                break
    return output


def exit_code(pid: int, seconds: float) -> int | None:
    """How a process ended, None if it did not within the time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return None


def check_console(home: Path) -> None:
    """The demo paints, leaves on ctrl+q with status 0 and gives the terminal back."""
    environment = {"HOME": str(home), "TERM": "xterm-256color", "PATH": os.environ["PATH"]}
    pid, terminal = spawn(str(BURSAR), "demo", environment=environment)
    painted = read_until(
        terminal, lambda output: b"Projects" in ESCAPES.sub(b"", output), START_SECONDS
    )
    screen = ESCAPES.sub(b"", painted).decode(errors="replace")
    require("Projects" in screen, f"bursar demo did not paint:\n{screen[-2000:]}")
    os.write(terminal, CTRL_Q)
    rest = read_until(terminal, lambda _: False, EXIT_SECONDS)
    code = exit_code(pid, EXIT_SECONDS)
    os.close(terminal)
    require(code == 0, f"bursar demo left with {code} on ctrl+q:\n{rest.decode(errors='replace')}")
    require(LEAVE_ALTERNATE_SCREEN in rest, "bursar demo did not give the terminal back")


def main() -> None:
    """Run every check away from the checkout."""
    home = Path(tempfile.mkdtemp(prefix="bursar-smoke-"))
    os.chdir(home)
    try:
        check_installation()
        check_command()
        check_console(home)
    finally:
        shutil.rmtree(home)
    print("smoke: installed, started, left")


if __name__ == "__main__":
    main()
