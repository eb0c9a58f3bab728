"""Astakos' quota and commission calls as a client (spec astakos §5)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from backend.core.errors import NotFound
from backend.decode import Foreign, Whole
from backend.http import Http, Reply, read
from backend.quotas.client import replies
from backend.quotas.client.model import CommissionTold, Figures, Key, Ledger
from backend.quotas.client.replies import Holdings, Pools, failure
from backend.quotas.model import Resource

LISTED = 64 << 20
"""Bytes of a list, which has no pages, at most."""
AT_ONCE = 4
"""Requests under way together at most."""

__all__ = ["LISTED", "CommissionTold", "Component", "Figures", "Key", "Ledger", "QuotasClient"]
__all__ += ["failure", "read"]


class QuotasClient:
    """What a user's token shows; `base` is the path of the account API. All methods raise
    BursarError, BadReply where an answer makes no sense."""

    def __init__(self, http: Http, base: str) -> None:
        self._http, self._base = http, base

    async def resources(self) -> list[Resource]:
        """What the API shows, in its order."""
        reply = await self._http.get(f"{self._base}/resources")
        found = read(dict[Foreign, replies.ResourceReply], reply)
        return [replies.resource(name, told) for name, told in found.items()]

    async def own(self, user: str) -> dict[Key, Figures]:
        """The user's own holdings, and the pools that they are beside."""
        reply = await self._http.get(f"{self._base}/quotas", largest=LISTED)
        return await asyncio.to_thread(_held, reply, {user: read(Holdings, reply)})


class Component:
    """What the token of a component shows: its own resources and commissions."""

    def __init__(self, http: Http, base: str, name: str) -> None:
        self._http, self._base, self.name = http, base, name

    async def held(self, projects: Sequence[str] = ()) -> dict[Key, Figures]:
        """Everybody's holdings and the pools of these projects, or of all."""
        asked = {"project": ",".join(projects)} if projects else {}
        members = await self._list("/service_quotas", asked)
        found = await asyncio.to_thread(lambda: _held(members, read(dict[str, Holdings], members)))
        with suppress(NotFound):  # none of these projects has begun
            pools = await self._list("/service_project_quotas", asked)
            found |= await asyncio.to_thread(_pools, pools)
        return found

    async def _list(self, path: str, asked: dict[str, str]) -> Reply:
        return await self._http.get(f"{self._base}{path}", asked, largest=LISTED)

    async def pending(self) -> list[int]:
        """The serials of the component's own pending commissions."""
        return read(list[Whole], await self._http.get(f"{self._base}/commissions", largest=LISTED))

    async def commission(self, serial: int) -> CommissionTold:
        """One of them. Raises NotFound when it is resolved or another's."""
        reply = await self._http.get(f"{self._base}/commissions/{serial}")
        return replies.commission(read(replies.CommissionReply, reply))


def _held(reply: Reply, told: dict[str, Holdings]) -> dict[Key, Figures]:
    """Members' holdings, and the pools of their projects."""
    found: dict[Key, Figures] = {}
    for user, projects in told.items():
        for project, rows in projects.items():
            source = f"project:{project}"
            for name, row in rows.items():
                found[f"user:{user}", source, name] = replies.figures(row, reply, own=True)
                found[source, "", name] = replies.figures(row, reply, own=False)
    return found


def _pools(reply: Reply) -> dict[Key, Figures]:
    return {
        (f"project:{project}", "", name): replies.figures(row, reply, own=False)
        for project, rows in read(Pools, reply).items()
        for name, row in rows.items()
    }
