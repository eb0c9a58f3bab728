"""What a client does with servers as they are: storage.md §6.3, the rows that concern HTTP."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from pathlib import Path
from typing import ParamSpec

import pytest

from backend.core.errors import (
    BadReply,
    BursarError,
    Conflict,
    NotSignedIn,
    OutcomeUnknown,
    Unreachable,
)
from backend.http import Http, Patience, Reply, x_auth_token
from tests.http.script import JSON, SHORT, Script, answer, client, ok, scripted

P = ParamSpec("P")

BUSY = answer("503 Service Unavailable", '{"error": "later"}', JSON)
SECRET = "s3cr3t"


def looped(test: Callable[P, Coroutine[None, None, None]]) -> Callable[P, None]:
    """A test that needs an event loop."""

    @wraps(test)
    def looping(*args: P.args, **given: P.kwargs) -> None:
        asyncio.run(test(*args, **given))

    return looping


def tokens(*given: str) -> Callable[[str], Awaitable[str]]:
    """A token source with these, the last for ever."""
    left = list(given)

    async def token(refusal: str) -> str:
        return left.pop(0) if len(left) > 1 else left[0]

    return token


async def error_of(asked: Awaitable[Reply], kind: type[BursarError]) -> BursarError:
    """The error of a request, which is of this kind."""
    with pytest.raises(kind) as caught:
        await asked
    return caught.value


async def listen(http: Http, heard: list[str], silence: float = 25.0) -> None:
    """Hear a stream until it breaks off."""
    async with http.stream("/x", silence=silence) as lines:
        async for line in lines:
            heard.append(line)


@looped
async def test_json_comes_through() -> None:
    async with scripted(ok('{"a": 9223372036854775807}')) as script, client(script) as http:
        assert (await http.get("/x", {"q": "ü"})).json() == {"a": 2**63 - 1}
    assert script.heads[0].startswith("GET /api/x?q=%C3%BC HTTP/1.1\r\n")


@looped
async def test_who_only_asks_asks_again_until_it_is_answered() -> None:
    patience = Patience(attempts=4, pause=0.001)
    answers = BUSY, b"", b"junk\r\n\r\n", ok()
    async with scripted(*answers) as script, client(script, patience=patience) as http:
        assert (await http.get("/x")).json() == {}
        assert http.answers == 1
    assert len(script.heads) == 4


@looped
async def test_the_last_failure_is_told() -> None:
    async with scripted(BUSY) as script, client(script) as http:
        error = await error_of(http.get("/x"), Unreachable)
    assert "later" in error.message
    assert len(script.heads) == SHORT.attempts


@pytest.mark.parametrize(
    "said",
    [b"", b"junk\r\n\r\n", answer("200 OK", b"{}", JSON)[:-1], answer("502 Bad Gateway")],
    ids=["reset", "garbage", "cut", "gateway"],
)
@looped
async def test_a_write_is_sent_once_and_its_outcome_unknown(said: bytes) -> None:
    async with scripted(said) as script, client(script) as http:
        await error_of(http.send("POST", "/x", {}), OutcomeUnknown)
        assert http.answers == 0
    assert len(script.heads) == 1


@looped
async def test_nobody_there_means_nothing_was_done() -> None:
    async with scripted(ok()) as script:
        gone = script
    async with client(gone) as http:
        error = await error_of(http.send("POST", "/x", {}), Unreachable)
    assert error.message == f"{http.place}: Connection refused"


@looped
async def test_a_slow_answer_ends_at_the_deadline() -> None:
    """A server that sends an octet now and then is never silent for long."""
    long, patience = ok(f'"{"x" * 999}"'), Patience(total=0.3)
    async with (
        scripted(long, piece=1, pause=0.01) as script,
        client(script, patience=patience) as http,
    ):
        error = await error_of(http.get("/x"), Unreachable)
    assert "0.3 s" in error.message


@looped
async def test_retry_after_is_honoured_up_to_a_bound() -> None:
    later = answer("429 Too Many Requests", "", "Retry-After: 0")
    never = answer("429 Too Many Requests", "", "Retry-After: 3600")
    async with scripted(later, never) as script, client(script) as http:
        error = await error_of(http.get("/x"), Unreachable)
    assert "again in 3600 s" in str(error)
    assert len(script.heads) == 2


@looped
async def test_a_redirect_is_told_and_not_followed() -> None:
    async with scripted(ok()) as elsewhere:
        away = answer("307 Temporary Redirect", "", f"Location: {elsewhere.url}")
        async with scripted(away) as script, client(script, token=tokens(SECRET)) as http:
            error = await error_of(http.get("/x"), BadReply)
    assert elsewhere.url in error.message
    assert elsewhere.heads == []


@looped
async def test_another_servers_url_gets_no_token() -> None:
    async with (
        scripted(ok()) as elsewhere,
        scripted(ok()) as script,
        client(script, token=tokens(SECRET)) as http,
    ):
        await error_of(http.get(f"{elsewhere.url}/x"), BadReply)
        await http.get(f"{script.url}/y")
    assert elsewhere.heads == []
    assert script.heads[0].startswith("GET /api/y ")


@pytest.mark.parametrize("largest", [1000, 1 << 20])
@looped
async def test_a_bomb_is_not_inflated(largest: int) -> None:
    bomb = gzip.compress(b"0" * (2 << 20))
    said = answer("200 OK", bomb, JSON, "Content-Encoding: gzip")
    async with scripted(said) as script, client(script) as http:
        await error_of(http.get("/x", largest=largest), BadReply)
        assert len((await http.get("/x", largest=2 << 20)).body) == 2 << 20


@pytest.mark.parametrize(
    "said",
    [
        answer("200 OK", "<html>Sign in\x1b[2J</html>", "Content-Type: text/html"),
        answer("200 OK", '{"a": NaN}', JSON),
        answer("200 OK", '{"a": 1, "a": 2}', JSON),
        answer("200 OK", '{"a": ', JSON),
        answer("200 OK", b"\xff", JSON),
        answer("200 OK", "[" * 100_000, JSON),
    ],
    ids=["html", "nan", "twice", "cut", "not-utf8", "deep"],
)
@looped
async def test_what_is_not_json_is_told_with_its_beginning(said: bytes) -> None:
    async with scripted(said) as script, client(script) as http:
        reply = await http.get("/x")
    with pytest.raises(BadReply) as caught:
        reply.json()
    assert "\x1b" not in f"{caught.value}{caught.value.data}"
    assert len(str(caught.value.data["excerpt"])) <= 200


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"conflict": {"code": 409, "message": "no", "details": "taken"}}, "no; taken"),
        ({"errors": [{"status": 409, "title": "Gone", "detail": "taken"}]}, "taken; Gone"),
        ({"limit": ["too high", "too odd"]}, "too high; too odd"),
        ("taken\x1b[2J", "taken␛[2J"),
        (None, "status 409"),
    ],
)
@looped
async def test_errors_of_any_shape_are_told(body: object, told: str) -> None:
    said = answer("409 Conflict", json.dumps(body), JSON)
    async with scripted(said) as script, client(script) as http:
        error = await error_of(http.send("POST", "/x"), Conflict)
    assert error.message == f"{http.place}: {told}"


@looped
async def test_a_refused_token_is_renewed_once() -> None:
    source = tokens("old", "new")
    async with (
        scripted(answer("401 Unauthorized"), ok()) as script,
        client(script, token=source, sign=x_auth_token) as http,
    ):
        await http.send("POST", "/x", {})
    assert ["X-Auth-Token: old" in head for head in script.heads] == [True, False]
    assert ["X-Auth-Token: new" in head for head in script.heads] == [False, True]


@looped
async def test_who_mistypes_a_token_is_asked_until_one_is_taken() -> None:
    class Typed:
        typed = True
        left = ["kept", "first", "second", "right"]

        async def __call__(self, refusal: str) -> str:
            return self.left.pop(0)

    no = answer("401 Unauthorized")
    async with (
        scripted(no, no, no, ok()) as script,
        client(script, token=Typed(), sign=x_auth_token) as http,
    ):
        await http.get("/x")
    assert "X-Auth-Token: right" in script.heads[3]


@looped
async def test_a_write_is_not_sent_again_with_another_token_but_the_next_read_has_it() -> None:
    heard: list[str] = []

    async def token(refusal: str) -> str:
        heard.append(refusal)
        return f"t{len(heard)}"

    no = answer("401 Unauthorized", json.dumps({"detail": "Token has expired."}), JSON)
    async with (
        scripted(no, ok()) as script,
        client(script, token=token, replays=False) as http,
    ):
        await error_of(http.send("POST", "/x", {}), NotSignedIn)
        await http.get("/y")
    assert [head.split()[0] for head in script.heads] == ["POST", "GET"]
    assert heard == ["", "Token has expired."]


@looped
async def test_a_token_without_another_is_not_sent_again() -> None:
    no = answer("401 Unauthorized")
    async with scripted(no) as script, client(script, token=tokens(SECRET)) as http:
        error = await error_of(http.get("/x"), NotSignedIn)
    assert len(script.heads) == 1
    assert SECRET not in str(error)


@looped
async def test_the_source_hears_why_its_token_is_refused_but_no_token() -> None:
    said = {"unauthorized": {"message": "no user's", "details": f"grant {SECRET} one\x1b[2J"}}
    heard: list[str] = []

    async def token(refusal: str) -> str:
        heard.append(refusal)
        return f"{SECRET}" if len(heard) == 1 else "other"

    no = answer("401 Unauthorized", json.dumps(said), JSON)
    async with scripted(no, ok()) as script, client(script, token=token) as http:
        await http.get("/x")
    assert heard[0] == ""
    assert heard[1].startswith("no user's; grant *** one")
    assert not {SECRET, "\x1b"} & {*heard[1].split(), *heard[1]}


@looped
async def test_whoever_comes_while_a_token_is_fetched_waits_for_it() -> None:
    asked = 0

    async def token(refusal: str) -> str:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0.01)
        return "t"

    async with scripted(ok()) as script, client(script, token=token) as http:
        await asyncio.gather(*(http.get("/x") for _ in range(5)))
    assert asked == 1


@looped
async def test_a_stream_gives_lines_and_tells_its_end() -> None:
    said = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nid: 1\n\nid: 2\n"
    async with scripted(said) as script, client(script) as http:
        heard: list[str] = []
        with pytest.raises(Unreachable):
            await listen(http, heard)
    assert heard == ["id: 1", "", "id: 2"]


STREAM = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nid: 1\r\n"


@looped
async def test_a_line_without_an_end_is_not_waited_for() -> None:
    async with scripted(STREAM + b"x" * (4 << 20)) as script, client(script) as http:
        heard: list[str] = []
        with pytest.raises(BadReply, match="line of more than"):
            await listen(http, heard)
    assert heard == ["id: 1"]


@looped
async def test_octets_that_make_no_line_are_silence() -> None:
    async with (
        scripted(STREAM + b"x" * 1000, piece=10, pause=0.02) as script,
        client(script) as http,
    ):
        with pytest.raises(Unreachable, match="no line"):
            await listen(http, [], silence=0.3)


@looped
async def test_a_stream_may_be_refused() -> None:
    async with scripted(answer("401 Unauthorized")) as script, client(script) as http:
        with pytest.raises(NotSignedIn):
            async with http.stream("/x"):
                pass


@looped
async def test_a_unix_socket_is_a_place(tmp_path: Path) -> None:
    path = tmp_path / "s"
    script = Script((ok(),))

    server = await asyncio.start_unix_server(script.begin, path)
    async with server:
        http = Http("http://bursar", socket=path)
        assert (await http.get("/x")).json() == {}
        assert http.place == str(path)
        await http.close()


@looped
async def test_who_leaves_during_a_handshake_leaves_no_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        http = Http(f"https://127.0.0.1:{listening.getsockname()[1]}", patience=SHORT)
        asking = asyncio.create_task(http.get("/"))
        theirs, _ = await asyncio.to_thread(listening.accept)
        with theirs:
            theirs.settimeout(5)
            assert await asyncio.to_thread(theirs.recv, 1 << 16)  # its hello
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking
            assert await asyncio.to_thread(theirs.recv, 1 << 16) == b""
        await http.close()
