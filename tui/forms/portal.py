"""The forms of OpenPortal's allocations: what they ask, and the command that they make."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from backend.backend import Backend
from backend.core.errors import NotFound
from backend.core.listing import Query
from backend.openportal.model import (
    CreateAllocation,
    ModifyAllocation,
    ModifyRemoteProject,
    NameProject,
    PortalDetail,
    PortalRow,
    ProjectRow,
    RemoteProjectRow,
    ServiceRow,
)
from tui.format import portal
from tui.format.lines import Look
from tui.forms.form import Changed, Field, Form, Kind, Value, at_most

LONGEST, DESCRIBED, COUNTERPART = 150, 2000, 64
OFFERED, FOUND = 500, 20
"""Services and projects that are looked at, at most."""
NAMES_SHOWN = 4
UUID = re.compile("[0-9a-f]{32}")
DEFAULT = "empty: the service's default; inf (-1), no limit, is set once it is made"
ONCE_MADE = "inf (-1) is set once it is made"
RECORD = "record only: the service is not told; {} sets it there, and inf (-1), no limit"
ELSEWHERE = "only {} sets inf (-1), no limit"
SHORT = "up to 30 lower-case letters and digits, a letter first"
KEPT = "What failed for want of a name is not tried again: {} deletes it, {} makes another one."
MEMBERSHIP = ("open", "members_only", "roles_only", "locked")


class PortalForms:
    """Makes the forms for one connection; `look` is how amounts are written beside fields."""

    def __init__(self, backend: Backend, look: Look) -> None:
        self._backend, self._look = backend, look
        self._actor = backend.connection.actor

    async def new(self, row: PortalRow | None) -> Form:
        """An allocation for a project on a service; those of `row` stand there at first. Raises
        NotFound when there is no service."""
        services = await self._backend.openportal.services.page(Query(), OFFERED)
        if not services:
            raise NotFound("there is no service to have an allocation on")
        project = row.project_name if row is not None else ""
        names = ", ".join(one.service.name for one in services[:NAMES_SHOWN])
        more = " ..." if len(services) > NAMES_SHOWN else ""
        found = _Services(services)
        fields = (
            Field("service", "Service", help=f"such as {names}{more}", find=found.uuid,
                  required=True),
            Field("project", "Project", value=project, help="its name, short name or uuid",
                  find=self._project, required=True),
            Field("name", "Name", check=at_most(LONGEST), required=True),
            Field("node_limit", "Node limit", help=DEFAULT,
                  check=_whole(ONCE_MADE)),
            Field("counterpart", "Group / remote id", help="such as brics.a6b, or u6ac.brics",
                  check=at_most(COUNTERPART)),
            Field("description", "Description", Kind.TEXT, check=at_most(DESCRIBED)),
        )  # fmt: skip

        def command(changed: Changed) -> CreateAllocation:
            service = str(changed.get("service", ""))
            limit = str(changed.get("node_limit", ""))
            return CreateAllocation(
                actor=self._actor,
                remote=found.remote[service],
                name=str(changed["name"]),
                service=service,
                project=str(changed.get("project", row.project if row is not None else "")),
                description=str(changed.get("description", "")),
                node_limit=int(limit) if limit else None,
                counterpart=str(changed["counterpart"]) if changed.get("counterpart") else None,
            )

        note = "It is made at once here; the service takes its time, which the list shows."
        return Form("New allocation", "new-allocation", fields, command, note=note)

    def record(self, found: PortalDetail, limit_key: str) -> Form:
        """What is kept of an allocation here; another key sets its limit at the service, too."""
        row = found.row
        label = "Remote id" if row.remote else "Group"
        limit = "" if row.node_limit is None or row.node_limit < 0 else str(row.node_limit)
        now = f"now {portal.limit(row.node_limit, self._look)}; " if not limit else ""
        fields = (
            Field("name", "Name", value=row.name, check=at_most(LONGEST), required=True),
            Field("description", "Description", Kind.TEXT, found.description,
                  check=at_most(DESCRIBED)),
            Field("counterpart", label, value=row.counterpart or "",
                  help=_shape(row), check=at_most(COUNTERPART)),
            Field("node_limit", "Limit (record)", value=limit,
                  help=now + RECORD.format(limit_key),
                  check=_whole(ELSEWHERE.format(limit_key))),
        )  # fmt: skip

        def command(changed: Changed) -> ModifyAllocation:
            given: dict[str, Any] = dict(changed)
            if "node_limit" in given:
                given["node_limit"] = int(given["node_limit"])
            if "counterpart" in given:
                given["counterpart"] = given["counterpart"] or None
            return ModifyAllocation(actor=self._actor, allocation=row.uuid, **given)

        def problems(read: Mapping[str, Value | None]) -> Mapping[str, str]:
            emptied = bool(limit) and read.get("node_limit") == ""
            return {"node_limit": "cannot be empty"} if emptied else {}

        note = "The record alone changes; nothing is sent to the service."
        title, key = f"Edit {row.name}", f"allocation:{row.uuid}"
        return Form(title, key, fields, command, problems, note)

    async def names(self, row: PortalRow, keys: Sequence[str]) -> Form:
        """What services call the project of an allocation; `keys` are those that delete and make
        allocations. Raises NotFound."""
        found = (await project_named(self._backend, row.project)).project
        fields = (Field("shortname", "Short name", value=found.shortname or "", help=SHORT),)

        def command(changed: Changed) -> NameProject:
            shortname = str(changed["shortname"]).strip() or None
            return NameProject(actor=self._actor, project=found.uuid, shortname=shortname)

        return Form(
            f"Name {found.name}",
            f"portal_project:{found.uuid}",
            fields,
            command,
            note=KEPT.format(*keys),
        )

    def remote_project(self, row: RemoteProjectRow) -> Form:
        """What goes with an award of ours."""
        one = row.remote_project
        domains = "" if one.allowed_domains is None else one.allowed_domains
        fields = (
            Field("earliest_approve", "Not before", value=one.earliest_approve,
                  help="such as 2026-12-31T09:00:00Z; empty for at once"),
            Field("membership_control", "Members", Kind.CHOICE, one.membership_control,
                  choices=MEMBERSHIP),
            Field("allowed_domains", "Domains", value=domains, help="empty for all"),
            Field("links", "Links", Kind.TEXT, one.links, help="as JSON"),
            Field("note", "Add a note", Kind.TEXT),
        )  # fmt: skip

        def command(changed: Changed) -> ModifyRemoteProject:
            given: dict[str, Any] = dict(changed)
            if "allowed_domains" in given:
                given["allowed_domains"] = given["allowed_domains"] or None
            return ModifyRemoteProject(actor=self._actor, remote_project=one.uuid, **given)

        title = f"Award to {one.destination}"
        return Form(title, f"remote_project:{one.uuid}", fields, command)

    async def _project(self, text: str) -> str:
        return (await project_named(self._backend, text)).project.uuid


class _Services:
    """Finds a service by its name or uuid."""

    def __init__(self, rows: Sequence[ServiceRow]) -> None:
        self._rows = rows
        self.remote = {row.service.uuid: row.service.remote for row in rows}

    async def uuid(self, text: str) -> str:
        """Raises NotFound."""
        folded = text.casefold()
        found = [row.service for row in self._rows
                 if folded in (row.service.name.casefold(), row.service.uuid)]  # fmt: skip
        if len(found) == 1:
            return found[0].uuid
        if found:
            raise NotFound(f"{len(found)} services are called {text}; :services has their uuids")
        raise NotFound(f"no service is called {text}")


async def project_named(backend: Backend, text: str) -> ProjectRow:
    """The project with this name, short name or uuid. Raises NotFound."""
    query = '"' + text.replace('"', '""') + '"'
    if UUID.fullmatch(text.replace("-", "").lower()):
        query = f"uuid:{text.replace('-', '').lower()}"
    rows = await backend.openportal.projects.page(Query(query), FOUND)
    folded = text.casefold()

    def is_meant(row: ProjectRow) -> bool:
        one = row.project
        names = (one.name.casefold(), (one.shortname or "").casefold(), one.uuid)
        return folded in names or folded.replace("-", "") == one.uuid

    exact = [row for row in rows if is_meant(row)]
    if len(exact) == 1:
        return exact[0]
    if len(exact) > 1:
        raise NotFound(f"{len(exact)} projects are called {text}; give the uuid")
    raise NotFound(f"no project is called {text}")


def _shape(row: PortalRow) -> str:
    return "project.portal over there, such as u6ac.brics" if row.remote else "such as brics.a6b"


def _whole(endless: str) -> Callable[[Value], None]:
    """A check of node-hours; `endless` says where no limit is set."""

    def check(value: Value) -> None:
        if not value:
            return
        text = str(value)
        if text.lower() in ("inf", "∞", "-1"):
            raise ValueError(endless)
        if not text.isascii() or not text.isdigit() or int(text) >= 2**63:
            raise ValueError("no whole number of node-hours")

    return check
