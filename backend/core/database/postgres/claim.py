"""Work that one process at a time does for a database on a server."""

from __future__ import annotations

from contextlib import suppress
from zlib import crc32

import psycopg

from backend.core.database.postgres.connection import ServerConnection

TAKE = "SELECT pg_try_advisory_lock(?)"
GIVE = "SELECT pg_advisory_unlock_all()"
HERE = "SELECT 1"
OURS = 0x62757273 << 32
"""What all keys begin with, so that other programs' locks are not met."""


class ServerClaim:
    """An advisory lock, which goes with its connection."""

    def __init__(self, conn: ServerConnection) -> None:
        self._conn = conn

    @property
    def holds(self) -> bool:
        """False once the server has dropped the connection."""
        try:
            self._conn.execute(HERE).fetchall()
        except psycopg.Error:
            return False
        return True

    def close(self) -> None:
        """Let others have it, at once: the server takes a while to miss a connection."""
        with suppress(psycopg.Error):
            self._conn.execute(GIVE).fetchall()
        self._conn.close()


def claim(conn: ServerConnection, name: str) -> ServerClaim | None:
    """The claim of this name on a connection of its own, None when it is taken; then the
    connection is closed."""
    try:
        (taken,) = conn.execute(TAKE, (OURS | crc32(name.encode()),)).fetchall()[0]
    except BaseException:
        conn.close()
        raise
    if taken:
        return ServerClaim(conn)
    conn.close()
    return None
