"""Signed tokens of issuers open NICo's API (spec nico §3)."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from backend.core.errors import Invalid
from backend.server.bearers import Bearers, Issuer
from backend.server.bearers import issuers as read
from backend.server.bearers.keys import Keys
from backend.server.settings import ServerSettings
from tests.server.conftest import Site
from tests.server.tokens import MAPPINGS, REALM, SSO, Signer, issuers, others
from tests.serving import application, serving

ME = "user/current"
LIMITS = ServerSettings()
PATIENCE = 30
GOOD: dict[str, Any] = {"scope": "openid nico.use"}
FILE = """
[[issuers]]
name = "sso"
url = "https://sso.example.org"
keys = "{keys}"
audiences = ["nico"]
[[issuers.mappings]]
org = "Acme"
roles = ["PROVIDER_ADMIN"]
"""
Told = Callable[..., httpx.Response]


@pytest.fixture(scope="module")
def signer() -> Signer:
    """Whom the server believes."""
    return Signer()


@pytest.fixture
def site(tmp_path: Path, signer: Signer) -> Iterator[Site]:
    """A server that believes a custom issuer and a Keycloak."""
    settings = ServerSettings(issuers=issuers(tmp_path, signer))
    with application(tmp_path / "world.db", settings) as app:
        found = Site(app)
        with found.runner:
            yield found


def asked(site: Site, token: str, org: str = "acme", path: str = ME) -> httpx.Response:
    """The answer to a GET with a token."""
    headers = {"Authorization": f"Bearer {token}"}
    return site.ask("GET", f"/v2/org/{org}/nico/{path}", headers=headers)


def test_a_token_opens_what_is_mapped(site: Site, signer: Signer) -> None:
    mail = {"email": "ada@example.org", "given_name": "Ada", "family_name": 5}
    answer = asked(site, signer.token(**GOOD, **mail))
    assert answer.status_code == 200
    told = {"email": "ada@example.org", "firstName": "Ada", "lastName": None}
    assert answer.json() == {**answer.json(), **told}
    token = signer.token(**GOOD, access={"roles": "FORGE_TENANT_ADMIN other"})
    assert asked(site, token, "t1").status_code == 200
    assert asked(site, token, "T1", "tenant/current").json()["org"] == "t1"
    assert asked(site, token, "t1", "infrastructure-provider/current").status_code == 403


def test_an_organisation_may_stand_in_the_token(site: Site, signer: Signer) -> None:
    access = {"org": "Moved", "roles": ["PROVIDER_ADMIN", 5]}
    token = signer.token(**GOOD, access=access)
    assert asked(site, token, "moved", "infrastructure-provider/current").status_code == 200
    assert asked(site, token, "elsewhere").status_code == 401


def test_the_journal_names_who_came_with_it(site: Site, signer: Signer) -> None:
    asked(site, signer.token(**GOOD), path="infrastructure-provider/current")
    sql = "SELECT actor FROM journal ORDER BY seq DESC LIMIT 1"
    assert site.app.backend.database.read(lambda tx: tx.scalar(sql)) == "jwt:sso/ada"


def test_viewers_do_not_come_of_custom_issuers(site: Site, signer: Signer) -> None:
    token = signer.token(**GOOD, access={"roles": ["PROVIDER_VIEWER"]})
    assert asked(site, token, "t1").status_code == 403


def test_service_accounts_are_both(site: Site, signer: Signer) -> None:
    answer = asked(site, signer.token(**GOOD), "robot", "service-account/current")
    told = answer.json()
    assert (answer.status_code, told["enabled"]) == (200, True)
    assert told["infrastructureProviderId"] != told["tenantId"]
    assert asked(site, signer.token(**GOOD), "robot", "service-account/current").json() == told


@pytest.mark.parametrize(
    ("claims", "org", "status"),
    [
        ({"iss": None}, "acme", 401),
        ({"iss": "https://other.example.org"}, "acme", 401),
        ({"iss": REALM, "aud": None}, "acme", 403),
        ({"sub": None}, "acme", 401),
        ({"exp": None}, "acme", 401),
        ({"exp": 5}, "acme", 401),
        ({"nbf": 2**40}, "acme", 401),
        ({"aud": "other"}, "acme", 401),
        ({"aud": None}, "acme", 401),
        ({"aud": ["x", "metal"]}, "acme", 200),
        ({"scope": "openid"}, "acme", 403),
        ({"scope": None, "scp": ["nico.use"]}, "acme", 200),
        ({}, "nowhere", 401),
        ({}, "t1", 403),
        ({"access": {"roles": {"a": 1}}}, "t1", 403),
        ({"access": "none"}, "t1", 403),
        ({}, "far", 403),
        ({}, "meant", 403),
        ({"aud": ["nico", "special"]}, "meant", 200),
    ],
)
def test_what_a_token_has_to_say(
    site: Site, signer: Signer, claims: dict[str, Any], org: str, status: int
) -> None:
    answer = asked(site, signer.token(**(GOOD | claims)), org)
    assert answer.status_code == status, answer.text
    if status != 200:
        assert set(answer.json()) == {"source", "message", "data"}
    if claims.get("exp") == 5:
        assert "expired" in answer.json()["message"]


@pytest.mark.parametrize(
    ("claims", "org", "status"),
    [
        ({"realm_access": {"roles": ["acme:PROVIDER_VIEWER"]}}, "acme", 200),
        ({"realm_access": {"roles": ["ACME:FORGE_PROVIDER_ADMIN", "t1:X"]}}, "acme", 200),
        ({"realm_access": {"roles": ["acme:PROVIDER_ADMIN"]}}, "t1", 403),
        ({"realm_access": {"roles": ["acme:X_Y_PROVIDER_ADMIN"]}}, "acme", 403),
        ({"realm_access": {"roles": ["acme:PROVIDER_ADMIN"]}, "client_id": "c"}, "acme", 401),
        ({}, "acme", 403),
        ({"realm_access": {"roles": ["acme:PROVIDER_ADMIN"]}, "sub": None}, "acme", 401),
    ],
)
def test_keycloak_s_way(
    site: Site, signer: Signer, claims: dict[str, Any], org: str, status: int
) -> None:
    assert asked(site, signer.token(iss=REALM, **claims), org).status_code == status


@pytest.mark.parametrize("token", ["a.b.c", "..", "e30.e30.", "eyJhbGciOiJub25lIn0.e30.x"])
def test_what_is_no_token(site: Site, token: str) -> None:
    assert asked(site, token).status_code == 401


def test_strangers_sign_in_vain(site: Site, signer: Signer) -> None:
    other = Signer().token(**GOOD)
    unknown = Signer(signer.private, kid="k2").token(**GOOD)
    secret = Signer(signer.pem().decode()[:20] + "x" * 40, "HS256").token(**GOOD)
    for token in (other, unknown, secret):
        assert asked(site, token).status_code == 401
    answers = [asked(site, other).status_code for _ in range(LIMITS.attempts)]
    assert answers[-1] == 429
    assert asked(site, signer.token(**GOOD, exp=5)).status_code == 401
    assert asked(site, signer.token(**GOOD)).status_code == 200


def test_tokens_of_bursar_open_it_as_ever(site: Site) -> None:
    assert asked(site, site.add("t", "nico:viewer:acme")).status_code == 200
    assert asked(site, "nobodys").status_code == 401


def test_keys_of_every_kind_in_a_file_of_their_own(tmp_path: Path) -> None:
    for signer in (Signer(), *others()):
        place = tmp_path / f"{signer.algorithm}.pem"
        place.write_bytes(signer.pem())
        bearers = Bearers([Issuer("sso", SSO, place, mappings=MAPPINGS)])
        assert bearers.caller(signer.token(), "acme").name == "jwt:sso/ada"


@contextmanager
def published(
    signer: Signer, answers: Callable[[], object] = bool
) -> Iterator[tuple[str, list[str]]]:
    """A server with keys; what it publishes can be exchanged. It answers once `answers` returns."""
    told = [signer.jwks()]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answers()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(told[-1].encode())

        def log_message(self, *args: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/jwks", told
        finally:
            server.shutdown()
            thread.join()


def test_keys_are_read_again_when_they_were_exchanged(
    signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = Signer(kid="k2")
    with published(signer) as (url, told):
        keys = Keys(url)
        told.append(fresh.jwks())
        assert keys.find("k2") is None
        later = time.monotonic() + 3600
        monkeypatch.setattr(time, "monotonic", lambda: later)
        assert keys.find("k2") is not None
        assert keys.find("k1") is None
    monkeypatch.setattr(time, "monotonic", lambda: later + 3600)
    assert keys.find("k3") is None
    assert keys.find("k2") is not None


def test_nobody_waits_for_keys_that_others_need(
    signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh, asked, may = Signer(kid="k2"), threading.Semaphore(0), threading.Event()

    def answers() -> None:
        asked.release()
        assert may.wait(PATIENCE)

    may.set()
    monkeypatch.setattr("backend.server.bearers.keys.PATIENCE", 2.0 * PATIENCE)
    with published(signer, answers) as (url, told), ThreadPoolExecutor(5) as pool:
        keys = Keys(url)
        assert asked.acquire(timeout=PATIENCE)
        monkeypatch.setattr("backend.server.bearers.keys.AGAIN", -1.0)
        told.append(json.dumps({"keys": [*_keys(signer), *_keys(fresh)]}))
        may.clear()
        waiting = [pool.submit(keys.find, "k2") for _ in range(4)]
        assert asked.acquire(timeout=PATIENCE)
        assert pool.submit(keys.find, "k1").result(PATIENCE) is not None
        assert not any(one.done() for one in waiting)
        may.set()
        assert all(one.result(PATIENCE) is not None for one in waiting)
        assert not asked.acquire(blocking=False)


def _keys(signer: Signer) -> list[Any]:
    found: list[Any] = json.loads(signer.jwks())["keys"]
    return found


@pytest.mark.parametrize("form", ["url", "jwks", "pem"])
def test_the_command_is_told_of_issuers(tmp_path: Path, signer: Signer, form: str) -> None:
    database = tmp_path / "world.db"
    (tmp_path / "jwks").write_text(signer.jwks())
    (tmp_path / "pem").write_bytes(signer.pem())
    with application(database):
        pass
    place = tmp_path / "issuers.toml"
    with published(signer) as (url, _):
        place.write_text(FILE.format(keys=url if form == "url" else form))
        with serving(database, "--nico-issuers", str(place)) as server:
            headers = {"Authorization": f"Bearer {signer.token()}"}
            answer = httpx.get(f"{server.url}/v2/org/ACME/nico/{ME}", headers=headers)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("issuers = [", "cannot be read"),
        ("issuers = [5]", "issuers"),
        (FILE.format(keys="https://example.org/jwks"), "not of this machine"),
        (FILE.format(keys="a") * 2, "one name or URL"),
        (FILE.format(keys="a").split("[[issuers.m")[0], "needs a mapping"),
        (FILE.format(keys="a").replace("roles", "# roles"), "which organisation and roles"),
        (FILE.format(keys="a").replace("org =", "org_at ="), "whatever organisation"),
        (FILE.format(keys="a").replace('url = "', 'kind = "keycloak"\nurl = "'), "in the token"),
    ],
)
def test_files_of_issuers_are_read_strictly(tmp_path: Path, text: str, said: str) -> None:
    place = tmp_path / "issuers.toml"
    place.write_text(text)
    with pytest.raises(Invalid) as caught:
        read(place)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "text", [None, "{}", "[]", json.dumps({"keys": [{"kty": "RSA"}]}), "-----BEGIN X"]
)
def test_keys_that_are_none(tmp_path: Path, text: str | None) -> None:
    place = tmp_path / "keys"
    if text is not None:
        place.write_text(text)
    with pytest.raises(Invalid, match="cannot be read"):
        Keys(place)
