"""A webhook on a real server: whatever it answers, and however slowly."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from backend.notices import store
from backend.notices.deliverer import Deliverer, Tally
from backend.notices.model import Notice, Sink
from backend.notices.rules import document
from tests.notices.post import Post
from tests.places import sqlite_only

TOKEN = "s3cret-token"


@dataclass(slots=True)
class Hook:
    """A server on this machine, and what it heard."""

    url: str = ""
    answer: str = "200"
    heard: list[tuple[str, Mapping[str, str], Any]] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)


class Handler(BaseHTTPRequestHandler):
    """Answers as the hook says."""

    hook: Hook

    def do_POST(self) -> None:
        """Keep what is posted."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.hook.heard.append((self.path, dict(self.headers), json.loads(body)))
        with suppress(OSError):
            getattr(self, f"_{self.hook.answer}", self._status)()

    def _status(self) -> None:
        self.send_response(int(self.hook.answer))
        self.send_header("Content-Length", "0")
        self.send_header("Location", f"{self.hook.url}elsewhere")
        self.end_headers()

    def _huge(self) -> None:
        self.send_response(200)
        self.end_headers()
        while not self.hook.released.is_set():
            self.wfile.write(b"x" * 65536)

    def _silent(self) -> None:
        self.hook.released.wait(60)

    def _dripping(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        while not self.hook.released.wait(0.02):
            self.wfile.write(b"x")

    def _garbage(self) -> None:
        self.wfile.write(b"\x00\xff no HTTP at all\r\n\r\n")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hook]:
    """A webhook that listens."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    found = Hook()
    handler = type("OfThisTest", (Handler,), {"hook": found})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    found.url = f"http://127.0.0.1:{server.server_port}/s3cret/"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield found
    found.released.set()
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass(slots=True)
class Hooked:
    """A world whose notices are posted."""

    post: Post
    sink: Sink
    expected: Notice

    def deliver(self, **changed: Any) -> Tally:
        """Send what waits, at once."""
        found = Deliverer(self.post.world.database, replace(self.sink, **changed))
        return found.deliver(self.post.stop, eager=True)


@pytest.fixture
def hooked(post: Post, hook: Hook) -> Hooked:
    """One notice that waits."""
    post.world.submit("O", name="phys.lab")
    sink = Sink(url=hook.url, timeout=20.0, terms=post.terms)
    return Hooked(post, sink, post.waiting()[0])


def test_a_notice_is_posted_as_json(hook: Hook, hooked: Hooked) -> None:
    assert hooked.deliver() == Tally(sent=1)
    ((path, headers, body),) = hook.heard
    assert path == "/s3cret/"
    assert body == document(hooked.expected)
    assert headers["Content-Type"] == "application/json"
    assert headers["Idempotency-Key"] == hooked.expected.id
    assert "Authorization" not in headers


@pytest.mark.parametrize("answer", ["201", "202", "204"])
def test_any_2xx_is_fine(hook: Hook, hooked: Hooked, answer: str) -> None:
    hook.answer = answer
    assert hooked.deliver() == Tally(sent=1)


@sqlite_only
@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("500", "answered 500"),
        ("503", "answered 503"),
        ("400", "answered 400"),
        ("401", "answered 401"),
        ("301", "answered 301: redirects are not followed"),
        ("307", "answered 307: redirects are not followed"),
    ],
)
def test_anything_else_is_tried_again(hook: Hook, hooked: Hooked, answer: str, told: str) -> None:
    hook.answer = answer
    assert hooked.deliver() == Tally(error=told)
    assert len(hook.heard) == 1
    hook.answer = "200"
    assert hooked.deliver() == Tally(sent=1)
    first, second = hook.heard
    assert first[2] == second[2]
    assert first[1]["Idempotency-Key"] == second[1]["Idempotency-Key"]


def test_of_a_huge_reply_nothing_is_read(hook: Hook, hooked: Hooked) -> None:
    hook.answer = "huge"
    assert hooked.deliver() == Tally(sent=1)


@pytest.mark.parametrize("answer", ["silent", "dripping"])
def test_a_slow_server_has_so_much_time(hook: Hook, hooked: Hooked, answer: str) -> None:
    hook.answer = answer
    assert hooked.deliver(timeout=0.4) == Tally(error="no answer after 0.4 s")


def test_a_console_that_closes_does_not_wait(hook: Hook, hooked: Hooked) -> None:
    hook.answer = "silent"
    threading.Timer(0.3, hooked.post.stop.set).start()
    assert hooked.deliver() == Tally()
    assert hooked.post.state.attempts == 0
    assert len(hooked.post.waiting()) == 1


def test_what_is_no_http_is_a_failure(hook: Hook, hooked: Hooked) -> None:
    hook.answer = "garbage"
    error = hooked.deliver().error
    assert error.endswith("RemoteProtocolError")
    assert "s3cret" not in error


def test_nobody_there_is_a_failure(hooked: Hooked) -> None:
    error = hooked.deliver(url="http://127.0.0.1:9/s3cret").error
    assert error == "http://127.0.0.1:9: ConnectError"


def test_a_token_comes_from_where_it_is_kept(
    hook: Hook, hooked: Hooked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    file.chmod(0o600)
    monkeypatch.setenv("HOOK_TOKEN", TOKEN)
    script = f"echo noise >&2; cat {file}"
    for given in (
        {"token_file": file},
        {"token_env": "HOOK_TOKEN"},
        {"token_command": ("/bin/sh", "-c", script)},
    ):
        assert hooked.deliver(**given) == Tally(sent=1)
        assert hook.heard[-1][1]["Authorization"] == f"Bearer {TOKEN}"
        hooked.post.world.submit("M", name=f"n{len(hook.heard)}.lab")


@sqlite_only
@pytest.mark.parametrize("variable", ["HTTP_PROXY", "ALL_PROXY"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_what_stays_on_this_machine_goes_through_no_proxy(
    hook: Hook, hooked: Hooked, monkeypatch: pytest.MonkeyPatch, host: str, variable: str
) -> None:
    monkeypatch.setenv("HOOK_TOKEN", TOKEN)
    monkeypatch.setenv(variable.lower(), hook.url)
    url = hook.url.replace("127.0.0.1", host)
    assert hooked.deliver(url=url, token_env="HOOK_TOKEN") == Tally(sent=1)
    assert [path for path, _, _ in hook.heard] == ["/s3cret/"], "a proxy gets the whole URL"


def test_nor_does_what_goes_to_the_other_address_of_this_machine(
    hook: Hook, hooked: Hooked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", hook.url)
    assert hooked.deliver(url="http://[::1]:9/x").error == "http://[::1]:9: ConnectError"
    assert hook.heard == []


def test_a_token_that_is_not_there_is_a_failure_that_does_not_show_it(
    hook: Hook, hooked: Hooked, tmp_path: Path
) -> None:
    readable, broken = tmp_path / "readable", tmp_path / "broken"
    readable.write_text(TOKEN)
    readable.chmod(0o644)
    broken.write_text(f"{TOKEN} {TOKEN}")
    broken.chmod(0o600)
    os.environ.pop("NO_SUCH_TOKEN", None)
    cases: list[tuple[dict[str, Any], str]] = [
        ({"token_file": readable}, "others may read"),
        ({"token_file": broken}, "token_file: no token in it"),
        ({"token_file": tmp_path / "none"}, "No such file"),
        ({"token_env": "NO_SUCH_TOKEN"}, "token_env: no token in it"),
        ({"token_command": ("/bin/sh", "-c", f"echo {TOKEN}; exit 3")}, "token_command: exit 3"),
        ({"token_command": ("/bin/sh", "-c", f"echo {TOKEN} >&2; exit 3")}, "exit 3"),
        ({"token_command": ("/no/such",)}, "/no/such cannot be run"),
    ]
    for given, told in cases:
        error = hooked.deliver(**given).error
        assert told in error
        assert TOKEN not in error
        state = hooked.post.world.database.read(lambda tx: store.state(tx, hooked.sink.name))
        assert state is not None
        assert state.error == error
    assert hook.heard == []
