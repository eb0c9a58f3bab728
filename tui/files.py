"""Files that are read and written, private and whole or not at all; commands have `-` for the
standard streams."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from backend.core.errors import Invalid

NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW


@contextmanager
def reading(name: str) -> Iterator[TextIO]:
    """A text to read. Raises Invalid when the file cannot be opened."""
    if name == "-":
        yield sys.stdin
        return
    try:
        file = open(name, encoding="utf-8")  # noqa: SIM115  (closed below; errors are ours)
    except OSError as error:
        raise Invalid(f"{name}: {error.strerror}", hint="check the name") from error
    with file:
        yield file


@contextmanager
def writing(name: str) -> Iterator[TextIO]:
    """A private text file that appears under its name only when complete.

    Raises Invalid when it exists already or cannot be made.
    """
    if name == "-":
        yield sys.stdout
        return
    target = Path(name)
    handle, partial = _begun(target)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            yield file
        _appear(partial, target)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def probe(name: str) -> None:
    """Raises Invalid where `writing` would."""
    handle, partial = _begun(Path(name))
    os.close(handle)
    partial.unlink()


def replace(path: Path, data: bytes) -> None:
    """Put a private file in the place of an earlier one, in a folder that is made where it lacks.

    Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        partial.unlink(missing_ok=True)
        with os.fdopen(os.open(partial, NEW, 0o600), "wb") as file:
            file.write(data)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _begun(target: Path) -> tuple[int, Path]:
    """What is written until it is complete. Raises Invalid."""
    if os.path.lexists(target):
        raise _exists(target)
    partial = target.with_name(target.name + ".part")
    try:
        return os.open(partial, NEW, 0o600), partial
    except FileExistsError as error:
        hint = f"remove it, unless {target} is just being written, or choose another name"
        raise Invalid(f"{partial} exists", hint=hint) from error
    except OSError as error:
        raise Invalid(f"{error.strerror}: {target}", hint="check the directory") from error


def _appear(partial: Path, target: Path) -> None:
    """Have it under its name. Raises Invalid when something came there meanwhile."""
    try:
        os.link(partial, target)
    except FileExistsError as error:
        raise _exists(target) from error
    except OSError as error:  # a file system without links
        if os.path.lexists(target):
            raise _exists(target) from error
        partial.replace(target)
    else:
        partial.unlink()


def _exists(target: Path) -> Invalid:
    return Invalid(f"{target} exists", hint="choose another name, or remove it first")
