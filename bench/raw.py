"""The bare sqlite3 pattern that the ledger is compared with: no names, journal or checks."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path

PROJECTS, USERS, RESOURCES = 200, 10, 3

SCHEMA = """
PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
CREATE TABLE holding (id INTEGER PRIMARY KEY, lim INTEGER NOT NULL,
    usage_min INTEGER NOT NULL DEFAULT 0, usage_max INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE commission (serial INTEGER PRIMARY KEY, name TEXT, clientkey TEXT, at INTEGER) STRICT;
CREATE TABLE provision (serial INTEGER, holding_id INTEGER, quantity INTEGER,
    PRIMARY KEY (serial, holding_id)) STRICT;
CREATE TABLE log (id INTEGER PRIMARY KEY, serial INTEGER, name TEXT, issued INTEGER,
    logged INTEGER, holding_id INTEGER, lim INTEGER, usage_min INTEGER, usage_max INTEGER,
    delta INTEGER, reason TEXT) STRICT;
"""
RESERVE = "UPDATE holding SET usage_max = usage_max + ?2 WHERE id = ?1 AND usage_max + ?2 <= lim"
TAKE = "UPDATE holding SET usage_min = usage_min + ?2 WHERE id = ?1"
LOG = """
INSERT INTO log (serial, name, issued, logged, holding_id, lim, usage_min, usage_max, delta, reason)
SELECT p.serial, 'boot', 1, 2, h.id, h.lim, h.usage_min, h.usage_max, p.quantity, 'ACCEPT:'
FROM provision p JOIN holding h ON h.id = p.holding_id WHERE p.serial = ?"""


class Raw:
    """Issue and accept by hand-written statements on one connection."""

    def __init__(self, folder: Path) -> None:
        self._conn = sqlite3.connect(folder / "raw.db", isolation_level=None)
        self._conn.executescript(SCHEMA)
        count = PROJECTS * (USERS + 1) * RESOURCES
        self._conn.execute("BEGIN")
        limits = [(10**12,)] * count
        self._conn.executemany("INSERT INTO holding (lim) VALUES (?)", limits)
        self._conn.execute("COMMIT")
        self._serial = 0

    def many(self, rng: random.Random, count: int) -> None:
        """So many commissions, one after the other."""
        for _ in range(count):
            self.once(rng)

    def once(self, rng: random.Random) -> None:
        """One commission: two durable transactions."""
        self._serial += 1
        serial, project = self._serial, rng.randrange(PROJECTS)
        base, user = project * (USERS + 1) * RESOURCES, rng.randrange(1, USERS + 1)
        ids = [base + who * RESOURCES + r + 1 for who in (0, user) for r in range(RESOURCES)]
        self._issue(serial, ids)
        self._accept(serial)

    def _issue(self, serial: int, ids: list[int]) -> None:
        conn = self._conn
        conn.execute("BEGIN IMMEDIATE")
        if conn.executemany(RESERVE, [(id, 1) for id in ids]).rowcount != len(ids):
            raise SystemExit("the raw ledger is full")
        conn.execute("INSERT INTO commission VALUES (?, ?, ?, ?)", (serial, "boot", "c", 1))
        rows = [(serial, id, 1) for id in ids]
        conn.executemany("INSERT INTO provision VALUES (?, ?, ?)", rows)
        conn.execute("COMMIT")

    def _accept(self, serial: int) -> None:
        conn = self._conn
        conn.execute("BEGIN IMMEDIATE")
        find = "SELECT holding_id, quantity FROM provision WHERE serial = ?"
        conn.executemany(TAKE, conn.execute(find, (serial,)).fetchall())
        conn.execute(LOG, (serial,))
        conn.execute("DELETE FROM provision WHERE serial = ?", (serial,))
        conn.execute("DELETE FROM commission WHERE serial = ?", (serial,))
        conn.execute("COMMIT")
