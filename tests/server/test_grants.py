"""What each grant opens: the table of roles, and what becomes of a token."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from backend.core import principals
from backend.core.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn
from backend.core.identity import Actor, Role
from backend.core.listing import Query
from backend.core.principals import Grant, Principal, parse_grant
from backend.core.usecase import execute
from backend.projects import service as projects
from backend.projects.model import ChangeUser, UserAction
from backend.server.settings import ServerSettings
from tests import replay
from tests.server.conftest import OPERATOR, Site
from tests.serving import application

Token = Callable[[str], str]
PEOPLE = {user["alias"]: user["uuid"] for user in replay.world()["users"]}
OLGA, MIA = PEOPLE["O"], PEOPLE["M"]
SPEC = {"name": "new.lab", "end_date": "2113-05-05T20:20:20+00:00"}
EMPTY: dict[str, list[object]] = {"provisions": []}


@pytest.mark.parametrize(
    ("grants", "lists", "suspends", "applies", "quotas", "issues"),
    [
        (("astakos:admin",), 200, 200, 403, 200, 401),
        (("astakos:approver",), 200, 200, 403, 200, 401),
        (("astakos:viewer",), 200, 403, 403, 200, 401),
        (("astakos:service:cyclades",), 401, 401, 401, 401, 201),
        ((f"astakos:user:{OLGA}",), 200, 403, 201, 200, 401),
        ((f"astakos:user:{OLGA}", "astakos:admin"), 200, 200, 201, 200, 401),
        ((f"astakos:user:{OLGA}", "astakos:viewer"), 200, 403, 201, 200, 401),
        ((f"astakos:user:{OLGA}", "astakos:service:pithos"), 200, 403, 201, 200, 201),
        (("bursar:admin",), 401, 401, 401, 401, 401),
        (("placement:admin",), 401, 401, 401, 401, 401),
    ],
)
def test_a_grant_opens_what_the_table_says(
    site: Site,
    grants: tuple[str, ...],
    lists: int,
    suspends: int,
    applies: int,
    quotas: int,
    issues: int,
) -> None:
    fresh = site.add("t", *grants)
    action = f"/projects/{MIA}/action"
    assert site.ask("GET", "/projects", token=fresh).status_code == lists
    assert site.ask("POST", action, {"suspend": {}}, token=fresh).status_code == suspends
    assert site.ask("POST", "/projects", SPEC, token=fresh).status_code == applies
    assert site.ask("GET", "/quotas", token=fresh).status_code == quotas
    assert site.ask("POST", "/commissions", EMPTY, token=fresh).status_code == issues


def test_a_viewer_reads_all_and_a_user_the_own(site: Site) -> None:
    viewer, user = site.add("v", "astakos:viewer"), site.add("u", f"astakos:user:{OLGA}")
    assert len(site.ask("GET", "/projects", token=viewer).json()) == 6
    assert [p["id"] for p in site.ask("GET", "/projects", token=user).json()] == [OLGA]
    assert site.ask("GET", f"/projects/{MIA}", token=viewer).status_code == 200
    assert site.ask("GET", f"/projects/{MIA}", token=user).status_code == 403


def test_who_acted_stands_in_the_journal(site: Site, known: Token) -> None:
    site.ask(
        "POST", f"/projects/{MIA}/action", {"suspend": {}}, token=site.add("t", "astakos:admin")
    )
    site.ask("POST", f"/projects/{MIA}/action", {"unsuspend": {}}, token=known("A"))
    tom = site.add("tom", f"astakos:user:{PEOPLE['A']}")
    site.ask("POST", f"/projects/{MIA}/action", {"suspend": {}}, token=tom)
    site.ask("POST", "/commissions", EMPTY, token=known("service:cyclades"))
    site.ask("POST", "/commissions", EMPTY, token=site.add("c", "astakos:service:cyclades"))
    sql = "SELECT actor FROM journal WHERE action <> 'token.add' ORDER BY seq DESC LIMIT 5"
    actors = site.app.backend.database.read(lambda tx: [actor for (actor,) in tx.all(sql)])
    ada = PEOPLE["A"]
    named = ["service:cyclades (token:c)", "service:cyclades", f"{ada} (token:tom)", ada, "token:t"]
    assert actors == named


def test_a_user_s_own_token_names_both_and_is_found_by_either(site: Site) -> None:
    tom = site.add("tom", f"astakos:user:{PEOPLE['A']}")
    site.ask("POST", f"/projects/{MIA}/action", {"suspend": {}}, token=tom)
    journal = site.app.backend.journal
    for words in ("who:ada", "who:tom", "ada@bursar", f"who:{PEOPLE['A']}"):
        (row,) = site.runner.run(journal.listing.page(Query(text=f"{words} suspend"), 9))
        assert row.who == "ada@bursar.test (token:tom)"


def test_a_token_without_a_user_is_nobody_s_identity(site: Site) -> None:
    body = {"auth": {"token": {"id": site.add("t", "astakos:admin")}}}
    assert site.ask("POST", "/astakos/identity/v2.0/tokens", body).status_code == 401
    told = {"auth": {"token": {"id": site.add("u", f"astakos:user:{OLGA}", expires_at=2**52)}}}
    access = site.ask("POST", "/astakos/identity/v2.0/tokens", told).json()["access"]
    assert (access["user"]["id"], access["token"]["expires"][:4]) == (OLGA, "2112")


def test_revoked_and_expired_tokens_open_nothing(site: Site) -> None:
    def past(tx: object) -> None:
        sql = "UPDATE principal_token SET expires_at = 1 WHERE principal = 'token:old'"
        tx.execute(sql)  # type: ignore[attr-defined]

    old, fresh = site.add("old", "astakos:viewer"), site.add("fresh", "astakos:viewer")
    assert site.ask("GET", "/projects", token=fresh).status_code == 200
    site.app.backend.database.write(past)
    site.revoke("fresh")
    assert site.ask("GET", "/projects", token=old).status_code == 401
    assert site.ask("GET", "/projects", token=fresh).status_code == 401


def test_a_deactivated_user_is_signed_out_at_once(site: Site, known: Token) -> None:
    assert site.ask("GET", "/projects", token=known("O")).status_code == 200
    command = ChangeUser(actor=OPERATOR, user=OLGA, action=UserAction.DEACTIVATE)
    site.app.backend.database.write(lambda tx: execute(tx, projects.ROOM, command, "left"))
    assert site.ask("GET", "/projects", token=known("O")).status_code == 401


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "names no system"),
        ("astakos", "names no role"),
        ("mars:admin", "names no system"),
        ("astakos:root", "names no role"),
        ("astakos:admin:x", "has a scope"),
        ("astakos:service", "has no scope"),
        ("astakos:user:", "has no scope"),
        ("bursar:user:x", "names no role"),
    ],
)
def test_grants_that_make_no_sense_are_refused(text: str, said: str) -> None:
    with pytest.raises(Invalid, match=said) as caught:
        parse_grant(text)
    assert caught.value.hint


def test_grants_are_read_as_they_are_written() -> None:
    for text in ("bursar:viewer", "astakos:service:cyclades", "nico:admin:acme", "nico:viewer"):
        assert str(parse_grant(text)) == text


def test_a_proxy_at_the_socket_is_no_operator(tmp_path: Path) -> None:
    """It passes on what anybody sends, and is the only one whom the socket tells of."""
    statuses = []
    for behind_proxy in (False, True):
        settings = ServerSettings(behind_proxy=behind_proxy, socket=True)
        with application(tmp_path / f"{behind_proxy}.db", settings) as app:
            site = Site(app, "peer:www")
            with site.runner:
                statuses.append(site.ask("GET", "/bursar/v1/connection").status_code)
    assert statuses == [200, 401]


def test_names_are_given_once_and_grants_are_needed(site: Site) -> None:
    site.add("t", "bursar:viewer")
    with pytest.raises(Conflict, match="there is a token t already"):
        site.add("t", "bursar:viewer")
    with pytest.raises(Invalid, match="without grants"):
        site.add("u")
    with pytest.raises(Invalid, match="two of astakos:service"):
        site.add("u", "astakos:service:cyclades", "astakos:service:pithos")
    with pytest.raises(Invalid, match="cannot name a token"):
        site.add("two words", "bursar:viewer")
    with pytest.raises(Invalid, match="expired already"):
        site.add("v", "bursar:viewer", expires_at=1)
    with pytest.raises(NotFound, match="no token w"):
        site.revoke("w")
    site.revoke("t")
    site.add("t", "bursar:viewer")


def test_only_hashes_are_kept(site: Site) -> None:
    fresh = site.add("t", "bursar:viewer")
    assert len(fresh) >= 43  # 32 octets
    site.app.backend.database.read(lambda tx: tx.all("SELECT * FROM principal_token"))
    raw = site.app.backend.database.path.read_bytes()
    wal = site.app.backend.database.path.with_name("world.db-wal").read_bytes()
    assert fresh.encode() not in raw + wal
    assert principals.digest(fresh).encode() in raw + wal


def test_the_console_wants_a_console_role(site: Site) -> None:
    def actor(principal: Principal) -> Actor:
        database = site.app.backend.database
        return database.read(lambda tx: projects.console_actor(tx, principal))

    viewer = Principal("token:v", (Grant("bursar", Role.VIEWER),))
    both = Principal("token:b", (Grant("bursar", Role.VIEWER), Grant("bursar", Role.ADMIN)))
    admin = Principal(f"user:{PEOPLE['A']}", (Grant("astakos", Role.USER, PEOPLE["A"]),))
    assert actor(viewer) == Actor("token:v", Role.VIEWER)
    assert actor(both) == Actor("token:b", Role.ADMIN)
    assert actor(admin) == Actor(PEOPLE["A"], Role.ADMIN, uuid=PEOPLE["A"])
    for name, uuid in (("user:" + OLGA, OLGA), ("token:t", PEOPLE["A"])):
        with pytest.raises(NotAllowed, match="opens no console"):
            actor(Principal(name, (Grant("astakos", Role.USER, uuid),)))
    with pytest.raises(NotSignedIn):
        actor(Principal("user:" + PEOPLE["I"], (Grant("astakos", Role.USER, PEOPLE["I"]),)))


def test_unknown_tokens_are_counted_by_address(site: Site, known: Token) -> None:
    limit = site.app.settings.attempts
    seen = [site.ask("GET", "/projects", token=f"guess {n}") for n in range(limit + 1)]
    assert [answer.status_code for answer in seen] == [401] * limit + [429]
    assert 0 < int(seen[-1].headers["retry-after"]) <= 60
    assert seen[-1].json()["tooManyRequests"]["code"] == 429
    assert site.ask("GET", "/projects", token=known("O")).status_code == 429
    site.address = "192.0.2.7"
    assert site.ask("GET", "/projects", token=known("O")).status_code == 200
    site.address = "127.0.0.1"  # who is known already is let in
    assert site.ask("GET", "/projects", token=known("O")).status_code == 200


def test_a_component_is_believed_for_a_second_only(site: Site, known: Token) -> None:
    token = known("service:cyclades")
    assert site.ask("GET", "/commissions", token=token).status_code == 200
    site.revoke("service:cyclades")
    site.app.guard._settings = site.app.guard._settings.__class__(trust=0.0)
    assert site.ask("GET", "/commissions", token=token).status_code == 401


def test_a_console_is_told_whose_token_it_has(site: Site, known: Token) -> None:
    def told(token: str) -> str:
        headers = {"Authorization": f"Bearer {token}"}
        answer = site.ask("GET", "/bursar/v1/connection", headers=headers).json()
        return str(answer["connection"]["address"])

    assert told(known("A")) == "ada@bursar.test"
    assert told(site.add("ops", "bursar:viewer")) == ""
