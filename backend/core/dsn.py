"""URLs of databases on a server: which they are, and what of them may be shown."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit

from backend.core.errors import Invalid

SCHEMES = ("postgresql", "postgres")
SHOWN = ("host", "port", "user", "dbname", "service")
"""What of a URL's query names a place."""

_SECRET = ("password", "sslpassword")


def is_server(place: str) -> bool:
    """Whether this names a database on a server rather than a file."""
    return place.partition("://")[0] in SCHEMES


def has_password(url: str) -> bool:
    """Whether a password stands in it, or may stand in what cannot be read."""
    try:
        parts = _split(url)
    except Invalid:
        return True
    return parts.password is not None or any(key in _SECRET for key in _query(parts))


def shown(url: str) -> str:
    """The URL without anything that is nobody's business. Raises Invalid."""
    parts = _split(url)
    who = f"{quote(unquote(parts.username))}@" if parts.username else ""
    place = f"postgresql://{who}{parts.netloc.rpartition('@')[2]}{parts.path}"
    told = [f"{key}={value}" for key, value in _query(parts).items() if key in SHOWN]
    return f"{place}?{'&'.join(told)}" if told else place


def name_of(url: str) -> str:
    """What its database is called. Raises Invalid."""
    parts = _split(url)
    return unquote(parts.path[1:]) or _query(parts).get("dbname", "") or "postgresql"


def _split(url: str) -> SplitResult:
    """The parts of a URL. What cannot be read is not shown: a password may be in it."""
    try:
        parts = urlsplit(url)
        ports = [host.rpartition("]")[2].partition(":")[2] for host in _hosts(parts)]
    except ValueError:
        raise _unreadable() from None
    if "@" in parts.path + parts.query + parts.fragment or not all(
        port.isdecimal() or not port for port in ports
    ):
        raise _unreadable()
    return parts


def _hosts(parts: SplitResult) -> list[str]:
    return parts.netloc.rpartition("@")[2].split(",")


def _query(parts: SplitResult) -> Mapping[str, str]:
    return dict(parse_qsl(parts.query))


def _unreadable() -> Invalid:
    return Invalid(
        "the database's URL cannot be read",
        hint="postgresql://USER@HOST:PORT/NAME; in a password write / @ : # ? % as %2F %40 ...",
        data={"usage": True},
    )
