"""The configuration file: read, and refused with file, key and remedy."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path

from backend.contexts import CREDENTIALS, VARIABLE, Config, nearest, usage
from backend.contexts.checks import Place
from backend.contexts.schema import config
from backend.core.dsn import has_password, is_server

_SECRET_KEYS = frozenset(("token", "password", "passphrase", "secret"))


def read(file: Path) -> Config:
    """One configuration file. Raises Invalid."""
    values = _parsed(file)
    if found := _secret(values):
        _refuse_readable(file, found)
    read = config(Place(file), values)
    if read.default and read.default not in read.contexts:
        raise Place(file, "default").wrong(
            f"there is no context {read.default}", nearest(read.default, read.contexts)
        )
    return read


def _parsed(file: Path) -> dict[str, object]:
    import tomllib

    try:
        return tomllib.loads(file.read_bytes().decode("utf-8"))
    except OSError as error:
        named = f", or unset {VARIABLE}" if os.environ.get(VARIABLE) else ""
        raise usage(f"{file}: {error.strerror}", f"mend it{named}") from error
    except UnicodeDecodeError as error:
        hint = "save it in UTF-8"
        raise usage(f"{file}: byte {error.start} is not UTF-8", hint) from error
    except tomllib.TOMLDecodeError as error:
        raise usage(f"{file}: {error}", "TOML: key = value, texts in quotes") from error


def _secret(value: object, key: str = "") -> str:
    """The dotted name of the first secret in a value, `` without one."""
    if isinstance(value, Mapping):
        inner = (_secret(part, f"{key}.{name}" if key else name) for name, part in value.items())
        return next(filter(None, inner), "")
    if isinstance(value, str):
        named = key.rpartition(".")[2] in _SECRET_KEYS
        inside = re.search(CREDENTIALS, value) or (is_server(value) and has_password(value))
        return key if named or inside else ""
    return ""


def _refuse_readable(file: Path, key: str) -> None:
    if os.name == "posix" and stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise usage(
            f"{file}: it holds a secret ({key}) and others may read it", f"chmod 600 {file}"
        )
