"""Tokens of an OpenID Connect issuer: got, got anew before they end, and secrets told to nobody."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response

from backend.contexts import Context, open_context
from backend.contexts.servers import Issuer, Nico
from backend.core.errors import BadReply, BursarError, NotSignedIn, Unreachable
from backend.credentials import Source
from backend.http import Http, Patience
from backend.oidc.grants import CLIENT, PASSWORD, REFRESH, Grant
from backend.oidc.session import Oidc
from backend.tokens import keep
from tests.remote.scripted import answering, told

URL = "http://sso.test/token"
SECRET = "s3cret-of-the-client"
CREDENTIALS = Grant(URL, CLIENT, "bursar", SECRET, scope="nico.use")
PEOPLE = Grant(URL, PASSWORD, "bursar", "pass word&=", "shh", "ada")
HASTY = Patience(connect=2, silence=5, total=10, attempts=2, pause=0.001)


@dataclass
class Sso:
    """An issuer, and a server that takes its latest token only."""

    life: int | None = 300
    refreshes: bool = False
    answer: Callable[[dict[str, str]], Response | None] = lambda form: None
    forms: list[dict[str, str]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    now: float = 0.0

    async def __call__(self, request: Request) -> Response:
        """One request to either."""
        if request.url.path != "/token":
            self.asked.append(request.headers.get("authorization", ""))
            good = request.headers.get("authorization") == f"Bearer t{len(self.forms)}"
            return told({"good": True}) if good else told({"message": "expired"}, 401)
        assert not request.url.query
        self.forms.append(dict(parse_qsl((await request.body()).decode())))
        if (instead := self.answer(self.forms[-1])) is not None:
            return instead
        found: dict[str, Any] = {"access_token": f"t{len(self.forms)}", "token_type": "Bearer"}
        found |= {} if self.life is None else {"expires_in": self.life}
        found |= {"refresh_token": f"r{len(self.forms)}"} if self.refreshes else {}
        return told(found)

    @property
    def grants(self) -> list[str]:
        """What was granted, in order."""
        return [form["grant_type"] for form in self.forms]

    def http(self, url: str, **given: Any) -> Http:
        """A client of it."""
        return Http(url, transport=httpx.ASGITransport(answering(self)), patience=HASTY, **given)

    def oidc(self, grant: Grant = CREDENTIALS) -> Oidc:
        """A source of tokens."""
        return Oidc(lambda: grant, self.http, lambda: self.now)


def test_what_is_sent_by_grant() -> None:
    assert CREDENTIALS.form() == {
        "grant_type": "client_credentials", "client_id": "bursar", "client_secret": SECRET,
        "scope": "nico.use",
    }  # fmt: skip
    assert PEOPLE.form() == {
        "grant_type": "password", "client_id": "bursar", "client_secret": "shh",
        "username": "ada", "password": "pass word&=",
    }  # fmt: skip
    assert replace(PEOPLE, kind=REFRESH, secret="r0").form() == {
        "grant_type": "refresh_token", "client_id": "bursar", "client_secret": "shh",
        "refresh_token": "r0",
    }  # fmt: skip


@pytest.mark.parametrize("grant", [CREDENTIALS, PEOPLE], ids=lambda grant: grant.kind)
def test_a_token_is_got_as_a_form_and_shown_nowhere(grant: Grant) -> None:
    sso = Sso()
    assert asyncio.run(sso.oidc(grant)()) == "t1"
    assert sso.forms == [grant.form()]
    assert grant.secret not in repr(grant)
    assert "shh" not in repr(grant)


def test_many_requests_wait_for_one_token() -> None:
    sso = Sso()

    async def scene() -> list[int]:
        http = sso.http("http://nico.test", token=sso.oidc())
        return [one.status for one in await asyncio.gather(*[http.get("/x") for _ in range(9)])]

    assert asyncio.run(scene()) == [200] * 9
    assert len(sso.forms) == 1


def test_a_token_is_replaced_before_it_ends() -> None:
    sso = Sso(life=300)

    async def scene() -> None:
        http = sso.http("http://nico.test", token=sso.oidc())
        for now in (0, 200, 239, 241, 250):
            sso.now = now
            await http.get("/x")

    asyncio.run(scene())
    assert sso.asked == ["Bearer t1"] * 3 + ["Bearer t2"] * 2


def test_a_token_that_does_not_say_when_it_ends_is_replaced_when_it_is_refused_once() -> None:
    sso = Sso(life=None)

    async def scene() -> None:
        http = sso.http("http://nico.test", token=sso.oidc())
        await http.get("/x")
        sso.forms.append({"grant_type": "none"})  # t1 is good no more
        await http.get("/x")
        sso.answer = lambda form: told({"access_token": "bad"})
        sso.forms.append({"grant_type": "none"})
        with pytest.raises(NotSignedIn):
            await http.get("/x")

    asyncio.run(scene())
    assert sso.asked == ["Bearer t1", "Bearer t1", "Bearer t3", "Bearer t3", "Bearer bad"]


def test_refresh_tokens_are_used_and_when_they_end_the_secret_is() -> None:
    sso = Sso(refreshes=True)
    oidc = sso.oidc(PEOPLE)

    async def scene() -> list[str]:
        found = [await oidc(), await oidc()]

        def used_up(form: dict[str, str]) -> Response | None:
            refused = {"error": "invalid_grant", "error_description": "used up"}
            return told(refused, 400) if form["grant_type"] == REFRESH else None

        sso.answer = used_up
        return [*found, await oidc()]

    assert asyncio.run(scene()) == ["t1", "t2", "t4"]
    assert sso.grants == [PASSWORD, REFRESH, REFRESH, PASSWORD]
    assert [form.get("refresh_token") for form in sso.forms] == [None, "r1", "r2", None]
    assert "password" not in sso.forms[1]


def test_a_refresh_token_that_is_replaced_is_kept_for_the_next_start(tmp_path: Path) -> None:
    file = tmp_path / "refresh"
    file.write_text("r0\n")
    file.chmod(0o600)
    sso, source = Sso(refreshes=True), Source(file=file, kind="secret")
    grant = Grant(URL, REFRESH, "bursar", "r0", keep=partial(keep, source))
    asyncio.run(sso.oidc(grant)())
    assert file.read_text() == "r1\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["refresh"]


WRONG: dict[str, tuple[Response, type[BursarError]]] = {
    "refused": (told({"error": "invalid_client", "error_description": SECRET}, 401), NotSignedIn),
    "bad": (told({"error": "invalid_grant", "hint": SECRET}, 400), NotSignedIn),
    "no token": (told({"access_token": "", "refresh_token": SECRET}), BadReply),
    "two lines": (told({"access_token": f"{SECRET}\nX: y"}), BadReply),
    "nothing": (told([SECRET]), BadReply),
    "page": (Response(f"<html>{SECRET}</html>", media_type="text/html"), BadReply),
    "busy": (told({"message": SECRET}, 503), Unreachable),
    "elsewhere": (Response(b"", 307, {"Location": "http://evil.test/token"}), BadReply),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_goes_wrong_is_told_without_the_secret(what: str) -> None:
    answer, kind = WRONG[what]
    sso = Sso(answer=lambda form: answer)
    with pytest.raises(kind) as caught:
        asyncio.run(sso.oidc()())
    error = caught.value
    assert SECRET not in f"{error} {error.hint} {error.data}"
    assert f"{error} {error.hint}".isprintable()


def test_a_context_signs_in_with_what_it_is_told(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("hidden\n")
    file.chmod(0o644)
    issuer = Issuer("http://127.0.0.1:1/token", "bursar", Source(file=file, kind="secret"))
    nico = Nico(Source(), "http://127.0.0.1:1", "acme", oidc=issuer)

    async def scene() -> str:
        backend = open_context(Context("metal", nico=nico))
        try:
            with pytest.raises(NotSignedIn) as caught:
                await backend.badges()
            return f"{caught.value} {caught.value.hint}"
        finally:
            await backend.close()

    told = asyncio.run(scene())
    assert "others may read" in told
    assert "hidden" not in told
