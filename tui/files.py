"""Files that commands read and write: `-` for the standard streams, whole or not at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from backend.core.errors import Invalid


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
    if target.exists():
        raise Invalid(f"{name} exists", hint="choose another name, or remove it first")
    partial = target.with_name(target.name + ".part")
    try:
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise Invalid(f"{name}: {error.strerror}", hint="check the directory") from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            yield file
        partial.replace(target)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
