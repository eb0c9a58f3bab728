"""What is configured, and a context into a Backend (design §6). `file` reads and checks."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from backend.core.dsn import is_server, shown
from backend.core.errors import Invalid, StorageError

if TYPE_CHECKING:
    from backend.backend import Backend
    from backend.contexts.servers import Nico, OpenPortal, Placement, Server, Systems
    from backend.core.signin import Ask
    from backend.embedded import EmbeddedBackend
    from backend.notices.model import Sink

VARIABLE = "BURSAR_CONFIG"
LOCAL = "local"
URL, URL_FILE = "DATABASE_URL", "DATABASE_URL_FILE"
"""A database that is meant when none is named, with its password."""
CREDENTIALS = r"(://[^/@:\s]*):[^/@\s]*@"
"""A name and a password in a URL."""


@dataclass(frozen=True, slots=True)
class Context:
    """Something the console can be connected to: a database (a file, or the URL of a PostgreSQL),
    a `bursar` server, or other people's servers: an `astakos`, a `placement`, an `openportal`, a
    `nico`, or several of them. Notices go to its sink."""

    name: str
    database: Path | str | None = None
    read_only: bool = False
    production: bool = False
    notices: Sink | None = None
    bursar: Server | None = None
    astakos: Systems | None = None
    placement: Placement | None = None
    openportal: OpenPortal | None = None
    nico: Nico | None = None

    @property
    def kind(self) -> str:
        """What it is connected to, in a word."""
        if self.database is not None:
            return "database" if isinstance(self.database, Path) else "postgresql"
        if self.bursar is not None:
            return "bursar"
        return "+".join(self._systems())

    @property
    def foreign(self) -> bool:
        """Whether it is other people's servers."""
        return bool(self._systems())

    @property
    def file(self) -> Path:
        """The database file. Raises Invalid for everything else."""
        if isinstance(self.database, Path):
            return self.database
        hint = "name a file with --database, or a context that has one"
        raise usage(f"{self.name} is no database file: {self.place}", hint)

    @property
    def place(self) -> str:
        """Where that is, without a password."""
        if self.bursar is not None:
            return self.bursar.url or str(self.bursar.socket)
        if self.foreign:
            return " ".join(self._systems().values())
        return shown(self.database) if isinstance(self.database, str) else str(self.database)

    def _systems(self) -> dict[str, str]:
        """Where other people's servers are, by what they are."""
        found = {"astakos": self.astakos.url} if self.astakos else {}
        found |= {"placement": self.placement.place} if self.placement else {}
        found |= {"openportal": self.openportal.url} if self.openportal else {}
        return found | ({"nico": f"{self.nico.url} {self.nico.org}"} if self.nico else {})


@dataclass(frozen=True, slots=True)
class Config:
    """What is configured. `theme` is `` for the usual one, `refresh` in seconds, `keys` has a
    key by action id, `file` says where it was read from, None without a file."""

    file: Path | None = None
    default: str = ""
    theme: str = ""
    glyphs: str = "auto"
    units: str = "auto"
    refresh: float = 2.0
    keys: Mapping[str, str] = field(default_factory=dict)
    contexts: Mapping[str, Context] = field(default_factory=dict)

    def context(self, name: str = "") -> Context:
        """The context of this name, or the one that is meant without a name.

        Raises Invalid for unknown names, and when it is not clear which is meant.
        """
        chosen = name or self.usual
        if chosen in self.contexts:
            return self.contexts[chosen]
        if not chosen:
            known = ", ".join(self.contexts)
            hint = f'name one with --context, or put default = "..." into {self.file}'
            raise usage(f"which context? there are {known}", hint)
        raise usage(f"there is no context {chosen}", nearest(chosen, self.contexts))

    @property
    def usual(self) -> str:
        """The name of the context that is meant without one, `` when that is not clear."""
        if self.default:
            return self.default
        if len(self.contexts) == 1:
            return next(iter(self.contexts))
        return LOCAL if LOCAL in self.contexts else ""


def location() -> Path:
    """Where the configuration is, whether or not it exists."""
    if named := os.environ.get(VARIABLE):
        return Path(named)
    from platformdirs import user_config_path

    return user_config_path("bursar") / "config.toml"


def data_directory() -> Path:
    """Where databases without a directory of their own are."""
    from platformdirs import user_data_path

    return user_data_path("bursar")


def load(*, needed: bool = True) -> Config:
    """The configuration of whoever runs this; without a file there is one local context.

    Raises Invalid about the first thing that is wrong, and where one is `needed` about a file that
    was named and is not there.
    """
    file = location()
    if not (needed and os.environ.get(VARIABLE)) and not _is_there(file):
        return Config(contexts=local())
    from backend.contexts.file import read

    return read(file)


def open_context(context: Context, *, read_only: bool = False, ask: Ask | None = None) -> Backend:
    """A context as a Backend. A new database is made unless `read_only`; a server need not
    answer yet. `ask` is asked for a token where none is kept or it is refused.

    Raises StorageError, and Invalid for a database that this bursar cannot open.
    """
    if context.database is not None:
        return open_database(context, read_only=read_only)
    from backend.contexts.opening import opened

    return opened(context, ask)


def open_database(context: Context, *, read_only: bool = False) -> EmbeddedBackend:
    """A context that is a database; a new one is made unless `read_only`. Raises StorageError,
    and Invalid for a server."""
    from backend.embedded import open_embedded

    read_only = read_only or context.read_only
    place = context.database
    if not isinstance(place, str):
        place = _file(context.file, read_only)
    return open_embedded(place, read_only=read_only, sink=context.notices)


def _file(file: Path, read_only: bool) -> Path:
    """A database file whose directory is there, where it is the usual one."""
    folder = file.parent
    if file.is_dir():
        raise StorageError(f"{file} is a directory", hint="name a file")
    if not read_only and not folder.exists() and folder == data_directory():
        try:
            folder.mkdir(parents=True, mode=0o700)
        except OSError as error:
            raise StorageError(f"{folder}: {error.strerror}", hint="make it yourself") from error
    return file


def database_url() -> str:
    """What DATABASE_URL says, or the file that DATABASE_URL_FILE names; `` for nothing.

    Raises Invalid for a file that cannot be read, or that others can read.
    """
    if url := os.environ.get(URL, ""):
        return url
    if not (name := os.environ.get(URL_FILE, "")):
        return ""
    file = Path(name)
    try:
        if os.name == "posix" and file.stat().st_mode & 0o077:
            raise usage(f"{URL_FILE}: others may read {file}", f"chmod 600 {file}")
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise usage(
            f"{URL_FILE}: {file} cannot be read", f"mend it, or unset {URL_FILE}"
        ) from error


def database_place(url: str) -> Path | str:
    """The file that a path or `sqlite:///PATH` names, below the data directory when it is
    relative, or a PostgreSQL URL as it is. Raises Invalid for anything else."""
    if is_server(url):
        shown(url)
        return url
    return data_directory() / database_file(url)


def database_file(url: str) -> Path:
    """The file that a path or `sqlite:///PATH` names. Raises Invalid for anything else."""
    scheme, found, rest = url.partition("://")
    path = rest[1:] if found else url
    if found and (scheme != "sqlite" or not rest.startswith("/")):
        path = ""
    if not path:
        raise usage(
            f"{redacted(url)!r} names no database",
            "give a path, sqlite:///PATH or postgresql://HOST/NAME",
        )
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise usage(f"{path}: {error}", "write the directory out") from error


def redacted(text: str) -> str:
    """The text without the password of a URL in it."""
    return re.sub(CREDENTIALS, r"\1:***@", text)


def usage(message: str, hint: str) -> Invalid:
    """An error in what was typed or configured, rather than in data."""
    return Invalid(message, hint=hint, data={"usage": True})


def nearest(name: str, known: Iterable[str]) -> str:
    """`did you mean refresh? known: ...`."""
    from difflib import get_close_matches

    names = list(known)
    close = get_close_matches(name, names, 1)
    told = f"known: {', '.join(names) or 'none'}"
    return f"did you mean {close[0]}? {told}" if close else told


def _is_there(file: Path) -> bool:
    """False only where there is nothing; what cannot be looked at is told when it is read."""
    try:
        file.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def local() -> dict[str, Context]:
    """The context that is there without a configuration."""
    return {LOCAL: Context(LOCAL, data_directory() / "local.db")}
