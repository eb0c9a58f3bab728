"""Nothing that is sent is unbounded, and what is refused is told in the dialect's envelope."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import TypeAdapter, ValidationError
from starlette.types import Message, Send

from backend.core.errors import Invalid
from backend.decode import decode
from backend.projects.wire import CatalogsBody
from backend.quotas.wire import BulkBody, CommissionBody
from backend.server.app import Application
from backend.server.settings import ServerSettings
from tests.hosting import hosted
from tests.serving import ACCOUNT, application, client, token

CONSOLE = "/bursar/v1/connection"
SMALL = ServerSettings(body=2000, headers=1500, arrival=0.1, request=0.4, concurrency=1)
Ask = Callable[[httpx.AsyncClient], "asyncio.Future[httpx.Response]"]


@contextmanager
def small(tmp_path: Path, settings: ServerSettings = SMALL) -> Iterator[Application]:
    """A server that takes little."""
    with application(tmp_path / "world.db", settings) as app:
        yield app


async def slow(*parts: bytes, rest: float = 1.0) -> AsyncIterator[bytes]:
    """A body that stops in the middle."""
    for part in parts:
        yield part
    await asyncio.sleep(rest)


async def long(octets: int) -> AsyncIterator[bytes]:
    """A body that does not say how long it is."""
    for _ in range(octets // 1000):
        yield b" " * 1000


def code(answer: httpx.Response) -> tuple[int, object]:
    """Status, and the name of the error in either envelope."""
    body = answer.json()
    name = next(iter(body))
    assert body[name]["code"] in (answer.status_code, body[name]["code"])
    return answer.status_code, body["error"]["code"] if name == "error" else name


@pytest.mark.parametrize(
    ("place", "large", "headers", "late"),
    [
        (f"{ACCOUNT}/projects", "overLimit", "headersTooLarge", "requestTimeout"),
        ("/bursar/v1/plan", "too-large", "headers-too-large", "too-slow"),
    ],
)
def test_size_and_time_are_bounded(
    tmp_path: Path, place: str, large: str, headers: str, late: str
) -> None:
    async def run(app: Application) -> None:
        mine = {**token("A"), "Content-Type": "application/json"}
        async with client(app, headers=mine) as http:
            assert code(await http.post(place, content=b" " * 2001)) == (413, large)
            assert code(await http.post(place, content=long(4000))) == (413, large)
            answer = await http.post(place, content=b"{}", headers={"X-Long": "x" * 1500})
            assert code(answer) == (431, headers)
            answer = await http.post(place, content=slow(b"{", b'"a'))
            assert code(answer) == (408, late)
            assert (await http.post(place, content=b" " * 1990 + b"{}")).status_code == 400

    with small(tmp_path) as app:
        asyncio.run(run(app))


@pytest.mark.parametrize(
    ("place", "name"), [(f"{ACCOUNT}/quotas", "serviceUnavailable"), (CONSOLE, "overloaded")]
)
def test_too_many_at_once_are_told_when_to_come_back(tmp_path: Path, place: str, name: str) -> None:
    async def run(app: Application) -> None:
        async with client(app, headers=token("A")) as http:
            waiting = asyncio.create_task(http.post(f"{ACCOUNT}/projects", content=slow(b"{")))
            while not app.metrics.in_flight:
                await asyncio.sleep(0)
            answer = await http.get(place)
            assert code(answer) == (503, name)
            assert answer.headers["retry-after"] == "1"
            await waiting
            assert (await http.get(place)).status_code == 200

    with small(tmp_path) as app:
        asyncio.run(run(app))


@pytest.mark.parametrize(
    "place", ["/bursar/v1/plan", f"{ACCOUNT}/projects", "/astakos/identity/v2.0/tokens", "/nowhere"]
)
def test_half_sent_bodies_of_strangers_take_nobodys_place(tmp_path: Path, place: str) -> None:
    """Even where no token is asked for there are few of them."""
    kind, most = {"Content-Type": "application/json"}, 2

    async def run(app: Application) -> list[int]:
        gate = asyncio.Event()

        async def half() -> AsyncIterator[bytes]:
            yield b"{"
            await gate.wait()

        async with client(app, headers=kind) as http:
            strangers = [asyncio.create_task(http.post(place, content=half())) for _ in range(9)]
            while sum(one.done() for one in strangers) < len(strangers) - most:
                await asyncio.sleep(0)
            assert app.edge.strangers == most
            told = await http.post(f"{ACCOUNT}/projects", json={}, headers=token("A"))
            assert told.status_code == 400
            gate.set()
            return [answer.status_code for answer in await asyncio.gather(*strangers)]

    with small(tmp_path, ServerSettings(concurrency=most + 1, strangers=most)) as app:
        assert set(asyncio.run(run(app))) <= {400, 401, 404, 503}
        assert app.edge.strangers == 0


def test_a_closed_server_takes_nothing_more(tmp_path: Path) -> None:
    async def run(app: Application) -> None:
        async with client(app, headers=token("A")) as http:
            app.edge.close()
            assert code(await http.get(f"{ACCOUNT}/quotas")) == (503, "serviceUnavailable")

    with small(tmp_path) as app:
        asyncio.run(run(app))


def test_what_takes_too_long_is_given_up(tmp_path: Path) -> None:
    """A read is done again; whether a write was done is not known."""

    async def stuck(*given: object) -> None:
        await asyncio.sleep(60)

    async def run(app: Application) -> None:
        async with client(app, headers=token("A")) as http:
            await http.get(f"{ACCOUNT}/quotas")
            app.edge.app = stuck
            answer = await http.get(f"{ACCOUNT}/quotas")
            assert code(answer) == (503, "serviceUnavailable")
            assert answer.headers["retry-after"]
            assert code(await http.post(f"{ACCOUNT}/projects")) == (504, "internalServerError")
            assert code(await http.post("/bursar/v1/apply")) == (504, "outcome-unknown")

    with small(tmp_path) as app:
        asyncio.run(run(app))


def test_an_error_of_its_own_is_told_and_nothing_of_it_shown(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*given: object) -> None:
        raise ZeroDivisionError("secret")

    async def run(app: Application) -> None:
        async with client(app, headers=token("A")) as http:
            await http.get(f"{ACCOUNT}/quotas")
            app.edge.app = broken
            answer = await http.get(f"{ACCOUNT}/quotas")
            assert code(answer) == (500, "internalServerError")
            assert "secret" not in answer.text
            assert code(await http.get(CONSOLE)) == (500, "server-failed")

    with small(tmp_path) as app:
        asyncio.run(run(app))
    assert "ZeroDivisionError" in caplog.text


async def listen(app: Application, send: Send) -> None:
    """Ask for events. By hand: httpx reads an answer of an application whole."""
    parts: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Message:
        if not parts:
            await asyncio.Event().wait()
        return parts.pop()

    headers = [(k.lower().encode(), v.encode()) for k, v in token("A").items()]
    await app(
        {
            "type": "http", "method": "GET", "path": "/bursar/v1/events", "raw_path": b"",
            "root_path": "", "scheme": "http", "query_string": b"", "headers": headers,
            "client": ("127.0.0.1", 1), "server": ("bursar.test", 80), "state": {},
            "http_version": "1.1", "asgi": {"version": "3.0", "spec_version": "2.3"},
        },
        receive,
        send,
    )  # fmt: skip


def test_a_listener_that_takes_nothing_is_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor is he waited for to be told that it is over."""
    monkeypatch.setattr("backend.served.streams.DEAF", 0.05)
    monkeypatch.setattr("backend.server.edge.PARTING", 0.05)

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()

    async def run(app: Application) -> None:
        async with asyncio.timeout(60):
            await listen(app, send)

    with small(tmp_path) as app:
        asyncio.run(run(app))
        assert app.metrics.streams == 0


@pytest.mark.parametrize(
    ("settings", "whole"),
    [
        (ServerSettings(request=1.0), True),
        (ServerSettings(request=0.05), False),
        (ServerSettings(stream=0.3), False),
    ],
    ids=["while it goes on", "that stalls", "that has no end"],
)
def test_a_long_answer_may_go_on_and_is_broken_off_otherwise(
    tmp_path: Path, settings: ServerSettings, whole: bool
) -> None:
    async def long_answer(scope: object, receive: object, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for left in range(11, -1, -1):
            await asyncio.sleep(0.1)
            await send({"type": "http.response.body", "body": b"x", "more_body": left > 0})

    with small(tmp_path, settings) as app:
        app.build_middleware_stack()
        app.edge.app = long_answer
        with hosted(app.edge) as url:
            if whole:
                assert httpx.get(url).text == "x" * 12
            else:
                with pytest.raises(httpx.RemoteProtocolError):
                    httpx.get(url)


def test_streams_are_bounded_and_end_with_the_server(tmp_path: Path) -> None:
    async def run(app: Application) -> list[int]:
        statuses: list[int] = []

        def sink(begun: asyncio.Event) -> Send:
            async def send(message: Message) -> None:
                if message["type"] == "http.response.start":
                    statuses.append(message["status"])
                begun.set()

            return send

        tasks = []
        for _ in range(3):
            begun = asyncio.Event()
            tasks.append(asyncio.create_task(listen(app, sink(begun))))
            await begun.wait()
        assert app.metrics.streams == 2
        async with client(app, headers=token("A")) as http:  # streams are not in the way
            assert (await http.get(CONSOLE)).status_code == 200
            app.edge.close()
            await asyncio.gather(*tasks)
        return statuses

    settings = ServerSettings(streams=2, concurrency=2)
    with small(tmp_path, settings) as app:
        assert asyncio.run(run(app)) == [200, 200, 503]
        assert app.metrics.streams == 0


def test_bodies_of_any_kind_break_nothing(tmp_path: Path) -> None:
    bodies = [
        b"", b"null", b"[]", b"{", b'"x"', b"1e999", b"NaN", b"\xff\xfe", b"[" * 1900,
        b'{"a":1,"a":2}', b'{"provisions":[{"holder":"\\u0000"}]}', b'{"name":"\\ud800"}',
    ]  # fmt: skip
    posts = (
        "/projects", "/projects/memberships", "/projects/x/action", "/commissions",
        "/projects/memberships/1/action", "/commissions/1/action", "/commissions/action",
        "/user_catalogs", "/service/user_catalogs", "/myaccount/default_project",
    )  # fmt: skip

    async def run(app: Application) -> set[int]:
        seen = set()
        async with client(app) as http:
            for path in posts:
                who = "service:cyclades" if "commissions" in path or "service" in path else "A"
                mine = {**token(who), "Content-Type": "application/json"}
                for body in bodies:
                    answer = await http.post(ACCOUNT + path, content=body, headers=mine)
                    seen.add(answer.status_code)
                    assert answer.status_code < 500, (path, body)
        return seen

    with application(tmp_path / "world.db") as app:
        assert asyncio.run(run(app)) <= {200, 400, 403}


def test_a_key_given_twice_among_many_takes_no_longer_to_find(tmp_path: Path) -> None:
    """Nobody needs a token for this: comparing all keys with each other would take minutes."""
    keys = [f'"{number:x}":1' for number in range(90_000)]
    body = f"{{{','.join(keys + keys[-1:])}}}".encode()

    async def run(app: Application) -> None:
        kind = {"Content-Type": "application/json"}
        async with client(app) as http:
            answer = await http.post("/astakos/identity/v2.0/tokens", content=body, headers=kind)
            assert code(answer) == (400, "badRequest")
            assert "given twice" in answer.text

    with application(tmp_path / "world.db") as app:
        asyncio.run(run(app))


def test_a_fault_that_is_too_deep_to_be_shown_is_told_all_the_same() -> None:
    deep: list[object] = []
    for _ in range(5000):
        deep = [deep]
    with pytest.raises(Invalid, match=r"provisions\[0\].holder: … is not text"):
        decode(CommissionBody, {"provisions": [{"holder": deep}]})


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (CommissionBody, {"provisions": [1, 1]}),
        (BulkBody, {"accept": ["", ""]}),
        (BulkBody, {"reject": ["", ""]}),
        (CatalogsBody, {"uuids": [1, 1]}),
        (CatalogsBody, {"displaynames": [1, 1]}),
    ],
)
def test_of_many_faults_the_first_is_looked_for(kind: Any, body: object) -> None:
    """All of a list that is a megabyte of faults would take seconds."""
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(body, strict=True)
    assert caught.value.error_count() == 1


def test_paths_that_no_database_can_store_lead_nowhere(tmp_path: Path) -> None:
    paths: tuple[str, ...]
    paths = ("projects/a%00b", "projects?owner=a%00b", "projects/%ff", "memberships/" + "9" * 5000)
    paths += ("projects/a%0ab", "projects/a%2fb/c", "..", "projects//")

    async def run(app: Application) -> list[int]:
        async with client(app, headers=token("A")) as http:
            return [(await http.get(f"{ACCOUNT}/{path}")).status_code for path in paths]

    with application(tmp_path / "world.db") as app:
        assert asyncio.run(run(app)) == [400, 400, 404, 400, 400, 400, 400, 400]


def test_the_largest_numbers_of_a_path_are_merely_unknown(tmp_path: Path) -> None:
    async def run(app: Application) -> None:
        big = 2**63
        async with client(app) as http:
            for number in (0, big - 1, big, 10**18):
                path = f"{ACCOUNT}/commissions/{number}"
                answer = await http.get(path, headers=token("service:cyclades"))
                assert (answer.status_code, answer.content) == (404, b"")
                path = f"{ACCOUNT}/projects/memberships/{number}"
                answer = await http.get(path, headers=token("A"))
                assert code(answer) == (404, "itemNotFound")
                json.loads(answer.text)

    with application(tmp_path / "world.db") as app:
        asyncio.run(run(app))


def test_a_full_disk_is_told_and_nothing_is_kept(tmp_path: Path) -> None:
    async def run(app: Application) -> None:
        async with client(app, headers=token("service:cyclades")) as http:
            body = {"provisions": [], "name": "n" * 500_000}
            database = app.backend.database
            pages = database.read(lambda tx: int(tx.scalar("PRAGMA page_count")))
            database.write(lambda tx: tx.scalar(f"PRAGMA max_page_count = {pages + 5}"))
            answer = await http.post(f"{ACCOUNT}/commissions", json=body)
            assert code(answer) == (507, "internalServerError")
            assert (await http.get(f"{ACCOUNT}/commissions")).json() == []
            assert (await http.get("/bursar/health")).status_code == 200

    with application(tmp_path / "world.db") as app:
        asyncio.run(run(app))
