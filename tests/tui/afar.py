"""The stage as a console has it over a network that can be made nasty, for tests to play on."""

from __future__ import annotations

import random
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from backend import remote
from backend.core.identity import Role
from backend.core.principals import Grant, add, digest, revoke
from backend.core.runtime import micros
from backend.core.signin import Ask
from backend.credentials import Source
from backend.http import Http, Patience
from backend.outbox import Outbox
from backend.remote import AstakosSettings, RemoteBackend, RemoteSettings
from backend.served import wire
from backend.served.client import ServedBackend
from backend.served.listener import Pace
from backend.server.app import create_app
from backend.tokens import Tokens
from tests.hosting import hosted
from tests.nasty import Nasty, nasty
from tests.remote.consoles import SERVICES, admit, presenting
from tests.serving import QUIET
from tests.tui.stage import NARROW, Stage, set_up, until
from tests.worlds import OPERATOR, START
from tui.app import BursarApp
from tui.format.glyphs import ASCII, UNICODE
from tui.panes.listpane import ListPane
from tui.session import Session, Settings
from tui.signin import SignIn

TOKEN = "ada-s3cret"
FOLLOWED = ("* live", "polled")
PLACE = "https://bursar.example"
"""What pictures call the server."""
QUICK = Pace(silence=3.0, wait=1, polling=1.0, pause=0.05, longest=0.2)
HASTY = Patience(connect=1, silence=1, total=1.5, attempts=2, pause=0.01)


@dataclass(slots=True)
class Afar:
    """A stage, `line` to its server, and what a console on it needs."""

    stage: Stage
    line: Nasty
    tokens: Path

    def admit(self, token: str, name: str = "ada", role: Role = Role.ADMIN) -> None:
        """Let a console in that presents this token."""
        grants, sha256 = [Grant("bursar", role)], digest(token)
        made = partial(add, actor=OPERATOR, name=name, grants=grants, sha256=sha256, expires_at=0)
        self.stage.world.database.write(made)

    def shut_out(self, name: str = "ada") -> None:
        """Let nobody of this name in any more."""
        self.stage.world.database.write(partial(revoke, actor=OPERATOR, name=name))

    def keep(self, token: str) -> None:
        """Have the operator keep this token."""
        self.tokens.write_text(token)
        self.tokens.chmod(0o600)

    def backend(
        self, ask: Ask | None = None, verify: ssl.SSLContext | bool = True
    ) -> ServedBackend:
        """A console's way to the server."""
        token = Tokens(Source(file=self.tokens), "team", PLACE, ask)
        http = Http(
            self.line.url,
            token=token,
            failure=wire.failure,
            patience=HASTY,
            verify=verify,
            rng=random.Random(1),
        )
        http.place = PLACE
        outbox = Outbox(self.tokens.with_name("outbox.db"))
        return ServedBackend(http, outbox, pace=QUICK)

    def astakos(self) -> RemoteBackend:
        """The same as if the server were somebody else's Astakos."""
        http = partial(Http, patience=HASTY, rng=random.Random(1))
        services = {name: presenting(name) for name in SERVICES}
        url = f"{self.line.url}/astakos"
        settings = AstakosSettings(url, presenting("A"), services, http=http)
        return RemoteBackend(
            RemoteSettings(settings), pace=remote.Pace(quick=0.1, whole=0.2, longest=0.3)
        )

    def app(
        self,
        size: tuple[int, int] = NARROW,
        *,
        live: bool = True,
        verify: ssl.SSLContext | bool = True,
        astakos: bool = False,
        **given: Any,
    ) -> BursarApp:
        """A console; its time stands still, but for `live` ones."""
        sign_in = SignIn()
        glyphs = ASCII if size == NARROW else UNICODE
        settings = Settings(context="team", glyphs=glyphs, refresh=0.2, **given)
        now = micros(START) + 9 * 60_000_000
        clock = {} if live else {"clock": lambda: now}
        backend = self.astakos() if astakos else self.backend(sign_in, verify)
        session = Session(backend, settings, **clock)
        session.sign_in = sign_in
        return BursarApp(session, live=live)


@contextmanager
def afar(folder: Path) -> Iterator[Afar]:
    """A server of a stage in this folder."""
    with set_up(folder) as stage:
        app = create_app(stage.backend, QUIET)
        with hosted(app) as url, nasty(url) as line:
            found = Afar(stage, line, folder.absolute() / "token")
            found.admit(TOKEN)
            found.keep(TOKEN)
            admit(stage.world.database)
            yield found


def pane(pilot: Pilot[None]) -> ListPane:  # type: ignore[type-arg]
    """The list on screen."""
    assert isinstance(pilot.app.screen, ListPane)
    return pilot.app.screen


def fresh(pilot: Pilot[None]) -> str:
    """What the chrome says of how fresh things are."""
    from tui.panes import frame

    assert isinstance(pilot.app, BursarApp)
    return str(frame.freshness(pilot.app.session)[0])


async def arrived(pilot: Pilot[None]) -> None:
    """Wait until the list is there, and followed."""
    await until(pilot, lambda: fresh(pilot).startswith(FOLLOWED) and bool(pane(pilot).list.shown))


async def left(pilot: Pilot[None]) -> None:
    """Let go of the server, as a console does that ends."""
    assert isinstance(pilot.app, BursarApp)
    pilot.app.workers.cancel_group(pilot.app, "live")
    await pilot.app.session.backend.close()
