"""The operator's session of test_operator_session.py on servers: a bursar one, and an Astakos."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from backend.backend import Backend, LinkState
from backend.core.runtime import Runtime, micros
from backend.embedded import EmbeddedBackend, open_embedded
from backend.server.app import create_app
from tests.remote import consoles as astakos
from tests.served import consoles as served
from tests.serving import QUIET
from tests.tui.conftest import Film
from tests.tui.stage import NARROW, SIZES, set_up, stuck, until
from tests.tui.test_operator_session import played
from tests.worlds import CPU, OPERATOR
from tui.app import BursarApp
from tui.format.glyphs import ASCII, UNICODE
from tui.session import Session, Settings


def on_bursar(server: EmbeddedBackend) -> Backend:
    """By the port over HTTP."""
    served.admit(server.database)
    transport = served.Buffering(create_app(server, QUIET))
    return served.console(transport=transport, runtime=server.database.runtime)


def on_astakos(server: EmbeddedBackend) -> Backend:
    """As if the server were somebody else's."""
    astakos.admit(server.database)
    transport = httpx.ASGITransport(create_app(server, QUIET))
    return astakos.console(transport, runtime=server.database.runtime)


FORMS: Mapping[str, Callable[[EmbeddedBackend], Backend]] = {
    "bursar": on_bursar,
    "astakos": on_astakos,
}


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddedBackend]:
    """A stage with four commissions that are stuck. How often a server looks at its clock is
    chance, so that it stands still."""
    monkeypatch.chdir(tmp_path)
    with set_up(Path()) as made:
        for _ in range(3):
            stuck(made.world, made.project, ((CPU, 1),))
        still = made.world.clock.at + timedelta(minutes=9)
        runtime = Runtime(lambda: still, random.Random(1))
        opened = open_embedded(made.world.database.path, runtime=runtime, actor=OPERATOR)
        yield opened
        opened.shut()


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("form", ["bursar", pytest.param("astakos", marks=pytest.mark.slow)])
def test_session(server: EmbeddedBackend, film: Film, form: str, size: tuple[int, int]) -> None:
    backend = FORMS[form](server)
    settings = Settings(context="team", glyphs=ASCII if size == NARROW else UNICODE)
    session = Session(backend, settings, lambda: micros(server.database.runtime.now()))
    app = BursarApp(session, live=False)

    async def working() -> None:
        async with app.run_test(size=size) as pilot:
            forget = backend.watch(lambda head: None)
            await until(pilot, lambda: backend.link.state is LinkState.POLLING)
            await played(pilot, film)
            forget()
            await backend.close()

    asyncio.run(working())
    assert film.changed == []
