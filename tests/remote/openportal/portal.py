"""What a portal has that tests play with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

Row = dict[str, Any]
FIRST = datetime(2026, 11, 1, tzinfo=UTC)


def ident(letter: str, number: int) -> str:
    """A uuid that can be told apart: 32 digits, of which the first is a letter."""
    return f"{letter}{number:031x}"


@dataclass(slots=True)
class Portal:
    """Rows as its API shows them, more or less. `then` are the next steps of an allocation."""

    rows: dict[str, Row] = field(default_factory=dict)
    services: dict[str, Row] = field(default_factory=dict)
    projects: dict[str, Row] = field(default_factory=dict)
    awards: dict[tuple[str, str], Row] = field(default_factory=dict)
    remote_projects: dict[str, Row] = field(default_factory=dict)
    names: dict[str, Row] = field(default_factory=dict)
    clock: datetime = FIRST

    def service(self, name: str, *, remote: bool = False) -> str:
        """New settings of a service."""
        uuid = ident("b", len(self.services) + 1)
        self.services[uuid] = {
            "url": f"/api/service-settings/{uuid}/",
            "uuid": uuid,
            "name": name,
            "type": "OPENPORTALREMOTE" if remote else "OPENPORTAL",
            "state": "OK",
            "error_message": "",
            "shared": True,
            "customer": None,
            "options": {"instance_name": f"brics.clusters.{name}", "default_allocation": "1000"},
        }
        return uuid

    def project(self, name: str, customer: str = "Climate Institute") -> str:
        """A new project."""
        uuid = ident("c", len(self.projects) + 1)
        self.projects[uuid] = {
            "uuid": uuid,
            "name": name,
            "description": "",
            "customer_uuid": ident("d", len(customer)),
            "customer_name": customer,
            "customer_native_name": "",
            "customer_abbreviation": customer[:3].upper(),
            "start_date": None,
            "end_date": None,
            "created": self.now(),
        }
        return uuid

    def allocation(self, name: str, *, remote: bool = False, **told: Any) -> str:
        """A new row, OK unless told otherwise; its project and service are made, too."""
        uuid = ident("e" if remote else "a", len(self.rows) + 1)
        service = told.pop("service", None) or self._service(remote)
        project = told.pop("project", None) or next(iter(self.projects), None)
        project = project or self.project("climate")
        self.rows[uuid] = {
            "uuid": uuid,
            "remote": remote,
            "name": name,
            "description": "",
            "service": service,
            "project": project,
            "state": "OK",
            "backend_id": f"p{len(self.rows) + 1}.brics",
            "groupname" if not remote else "remote_project_identifier": None,
            "node_limit": 100,
            "node_usage": "0.00",
            "is_active": True,
            "error_message": "",
            "error_traceback": "",
            "created": self.now(),
            "modified": self.now(),
            "then": [],
            **told,
        }
        return uuid

    def _service(self, remote: bool) -> str:
        kind = "OPENPORTALREMOTE" if remote else "OPENPORTAL"
        for uuid, one in self.services.items():
            if one["type"] == kind:
                return uuid
        return self.service("airr" if remote else "isambard", remote=remote)

    def award(self, identifier: str, destination: str, **told: Any) -> tuple[str, str]:
        """A new award of another portal, which waits."""
        key = identifier, destination
        self.awards[key] = {
            "identifier": identifier,
            "destination": destination,
            "state": "pending",
            "details": {"name": identifier, "allocation": "1000 NHR", "members": {}},
            "project": None,
            "project_template": None,
            "notes": [],
            "created": self.now(),
            "reviewed_at": None,
            "reviewed_by_full_name": "",
            "review_comment": "",
            **told,
        }
        return key

    def remote_project(self, destination: str, **told: Any) -> str:
        """A new award of ours to another portal, for the first project."""
        uuid = ident("9", len(self.remote_projects) + 1)
        self.remote_projects[uuid] = {
            "uuid": uuid,
            "identifier": None,
            "destination": destination,
            "state": "active",
            "current_allocation": "1000 NHR",
            "pending_allocation": None,
            "allowed_domains": None,
            "earliest_approve": None,
            "membership_control": "open",
            "notes": [],
            "current_project_uuid": next(iter(self.projects)),
            "created": self.now(),
            "modified": self.now(),
            **told,
        }
        return uuid

    def now(self) -> str:
        """A moment after all others."""
        self.clock += timedelta(seconds=1)
        return self.clock.isoformat().replace("+00:00", "Z")

    def change(self, uuid: str, **told: Any) -> None:
        """Somebody else changes a row."""
        self.rows[uuid] |= {**told, "modified": self.now()}
