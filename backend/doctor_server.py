"""What is fine about a PostgreSQL and the database on it, and what to do about the rest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from backend.core.dsn import shown
from backend.core.errors import StorageError
from backend.doctor import Finding, fine, note, schema, wrong

if TYPE_CHECKING:
    from backend.core.database.postgres.survey import Survey


def server(url: str) -> Iterator[Finding]:
    """A server, its standbys and the schema of the database."""
    try:
        from backend.core.database.postgres.survey import survey
    except ImportError:
        yield wrong(
            "driver", "psycopg is not installed", "in bursar's sources: pip install '.[postgres]'"
        )
        return
    try:
        found = survey(url)
    except StorageError as error:
        yield wrong("database", error.message, error.hint)
        return
    yield fine("PostgreSQL", found.version)
    yield _durable(found)
    yield _copies(found)
    yield schema(shown(url), found.schema, found.size)


def _durable(found: Survey) -> Finding:
    if found.durable:
        return fine("durability", "fsync and full_page_writes are on")
    told = "fsync or full_page_writes is off: a power cut may destroy the database"
    return wrong("durability", told, "turn both on in postgresql.conf")


def _copies(found: Survey) -> Finding:
    if found.standby:
        told = "this is a standby, which takes no changes"
        return note("standbys", told, "name all hosts in the URL, and target_session_attrs=primary")
    if not found.standbys:
        told = "a commit waits for none: what was acknowledged is lost with this machine"
        return note("standbys", told, "synchronous_standby_names: see docs/operations.md")
    told = f"a commit waits for {found.standbys}"
    if not found.copies:
        return wrong("standbys", f"{told}, and none is connected: changes hang", "mend a standby")
    return fine("standbys", f"{told}; {found.copies} connected")
