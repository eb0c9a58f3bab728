"""Five real consoles in five terminals on one server hear of what another client does."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from backend.core.identity import Role
from backend.core.principals import Grant, add, digest
from tests.remote.consoles import admit
from tests.serving import ACCOUNT, serving
from tests.terminal.pty_console import Console, console
from tests.tui.stage import Stage
from tests.worlds import OPERATOR, VM, person

CONSOLES = 5
LEAVE = "\x11"


@pytest.fixture
def url(stage: Stage) -> Iterator[str]:
    """`bursar serve` over the stage, with a token for consoles and one for the service."""
    grants, sha256 = [Grant("bursar", Role.VIEWER)], digest("eve-t0ken")
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
    started = console("-m", "tui", home=home, BURSAR_CONFIG=str(file), TEAM_TOKEN="eve-t0ken")
    return stack.enter_context(started)


def commission(url: str, stage: Stage) -> int:
    """A machine for M, by the service's own call; the serial."""
    holder, pool = f"user:{person('M')}", f"project:{stage.project}"
    provisions = [
        {"holder": holder, "source": pool, "resource": VM, "quantity": 1},
        {"holder": pool, "source": None, "resource": VM, "quantity": 1},
    ]
    body = {"force": False, "name": "from afar", "provisions": provisions}
    request = urllib.request.Request(
        f"{url}{ACCOUNT}/commissions",
        json.dumps(body).encode(),
        {"X-Auth-Token": "cyclades", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return int(json.load(answer)["serial"])


def test_a_commission_of_another_client_is_seen_by_all(
    stage: Stage, url: str, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        consoles = [opened(tmp_path / f"home{n}", url, stack) for n in range(CONSOLES)]
        for child in consoles:
            child.until("climate.hpc")
            child.until(r"\* live")
            child.type("5")
            child.until("overdue")
        serial = commission(url, stage)
        for child in consoles:
            child.until(rf"{serial}[\s\S]*from afar")
            child.until(r"Commis 2\*")
        for child in consoles:
            child.type(LEAVE)
            assert child.wait() == 0
            assert child.modes_left_on() == set()
            assert "eve-t0ken" not in child.output.decode("utf-8", "replace")
