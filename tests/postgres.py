"""A throw-away PostgreSQL: its own directory, its own unix socket, gone with the tests."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import IO, LiteralString, cast

import psycopg
from psycopg import sql

from backend.core.database import Step, open_database

OLDEST = 13
DEBIAN = Path("/usr/lib/postgresql")
SOCKET_PATH_LIMIT = 80
SETTINGS = "-c listen_addresses='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off"

# The server lives as long as the pipe to it, so it cannot outlive even a test run that is killed.
KEEP = """
set -eu
ready=
trap '[ "$ready" ] || cat "$1/log"; rm -rf "$1"' EXIT
"$2/initdb" -D "$1/data" -U bursar -A trust -E UTF8 --locale=C --no-sync >"$1/log" 2>&1
"$2/pg_ctl" -D "$1/data" -l "$1/log" -w -o "-k '$1' $3" start >>"$1/log" 2>&1
ready=yes
echo ready
read -r _ || true
"$2/pg_ctl" -D "$1/data" -m immediate -w stop >/dev/null 2>&1
"""

REMEMBER = """
CREATE SCHEMA {};
DO $$ DECLARE t text; filled bool; BEGIN
    FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', t) INTO filled;
        IF filled THEN
            EXECUTE format('CREATE TABLE {}.%1$I AS TABLE public.%1$I', t);
        END IF;
    END LOOP;
END $$"""
BRING_BACK = """
SET session_replication_role = replica;
DO $$ DECLARE t text; BEGIN
    FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('DELETE FROM public.%I', t);
    END LOOP;
    FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = {} LOOP
        EXECUTE format('INSERT INTO public.%1$I SELECT * FROM {}.%1$I', t);
    END LOOP;
END $$"""
FRESH = "fresh"
"""The name of what is in the tables after the schema steps."""
FOLLOWING = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'quorum'"
HANG_UP = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()"""


class PostgresAbsent(Exception):
    """There is no PostgreSQL here that the tests could start."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running throw-away server."""

    directory: Path
    numbers: Iterator[int]
    used: dict[tuple[Step, ...], list[str]] = field(default_factory=dict)

    def dsn(self, database: str = "postgres") -> str:
        """How to reach one of its databases."""
        return f"postgresql://bursar@/{database}?host={self.directory}"

    @contextmanager
    def database(self, steps: Sequence[Step] = ()) -> Iterator[str]:
        """A database of one's own, empty, dropped afterwards whoever is still connected; or one
        with these schema steps applied, which is as new again afterwards: that is faster."""
        used = self.used.setdefault(tuple(steps), [])
        name = used.pop() if used else self._made(steps)
        try:
            yield self.dsn(name)
        finally:
            if steps:
                _tell(self.dsn(name), sql.SQL(HANG_UP))
                bring_back(self.dsn(name), FRESH)
                used.append(name)
            else:
                self._administer("DROP DATABASE {} WITH (FORCE)", name)

    def _made(self, steps: Sequence[Step]) -> str:
        name = f"test_{next(self.numbers)}"
        self._administer("CREATE DATABASE {} TEMPLATE template0", name)
        if steps:
            open_database(self.dsn(name), steps).close()
            remember(self.dsn(name), FRESH)
        return name

    def crash(self) -> None:
        """Kill every process of it, as a power cut would end them."""
        main = int((self.directory / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(main, signal.SIGSTOP)
        children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
        for process in (*map(int, children), main):
            os.kill(process, signal.SIGKILL)
        while any(Path(f"/proc/{process}").exists() for process in (*children, main)):
            time.sleep(0.01)

    def freeze(self, kind: str) -> None:
        """Stop the process of a kind, such as `walreceiver`."""
        main = int((self.directory / "data" / "postmaster.pid").read_text().split()[0])
        for child in Path(f"/proc/{main}/task/{main}/children").read_text().split():
            if kind in Path(f"/proc/{child}/cmdline").read_text():
                os.kill(int(child), signal.SIGSTOP)

    def start(self) -> None:
        """Start it again."""
        (self.directory / "data" / "postmaster.pid").unlink(missing_ok=True)
        told = ("-w", "-o", f"-k '{self.directory}' {SETTINGS}", "start")
        _run("pg_ctl", "-D", self.directory / "data", "-l", self.directory / "log", *told)

    def promote(self) -> None:
        """Make a standby a primary."""
        _run("pg_ctl", "-D", self.directory / "data", "-w", "promote")

    @contextmanager
    def standby(self) -> Iterator[Server]:
        """A copy that follows, and for which every commit waits."""
        copy = Server(self.directory / "standby", count(1))
        copy.directory.mkdir()
        if (user := _ordinary_user()) is not None:
            os.chown(copy.directory, user.pw_uid, user.pw_gid)
        _run("pg_basebackup", "-h", self.directory, "-U", "bursar", "-D", copy.directory / "data",
             "-R", "-X", "stream", "-c", "fast", "--no-sync")  # fmt: skip
        copy.start()
        try:
            with psycopg.connect(self.dsn(), autocommit=True) as connection:
                connection.execute("ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (*)'")
                connection.execute("SELECT pg_reload_conf()")
                while connection.execute(FOLLOWING).fetchone() != (1,):
                    time.sleep(0.05)
            yield copy
        finally:
            copy.crash()

    def _administer(self, statement: LiteralString, *names: str) -> None:
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def remember(url: str, name: str) -> None:
    """Keep what the tables of a database hold, to be brought back by name."""
    _tell(url, sql.SQL(REMEMBER).format(*[sql.Identifier(name)] * 2))


def bring_back(url: str, name: str) -> None:
    """Let the tables of a database hold what they held when it was remembered."""
    _tell(url, sql.SQL(BRING_BACK).format(sql.Literal(name), sql.Identifier(name)))


_hands: dict[str, psycopg.Connection] = {}
"""Connections to databases that are used again: a new one takes longer than what it is for."""


def _tell(url: str, statement: sql.SQL | sql.Composed) -> None:
    if url in _hands:
        try:
            _hands[url].execute(statement)
            return
        except psycopg.OperationalError:  # a test has cut it
            _hands.pop(url).close()
    _hands[url] = psycopg.connect(url, autocommit=True)
    _hands[url].execute(statement)


def _run(program: str, *arguments: str | Path) -> None:
    """Run one of PostgreSQL's programs as whoever runs the server."""
    user = _ordinary_user()
    subprocess.run(
        [programs() / program, *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd="/",
        user=user.pw_uid if user else None,
        group=user.pw_gid if user else None,
        extra_groups=() if user else None,
        start_new_session=True,
    )


def programs() -> Path:
    """The directory of the newest `initdb`, PATH first."""
    named = shutil.which("initdb")
    found = [Path(named).resolve()] if named else []
    found += sorted(DEBIAN.glob("*/bin/initdb"), key=_version, reverse=True)
    for initdb in found:
        if _version(initdb) >= OLDEST:
            return initdb.parent
    raise PostgresAbsent(f"no PostgreSQL {OLDEST} or newer here (initdb in PATH or below {DEBIAN})")


def _version(initdb: Path) -> int:
    said = subprocess.run([initdb, "--version"], capture_output=True, text=True, check=True).stdout
    number = re.search(r"\d+", said)
    return int(number.group()) if number else 0


def _ordinary_user() -> pwd.struct_passwd | None:
    """Whom to run as: PostgreSQL refuses to be started by root. None is whoever we are."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise PostgresAbsent("PostgreSQL does not run as root, and there is no other user here")


def _directory(user: pwd.struct_passwd | None) -> Path:
    """A new directory that `user` owns, its path short enough for a socket."""
    base = None if len(tempfile.gettempdir()) < SOCKET_PATH_LIMIT else "/tmp"
    directory = Path(tempfile.mkdtemp(prefix="bursar-pg-", dir=base))
    if user is not None:
        os.chown(directory, user.pw_uid, user.pw_gid)
    return directory


def _start(
    bin_directory: Path, directory: Path, user: pwd.struct_passwd | None, settings: str
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        ["/bin/sh", "-c", KEEP, "sh", directory, bin_directory, settings],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=directory,
        user=user.pw_uid if user else None,
        group=user.pw_gid if user else None,
        extra_groups=() if user else None,
        # A Ctrl+C at the test run must reach the fixture's end, not the server.
        start_new_session=True,
    )


@contextmanager
def server(settings: str = "") -> Iterator[Server]:
    """Start a server, and stop it whatever happens; raise `PostgresAbsent` where there is none."""
    user = _ordinary_user()
    bin_directory = programs()
    directory = _directory(user)
    # Leaving the block closes the pipe, which stops the server, and waits for that.
    with _start(bin_directory, directory, user, settings or SETTINGS) as process:
        output = cast(IO[str], process.stdout)
        said = output.readline()
        if said != "ready\n":
            raise RuntimeError(f"PostgreSQL did not start:\n{said}{output.read()}")
        try:
            yield Server(directory, count(1))
        finally:
            while _hands:
                _hands.popitem()[1].close()
