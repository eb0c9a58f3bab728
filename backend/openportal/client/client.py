"""Reads and writes of an OpenPortal server of any generation (spec openportal §0, §3, §5)."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Protocol, TypeVar

from backend.core.errors import Invalid
from backend.core.plan import WireRequest
from backend.decode import parse_json
from backend.http import Http, Listed, Reply, made, read, walk
from backend.openportal.client import replies
from backend.openportal.client.replies import (
    AccountTold,
    AllocationTold,
    AssociationTold,
    AwardTold,
    MeTold,
    NamesTold,
    ProjectTold,
    RemoteProjectTold,
    ServiceTold,
    UsageTold,
)
from backend.openportal.client.walk import PAGES, Params, counted
from backend.openportal.rules.outbound import (
    AWARDS,
    LOCAL,
    NAMES,
    REMOTE,
    REMOTE_PROJECTS,
    award_path,
)
from backend.openportal.wire.told import uuid_or_none

ALLOCATIONS: Mapping[bool, str] = {False: LOCAL, True: REMOTE}
"""By whether they are remote."""
COUNTERPARTS: Mapping[bool, str] = {False: "groupname", True: "remote_project_identifier"}
SERVICES, PROJECTS, ME = "/api/service-settings/", "/api/projects/", "/api/users/me/"
ASSOCIATIONS = "/api/openportal-associations/"
USAGES = "/api/openportal-allocation-user-usage/"
ACCOUNTS = "/api/openportal-accounting-summary/"
NEW_TOKENS = "w_"
"""What tokens begin with that are bearers' (§3.1)."""

T = TypeVar("T")


class _Named(Protocol):
    @property
    def uuid(self) -> str: ...


NamedT = TypeVar("NamedT", bound=_Named)
LinkedT = TypeVar("LinkedT", AssociationTold, UsageTold)


def sign(token: str) -> Mapping[str, str]:
    """`Authorization`, by what kind of token it is."""
    scheme = "Bearer" if token.startswith(NEW_TOKENS) else "Token"
    return {"Authorization": f"{scheme} {token}"}


def base(url: str) -> str:
    """The server's address, whether or not its API was named."""
    return url.rstrip("/").removesuffix("/api")


class OpenPortalClient:
    """What a token shows and does. All methods raise BursarError, BadReply where an answer makes
    no sense; what reads is repeated, what writes is sent once. Lists of what a server does not
    have, or does not show, raise NotFound or NotAllowed."""

    def __init__(self, http: Http) -> None:
        self._http = http

    async def me(self) -> MeTold:
        """Whom the token stands for; a token in the answer is forgotten at once."""
        fields = [name for name in MeTold.model_fields]
        reply = await self._http.get(ME, {"field": fields})
        return read(MeTold, _without_token(reply))

    # Allocations

    async def allocations(self, *, remote: bool) -> Listed[AllocationTold]:
        """All that are seen, with what lists show."""
        fields = [*replies.LISTED, COUNTERPARTS[remote]]
        return await self._named(ALLOCATIONS[remote], {"field": fields}, AllocationTold)

    async def alike(self, *, remote: bool, name: str, project: str) -> Sequence[AllocationTold]:
        """Those of a project with just this name."""
        asked = {"name_exact": name, "project_uuid": project}
        found = await self._named(ALLOCATIONS[remote], asked, AllocationTold)
        return [one for one in found.rows if (one.name, one.project_uuid) == (name, project)]

    async def allocation(self, uuid: str, *, remote: bool) -> AllocationTold:
        """One of them with all its fields. Raises NotFound."""
        return read(AllocationTold, await self._http.get(f"{ALLOCATIONS[remote]}{uuid}/"))

    async def count(self, *, remote: bool) -> int | None:
        """How many there are, None where that is not told."""
        return counted(await self._http.send("HEAD", ALLOCATIONS[remote], asks=True))

    async def associations(self, allocation: str = "") -> Sequence[AssociationTold]:
        """Accounts of an allocation, or of all; those that are not shown come blank (§4.3)."""
        asked = {"allocation_uuid": allocation} if allocation else {}
        found = await self._named(ASSOCIATIONS, asked, AssociationTold)
        told = [one for one in found.rows if one.username or one.groupname or one.useridentifier]
        return _only(told, allocation)

    async def usages(self, year: int, month: int, allocation: str = "") -> Sequence[UsageTold]:
        """What people used of it, or of all, in one month: longer lists have no order to go by
        (§5.2)."""
        asked: Params = {"year": year, "month": month}
        asked = {**asked, "allocation_uuid": allocation} if allocation else asked
        found = await walk(self._http, USAGES, asked, UsageTold, _whose, PAGES)
        told = [one for one in found.rows if (one.year, one.month) == (year, month)]
        return _only(told, allocation)

    # What they refer to

    async def services(self) -> Listed[ServiceTold]:
        """Settings of all services."""
        fields = [name for name in ServiceTold.model_fields]
        return await self._named(SERVICES, {"field": fields}, ServiceTold)

    async def service(self, uuid: str) -> ServiceTold:
        """One of them. Raises NotFound."""
        return read(ServiceTold, await self._http.get(f"{SERVICES}{uuid}/"))

    async def projects(self) -> Listed[ProjectTold]:
        """All projects."""
        fields = [name for name in ProjectTold.model_fields]
        return await self._named(PROJECTS, {"field": fields}, ProjectTold)

    async def project(self, uuid: str) -> ProjectTold:
        """One of them. Raises NotFound."""
        return read(ProjectTold, await self._http.get(f"{PROJECTS}{uuid}/"))

    async def account(self, project: str) -> AccountTold:
        """What a project was given and spent. Raises NotFound."""
        return read(AccountTold, await self._http.get(f"{ACCOUNTS}{project}/"))

    async def names(self, project: str) -> NamesTold:
        """What a project is called elsewhere; the server makes this, where it is not there."""
        return read(NamesTold, await self._http.get(f"{NAMES}{project}/"))

    # Between portals

    async def awards(self) -> Listed[AwardTold]:
        """Awards of other portals."""
        return await walk(self._http, AWARDS, {}, AwardTold, _award, PAGES)

    async def award(self, identifier: str, destination: str) -> AwardTold:
        """One of them. Raises NotFound."""
        return read(AwardTold, await self._http.get(award_path(identifier, destination)))

    async def remote_projects(self) -> Listed[RemoteProjectTold]:
        """Awards to other portals."""
        return await self._named(REMOTE_PROJECTS, {}, RemoteProjectTold)

    # Writing

    async def send(self, request: WireRequest) -> str:
        """Carry it out; the uuid of what it made, `` for none. Success has many codes and bodies
        (§0), of which nothing else is believed. Raises OutcomeUnknown, for what is no JSON, too."""
        body = dict(request.body) if request.method != "DELETE" else None
        reply = await self._http.send(request.method, request.path, body)
        with suppress(ValueError):
            return uuid_or_none(made(reply, "uuid"))
        return ""

    async def _named(self, path: str, params: Params, kind: type[NamedT]) -> Listed[NamedT]:
        return await walk(self._http, path, params, kind, lambda one: one.uuid, PAGES)


def _only(told: Sequence[LinkedT], allocation: str) -> Sequence[LinkedT]:
    """What is of an allocation, or of all; servers may ignore what they are asked for."""
    return [one for one in told if not allocation or one.allocation in ("", allocation)]


def _whose(told: UsageTold) -> Hashable:
    return told.allocation, told.year, told.month, told.username


def _award(told: AwardTold) -> Hashable:
    return told.identifier, told.destination


def _without_token(reply: Reply) -> Reply:
    """An answer that may name the token in clear, without it: errors show the beginning."""
    try:
        value = parse_json(reply.body)
    except Invalid:
        return replace(reply, body=b"")
    if isinstance(value, Mapping):
        value = {name: one for name, one in value.items() if name in MeTold.model_fields}
    return replace(reply, body=json.dumps(value).encode())
