"""The configuration file: read, checked, and refused with file, key and remedy."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from backend.contexts import (
    CREDENTIALS,
    VARIABLE,
    Config,
    Context,
    data_directory,
    database_file,
    local,
    nearest,
    redacted,
    usage,
)
from backend.core.errors import Invalid
from backend.notices.model import KINDS, Sink, Terms
from backend.notices.rules import addressable

GLYPHS = ("auto", "unicode", "ascii")
UNITS = ("auto", "bytes", "raw")
FASTEST, SLOWEST = 0.5, 3600.0

_LATER = frozenset(
    ("url", "socket", "token_command", "token_env", "token_file")
    + ("bursar", "astakos", "placement", "openportal", "nico")
)
_SECRET_KEYS = frozenset(("token", "password", "passphrase", "secret"))
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_BARE = re.compile(r"[A-Za-z0-9_-]+")

Check = Callable[["_Place", object], Any]


def read(file: Path) -> Config:
    """One configuration file. Raises Invalid."""
    values = _parsed(file)
    if found := _secret(values):
        _refuse_readable(file, found)
    config = _config(_Place(file), values)
    if config.default and config.default not in config.contexts:
        raise _Place(file, "default").wrong(
            f"there is no context {config.default}", nearest(config.default, config.contexts)
        )
    return config


def _parsed(file: Path) -> dict[str, object]:
    import tomllib

    try:
        return tomllib.loads(file.read_bytes().decode("utf-8"))
    except OSError as error:
        raise usage(f"{file}: {error.strerror}", f"mend it, or unset {VARIABLE}") from error
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
        secret = key.rpartition(".")[2] in _SECRET_KEYS or re.search(CREDENTIALS, value)
        return key if secret else ""
    return ""


def _refuse_readable(file: Path, key: str) -> None:
    if os.name == "posix" and stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise usage(
            f"{file}: it holds a secret ({key}) and others may read it", f"chmod 600 {file}"
        )


# ---------------------------------------------------------------- the checker


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in a file a value stands."""

    file: Path
    key: str = ""

    def at(self, name: str) -> _Place:
        """A place inside this one."""
        word = name if _BARE.fullmatch(name) else f'"{name}"'
        return _Place(self.file, f"{self.key}.{word}" if self.key else word)

    def wrong(self, what: str, remedy: str) -> Invalid:
        """What is wrong here."""
        return usage(f"{self.file}: {self.key}: {what}", remedy)


def _kind(value: object) -> str:
    """What TOML calls it."""
    kinds = {bool: "a boolean", str: "a text", int: "a number", float: "a number"}
    return kinds.get(type(value), "a table" if isinstance(value, dict) else "a list or a date")


def _text(place: _Place, value: object) -> str:
    if not isinstance(value, str):
        raise place.wrong(f"a text is needed, this is {_kind(value)}", 'put it in quotes: "..."')
    if not value.strip() or not value.isprintable():
        raise place.wrong("it is empty or has control characters", "give a name, or leave it out")
    return value


def _flag(place: _Place, value: object) -> bool:
    if not isinstance(value, bool):
        raise place.wrong(f"true or false is needed, this is {_kind(value)}", "without quotes")
    return value


def _choice(*known: str) -> Check:
    def check(place: _Place, value: object) -> str:
        text = _text(place, value)
        if text not in known:
            raise place.wrong(f"{redacted(text)!r} is not known", nearest(text, known))
        return text

    return check


def _seconds(place: _Place, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise place.wrong(f"seconds are needed, this is {_kind(value)}", "a number, unquoted")
    if not FASTEST <= value <= SLOWEST:
        raise place.wrong(f"{value} seconds", f"give {FASTEST} to {SLOWEST:.0f} seconds")
    return float(value)


def _database(place: _Place, value: object) -> Path:
    text = _text(place, value)
    try:
        return data_directory() / database_file(text)
    except Invalid as error:
        raise place.wrong(error.message, error.hint) from error


def _keys(place: _Place, value: object) -> dict[str, str]:
    """Without quotes TOML makes tables of dotted names; both are the same here."""
    found: dict[str, str] = {}
    for name, key in _mapping(place, value).items():
        if isinstance(key, dict):
            found |= {f"{name}.{rest}": text for rest, text in _keys(place.at(name), key).items()}
        else:
            found[name] = _text(place.at(name), key)
    return found


def _texts(place: _Place, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise place.wrong(f"a list of texts is needed, this is {_kind(value)}", '["...", "..."]')
    return tuple(_text(place, one) for one in value)


def _kinds(place: _Place, value: object) -> tuple[str, ...]:
    found = _texts(place, value)
    if wrong := next((one for one in found if one not in KINDS), ""):
        raise place.wrong(f"nobody is told of {redacted(wrong)!r}", nearest(wrong, KINDS))
    return found


def _addresses(place: _Place, value: object) -> tuple[str, ...]:
    found = _texts(place, value)
    if wrong := next((one for one in found if not addressable(one)), ""):
        raise place.wrong(f"{redacted(wrong)!r} is no address", "name@host, each a text")
    return found


def _words(place: _Place, value: object) -> tuple[str, ...]:
    """A program and its arguments; a text is taken apart like a shell does, but none runs."""
    import shlex

    try:
        return tuple(shlex.split(value)) if isinstance(value, str) else _texts(place, value)
    except ValueError as error:
        raise place.wrong(f"{error}", 'or give a list: ["program", "argument"]') from error


def _file(place: _Place, value: object) -> Path:
    path = Path(_text(place, value)).expanduser()
    if not path.is_absolute():
        raise place.wrong("the path is relative", "write it out from / or ~")
    return path


def _url(place: _Place, value: object) -> str:
    """What is posted and its token are read by nobody on the way."""
    text = _text(place, value)
    try:
        parts = urlsplit(text)
        sound = bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise place.wrong("this is no URL", "https://HOST/PATH") from error
    if not sound or not text.isascii() or " " in text or "#" in text:
        raise place.wrong("this is no URL", "https://HOST/PATH")
    if "@" in parts.netloc:
        raise place.wrong("there is a name or password in it", "use token_file or token_command")
    if parts.scheme != "https" and not _on_this_machine(parts):
        raise place.wrong(f"{parts.scheme}:// can be read on the way", "use https://")
    return text


def _on_this_machine(parts: SplitResult) -> bool:
    return parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1", "localhost")


def _notices(place: _Place, value: object) -> Sink:
    found = _checked(place, _mapping(place, value), _NOTICES)
    if ("command" in found) == ("url" in found):
        raise place.wrong("either a command or a url is needed", 'command = ["program"]')
    tokens = [name for name in found if name.startswith("token_")]
    if tokens and "command" in found:
        raise place.at(tokens[0]).wrong("a command is given no token", "leave it out")
    if len(tokens) > 1:
        raise place.at(tokens[1]).wrong(f"there is {tokens[0]} already", "give one of them")
    terms = Terms(found.pop("only", ()), found.pop("reviewers", ()))
    return Sink(terms=terms, **found)


def _contexts(place: _Place, value: object) -> dict[str, Context]:
    found = {name: _context(place, name, one) for name, one in _mapping(place, value).items()}
    return found or local()


def _context(contexts: _Place, name: str, value: object) -> Context:
    place = contexts.at(name)
    if not _NAME.fullmatch(name):
        raise place.wrong("no name for a context", "letters, digits, dot, dash and underscore")
    found = _mapping(place, value)
    if later := next((key for key in found if key in _LATER), ""):
        raise place.at(later).wrong(
            "servers are not supported by this version", 'name a file: database = "..."'
        )
    checked = _checked(place, found, _CONTEXT)
    if "database" not in checked:
        raise place.wrong("there is no database in it", f'add database = "{name}.db"')
    return Context(name, **checked)


def _mapping(place: _Place, value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise place.wrong(f"a section is needed, this is {_kind(value)}", f"[{place.key}]")
    return value


def _checked(
    place: _Place, values: Mapping[str, object], known: Mapping[str, Check]
) -> dict[str, Any]:
    """Every value through its check; a name without one is refused."""
    for name in values:
        if name not in known:
            raise place.at(name).wrong("there is no such setting", nearest(name, known))
    return {name: known[name](place.at(name), value) for name, value in values.items()}


_NOTICES: Mapping[str, Check] = {
    "name": _text,
    "command": _words,
    "url": _url,
    "token_command": _words,
    "token_env": _text,
    "token_file": _file,
    "only": _kinds,
    "reviewers": _addresses,
    "timeout": _seconds,
}
_CONTEXT: Mapping[str, Check] = {
    "database": _database,
    "read_only": _flag,
    "production": _flag,
    "notices": _notices,
}
_TOP: Mapping[str, Check] = {
    "default": _text,
    "theme": _text,
    "glyphs": _choice(*GLYPHS),
    "units": _choice(*UNITS),
    "refresh": _seconds,
    "keys": _keys,
    "contexts": _contexts,
}


def _config(place: _Place, values: Mapping[str, object]) -> Config:
    checked = {"contexts": local(), **_checked(place, values, _TOP)}
    return Config(place.file, **checked)
