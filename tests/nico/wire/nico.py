"""Our server's NICo as its tests see it: raw requests, and a cast of their own for each test."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from backend.core import principals
from backend.core.database import Database, Tx
from backend.core.errors import BursarError
from backend.core.identity import operator
from backend.core.journal import Entry
from backend.core.runtime import micros
from backend.core.usecase import execute
from backend.nico.model import (
    AdmitInstance,
    Block,
    Instance,
    InstanceType,
    Machine,
    Prefix,
    Provider,
    Routing,
    Site,
    Tenant,
)
from backend.nico.service import ROOM
from backend.nico.store import blocks, machines, places
from tests.nico.cloud import START
from tests.nico.wire.contract import Contract

MISSING: Any = object()
MOUNT = "/v2/org/"
AT = micros(START)
Json = dict[str, Any]
ORGS = {"pa": "acme", "pv": "acme", "qa": "other", "ta": "t1", "tb": "t2", "duo": "duo"}
GRANTS = {
    "pa": ["admin:acme"],
    "pv": ["viewer:acme"],
    "qa": ["admin:other"],
    "ta": ["user:t1"],
    "tb": ["user:t2"],
    "duo": ["admin:duo", "user:duo"],
}
SITES = ["P", "Q", "D", "T1", "T2", "TD", "S1", "S2", "SQ", "SD"]
TYPES = {"G100": "S1", "C50": "S1", "Z10": "S2", "Q1": "SQ", "D1": "SD"}
OWNERS = {"S1": "P", "S2": "P", "SQ": "Q", "SD": "D"}
ROOTS = {
    "B16": ("S1", "10.20.0.0", 16, Routing.DATACENTER_ONLY),
    "B22": ("S1", "192.168.0.0", 22, Routing.PUBLIC),
    "B24": ("S1", "192.168.20.0", 24, Routing.DATACENTER_ONLY),
    "B30": ("S1", "10.9.9.0", 30, Routing.DATACENTER_ONLY),
    "V6": ("S1", "2001:db8::", 32, Routing.PUBLIC),
    "BS2": ("S2", "172.16.0.0", 16, Routing.DATACENTER_ONLY),
}
NAMES = [*SITES, *TYPES, *ROOTS]
STATUSES = {8: "Maintenance", 9: "Error"}


def fresh() -> str:
    """A uuid that nobody else has."""
    return str(uuid4())


@dataclass
class Nico:
    """A server at `url`; what it answers is held against these documents."""

    url: str
    http: httpx.AsyncClient
    runner: asyncio.Runner
    database: Database
    contracts: Sequence[Contract] = ()

    def ask(self, method: str, path: str, **given: Any) -> httpx.Response:
        """The answer to one request, which is as it was described."""
        return self.runner.run(self.asked(method, path, **given))

    async def asked(self, method: str, path: str, **given: Any) -> httpx.Response:
        """The same, among others."""
        answer = await self.http.request(method, path, **given)
        if MOUNT in str(answer.request.url):
            assert [fault for one in self.contracts if (fault := one.fault(answer))] == []
        return answer

    def write(self, write: Callable[[Tx], object]) -> None:
        """Change something, told in the journal as all changes are."""

        def told(tx: Tx) -> None:
            write(tx)
            tx.record(Entry("operator:op", "test.put", "nico"))

        self.database.write(told)

    def cast(self) -> Cast:
        """People and places that no other test knows."""
        found = Cast(self)
        self.write(found.enter)
        return found


@dataclass
class Cast:
    """The fixture of spec nico §5: organisations `acme`, `other`, `t1`, `t2` and `duo`, each with
    a mark behind it; pa and pv of acme, ta of t1, tb of t2, duo of itself, qa of other."""

    site: Nico
    mark: str = field(default_factory=lambda: uuid4().hex[:8])
    ids: dict[str, str] = field(default_factory=lambda: {name: fresh() for name in NAMES})
    tokens: dict[str, str] = field(default_factory=dict)
    named: int = 0

    def __getitem__(self, name: str) -> str:
        return self.ids[name]

    def org(self, name: str) -> str:
        """An organisation as it is called here."""
        return f"{name}-{self.mark}"

    def enter(self, tx: Tx) -> None:
        """Write all of it."""
        for name, org in (("P", "acme"), ("Q", "other"), ("D", "duo")):
            places.add_provider(tx, Provider(self[name], self.org(org), org.title(), AT))
        for name, org in (("T1", "t1"), ("T2", "t2"), ("TD", "duo")):
            places.add_tenant(tx, Tenant(self[name], self.org(org), org.title(), AT))
        for org in ("t1", "t2"):
            places.add_account(tx, fresh(), self["P"], self.org(org), "Ready", AT)
        for name, owner in OWNERS.items():
            places.add_site(tx, Site(self[name], self[owner], name, "Registered", True, AT))
        self._enter_machines(tx)
        for name, (site, address, length, routing) in ROOTS.items():
            where = (routing, address, length, False, "Ready", AT, AT)
            blocks.add(tx, Block(self[name], self["P"], self[site], "", "", name, None, *where))
        for who, grants in GRANTS.items():
            self.tokens[who] = grant(tx, *(f"nico:{one}-{self.mark}" for one in grants))

    def _enter_machines(self, tx: Tx) -> None:
        for name, site in TYPES.items():
            owner = self[OWNERS[site]]
            told = (self[name], owner, self[site], name.lower(), None, "Ready", AT, AT)
            machines.add_type(tx, InstanceType(*told))
        for name, count in (("G100", 10), ("C50", 4), ("D1", 4)):
            for n in range(count):
                where = (self[TYPES[name]], self[name])
                one = Machine(f"{self.mark}-{name}-{n}", *where, STATUSES.get(n, "Ready"))
                machines.save_machine(tx, None, one)

    def granted(self, *grants: str, lasts: int = 0) -> str:
        """A new token with these grants, for so many microseconds or for ever."""
        found: list[str] = []

        def write(tx: Tx) -> None:
            found.append(grant(tx, *grants, expires_at=tx.now + lasts if lasts else 0))

        self.site.write(write)
        return found[0]

    def path(self, who: str, path: str, org: str = "") -> str:
        """The whole path of a call of one of them."""
        return f"/v2/org/{org or self.org(ORGS.get(who, 'acme'))}/nico{path}"

    def headers(self, who: str) -> dict[str, str]:
        """How one of them shows who he is, `` for nobody."""
        return {"Authorization": f"Bearer {self.tokens[who]}"} if who else {}

    def ask(
        self, who: str, method: str, path: str, body: Any = MISSING, *, org: str = "", **more: Any
    ) -> httpx.Response:
        """The answer to a request of one of them."""
        headers = {**self.headers(who), **more.pop("headers", {})}
        given = {} if body is MISSING else {"content": json.dumps(body).encode()}
        if given:
            headers = {"Content-Type": "application/json", **headers}
        return self.site.ask(method, self.path(who, path, org), headers=headers, **given, **more)

    def get(self, who: str, path: str) -> Any:
        """The body of an answer that is well."""
        answer = self.ask(who, "GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def body(self, resource: str, value: Any, tenant: str = "T1", **more: Any) -> Json:
        """What is sent to give a tenant something, other keys of either part instead."""
        self.named += 1
        kind = "InstanceType" if resource in TYPES else "IPBlock"
        constraint = {"resourceType": kind, "resourceTypeId": self.ids.get(resource, resource)}
        constraint |= {"constraintType": "Reserved", "constraintValue": value}
        constraint |= {name: more.pop(name) for name in [*constraint] if name in more}
        found = {"name": f"a{self.named:03}", "tenantId": self[tenant], "siteId": self["S1"]}
        return {**found, "allocationConstraints": [constraint], **more}

    def give(self, resource: str, value: Any, tenant: str = "T1", **more: Any) -> httpx.Response:
        """The answer to a creation."""
        return self.ask("pa", "POST", "/allocation", self.body(resource, value, tenant, **more))

    def at_once(self, *bodies: Json) -> list[httpx.Response]:
        """The answers to creations that are all sent before any is answered."""
        path, headers = self.path("pa", "/allocation"), self.headers("pa")

        async def every() -> list[httpx.Response]:
            asked = (self.site.asked("POST", path, json=body, headers=headers) for body in bodies)
            return await asyncio.gather(*asked)

        return self.site.runner.run(every())

    def made(self, resource: str, value: int, tenant: str = "T1", **more: Any) -> Json:
        """A new allocation."""
        answer = self.give(resource, value, tenant, **more)
        assert answer.status_code == 201, answer.text
        found: Json = answer.json()
        return found

    def set(self, allocation: Json, value: Any, who: str = "pa") -> httpx.Response:
        """The answer to another value."""
        body = {"constraintValue": value}
        return self.ask(who, "PATCH", setting(allocation), body)

    def value(self, allocation: Json) -> int:
        """What an allocation gives now."""
        found = self.get("pa", f"/allocation/{allocation['id']}")
        value: int = constraint(found)["constraintValue"]
        return value

    def delete(self, allocation: Json) -> httpx.Response:
        """The answer to a deletion."""
        return self.ask("pa", "DELETE", f"/allocation/{allocation['id']}")

    def figures(self, of: str, who: str = "pa") -> Json:
        """allocationStats of a type."""
        path = f"/instance/type/{self[of]}?includeAllocationStats=true"
        found: Json = self.get(who, path)["allocationStats"]
        return found

    def usage(self, block: str) -> Json:
        """usageStats of a block."""
        found: Json = self.get("pa", f"/ipblock/{self[block]}?includeUsageStats=true")
        stats: Json = found["usageStats"]
        return stats

    def derived(self, allocation: Json) -> Json:
        """What was carved for an allocation."""
        uuid = constraint(allocation)["derivedResourceId"]
        found: Json = self.get("pa", f"/ipblock/{uuid}")
        return found

    def cidr(self, allocation: Json) -> str:
        """The network of it."""
        found = self.derived(allocation)
        return f"{found['prefix']}/{found['prefixLength']}"

    def use(self, of: str, count: int, tenant: str = "T1") -> list[str]:
        """Have a tenant have instances of a type, or of none, whatever he is given."""
        uuids = [fresh() for _ in range(count)]

        def write(tx: Tx) -> None:
            for uuid in uuids:
                found = machines.spare(tx, self[of]) if of else None
                where = (self[tenant], self["S1"], self.ids.get(of, ""), found.id if found else "")
                machines.add_instance(tx, Instance(uuid, "i", *where))

        self.site.write(write)
        return uuids

    def admitted(self, of: str, tenant: str = "T1") -> int:
        """What becomes of a tenant's wish for an instance, as the API's status."""
        command = AdmitInstance(
            actor=operator("op"),
            name="job",
            tenant=self[tenant],
            site=self["S1"],
            instance_type=self[of],
        )
        try:
            self.site.database.write(lambda tx: execute(tx, ROOM, command, ""))
        except BursarError as error:
            return error.status
        return 201

    def stop(self, uuid: str) -> None:
        """Have an instance be gone."""

        def write(tx: Tx) -> None:
            found = machines.instance(tx, uuid)
            assert found is not None
            machines.delete_instance(tx, found)

        self.site.write(write)

    def hold(self, allocation: Json, *, subnet: bool) -> str:
        """Have something be in use of what was carved for an allocation."""
        uuid, block = fresh(), constraint(allocation)["derivedResourceId"]

        def write(tx: Tx) -> None:
            one = blocks.block(tx, block)
            assert one is not None
            own = blocks.free_list(tx, one).carved(26)
            assert own is not None
            told = (uuid, "n", one.tenant, one.uuid, own.address, 26, subnet)
            blocks.add_prefix(tx, Prefix(*told))

        self.site.write(write)
        return uuid

    def let_go(self, uuid: str) -> None:
        """Have a subnet or VPC prefix be gone."""

        def write(tx: Tx) -> None:
            found = blocks.prefix(tx, uuid)
            assert found is not None
            blocks.delete_prefix(tx, found)

        self.site.write(write)


def constraint(allocation: Json) -> Json:
    """The one constraint of an allocation."""
    (found,) = allocation["allocationConstraints"]
    told: Json = found
    return told


def setting(allocation: Json) -> str:
    """The path of an allocation's constraint."""
    return f"/allocation/{allocation['id']}/constraint/{constraint(allocation)['id']}"


def grant(tx: Tx, *grants: str, expires_at: int = 0) -> str:
    """A new token with these grants."""
    token = principals.fresh_token()
    found = [principals.parse_grant(one) for one in grants]
    sha256 = principals.digest(token)
    principals.add(tx, operator("op"), f"t{uuid4().hex}", found, sha256, expires_at)
    return token


def refused(answer: httpx.Response, status: int, *fields: str) -> Json:
    """The data of a refusal, which has exactly these fields, null for none."""
    told = answer.json()
    assert answer.status_code == status, answer.text
    assert list(told) == ["source", "message", "data"]
    assert told["source"] == "nico"
    assert told["message"]
    data: Json = told["data"] or {}
    assert set(data) == set(fields), answer.text
    return data


@contextmanager
def nico(
    url: str,
    database: Database,
    contracts: Sequence[Contract],
    transport: httpx.AsyncBaseTransport | None = None,
) -> Iterator[Nico]:
    """A client of the server at a URL."""
    with asyncio.Runner() as runner:
        http = httpx.AsyncClient(base_url=url, transport=transport, timeout=60)
        try:
            yield Nico(url, http, runner, database, contracts)
        finally:
            runner.run(http.aclose())
