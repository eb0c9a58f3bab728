"""What a server is like, for whoever looks after it."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

from backend.core.database.postgres.connection import about, connect
from backend.core.database.postgres.schema import check_fitness, version_of
from backend.core.dsn import shown

SELECT_SERVER = """
SELECT current_setting('server_version'), pg_is_in_recovery(),
    current_setting('fsync') = 'on' AND current_setting('full_page_writes') = 'on',
    current_setting('synchronous_standby_names'),
    (SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')),
    pg_database_size(current_database())"""


@dataclass(frozen=True, slots=True)
class Survey:
    """A server and its database. `schema` is 0 for an empty database; `standbys` names those
    that a commit waits for, `copies` is how many of them are there."""

    version: str
    standby: bool
    durable: bool
    standbys: str
    copies: int
    size: int
    schema: int


def survey(url: str) -> Survey:
    """Look at the database that a URL names. Raises StorageError."""
    conn = connect(url)
    try:
        check_fitness(conn)
        told = conn.execute(SELECT_SERVER).fetchall()[0]
        version, standby, durable, standbys, copies, size = told
        schema = version_of(conn)
        return Survey(version, bool(standby), bool(durable), standbys, copies, size, schema)
    except psycopg.Error as error:
        raise about(shown(url), error) from error
    finally:
        conn.close()
