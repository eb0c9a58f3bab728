"""Astakos' project, membership and user calls as a client (spec astakos §5)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TypeVar
from urllib.parse import quote, urlsplit

from backend.core.errors import BadReply
from backend.http import Http, Reply
from backend.projects.client.replies import (
    CatalogReply,
    Identity,
    IdentityReply,
    MembershipReply,
    ProjectReply,
    ProjectTold,
)
from backend.projects.model import Membership
from backend.quotas.client import LISTED, read

ACCOUNT, VERSION = "astakos_account", "/v1.0"
NAMED = 500
"""People whose addresses are asked for at once."""

T = TypeVar("T")

__all__ = ["Identity", "ProjectTold", "ProjectsClient", "account_path", "identify"]


async def identify(http: Http, token: str) -> Identity:
    """Whom a token stands for, from the identity API below the server's URL."""
    body = {"auth": {"token": {"id": token}}}
    reply = await http.send("POST", "/identity/v2.0/tokens", body, asks=True)
    return read(IdentityReply, reply).identity()


def account_path(identity: Identity) -> str:
    """Where the account API is on the server that was asked: only the path of what the catalog
    says is used, so that no token goes elsewhere and a tunnel works. Raises BadReply."""
    url = identity.services.get(ACCOUNT, "")
    path = urlsplit(url).path.rstrip("/") if url else ""
    if not path:
        raise BadReply(
            f"the service catalog does not name {ACCOUNT}",
            hint="is the URL in the configuration that of an Astakos?",
        )
    return path if path.endswith(VERSION) else path + VERSION


class ProjectsClient:
    """What a user's token shows; `base` is the path of the account API. All methods raise
    BursarError, BadReply where an answer makes no sense."""

    def __init__(self, http: Http, base: str) -> None:
        self._http, self._base = http, base

    async def projects(self) -> list[ProjectTold]:
        """Every project that the user has to do with; all of them for a project admin."""
        reply = await self._get("/projects", {"mode": "related"})
        return await asyncio.to_thread(_projects, reply)

    async def project(self, uuid: str) -> ProjectTold:
        """One project. Raises NotFound, NotAllowed."""
        return read(ProjectReply, await self._get(f"/projects/{quote(uuid, safe='')}")).told()

    async def memberships(self, project: str = "") -> list[Membership]:
        """Those of a project, or all, that the user may see."""
        reply = await self._get("/projects/memberships", {"project": project} if project else {})
        return await asyncio.to_thread(_memberships, reply)

    async def names(self, uuids: Sequence[str]) -> dict[str, str]:
        """Addresses by uuid; unknown people are missing."""
        found: dict[str, str] = {}
        for start in range(0, len(uuids), NAMED):
            body = {"uuids": list(uuids[start : start + NAMED]), "displaynames": []}
            path = f"{self._base}/user_catalogs"
            reply = await self._http.send("POST", path, body, asks=True, largest=LISTED)
            found |= read(CatalogReply, reply).uuid_catalog
        return found

    async def find(self, address: str) -> str:
        """The uuid of whoever has this address, `` for nobody."""
        body = {"uuids": [], "displaynames": [address]}
        reply = await self._http.send("POST", f"{self._base}/user_catalogs", body, asks=True)
        return read(CatalogReply, reply).displayname_catalog.get(address, "")

    async def _get(self, path: str, asked: dict[str, str] | None = None) -> Reply:
        return await self._http.get(f"{self._base}{path}", asked, largest=LISTED)


def _projects(reply: Reply) -> list[ProjectTold]:
    return [one.told() for one in read(list[ProjectReply], reply)]


def _memberships(reply: Reply) -> list[Membership]:
    return [one.membership() for one in read(list[MembershipReply], reply)]
