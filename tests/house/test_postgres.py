"""The throw-away PostgreSQL is what the tests believe it is, and leaves nothing behind."""

from __future__ import annotations

import subprocess
import sys
import time
from itertools import count
from pathlib import Path

import psycopg
import pytest

from tests import postgres as postgresql

ROOT = Path(__file__).resolve().parents[2]

HOLD = """
from tests import postgres
with postgres.server() as server:
    print(server.directory, flush=True)
    input()
"""


def test_each_test_has_a_database_of_its_own(postgres: postgresql.Server) -> None:
    with postgres.database() as one, postgres.database() as other:
        with psycopg.connect(one) as connection:
            connection.execute("CREATE TABLE mine (id bigint)")
        with psycopg.connect(other) as connection:
            found = connection.execute("SELECT to_regclass('mine')").fetchone()
    assert found == (None,)


def test_a_database_goes_although_a_connection_was_forgotten(postgres: postgresql.Server) -> None:
    with postgres.database() as url:
        forgotten = psycopg.connect(url)
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url)
    forgotten.close()


def test_nobody_hears_it_but_through_its_socket(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert connection.execute("SELECT inet_server_addr()").fetchone() == (None,)


def test_it_stops_and_goes_even_when_the_tests_are_killed(postgres: postgresql.Server) -> None:
    command = [sys.executable, "-c", HOLD]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        held = postgresql.Server(Path(process.stdout.readline().strip()), count(1))
        connection = psycopg.connect(held.dsn())
        process.kill()
    deadline = time.monotonic() + 30
    while held.directory.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not held.directory.exists()
    with pytest.raises(psycopg.OperationalError, match="terminat|closed"):
        connection.execute("SELECT 1")
    connection.close()


def test_a_server_that_cannot_start_says_why(
    monkeypatch: pytest.MonkeyPatch, postgres: postgresql.Server
) -> None:
    monkeypatch.setattr(postgresql, "SETTINGS", "-c no_such_setting=1")
    with pytest.raises(RuntimeError, match="no_such_setting"), postgresql.server():
        pytest.fail("it started")


def test_a_machine_without_it_is_told_apart(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(postgresql, "DEBIAN", tmp_path)
    with pytest.raises(postgresql.PostgresAbsent, match="no PostgreSQL 13 or newer"):
        postgresql.programs()
