"""Opening and closing a database file as a backend."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
from pathlib import Path

import pytest

from backend.core.database import Tx
from backend.core.errors import StorageError
from backend.embedded import open_embedded


def test_a_user_without_a_name_is_known_by_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a container that runs under any uid."""
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 987_654)
    backend = open_embedded(tmp_path / "world.db")
    assert backend.connection.actor.name == "operator:uid 987654"
    backend.shut()


def test_an_unreadable_database_is_let_go(tmp_path: Path) -> None:
    path = tmp_path / "world.db"
    open_embedded(path).shut()
    other = sqlite3.connect(path)
    other.execute("ALTER TABLE resource RENAME TO gone")
    other.close()
    threads = threading.active_count()
    with pytest.raises(StorageError, match="resource"):
        open_embedded(path)
    assert threading.active_count() == threads


def test_closing_leaves_the_event_loop_free(tmp_path: Path) -> None:
    backend = open_embedded(tmp_path / "world.db")
    inside, go = threading.Event(), threading.Event()

    def slow(tx: Tx) -> None:
        inside.set()
        go.wait(5)

    async def close() -> int:
        writing = asyncio.ensure_future(backend.database.awrite(slow))
        await asyncio.to_thread(inside.wait, 5)
        closing, turns = asyncio.ensure_future(backend.close()), 0
        while turns < 10:
            await asyncio.sleep(0.005)
            turns += 1
        assert not closing.done()
        go.set()
        await asyncio.gather(writing, closing)
        return turns

    assert asyncio.run(close()) == 10
