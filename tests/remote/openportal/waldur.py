"""A double of the real Waldur, which answers as that does and not as the API's description says
(spec openportal §0, §2, §3, §7). What is under way there goes on with each look at it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from zlib import crc32

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from backend.openportal.client.replies import LISTED
from tests.remote.openportal.portal import Portal, Row, ident

KINDS = {"openportal-allocations": False, "openportal-remote-allocations": True}
STAFF, SUPPORT, ADMIN, MEMBER = "5" * 40, "6" * 40, "7" * 40, "w_1790000000_member"
NEWER = "8" * 40
"""Another token of staff."""
PEOPLE: Mapping[str, str] = {
    NEWER: "staff",
    STAFF: "staff",
    SUPPORT: "support",
    ADMIN: "admin",
    MEMBER: "member",
}
FOREIGN = "https://internal.example.net"
HTML = "<html><head><title>Not Found</title></head><body><h1>Not Found</h1></body></html>"
FIELDS = frozenset(
    {*LISTED, "url", "description", "error_traceback", "resource_type", "access_url"}
)
SETTLED = ("OK", "ERRED")
DEFAULT = 1000
"""The limit that everything created gets, whatever was asked for (§1.4)."""


def answer(body: Any, status: int = 200, **headers: str) -> Response:
    """A JSON answer."""
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(json.dumps(body), status, told, "application/json")


def page(status: int, text: str = HTML) -> Response:
    """An HTML answer."""
    return Response(text, status, media_type="text/html")


def detail(status: int, text: str) -> Response:
    """The usual refusal."""
    return answer({"detail": text}, status)


@dataclass(slots=True)
class Waldur(Portal):
    """An ASGI application. `old` says states as they were displayed once and knows no marks;
    `bare` has nothing but allocations; `foreign` names an internal host in links; `frozen` lets
    nothing go on; `breaks` are the operations that its resource backend fails at. `asked` are all
    requests, as `METHOD /path`, `seen` the credentials that came."""

    old: bool = False
    bare: bool = False
    foreign: bool = True
    frozen: bool = False
    breaks: set[str] = field(default_factory=set)
    dead: set[str] = field(default_factory=set)
    """Tokens that have expired."""
    asked: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    meddle: Callable[[Request], Response | None] = lambda _: None
    """May answer instead."""
    lose: Callable[[Request], bool] = lambda _: False
    """Says whose answers get lost."""

    # Requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        request = Request(scope, receive)
        self.asked.append(f"{request.method} {request.url.path}")
        response = self.meddle(request)
        if response is None:
            response = self._answered(request, await request.body())
            if self.lose(request):
                response = page(502, "<h1>Bad Gateway</h1>")
        if request.method == "HEAD":
            response.body = b""
        await response(scope, receive, send)

    @property
    def written(self) -> list[str]:
        """Requests that change something."""
        return [one for one in self.asked if one.partition(" ")[0] not in ("GET", "HEAD")]

    def _answered(self, request: Request, body: bytes) -> Response:
        path = str(request.scope["path"])
        if not path.endswith("/"):
            return Response("", 301, {"location": path + "/"})
        word, _, token = request.headers.get("authorization", "").partition(" ")
        self.seen.add(request.headers.get("authorization", ""))
        scheme = "bearer" if token.startswith("w_") else "token"
        if not token:
            return _unsigned("Authentication credentials were not provided.")
        if word.lower() != scheme or token not in PEOPLE or token in self.dead:
            return _unsigned("Token has expired." if token in self.dead else "Invalid token.")
        parts = path.strip("/").split("/")[1:]
        told = json.loads(body) if body else {}
        return self._routed(request, parts, told, token)

    def _routed(self, request: Request, parts: list[str], told: Row, token: str) -> Response:
        who, (first, *rest) = PEOPLE[token], parts or [""]
        if first == "users" and rest == ["me"]:
            return self._me(request, who, token)
        if first in KINDS:
            return self._allocations(request, KINDS[first], rest, told, who)
        if first == "service-settings" and not rest:
            return self._list(request, list(self.services.values()))
        if first == "projects":
            found = self.projects.get(_hex(rest[0])) if rest else None
            return answer(found) if found else self._list(request, list(self.projects.values()))
        if not self.bare and first == "openportal-managed-projects":
            return self._awards(request, rest, told)
        if not self.bare and first == "openportal-remote-projects":
            return self._remote_projects(request, rest, told)
        if not self.bare and first == "openportal-projectinfo":
            return self._names(rest, told)
        return page(404)

    def _me(self, request: Request, who: str, token: str) -> Response:
        told = {
            "uuid": ident("f", len(who)),
            "username": who,
            "full_name": f"{who.title()} Person",
            "email": f"{who}@example.org",
            "is_staff": who == "staff",
            "is_support": who == "support",
            "permissions": _permissions(who, self.projects),
            "token": token,
        }
        fields = request.query_params.getlist("field")
        return answer({name: one for name, one in told.items() if name in (*fields, "token")})

    # Lists

    def _list(self, request: Request, rows: list[Row]) -> Response:
        host = FOREIGN if self.foreign else str(request.base_url).rstrip("/")
        return _paged(request, rows, f"{host}{request.url.path}")

    def _seen_rows(self, request: Request, remote: bool) -> list[Row]:
        """By name alone: those of one name change places with the size of pages."""
        asked = request.query_params
        rows = [row for row in self.rows.values() if row["remote"] is remote]
        for row in rows:
            self._go_on(row)
        rows = [row for row in rows if row["uuid"] in self.rows]
        place = f"{asked.get('page')} {asked.get('page_size')}"
        rows.sort(key=lambda row: crc32(f"{row['uuid']} {place}".encode()))
        rows.sort(key=lambda row: str(row["created" if asked.get("o") else "name"]))
        if name := asked.get("name_exact"):
            rows = [row for row in rows if row["name"] == name]
        if project := asked.get("project_uuid"):
            rows = [row for row in rows if row["project"] == _hex(project)]
        return [self._shown(row) for row in rows]

    def _shown(self, row: Row) -> Row:
        service, project = self.services[row["service"]], self.projects[row["project"]]
        kind = "remote-allocations" if row["remote"] else "allocations"
        told = {
            **row,
            "url": f"{FOREIGN}/api/openportal-{kind}/{row['uuid']}/",
            "service_name": service["name"],
            "service_settings_uuid": service["uuid"],
            "service_settings_state": service["state"],
            "service_settings_error_message": "",
            "project_uuid": project["uuid"],
            "project_name": project["name"],
            "state": self._state(row["state"]),
            "access_url": None,
            "resource_type": "OPENPORTAL.Allocation",
            **{name: one for name, one in project.items() if name.startswith("customer")},
            "marketplace_resource_state": None,
        }
        kept = FIELDS | {"remote_project_identifier" if row["remote"] else "groupname"}
        return {name: told[name] for name in kept if name in told}

    def _state(self, state: str) -> str:
        return state.replace("_", " ").title().replace("Ok", "OK") if self.old else state

    # Allocations

    def _go_on(self, row: Row) -> None:
        """The next step of what is under way."""
        if self.frozen or not row["then"]:
            return
        step = row["then"].pop(0)
        if step is None:
            del self.rows[row["uuid"]]
        else:
            row |= {**step, "modified": self.now()}

    def _allocations(
        self, request: Request, remote: bool, rest: list[str], told: Row, who: str
    ) -> Response:
        if not rest and request.method == "POST":
            return self._create(remote, told, who)
        if not rest:
            return self._list(request, self._seen_rows(request, remote))
        row = self.rows.get(_hex(rest[0]))
        if row is None or row["remote"] is not remote:
            return detail(404, "No Allocation matches the given query.")
        if request.method == "GET":
            self._go_on(row)
            if row["uuid"] not in self.rows:
                return detail(404, "No Allocation matches the given query.")
            return answer(self._shown(row))
        if who in ("support", "member"):
            return detail(403, "You do not have permission to perform this action.")
        return self._changed(request.method, rest[1:], row, told, who)

    def _create(self, remote: bool, told: Row, who: str) -> Response:
        missing = [one for one in ("name", "service_settings", "project") if one not in told]
        if missing:
            return answer({one: ["This field is required."] for one in missing}, 400)
        service, project = (_linked(told[one]) for one in ("service_settings", "project"))
        if project not in self.projects or service not in self.services:
            told_of = "project" if project not in self.projects else "service_settings"
            return answer({told_of: ["Invalid hyperlink - Object does not exist."]}, 400)
        if who in ("support", "member"):
            text = "You do not have permissions to create allocation for given project."
            return detail(403, text)
        given = {k: v for k, v in told.items() if k not in ("service_settings", "project")}
        uuid = self.allocation(
            remote=remote,
            **{"node_limit": 0, **given},
            service=service,
            project=project,
            state="CREATION_SCHEDULED",
            backend_id="",
        )
        row = self.rows[uuid]
        settled = {"state": "OK", "backend_id": f"new{len(self.rows)}.brics"}
        row["then"] = self._steps("CREATING", {**settled, "node_limit": DEFAULT}, "create")
        return answer(self._shown(row), 201)

    def _steps(self, state: str, settled: Row | None, operation: str) -> list[Row | None]:
        if operation in self.breaks:
            why = {"error_message": f"cannot {operation}", "error_traceback": "Traceback: x"}
            return [{}, {"state": state}, {"state": "ERRED", **why}]
        return [{}, {"state": state}, settled]

    def _changed(self, method: str, rest: list[str], row: Row, told: Row, who: str) -> Response:
        action = rest[0] if rest else method.lower()
        if action in ("put", "patch"):
            if row["state"] != "OK":
                return detail(409, "Valid states for operation: OK.")
            kept = ("name", "description", "node_limit", "groupname", "remote_project_identifier")
            self.change(row["uuid"], **{k: v for k, v in told.items() if k in kept})
            return answer(self._shown(row))
        if action in ("pull", "delete"):
            return self._asynchronous(action, row)
        if action in ("set_ok", "set_erred") and self.old:
            return page(404)
        if who != "staff":
            return detail(403, "You do not have permission to perform this action.")
        if action == "unlink":
            del self.rows[row["uuid"]]
            return Response(status_code=204)
        if action == "set_limits":
            return self._limited(row, told)
        if action in ("set_ok", "set_erred"):
            state = "OK" if action == "set_ok" else "ERRED"
            words = ("error_message", "error_traceback")
            errors = {name: told.get(name, "") if state == "ERRED" else "" for name in words}
            self.change(row["uuid"], state=state, then=[], **errors)
            return answer({"detail": f"Resource has been marked as {state}."})
        return page(404)

    def _asynchronous(self, action: str, row: Row) -> Response:
        if row["state"] not in SETTLED:
            return detail(409, "Valid states for operation: OK, ERRED.")
        if action == "delete":
            forced = row["state"] == "ERRED"
            self.change(row["uuid"], state="DELETION_SCHEDULED")
            row["then"] = self._steps("DELETING", None, "" if forced else "delete")
            return detail(202, "Deletion was scheduled.")
        if not row["backend_id"]:
            return answer(["Resource does not have backend ID."], 400)
        self.change(row["uuid"], state="UPDATE_SCHEDULED")
        pulled = {"state": "OK", "node_usage": "86.40", "error_message": ""}
        row["then"] = self._steps("UPDATING", pulled, "pull")
        return detail(202, "Pull operation was successfully scheduled.")

    def _limited(self, row: Row, told: Row) -> Response:
        if "node_limit" not in told:
            return answer({"node_limit": ["This field is required."]}, 400)
        if row["state"] not in (*SETTLED, "UPDATE_SCHEDULED"):
            return page(500, "<h1>Server Error (500)</h1>")
        self.change(row["uuid"], state="UPDATE_SCHEDULED", node_limit=told["node_limit"])
        row["then"] = self._steps("UPDATING", {"state": "OK"}, "limit")
        return answer({"status": "Setting limits was scheduled."}, 202)

    # Awards and names

    def _remote_projects(self, request: Request, rest: list[str], told: Row) -> Response:
        if not rest:
            return self._list(request, list(self.remote_projects.values()))
        one = self.remote_projects.get(_hex(rest[0]))
        if one is None:
            return detail(404, "Not found.")
        if rest[1:] == ["add-note"]:
            one["notes"].append({"text": told["text"]})
        elif rest[1:] == ["reset-to-pending"]:
            one["state"] = "pending"
        elif rest[1:2] and rest[1].startswith("set-"):
            one |= told
        return answer(one)

    def _names(self, rest: list[str], told: Row) -> Response:
        """A project without names gets empty ones when it is looked at."""
        if _hex(rest[0]) not in self.projects:
            return Response(status_code=404)
        project = _hex(rest[0])
        self.names.setdefault(project, {"shortname": None, "allowed_destinations": None})
        self.names[project] |= told
        return answer({"project": f"/api/projects/{project}/", **self.names[project]})

    def _awards(self, request: Request, rest: list[str], told: Row) -> Response:
        if not rest:
            return self._list(request, list(self.awards.values()))
        award = self.awards.get((rest[0], rest[1])) if len(rest) > 1 else None
        if award is None:
            return detail(404, "Not found.")
        action = rest[2] if len(rest) > 2 else ""
        if not action:
            return answer(award)
        if action in ("approve", "reject"):
            if award["state"] != "pending":
                return detail(409, "Valid states for operation: pending.")
            award["state"] = "approved" if action == "approve" else "rejected"
            award["review_comment"] = told.get("comment", "")
            award["reviewed_at"] = self.now()
        elif action == "attach":
            award["project"] = f"/api/projects/{told['project_uuid']}/"
        elif action == "detach":
            award["project"] = None
        elif action == "add-note":
            award["notes"].append({"text": told["text"]})
        elif action == "delete":
            del self.awards[rest[0], rest[1]]
        return Response(status_code=200)


def _paged(request: Request, rows: list[Row], url: str) -> Response:
    asked = request.query_params
    size = int(asked.get("page_size", "10"))
    size = min(size, 300) if size > 0 else 10
    number = int(asked.get("page", "1"))
    last = max(1, -(-len(rows) // size))
    if not 1 <= number <= last:
        return detail(404, "Invalid page.")
    fields = asked.getlist("field")
    shown = rows[(number - 1) * size : number * size]
    kept = [{k: v for k, v in row.items() if not fields or k in fields} for row in shown]
    near = {"first": 1, "prev": number - 1, "next": number + 1, "last": last}
    links = [
        f'<{_link(request, url, to)}>; rel="{rel}"' for rel, to in near.items() if 1 <= to <= last
    ]
    count = str(len(rows))
    return answer(kept, X_Result_Count=count, Link=", ".join(links))


def _link(request: Request, url: str, to: int) -> str:
    asked = [(k, v) for k, v in request.query_params.multi_items() if k != "page"]
    asked += [("page", str(to))] if to > 1 else []
    return f"{url}?{urlencode(asked)}"


def _unsigned(text: str) -> Response:
    response = detail(401, text)
    response.headers["www-authenticate"] = "Token"
    return response


def _permissions(who: str, projects: Iterable[str]) -> list[Row]:
    if who not in ("admin", "member"):
        return []
    role = {"role_name": f"PROJECT.{who.upper()}", "scope_type": "project"}
    return [{**role, "scope_uuid": uuid} for uuid in projects]


def _linked(url: str) -> str:
    return _hex(url.rstrip("/").rpartition("/")[2])


def _hex(text: str) -> str:
    return re.sub("-", "", text).lower()
