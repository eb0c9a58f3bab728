"""What a value of the configuration may be: a check answers it as it is used, or says where it
stands and what would be right."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from backend.contexts import nearest, redacted, usage
from backend.core.errors import Invalid

FASTEST, SLOWEST = 0.5, 3600.0

_BARE = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file a value stands."""

    file: Path
    key: str = ""

    def at(self, name: str) -> Place:
        """A place inside this one."""
        word = name if _BARE.fullmatch(name) else f'"{name}"'
        return Place(self.file, f"{self.key}.{word}" if self.key else word)

    def wrong(self, what: str, remedy: str) -> Invalid:
        """What is wrong here."""
        return usage(f"{self.file}: {self.key}: {what}", remedy)


Check = Callable[[Place, object], Any]
"""Raises Invalid."""


def table(place: Place, values: Mapping[str, object], known: Mapping[str, Check]) -> dict[str, Any]:
    """Every value through its check; a name without one is refused."""
    for name in values:
        if name not in known:
            raise place.at(name).wrong("there is no such setting", nearest(name, known))
    return {name: known[name](place.at(name), value) for name, value in values.items()}


def section(place: Place, value: object) -> dict[str, object]:
    """A table, unchecked."""
    if not isinstance(value, dict):
        raise place.wrong(f"a section is needed, this is {_kind(value)}", f"[{place.key}]")
    return value


def word(place: Place, value: object) -> str:
    """A text."""
    if not isinstance(value, str):
        raise place.wrong(f"a text is needed, this is {_kind(value)}", 'put it in quotes: "..."')
    if not value.strip() or not value.isprintable():
        raise place.wrong("it is empty or has control characters", "give a name, or leave it out")
    return value


def words(place: Place, value: object) -> tuple[str, ...]:
    """A list of texts."""
    if not isinstance(value, list) or not value:
        raise place.wrong(f"a list of texts is needed, this is {_kind(value)}", '["...", "..."]')
    return tuple(word(place, one) for one in value)


def segment(place: Place, value: object) -> str:
    """A text that is one part of a path."""
    text = word(place, value)
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._~-]*", text):
        raise place.wrong("it is no part of a path", "letters, digits, dot, dash, underscore")
    return text


def flag(place: Place, value: object) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise place.wrong(f"true or false is needed, this is {_kind(value)}", "without quotes")
    return value


def choice(*known: str) -> Check:
    """One of these."""

    def check(place: Place, value: object) -> str:
        text = word(place, value)
        if text not in known:
            raise place.wrong(f"{redacted(text)!r} is not known", nearest(text, known))
        return text

    return check


def between(least: int, most: int) -> Check:
    """A whole number with these bounds."""

    def check(place: Place, value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise place.wrong(f"it is not one of {least} to {most}", "a whole number, unquoted")
        return value

    return check


def seconds(place: Place, value: object) -> float:
    """A time that a console can wait."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise place.wrong(f"seconds are needed, this is {_kind(value)}", "a number, unquoted")
    if not FASTEST <= value <= SLOWEST:
        raise place.wrong(f"{value} seconds", f"give {FASTEST} to {SLOWEST:.0f} seconds")
    return float(value)


def program(place: Place, value: object) -> tuple[str, ...]:
    """A program and its arguments; a text is taken apart like a shell does, but none runs."""
    import shlex

    try:
        return tuple(shlex.split(value)) if isinstance(value, str) else words(place, value)
    except ValueError as error:
        raise place.wrong(f"{error}", 'or give a list: ["program", "argument"]') from error


def file(place: Place, value: object) -> Path:
    """A path from the root or a home directory."""
    path = Path(word(place, value)).expanduser()
    if not path.is_absolute():
        raise place.wrong("the path is relative", "write it out from / or ~")
    return path


def url(place: Place, value: object) -> str:
    """An address; what goes there and its token are read by nobody on the way."""
    text = word(place, value)
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


def base(place: Place, value: object) -> str:
    """An address that paths are put behind."""
    text = url(place, value)
    if "?" in text:
        raise place.wrong("there is a query in it", "https://HOST/PATH")
    return text.rstrip("/")


def one_token(place: Place, found: Mapping[str, object], kind: str = "token") -> list[str]:
    """The setting that names a token or another kind of secret, if there is one."""
    known = secrets(kind)
    tokens = [name for name in found if name in known]
    if len(tokens) > 1:
        raise place.at(tokens[1]).wrong(f"there is {tokens[0]} already", "give one of them")
    return tokens


def _on_this_machine(parts: SplitResult) -> bool:
    return parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1", "localhost")


def _kind(value: object) -> str:
    """What TOML calls it."""
    kinds = {bool: "a boolean", str: "a text", int: "a number", float: "a number"}
    return kinds.get(type(value), "a table" if isinstance(value, dict) else "a list or a date")


def secrets(kind: str) -> Mapping[str, Check]:
    """The settings that tell where a kind of secret is kept."""
    return {f"{kind}_command": program, f"{kind}_env": word, f"{kind}_file": file}


TOKENS = secrets("token")
SECRETS = secrets("secret")
"""The same of a password, or of what goes with an application credential."""
