"""Five real consoles in terminals and fifteen who listen, on one `bursar serve`: a commission that
a service issues with curl reaches all of them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from queue import SimpleQueue

import httpx
import pytest

from backend.core.identity import Role
from backend.core.principals import Grant, add, digest
from backend.served.wire import PREFIX
from tests.remote.consoles import admit
from tests.serving import ACCOUNT, serving
from tests.terminal.pty_console import PATIENCE, Console, console
from tests.tui.stage import Stage
from tests.worlds import OPERATOR, VM, count, person

pytestmark = pytest.mark.slow

CONSOLES, LISTENERS = 5, 15
TOKEN = "eve-t0ken"
LEAVE = "\x11"
CURL = ("curl", "-sS", "--fail-with-body", "-H", "X-Auth-Token: cyclades", "--json", "@-")
WITHOUT_CURL = """
import sys, httpx
answer = httpx.post(sys.argv[1], content=sys.stdin.read(), timeout=30,
    headers={"X-Auth-Token": "cyclades", "Content-Type": "application/json"})
print(answer.raise_for_status().text)"""


@pytest.fixture
def url(stage: Stage) -> Iterator[str]:
    """`bursar serve` over the stage, with a token for consoles and one for the service."""
    grants, sha256 = [Grant("bursar", Role.VIEWER)], digest(TOKEN)
    made = partial(add, actor=OPERATOR, name="eve", grants=grants, sha256=sha256, expires_at=0)
    stage.world.database.write(made)
    admit(stage.world.database)
    with serving(stage.world.database.path) as server:
        yield server.url


def opened(home: Path, url: str, stack: ExitStack) -> Console:
    """A console with a configuration of its own."""
    home.mkdir()
    file = home / "config.toml"
    file.write_text(f'[contexts.team.bursar]\nurl = "{url}"\ntoken_env = "TEAM_TOKEN"\n')
    started = console("-m", "tui", home=home, BURSAR_CONFIG=str(file), TEAM_TOKEN=TOKEN)
    return stack.enter_context(started)


def listen(url: str, known: int, ready: SimpleQueue[int]) -> int:
    """Hear how far the journal is, then of the next entry; its number."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with httpx.stream("GET", f"{url}{PREFIX}/events", headers=headers, timeout=PATIENCE) as reply:
        for line in reply.iter_lines():
            if line.startswith("id:"):
                if (seq := int(line[3:])) > known:
                    return seq
                ready.put(seq)
    raise AssertionError("the stream ended")


def commission(url: str, stage: Stage) -> int:
    """A machine for M, by the service's own call; the serial."""
    holder, pool = f"user:{person('M')}", f"project:{stage.project}"
    provisions = [
        {"holder": holder, "source": pool, "resource": VM, "quantity": 1},
        {"holder": pool, "source": None, "resource": VM, "quantity": 1},
    ]
    body = json.dumps({"force": False, "name": "from afar", "provisions": provisions})
    how = CURL if shutil.which("curl") else (sys.executable, "-c", WITHOUT_CURL)
    command = [*how, f"{url}{ACCOUNT}/commissions"]
    done = subprocess.run(command, input=body, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return int(json.loads(done.stdout)["serial"])


def test_a_commission_of_another_client_is_seen_by_all(
    stage: Stage, url: str, tmp_path: Path
) -> None:
    known, ready = count(stage.world, "SELECT max(seq) FROM journal"), SimpleQueue[int]()
    with ExitStack() as stack:
        crowd = stack.enter_context(ThreadPoolExecutor(LISTENERS))
        consoles = [opened(tmp_path / f"home{n}", url, stack) for n in range(CONSOLES)]
        for child in consoles:
            child.until("climate.hpc")
            child.until(r"\* live")
            child.type("5")
            child.until("overdue")
        hearing = [crowd.submit(listen, url, known, ready) for _ in range(LISTENERS)]
        assert [ready.get(timeout=PATIENCE) for _ in hearing] == [known] * LISTENERS
        serial = commission(url, stage)
        for child in consoles:
            child.until(rf"{serial}[\s\S]*from afar")
            child.until(r"Commis 2\*")
        assert [one.result(PATIENCE) for one in hearing] == [known + 1] * LISTENERS
        for child in consoles:
            child.type(LEAVE)
            assert child.wait() == 0
            assert child.modes_left_on() == set()
            assert TOKEN not in child.output.decode("utf-8", "replace")
