"""Our server's /api as its tests see it: raw requests, and a cast of their own for each test."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

import httpx

from backend.core import principals
from backend.core.database import Database, Tx
from backend.core.identity import operator
from backend.core.journal import Entry
from backend.core.runtime import micros
from backend.openportal.model import (
    Allocation,
    Award,
    AwardState,
    Customer,
    Part,
    PartOf,
    PortalProject,
    PortalUser,
    Service,
    State,
)
from backend.openportal.store import allocations, awards, jobs, people, places
from tests.openportal.portals import START, simulate

MOUNT = "/api"
ROOTS = {False: "/openportal-allocations/", True: "/openportal-remote-allocations/"}
COUNTERPARTS = {False: "groupname", True: "remote_project_identifier"}
BUSY = ("SCHEDULED", "ING")
PATIENCE = 60
MISSING: Any = object()
AT = micros(START)


def fresh() -> str:
    """A uuid that nobody else has."""
    return uuid4().hex


@dataclass
class Waldur:
    """A server at `url`; `turn` lets time pass until something may have happened."""

    url: str
    http: httpx.AsyncClient
    runner: asyncio.Runner
    database: Database
    turn: Callable[[], None]

    def ask(
        self,
        method: str,
        path: str,
        body: Any = MISSING,
        *,
        token: str = "",
        headers: dict[str, str] | None = None,
        content: bytes | None = None,
    ) -> httpx.Response:
        """The answer to one request."""
        given = {"Authorization": f"Token {token}"} if token else {}
        more: dict[str, Any] = {} if body is MISSING else {"json": body}
        if content is not None:
            more = {"content": content}
        where = path if path.startswith("http") else MOUNT + path
        return self.runner.run(
            self.http.request(method, where, headers={**given, **(headers or {})}, **more)
        )

    def write(self, write: Callable[[Tx], object]) -> None:
        """Change something, told in the journal as all changes are."""

        def told(tx: Tx) -> None:
            write(tx)
            tx.record(Entry("operator:op", "test.put", "openportal"))

        self.database.write(told)

    def cast(self) -> Cast:
        """People, places and projects that no other test knows."""
        found = Cast(self)
        self.write(found.enter)
        return found


@dataclass
class Cast:
    """Staff S, owner O of customer C, admin A and member M of project P in C (A is also a member
    of Q), a stranger X; services L and R."""

    site: Waldur
    customer: str = field(default_factory=fresh)
    project: str = field(default_factory=fresh)
    other: str = field(default_factory=fresh)
    local: str = field(default_factory=fresh)
    distant: str = field(default_factory=fresh)
    people: dict[str, str] = field(default_factory=lambda: {name: fresh() for name in "SOAMX"})
    tokens: dict[str, str] = field(default_factory=dict)

    def enter(self, tx: Tx) -> None:
        """Write all of it."""
        name = self.customer[:6]
        told = ("Centre " + name, "Zentrum " + name, "C" + name)
        places.add_customer(tx, Customer(self.customer, *told, AT))
        for uuid, title, short in ((self.project, "Ocean", "p"), (self.other, "Ice", "q")):
            dates = ("2026-01-01", "2099-01-01")
            code = short + uuid[:8]
            one = PortalProject(uuid, self.customer, title, "", *dates, code, None, 100_000, AT)
            places.save_project(tx, None, one)
        for uuid, remote in ((self.local, False), (self.distant, True)):
            instance = f"{'a' if remote else 'b'}{uuid[:8]}.brics.here"
            title = f"{'AIRR' if remote else 'Isambard'} {uuid[:6]}"
            limits = ("NHR", 0, 0)
            where = (title, remote, State.OK, "", True, self.customer, instance)
            places.add_service(tx, Service(uuid, *where, *limits), '{"delay": 0}')
        self._enter_people(tx)

    def _enter_people(self, tx: Tx) -> None:
        for name, uuid in self.people.items():
            mail = f"{name.lower()}.{uuid[:8]}@example.org"
            told = (mail, f"User {name}", mail, name == "S", False, True, AT)
            people.add_user(tx, PortalUser(uuid, *told))
            self.tokens[name] = grant(tx, f"openportal:user:{uuid}")
        people.add_part(tx, PartOf(self.people["O"], self.customer, "", Part.OWNER))
        people.add_part(tx, PartOf(self.people["A"], "", self.project, Part.ADMIN))
        people.add_part(tx, PartOf(self.people["A"], "", self.other, Part.MEMBER))
        people.add_part(tx, PartOf(self.people["M"], "", self.project, Part.MEMBER))

    def ask(
        self, who: str, method: str, path: str, body: Any = MISSING, **more: Any
    ) -> httpx.Response:
        """The answer to a request of one of them, `` for nobody."""
        return self.site.ask(method, path, body, token=self.tokens.get(who, ""), **more)

    def get(self, who: str, path: str) -> Any:
        """The body of an answer that is well."""
        answer = self.ask(who, "GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def places(self, *, remote: bool = False) -> dict[str, str]:
        """Where an allocation may be made, as a body names it."""
        service = self.distant if remote else self.local
        return {
            "service_settings": f"{self.site.url}/service-settings/{service}/",
            "project": f"{self.site.url}/projects/{self.project}/",
        }

    def create(
        self, who: str = "A", *, remote: bool = False, name: Any = "climate", **more: Any
    ) -> httpx.Response:
        """The answer to a creation."""
        body = {"name": name, **self.places(remote=remote), **more}
        return self.ask(who, "POST", ROOTS[remote], body)

    def made(self, *, remote: bool = False, state: State = State.OK, **more: Any) -> str:
        """The uuid of a new allocation that was put there in this state, without a job."""
        uuid = fresh()
        number = len(uuid) + int(uuid[:4], 16)
        given: dict[str, Any] = {
            "uuid": uuid,
            "remote": remote,
            "name": f"climate-{number}",
            "description": "first",
            "service": self.distant if remote else self.local,
            "project": self.project,
            "state": state,
            "backend_id": "abc.brics",
            "counterpart": "u1.airr" if remote else "brics.abc",
            "node_limit": 100,
            "node_usage": 8640,
            "is_active": True,
            "is_added": True,
            "error_message": "broken" if state is State.ERRED else "",
            "error_traceback": "",
            "local_version": 1,
            "remote_version": 1,
            "created_at": AT,
        }
        self.site.write(
            lambda tx: allocations.save(
                tx, None, Allocation(**({**given, "modified_at": tx.now} | more))
            )
        )
        return uuid

    def many(self, count: int, **more: Any) -> list[str]:
        """As many of them, in the order of their names."""
        return [self.made(name=f"row {number:03}", **more) for number in range(count)]

    def put(self, uuid: str, **values: Any) -> None:
        """Have an allocation be otherwise, without a job."""

        def write(tx: Tx) -> None:
            before = allocations.allocation(tx, uuid)
            assert before is not None
            jobs.remove(tx, uuid)
            allocations.save(tx, before, replace(before, **values))

        self.site.write(write)

    def simulate(self, *, remote: bool = False, **settings: Any) -> None:
        """Have a service be simulated so."""
        where = self.distant if remote else self.local
        self.site.write(lambda tx: simulate(tx, where, {"delay": 0, **settings}))

    def change_project(self, **values: Any) -> None:
        """Have P be otherwise."""

        def write(tx: Tx) -> None:
            before = places.projects(tx, [self.project])[self.project]
            places.save_project(tx, before, replace(before, **values))

        self.site.write(write)

    def awarded(self, **details: Any) -> str:
        """The path of a new award of another portal for L."""
        mark, service = fresh()[:8], self.service(self.local)
        told = json.dumps({"name": f"Award {mark}", **details})
        one = Award(
            identifier=f"u{mark}.airr",
            destination=service.instance,
            state=AwardState.PENDING,
            details=told,
            project="",
            template="cpu",
            notes="",
            created_at=AT,
            reviewed_at=0,
            reviewed_by="",
            comment="",
        )
        self.site.write(lambda tx: awards.save_award(tx, None, one))
        return f"/openportal-managed-projects/{one.identifier}/{one.destination}/"

    def service(self, uuid: str) -> Service:
        """A service as it is stored."""
        return self.site.database.read(lambda tx: places.services(tx, [uuid])[uuid])

    def settled(self, uuid: str, *, remote: bool = False) -> tuple[list[str], dict[str, Any]]:
        """The states that an allocation is seen in until nothing is under way, and its row then,
        empty when it is gone."""
        return self.until(uuid, lambda row: not row["state"].endswith(BUSY), remote=remote)

    def until(
        self, uuid: str, well: Callable[[dict[str, Any]], bool], *, remote: bool = False
    ) -> tuple[list[str], dict[str, Any]]:
        """The same until the row is as wanted."""
        states: list[str] = []
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            answer = self.ask("S", "GET", f"{ROOTS[remote]}{uuid}/")
            if answer.status_code == 404:
                return states, {}
            row: dict[str, Any] = answer.json()
            if row["state"] not in states[-1:]:
                states.append(row["state"])
            if well(row):
                return states, row
            self.site.turn()
        raise AssertionError(f"{uuid} went on as {states}")


def grant(tx: Tx, *grants: str, expires_at: int = 0) -> str:
    """A new token with these grants."""
    token = principals.fresh_token()
    found = [principals.parse_grant(one) for one in grants]
    sha256 = principals.digest(token)
    principals.add(tx, operator("op"), f"t{fresh()}", found, sha256, expires_at)
    return token


def names(answer: httpx.Response) -> list[str]:
    """The names in a list."""
    assert answer.status_code == 200, answer.text
    return [row["name"] for row in answer.json()]


def links(answer: httpx.Response) -> dict[str, str]:
    """The pages that an answer links to, by their relation."""
    return {rel: found["url"] for rel, found in answer.links.items() if rel and found}


def rels(answer: httpx.Response) -> Sequence[str]:
    """The relations in the order of the header."""
    return [part.split('rel="')[1].rstrip('"') for part in answer.headers["link"].split(", ")]


@contextmanager
def waldur(
    url: str,
    database: Database,
    turn: Callable[[], None],
    transport: httpx.AsyncBaseTransport | None = None,
) -> Iterator[Waldur]:
    """A client of the server at a URL."""
    with asyncio.Runner() as runner:
        http = httpx.AsyncClient(base_url=url, transport=transport, timeout=60)
        try:
            yield Waldur(url + MOUNT, http, runner, database, turn)
        finally:
            runner.run(http.aclose())
