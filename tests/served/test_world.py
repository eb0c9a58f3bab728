"""A server's world file is that of its database, byte by byte: whole, or an error."""

from __future__ import annotations

import asyncio
import io
import json
import threading
from collections.abc import Iterator

import httpx
import psycopg
import pytest

from backend.core.database import Database
from backend.core.errors import (
    BadReply,
    BursarError,
    NotAllowed,
    NotFound,
    StorageError,
    Unreachable,
)
from backend.core.identity import Role
from backend.embedded import EmbeddedBackend
from backend.schema import STEPS
from backend.served import routes, wire, worldfile
from backend.served.streams import Message, Pieces
from backend.server.app import create_app
from backend.world import dump, load, pieces
from tests.hosting import hosted
from tests.http.script import JSON, answer, client, scripted
from tests.places import Places
from tests.postgres import Server
from tests.served.consoles import admit, console, token_of
from tests.serving import QUIET
from tests.world.files import database, small, text_of
from tests.worlds import OPERATOR

WRITING = "backend.world.stream"
CHUNKED = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
OTHERS = b"""
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()"""


@pytest.fixture
def db(new_place: Places) -> Iterator[Database]:
    """A small world, with tokens for consoles."""
    made = database(new_place)
    load(made, small())
    admit(made)
    yield made
    made.close()


@pytest.fixture
def in_small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small world has many of them."""
    monkeypatch.setattr(f"{WRITING}.PIECE", 100)


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set when the thread that writes has ended."""
    over = threading.Event()

    def watched(*given: object) -> object:
        try:
            return dump(*given)  # type: ignore[arg-type]
        finally:
            over.set()

    monkeypatch.setattr(f"{WRITING}.dump", watched)
    return over


def bearer(role: Role) -> dict[str, str]:
    """The token of a role."""
    return {"Authorization": f"Bearer {token_of(role)}"}


def received(url: str, role: Role = Role.ADMIN) -> str:
    """What a console gets."""

    async def scene() -> str:
        served, target = console(url, role=role), io.StringIO()
        try:
            assert await served.export(target) == []
        finally:
            await served.close()
        return target.getvalue()

    return asyncio.run(scene())


@pytest.mark.usefixtures("in_small_pieces")
def test_it_is_what_the_database_gives(db: Database) -> None:
    with hosted(create_app(EmbeddedBackend(db, OPERATOR), QUIET)) as url:
        assert received(url) == text_of(db)
        told = httpx.get(f"{url}{wire.PREFIX}/world", headers=bearer(Role.ADMIN))
    assert told.content == text_of(db).encode()
    assert told.headers["content-type"] == "application/json"
    assert "content-length" not in told.headers


@pytest.mark.parametrize("role", [Role.VIEWER, Role.APPROVER])
def test_it_is_for_admins(db: Database, role: Role) -> None:
    with (
        hosted(create_app(EmbeddedBackend(db, OPERATOR), QUIET)) as url,
        pytest.raises(NotAllowed, match="only admins export all there is"),
    ):
        received(url, role)


def test_few_are_written_at_a_time(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "WORLDS", 0)
    with hosted(create_app(EmbeddedBackend(db, OPERATOR), QUIET)) as url:
        told = httpx.get(f"{url}{wire.PREFIX}/world", headers=bearer(Role.ADMIN))
    assert (told.status_code, told.json()["error"]["code"]) == (503, "overloaded")


@pytest.mark.usefixtures("in_small_pieces")
def test_who_goes_away_ends_the_writing(db: Database, ended: threading.Event) -> None:
    gone, sent = asyncio.Event(), list[Message]()

    async def send(message: Message) -> None:
        sent.append(message)
        if message["type"] == "http.response.body":
            gone.set()

    async def receive() -> Message:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def scene() -> None:
        await Pieces(pieces(db), {})({}, receive, send)
        assert await asyncio.to_thread(ended.wait, 30)

    asyncio.run(scene())
    whole = sum(len(message.get("body", b"")) for message in sent)
    assert 0 < whole < len(text_of(db))


@pytest.mark.usefixtures("in_small_pieces")
def test_no_more_lies_ready_than_a_few_pieces(db: Database, ended: threading.Event) -> None:
    async def scene() -> str:
        taken = pieces(db)
        first = await anext(taken)
        assert not await asyncio.to_thread(ended.wait, 0.3)
        return (first + b"".join([piece async for piece in taken])).decode()

    assert asyncio.run(scene()) == text_of(db)


def test_what_fails_before_it_begins_is_told(db: Database) -> None:
    async def scene() -> None:
        with pytest.raises(StorageError):
            await anext(pieces(db))

    db.close()
    asyncio.run(scene())


def test_a_world_is_not_begun_again_in_the_middle(postgres: Server) -> None:
    """A broken read is repeated otherwise; here it would be there one and a half times."""

    class Target(io.StringIO):
        def write(self, text: str) -> int:
            if text.startswith('"users"'):
                with psycopg.connect(url, autocommit=True) as other:
                    other.execute(OTHERS)
            return super().write(text)

    with postgres.database(STEPS) as url:
        made, target = database(lambda steps: url), Target()
        load(made, small())
        with pytest.raises(StorageError, match="went away while it was exported"):
            dump(made, target)
        assert target.getvalue().count("bursar_world") == 1
        assert text_of(made).endswith(worldfile.END)
        made.close()


def chunked(*parts: str) -> bytes:
    """An answer in pieces, without its end."""
    return (CHUNKED + "".join(f"{len(part):x}\r\n{part}\r\n" for part in parts)).encode()


PLAIN = answer("200 OK", '{"bursar_world": 1,\n"services": [],\n', JSON)
OLD = {"code": "not-found", "title": "Not found", "message": "nothing at this path"}
REFUSED = answer("404 Not Found", json.dumps({"error": OLD}), JSON)


@pytest.mark.parametrize(
    ("reply", "error", "words"),
    [
        (chunked('{"bursar_world": 1,\n'), Unreachable, "127.0.0.1"),
        (PLAIN, Unreachable, "it ended before all was sent"),
        (answer("200 OK", b'{"bursar_world"\xff\n}}\n', JSON), BadReply, "UTF-8"),
        (REFUSED, NotFound, "gives no world files over HTTP"),
        (answer("404 Not Found", "<html>"), Unreachable, "something else than bursar"),
    ],
    ids=["broken off", "short", "no text", "an old server", "no bursar"],
)
def test_what_is_not_whole_is_an_error(reply: bytes, error: type[BursarError], words: str) -> None:
    async def scene() -> None:
        async with scripted(reply) as script, client(script, failure=wire.failure) as http:
            with pytest.raises(error, match=words):
                await worldfile.receive(http, io.StringIO())

    asyncio.run(scene())
