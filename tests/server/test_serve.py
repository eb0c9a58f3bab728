"""`bursar serve` as a process: where it listens, who is let in, how it ends."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import stat
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
import trustme

from backend.embedded import user_name
from tests import replay
from tests.cli.conftest import Run
from tests.cli.conftest import bursar as bursar
from tests.server.small_child import CONNECTIONS
from tests.serving import ACCOUNT, Served, recorded_backend, serving, started, token

CONNECTION = "/bursar/v1/connection"
PROVISIONS: dict[str, list[object]] = {"provisions": []}


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """The recorded world."""
    recorded_backend(tmp_path / "world.db").shut()
    return tmp_path / "world.db"


def test_a_socket_lets_its_owner_in(database: Path, tmp_path: Path) -> None:
    path = tmp_path / "bursar.sock"
    with serving(database, "--unix", str(path)) as server:
        assert server.url == f"unix:{path}"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        transport = httpx.HTTPTransport(uds=str(path))
        with httpx.Client(transport=transport, base_url="http://bursar") as http:
            told = http.get(CONNECTION).json()["connection"]["actor"]
            assert told == {
                "name": f"operator:{user_name()}", "role": "admin", "uuid": "", "component": "",
            }  # fmt: skip
            assert http.get(f"{ACCOUNT}/projects").status_code == 401
            assert http.get(f"{ACCOUNT}/projects", headers=token("O")).status_code == 200
            mine = {"Authorization": f"Bearer {token('O')['X-Auth-Token']}"}
            assert http.get(CONNECTION, headers=mine).status_code == 403
        assert server.end() == 0
    assert not path.exists()


def test_what_a_dead_server_left_is_in_nobody_s_way(database: Path, tmp_path: Path) -> None:
    path = tmp_path / "bursar.sock"
    with serving(database, "--unix", str(path)) as server:
        assert server.end(signal.SIGKILL) == -signal.SIGKILL
    assert path.is_socket()
    with serving(database, "--unix", str(path)):
        assert path.is_socket()


def test_a_socket_that_another_server_has_by_now_is_left_alone(
    database: Path, tmp_path: Path
) -> None:
    path = tmp_path / "bursar.sock"
    with serving(database, "--unix", str(path)) as server:
        with httpx.Client(transport=httpx.HTTPTransport(uds=str(path))) as http:
            assert http.get("http://bursar/bursar/health").status_code == 200
        path.unlink()
        with socket.socket(socket.AF_UNIX) as other:
            other.bind(str(path))
            assert server.end() == 0
            assert path.is_socket()


def test_tls(database: Path, tmp_path: Path) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("localhost", "127.0.0.1")
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    for part in issued.cert_chain_pems:
        part.write_to_path(chain, append=True)
    issued.private_key_pem.write_to_path(key)
    trusted = ssl.create_default_context()
    authority.configure_trust(trusted)
    with serving(database, "--tls-cert", str(chain), "--tls-key", str(key)) as server:
        assert server.url.startswith("https://127.0.0.1:")
        with httpx.Client(verify=trusted, base_url=server.url) as http:
            assert http.get("/bursar/health").status_code == 200
        with httpx.Client(base_url=server.url) as http, pytest.raises(httpx.ConnectError):
            http.get("/bursar/health")
        plain = server.url.replace("https", "http")
        with httpx.Client(base_url=plain) as http, pytest.raises(httpx.TransportError):
            http.get("/bursar/health")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--bind", "0.0.0.0:0"), "reachable by others"),
        (("--bind", "bursar.test:0"), "reachable by others"),
        (("--bind", "8470"), "is no address"),
        (("--bind", "127.0.0.1:99999"), "is no address"),
        (("--tls-cert", "a.pem"), "belong together"),
        (("--unix", "a.sock", "--tls-cert", "a", "--tls-key", "b"), "needs no TLS"),
        (("--nico-name", "a/b"), "is no part of a path"),
    ],
)
def test_what_would_be_unsafe_is_refused(
    bursar: Run, database: Path, options: tuple[str, ...], said: str
) -> None:
    done = bursar("serve", "--database", database, *options)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_what_cannot_be_used_is_named(bursar: Run, database: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.pem"
    bad.write_text("no certificate")
    here = ("serve", "--database", database, "--bind", "127.0.0.1:0")
    done = bursar(*here, "--tls-cert", bad, "--tls-key", bad)
    assert (done.code, done.out) == (1, "")
    assert "the TLS files cannot be used" in done.err
    with socket.create_server(("127.0.0.1", 0)) as taken:
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        done = bursar("serve", "--database", database, "--bind", place)
    assert done.code == 1
    assert f"Conflict: cannot listen on {place}: Address already in use\n" in done.err
    done = bursar("serve", "--database", database, "--unix", tmp_path / "no" / "where.sock")
    assert done.code == 1
    assert "Not valid: cannot listen on" in done.err


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_answers_what_has_begun_and_ends_well(database: Path, how: signal.Signals) -> None:
    """Streams end, a request under way is answered, what it wrote is kept."""
    body = json.dumps(PROVISIONS).encode()
    with serving(database) as server, httpx.Client(base_url=server.url) as http:
        host, port = server.url.removeprefix("http://").split(":")
        with http.stream("GET", "/bursar/v1/events", headers=token("A")) as events:
            assert events.status_code == 200
            with socket.create_connection((host, int(port)), 30) as half:
                send_head(half, len(body))
                ended = threading.Thread(target=server.end, args=(how,))
                wait_for_request(http)
                ended.start()
                list(events.iter_lines())  # to its end
                half.sendall(body)
                assert half.recv(9999).startswith(b"HTTP/1.1 201")
        ended.join()
        assert server.process.returncode == 0
    backend = recorded_head(database)
    assert backend == "commission.issue"


def send_head(connection: socket.socket, length: int, more: str = "") -> None:
    """The head of a commission's request, whose body comes later."""
    name = token("service:cyclades")["X-Auth-Token"]
    connection.sendall(
        f"POST {ACCOUNT}/commissions HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {name}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {length}\r\n{more}\r\n".encode()
    )


def wait_for_request(http: httpx.Client) -> None:
    """Until the server has the half request, the stream and this one under way."""
    for _ in range(500):
        lines = http.get("/bursar/metrics").text.splitlines()
        if "bursar_http_in_flight 3" in lines:
            return
        time.sleep(0.02)
    raise AssertionError("the request never arrived")


def recorded_head(database: Path) -> str:
    """What the last journal entry says was done."""
    from backend.embedded import open_embedded

    backend = open_embedded(database, read_only=True)
    sql = "SELECT action FROM journal ORDER BY seq DESC LIMIT 1"
    found = backend.database.read(lambda tx: str(tx.scalar(sql)))
    backend.shut()
    return found


@pytest.mark.slow
def test_what_is_no_request_is_refused_and_half_a_head_let_go(database: Path) -> None:
    with serving(database) as server:
        host, port = server.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), 30) as wrong:
            wrong.sendall(b"\x16\x03\x01 hello\r\n\r\n")
            assert wrong.recv(999).startswith(b"HTTP/1.1 400")
        with socket.create_connection((host, int(port)), 30) as huge:
            huge.sendall(b"GET / HTTP/1.1\r\nX: " + b"x" * 100_000)
            assert huge.recv(999).startswith(b"HTTP/1.1 400")
        with socket.create_connection((host, int(port)), 30) as long:
            send_head(long, 2_000_000)
            assert long.recv(999).startswith(b"HTTP/1.1 413")


def test_too_many_connections_are_let_go_and_the_others_answered(database: Path) -> None:
    """Also where the system would let a process have few files."""
    with started([sys.executable, "-m", "tests.server.small_child", str(database)]) as server:
        host, port = server.url.removeprefix("http://").split(":")
        with ExitStack() as until:
            many = [
                until.enter_context(socket.create_connection((host, int(port)), 30))
                for _ in range(CONNECTIONS + 1)
            ]
            assert heard(many[-1]) == b""
            assert all(heard(one).startswith(b"HTTP/1.1 200") for one in many[:-1])


def heard(connection: socket.socket) -> bytes:
    """What a connection is told, nothing when it was let go."""
    try:
        connection.sendall(b"GET /bursar/health HTTP/1.1\r\nHost: x\r\n\r\n")
        return connection.recv(999)
    except ConnectionError:
        return b""


def test_whoever_asks_first_is_told_before_he_sends(database: Path) -> None:
    with serving(database) as server:
        host, port = server.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), 30) as polite:
            send_head(polite, 2_000_000, "Expect: 100-continue\r\n")
            assert polite.recv(999).startswith(b"HTTP/1.1 413")
        with socket.create_connection((host, int(port)), 30) as polite:
            body = json.dumps(PROVISIONS).encode()
            send_head(polite, len(body), "Expect: 100-continue\r\n")
            assert polite.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
            polite.sendall(body)
            assert polite.recv(999).startswith(b"HTTP/1.1 201")


def test_the_log_tells_no_secret(database: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    secret = token("A")["X-Auth-Token"]
    with serving(database, log=log) as server, httpx.Client(base_url=server.url) as http:
        http.get(f"{ACCOUNT}/projects", headers=token("A"), params={"name": "\x1b[31mred"})
        http.get(f"/astakos/identity/v2.0/tokens/{secret}", headers=token("A"))
        http.get(f"{ACCOUNT}/projects/%1b[31mred", headers=token("A"))
        http.get("/somewhere/else?token=" + secret)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [line["status"] for line in lines] == [200, 404, 404, 404]
    assert [line["path"] for line in lines] == [
        f"{ACCOUNT}/projects",
        "/astakos/identity/v2.0/tokens/{token}",
        f"{ACCOUNT}/projects/␛[31mred",
        "/somewhere/else",
    ]
    assert lines[3]["route"] == "unknown"
    assert secret not in log.read_text()
    assert {line["address"] for line in lines} == {"127.0.0.1"}
    assert [line["who"] for line in lines] == [uuid("A"), "", uuid("A"), ""]


def uuid(alias: str) -> str:
    """A user of the recorded world."""
    users = replay.world()["users"]
    return next(str(user["uuid"]) for user in users if user["alias"] == alias)


def test_the_proxy_says_who_asks_and_how(database: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    told = {"X-Forwarded-For": "192.0.2.1, 198.51.100.7", "X-Forwarded-Proto": "https"}
    with serving(database, "--behind-proxy", log=log) as server:
        with httpx.Client(base_url=server.url, headers=told) as http:
            found = http.post("/astakos/identity/v2.0/tokens").json()["access"]["serviceCatalog"]
        place = server.url.removeprefix("http://")
        assert found[0]["endpoints"][0]["publicURL"] == f"https://{place}{ACCOUNT}"
    assert json.loads(log.read_text())["address"] == "198.51.100.7"


def test_the_console_starts_without_the_server(database: Path) -> None:
    code = (
        "import sys, tui.cli, tui.cli.console, backend.embedded\n"
        "tui.cli.parser().parse_args(['serve', '--database', 'x'])\n"
        "print([m for m in ('starlette', 'uvicorn', 'pydantic', 'httpx') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_without_its_extra_it_says_what_to_install(database: Path) -> None:
    code = (
        "import sys; sys.modules['starlette'] = None\n"
        f"import tui.cli; tui.cli.main(['serve', '--database', {str(database)!r}])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert "pip install '.[server]'" in done.stderr


def test_a_log_that_nobody_reads_holds_nothing_up(database: Path) -> None:
    """As when somebody has stopped the terminal: the pipe is full after 64 KiB."""
    command = [sys.executable, "-m", "tui", "serve", "--database", str(database)]
    server = subprocess.Popen(
        [*command, "--bind", "127.0.0.1:0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    url = server.stdout.readline().removeprefix("listening on ").strip()
    with httpx.Client(base_url=url, timeout=30) as http:
        for _ in range(600):
            assert http.get(f"{ACCOUNT}/{'x' * 190}").status_code == 400
    server.terminate()
    assert server.wait(60) == 0
    server.communicate()


def test_a_database_that_is_there_already_is_shared(database: Path) -> None:
    """Two servers of one file agree, and one sees what the other wrote."""
    with serving(database) as one, serving(database) as other:
        made = ask(one, "POST", "/commissions", PROVISIONS)
        assert ask(other, "GET", "/commissions").json() == [made.json()["serial"]]


def ask(server: Served, method: str, path: str, body: object = None) -> httpx.Response:
    """One request of a component."""
    mine = token("service:cyclades")
    return httpx.request(method, server.url + ACCOUNT + path, json=body, headers=mine)


def test_a_file_that_may_not_be_written_is_not_served(
    bursar: Run, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda name, mode: False)
    done = bursar("serve", "--database", database)
    assert done.code == 1
    assert f"{database.name} cannot be written" in done.err


def test_a_read_only_context_is_not_served(
    bursar: Run, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = database.with_name("config.toml")
    config.write_text(f'[contexts.a]\ndatabase = "{database}"\nread_only = true\n')
    monkeypatch.setenv("BURSAR_CONFIG", str(config))
    done = bursar("serve", "--context", "a")
    assert done.code == 1
    assert "is read-only" in done.err
