"""Backups by PostgreSQL's own means."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import Conninfo

from backend.core.database.sqlite.connection import path_error
from backend.core.errors import StorageCorrupt, StorageError

DUMP, RESTORE = "pg_dump", "pg_restore"


def dump(url: str, target: Path) -> None:
    """Write a database with pg_dump, as pg_restore reads it, and check that it does.

    The dump appears under its name only when complete. Raises StorageError.
    """
    partial = target.with_name(target.name + ".part")
    try:
        partial.unlink(missing_ok=True)
        partial.touch(mode=0o600)
    except OSError as error:
        raise path_error(target, error) from error
    try:
        _run([DUMP, "--format=custom", "--no-password", f"--file={partial}"], _environment(url))
        _run([RESTORE, "--list", str(partial)], dict(os.environ))
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def _environment(url: str) -> dict[str, str]:
    """Where to connect to as variables: others see a command's arguments."""
    names = {
        option.keyword.decode(): option.envvar.decode()
        for option in Conninfo.get_defaults()
        if option.envvar
    }
    given = {key: str(value) for key, value in conninfo_to_dict(url).items()}
    return dict(os.environ) | {names[key]: given[key] for key in given if key in names}


def _run(command: list[str], environment: dict[str, str]) -> None:
    name = command[0]
    if shutil.which(name) is None:
        raise StorageError(
            f"{name} is not here", hint="install PostgreSQL's client programs, or back up there"
        )
    done = subprocess.run(  # noqa: S603 - the programs are named above
        command, env=environment, capture_output=True, text=True, errors="replace", check=False
    )
    if done.returncode:
        kind = StorageCorrupt if name == RESTORE else StorageError
        told = " ".join(done.stderr.split())[-300:]
        raise kind(f"{name}: {told}", hint="it has to be as new as the server")
