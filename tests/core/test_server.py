"""A database on a PostgreSQL: opening, migrating, watching, and what is never shown."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from backend.core import dsn
from backend.core.database import Database, Step, open_database
from backend.core.database.postgres import ear
from backend.core.database.postgres.sql import as_copy, as_one, numbered
from backend.core.errors import BursarError, Invalid, StorageCorrupt, StorageError, StorageNewer
from tests import postgres as postgresql
from tests.core.notes import STEPS, WRITE, count, note, notes

MORE = (*STEPS, Step("more", "ALTER TABLE note ADD COLUMN kind TEXT NOT NULL DEFAULT '';\n"))


@pytest.fixture
def database(postgres: postgresql.Server) -> Iterator[Database]:
    """A fresh database with one table."""
    with postgres.database(STEPS) as url:
        opened = notes(url)
        yield opened
        opened.close()


def test_many_who_open_an_empty_database_migrate_it_once(postgres_url: str) -> None:
    with ThreadPoolExecutor(6) as pool:
        opened = list(pool.map(lambda _: notes(postgres_url), range(6)))
    assert [one.write(note) for one in opened] == [1, 2, 3, 4, 5, 6]
    for one in opened:
        one.close()


def test_a_newer_bursar_locks_older_ones_out(postgres_url: str) -> None:
    old = notes(postgres_url)
    old.write(note)
    new = open_database(postgres_url, MORE)
    assert new.read(lambda tx: tx.all("SELECT body, kind FROM note")) == [("x", "")]
    with pytest.raises(StorageNewer, match="was migrated while it was open"):
        old.write(note)
    assert count(old) == 1
    with pytest.raises(StorageNewer, match="schema 3, this bursar knows up to 2"):
        notes(postgres_url)
    for one in (old, new):
        one.close()


def test_a_database_that_was_emptied_while_it_was_open_is_no_newer_one(postgres_url: str) -> None:
    with closing(notes(postgres_url)) as database:
        with psycopg.connect(postgres_url) as other:
            other.execute("DELETE FROM schema_version")
        with pytest.raises(StorageCorrupt, match="emptied"):
            database.write(note)


def test_a_failing_step_changes_nothing(postgres_url: str) -> None:
    notes(postgres_url).close()
    bad = (
        *STEPS,
        Step("bad", "CREATE TABLE fine (x TEXT){strict};\nCREATE TABLE note (x TEXT);\n"),
    )
    with pytest.raises(StorageError, match="already exists"):
        open_database(postgres_url, bad)
    again = notes(postgres_url)
    assert again.read(lambda tx: tx.scalar("SELECT to_regclass('fine')")) is None
    again.close()


def test_reading_needs_the_newest_schema_and_changes_nothing(postgres_url: str) -> None:
    with pytest.raises(StorageError, match="the database is empty"):
        open_database(postgres_url, STEPS, read_only=True)
    with psycopg.connect(postgres_url) as other:
        assert other.execute("SELECT to_regclass('journal')").fetchone() == (None,)


@pytest.mark.parametrize(
    "statement",
    ["CREATE TABLE theirs (x TEXT)", "CREATE TABLE schema_version (installed_rank INT)"],
)
def test_the_database_of_another_program_is_left_alone(postgres_url: str, statement: str) -> None:
    with psycopg.connect(postgres_url) as other:
        other.execute(statement.encode())
    with pytest.raises(StorageCorrupt, match="in use, but not by bursar"):
        notes(postgres_url)


def test_another_encoding_is_refused_with_the_remedy(postgres: postgresql.Server) -> None:
    with psycopg.connect(postgres.dsn(), autocommit=True) as other:
        other.execute("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
        try:
            with pytest.raises(StorageError, match="createdb -T template0 -E UTF8 --locale=C"):
                notes(postgres.dsn("latin"))
        finally:
            other.execute("DROP DATABASE latin WITH (FORCE)")


def test_what_others_wrote_without_a_word_is_noticed(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ear, "POLL_SECONDS", 0.1)
    heard: list[int] = []
    told = threading.Event()

    def changed(head: int) -> None:
        heard.append(head)
        told.set()

    database.watch(changed)
    with psycopg.connect(database.place) as other:
        other.execute(
            "INSERT INTO journal VALUES (7, 0, 'x', 'x', 'x', '', '', '', '', 'done', '')"
        )
    assert told.wait(60)
    assert heard == [7]


def test_values_come_back_as_from_a_file(database: Database) -> None:
    database.write(lambda tx: tx.many(WRITE, [(n, "é\t\\N\n") for n in range(1, 101)]))
    told = "SELECT sum(id), sum(id) / 3, count(*) = 100, NULL, max(body) FROM note"
    assert database.read(lambda tx: tx.one(told)) == (5050, 1683, 1, None, "é\t\\N\n")
    each = database.read(lambda tx: [id for (id,) in tx.each("SELECT id FROM note ORDER BY id")])
    assert each == list(range(1, 101))
    with pytest.raises(Invalid, match="NUL"):
        database.write(lambda tx: tx.execute(WRITE, (200, "a\0b")))


def test_many_changes_at_once_are_those_one_by_one(database: Database) -> None:
    ids = list(range(1, 101))
    database.write(lambda tx: tx.many(WRITE, [(n, "x") for n in ids]))
    move = "UPDATE note SET id = ? WHERE id = ?"
    assert database.write(lambda tx: tx.many(move, [(n + 1000, n) for n in (*ids, 7000)])) == 100
    twice = [(n + 1, n) for n in (*range(1100, 1000, -1), 1101)]
    assert database.write(lambda tx: tx.many(move, [*twice, (5, 1002), (6, 5)])) == 103
    gone = [(n,) for n in (*range(1000, 1100), 1050)]
    assert database.write(lambda tx: tx.many("DELETE FROM note WHERE id = ?", gone)) == 97
    left = database.read(lambda tx: tx.all("SELECT id FROM note ORDER BY id"))
    assert left == [(6,), (1100,), (1102,)]


def test_a_backup_is_a_dump_that_can_be_restored(database: Database, tmp_path: Path) -> None:
    database.write(note)
    target = tmp_path / "copy.dump"
    database.backup(target)
    assert target.read_bytes().startswith(b"PGDMP")
    assert target.stat().st_mode & 0o777 == 0o600
    with pytest.raises(Invalid, match="exists"):
        database.backup(target)
    assert [path.name for path in tmp_path.iterdir()] == ["copy.dump"]


def test_only_placeholders_are_numbered() -> None:
    assert numbered("SELECT '?', \"?\" WHERE a = ? AND b IN (?, ?)") == (
        b"SELECT '?', \"?\" WHERE a = $1 AND b IN ($2, $3)"
    )
    assert as_copy("INSERT INTO a VALUES (?, ?)") == b"COPY a FROM STDIN"
    assert as_copy("INSERT INTO a (b, c) VALUES (?, ?)") == b"COPY a (b, c) FROM STDIN"
    for other in ("INSERT INTO a VALUES (?, 0)", "INSERT INTO a VALUES (?) ON CONFLICT DO NOTHING"):
        assert as_copy(other) == b""
    assert as_one("DELETE FROM a WHERE b = ?") == b"DELETE FROM a WHERE b = ANY($1::int8[])"
    assert as_one("UPDATE a SET b = ?, c = ? WHERE d = ?") == (
        b"UPDATE a SET b = v.c0, c = v.c1 FROM unnest($1::int8[], $2::int8[], $3::int8[])"
        b" AS v (c0, c1, c2) WHERE a.d = v.c2"
    )
    for other in ("UPDATE a SET b = b + ? WHERE c = ?", "DELETE FROM a WHERE b = ? AND c = ?"):
        assert as_one(other) == b""


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://u:s3cret@h:5/d", "postgresql://u@h:5/d"),
        ("postgres://h/d?password=s3cret&host=/run", "postgresql://h/d?host=/run"),
        ("postgresql://u:s3cret@a:1,b:2/d?sslpassword=s3cret", "postgresql://u@a:1,b:2/d"),
        ("postgresql://[::1]:5432/d", "postgresql://[::1]:5432/d"),
        ("postgresql:///d", "postgresql:///d"),
    ],
)
def test_a_place_is_shown_without_secrets(url: str, told: str) -> None:
    assert dsn.shown(url) == told
    assert dsn.has_password(url) is ("s3cret" in url)
    assert dsn.name_of(url) == "d"


@pytest.mark.parametrize(
    "url", ["postgresql://u:s3/cret@h/d", "postgresql://u:s3#cret@h/d", "postgresql://h:s3cret/d"]
)
def test_what_cannot_be_read_is_not_shown(url: str) -> None:
    with pytest.raises(Invalid) as refused:
        dsn.shown(url)
    assert "cret" not in str(refused.value)


@pytest.mark.parametrize(
    "url", ["postgresql://u:s3cret@127.0.0.1:1/d", "postgresql://u:s3cret@127.0.0.1:1/d?s3cret=x"]
)
def test_no_error_tells_a_password(url: str) -> None:
    with pytest.raises(BursarError) as refused:
        notes(url)
    assert "s3cret" not in str(refused.value).replace("?s3cret", "")
