"""What is gone is told by what ended it."""

from __future__ import annotations

from backend.core.database import Database, Tx
from backend.core.database.tx import Row
from backend.core.journal import Entry
from backend.core.telling import by_name_of_gone, ended


def test_what_ended_something_is_found_by_index_among_its_kind(database: Database) -> None:
    def write(tx: Tx) -> None:
        for target, before, after in (
            ("thing:1", "{}", '{"name":"Alpha"}'),
            ("thing:1", '{"name":"Alpha"}', '{"name":"Beta"}'),
            ("thing:1", '{"name":"Beta"}', "{}"),
            ("thing:2", "{}", '{"name":"Gamma"}'),
            ("other_thing:1", '{"name":"Beta"}', "{}"),
        ):
            tx.record(Entry("me", "x", target, before, after))

    def read(sql: str, *params: str) -> list[Row]:
        return database.read(lambda tx: tx.all(sql, params))

    database.write(write)
    ending = f"SELECT seq FROM journal WHERE {ended('thing')}"
    assert read(ending) == [(3,)]
    like = by_name_of_gone("thing")
    sql = f"SELECT seq FROM journal WHERE {like.sql} ORDER BY seq"
    for name, found in (("beta", [(1,), (2,), (3,)]), ("alpha", []), ("gamma", [])):
        assert read(sql, f"{like.head}{name}{like.tail}") == found
    plan = str(read(f"EXPLAIN QUERY PLAN {ending}"))
    assert "journal_target (target>? AND target<?)" in plan
