"""What bursar is compared with on PostgreSQL: each client locks and checks row by row."""

from __future__ import annotations

import random
import threading
from itertools import count

import psycopg

from bench.raw import PROJECTS, RESOURCES, USERS

SCHEMA = """
CREATE TABLE holding (id BIGINT PRIMARY KEY, lim BIGINT NOT NULL,
    usage_min BIGINT NOT NULL DEFAULT 0, usage_max BIGINT NOT NULL DEFAULT 0);
CREATE TABLE commission (serial BIGINT PRIMARY KEY, name TEXT, clientkey TEXT, at BIGINT);
CREATE TABLE provision (serial BIGINT, holding_id BIGINT, quantity BIGINT,
    PRIMARY KEY (serial, holding_id));
CREATE TABLE log (serial BIGINT, holding_id BIGINT, lim BIGINT, usage_min BIGINT,
    usage_max BIGINT, delta BIGINT, reason TEXT, PRIMARY KEY (serial, holding_id))"""
FILL = "INSERT INTO holding (id, lim) SELECT n, 1000000000000 FROM generate_series(1, %s) n"
LOCK = "SELECT lim, usage_min, usage_max FROM holding WHERE id = %s FOR UPDATE"
RESERVE = "UPDATE holding SET usage_max = %s WHERE id = %s"
TAKE = "UPDATE holding SET usage_min = %s WHERE id = %s"
ISSUE = "INSERT INTO commission VALUES (%s, 'boot', 'cyclades', 1)"
PROVIDE = "INSERT INTO provision VALUES (%s, %s, 1)"
PENDING = "SELECT holding_id, quantity FROM provision WHERE serial = %s ORDER BY holding_id"
LOG = "INSERT INTO log VALUES (%s, %s, %s, %s, %s, %s, 'ACCEPT:')"
FORGET = "DELETE FROM provision WHERE serial = %s"
RESOLVE = "DELETE FROM commission WHERE serial = %s"

Connection = psycopg.Connection[tuple[int, ...]]


class Rowwise:
    """Clients of a database, each with a connection, who check in Python what they have locked:
    no names, journal, keys or expiry."""

    def __init__(self, url: str, clients: int) -> None:
        self._serials = count(1)
        self._connections: list[Connection] = [psycopg.connect(url) for _ in range(clients)]
        for conn in self._connections:
            conn.prepare_threshold = 1
        first = self._connections[0]
        first.execute(SCHEMA.encode())
        first.execute(FILL, (PROJECTS * (USERS + 1) * RESOURCES,))
        first.commit()

    def work(self, project: int | None, each: int) -> None:
        """All clients at once, each so many commissions, of one project or of any."""
        threads = [
            threading.Thread(target=self._client, args=(conn, n, project, each))
            for n, conn in enumerate(self._connections)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def close(self) -> None:
        """Hang up."""
        for conn in self._connections:
            conn.close()

    def _client(self, conn: Connection, n: int, project: int | None, each: int) -> None:
        rng = random.Random(n)
        for _ in range(each):
            p = rng.randrange(PROJECTS) if project is None else project
            base, user = p * (USERS + 1) * RESOURCES, rng.randrange(1, USERS + 1)
            ids = [base + who * RESOURCES + r + 1 for who in (0, user) for r in range(RESOURCES)]
            serial = next(self._serials)
            _issue(conn, serial, sorted(ids))
            _accept(conn, serial)


def _issue(conn: Connection, serial: int, ids: list[int]) -> None:
    for id in ids:
        limit, _, high = conn.execute(LOCK, (id,)).fetchall()[0]
        if high + 1 > limit:
            raise SystemExit("over the limit")
        conn.execute(RESERVE, (high + 1, id))
    conn.execute(ISSUE, (serial,))
    for id in ids:
        conn.execute(PROVIDE, (serial, id))
    conn.commit()


def _accept(conn: Connection, serial: int) -> None:
    for id, quantity in conn.execute(PENDING, (serial,)).fetchall():
        limit, low, high = conn.execute(LOCK, (id,)).fetchall()[0]
        conn.execute(TAKE, (low + quantity, id))
        conn.execute(LOG, (serial, id, limit, low + quantity, high, quantity))
    conn.execute(FORGET, (serial,))
    conn.execute(RESOLVE, (serial,))
    conn.commit()
