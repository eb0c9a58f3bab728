"""World files for tests, and databases to put them in."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from random import Random
from typing import Any

from backend.check import findings
from backend.core.database import Database, open_database
from backend.core.runtime import Runtime
from backend.quotas import service as quotas
from backend.quotas.model import HoldingKey
from backend.schema import STEPS
from backend.world import Report, dump, load
from tests.places import Places

Json = dict[str, Any]

NOW = datetime(2026, 11, 20, 14, 2, 31, tzinfo=UTC)
ADA, BO = "ada-uuid", "bo-uuid"
LAB = "lab-uuid"


def database(new_place: Places) -> Database:
    """An empty database with a clock that stands still."""
    runtime = Runtime(lambda: NOW, Random(20261120))
    return open_database(new_place(STEPS), STEPS, runtime)


def loaded(new_place: Places, world: Mapping[str, object], **how: Any) -> Database:
    """A database with this world, which must be sound."""
    db = database(new_place)
    load(db, world, **how)
    assert db.read(lambda tx: list(findings(tx))) == []
    return db


def exported(db: Database) -> Json:
    """What `dump` writes."""
    return json.loads(text_of(db))  # type: ignore[no-any-return]


def text_of(db: Database) -> str:
    """The exported text."""
    target = io.StringIO()
    dump(db, target)
    return target.getvalue()


def again(new_place: Places, world: Mapping[str, object]) -> Json:
    """A world after it was imported and exported."""
    db = loaded(new_place, world)
    try:
        return exported(db)
    finally:
        db.close()


def imported(db: Database, world: Mapping[str, object], **how: Any) -> Report:
    """Load into a database that is there already."""
    return load(db, world, **how)


def plain() -> Json:
    """Who and what there is, without a version."""
    return {
        "services": [{"name": "cyclades", "token": "tok-cyclades"}, {"name": "astakos"}],
        "resources": [
            resource("cyclades.vm", 2, 0),
            resource("cyclades.ram", 2**32, 0, unit="bytes"),
            resource("astakos.pending_app", 3, 2**63 - 1, api_visible=False, ui_visible=False),
        ],
        "users": [
            user(ADA, "ada@uni.example", admin=True, token="tok-ada"),
            user(BO, "bo@uni.example"),
        ],
    }


def resource(name: str, base: int, ordinary: int, **more: object) -> Json:
    """A resource of the service in its name."""
    told = {"name": name, "service": name.partition(".")[0]}
    return {**told, "system_default": base, "project_default": ordinary, **more}


def user(uuid: str, email: str, state: str = "active", **more: object) -> Json:
    """A user."""
    return {"uuid": uuid, "email": email, "state": state, **more}


def small() -> Json:
    """A world with one of everything: a project that waits for a change, a member with a
    pending commission, a log."""
    name = {"holder": f"user:{BO}", "source": f"project:{LAB}", "resource": "cyclades.vm"}
    pool = {"holder": f"project:{LAB}", "source": None, "resource": "cyclades.vm"}
    return {
        "bursar_world": 1,
        **plain(),
        "projects": [project()],
        "memberships": [membership()],
        "service_quotas": {BO: {LAB: {"cyclades.vm": {"limit": 4, "usage": 3, "pending": 1}}}},
        "service_project_quotas": {
            LAB: {
                "cyclades.vm": {"project_limit": 10, "project_usage": 3, "project_pending": 1},
            }
        },
        "commissions": [
            {
                "serial": 9,
                "name": "boot",
                "issue_time": "2026-11-20T13:00:00+00:00",
                "provisions": [{**name, "quantity": 1}, {**pool, "quantity": 1}],
                "_bursar": {"clientkey": "cyclades"},
            }
        ],
        "_bursar": {
            "commission_keys": [
                {
                    "clientkey": "cyclades",
                    "key": "k1",
                    "request": "digest",
                    "serial": 3,
                    "date": "2026-11-19T13:00:00+00:00",
                }
            ],
            "provision_log": [
                {
                    **name,
                    "serial": 3,
                    "name": "",
                    "issue_time": "2026-11-19T13:00:00+00:00",
                    "log_time": "2026-11-19T13:00:01+00:00",
                    "limit": 4,
                    "usage_min": 2,
                    "usage_max": 2,
                    "delta_quantity": 2,
                    "reason": "ACCEPT:",
                }
            ],
        },
    }


def project(**more: object) -> Json:
    """An active project of Ada's whose modification waits."""
    return {
        "id": LAB,
        "state": "active",
        "creation_date": "2026-01-01T00:00:00+00:00",
        "name": "phys.lab",
        "owner": ADA,
        "description": "Lasers",
        "end_date": "2113-05-05T20:20:20+00:00",
        "resources": {"cyclades.vm": {"project_capacity": 10, "member_capacity": 4}},
        "last_application": {
            "id": 2,
            "state": "pending",
            "applicant": ADA,
            "max_members": 5,
            "_bursar": {"issue_date": "2026-11-19T00:00:00+00:00"},
        },
        "_bursar": {
            "applications": [
                {
                    "id": 1,
                    "state": "approved",
                    "name": "phys.lab",
                    "applicant": ADA,
                    "resources": {"cyclades.vm": {"project_capacity": 10, "member_capacity": 4}},
                    "_bursar": {
                        "issue_date": "2026-01-01T00:00:00+00:00",
                        "response_date": "2026-01-02T00:00:00+00:00",
                        "response": "fine",
                        "response_actor": "operator:op",
                    },
                }
            ]
        },
        **more,
    }


def membership(**more: object) -> Json:
    """Bo's place in the project."""
    return {
        "id": 7,
        "user": BO,
        "project": LAB,
        "state": "accepted",
        "requested": "2026-02-01T00:00:00+00:00",
        "accepted": "2026-02-02T00:00:00+00:00",
        **more,
    }


def entries(db: Database) -> list[tuple[object, ...]]:
    """Action, actor and outcome of everything in the journal."""
    return db.read(lambda tx: tx.all("SELECT action, actor, outcome FROM journal ORDER BY seq"))


def figures(db: Database, holder: str, source: str, name: str) -> tuple[int, int, int] | None:
    """Limit and counters of a holding."""
    found = db.read(lambda tx: quotas.holding(tx, HoldingKey(holder, source, name)))
    return (found.limit, found.usage_min, found.usage_max) if found else None
