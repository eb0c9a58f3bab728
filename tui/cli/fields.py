"""The columns of the lists: names that stay, values that are exact, words for people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from backend.core.runtime import micros, system_runtime
from tui.cli.columns import Field, Kind, Listed, Value, of, rare
from tui.cli.nico import BLOCKS, CONSTRAINTS, TYPES
from tui.cli.placement import INVENTORIES, PROVIDERS
from tui.cli.portal import ALLOCATIONS, AWARDS, CODES, REMOTE_PROJECTS, SERVICES
from tui.format import ages, names
from tui.format.units import amount, changes, known, percent

# ---------------------------------------------------------------- projects


def _tightest(row: Any) -> Value:
    return [
        {"resource": resource, "usage": usage, "limit": limit}
        for resource, usage, limit in row.tightest
    ]


def _fullness(row: Any, style: str) -> str:
    return " ".join(
        f"{resource.rpartition('.')[2]} {percent(usage, limit)}"
        for resource, usage, limit in row.tightest
    )


PROJECTS = (
    rare("uuid"),
    of("name", sort="name"),
    of("owner", sort="owner"),
    of("state", attribute="display_state", sort="state"),
    Field("application", lambda row: row.pending_app or None, Kind.NUMBER, sort="app"),
    of("ends", Kind.MOMENT, "end_date", sort="ends"),
    Field(
        "members",
        lambda row: row.members if row.members_known else None,
        Kind.NUMBER,
        lambda row, style: known(row.members_known, str(row.members)),
        sort="members",
    ),
    of("max_members", Kind.AMOUNT),
    Field("tightest", _tightest, Kind.DATA, _fullness, sort="tightest"),
    rare("usage_known", Kind.FLAG),
    rare("base", Kind.FLAG, "is_base"),
    rare("created", Kind.MOMENT, "created_at", sort="created"),
)
PROJECT_VIEWS = (
    "pending",
    "new",
    "modified",
    "expired",
    "suspended",
    "terminated",
    "over",
    "system",
    "everything",
)

APPLICATIONS = (
    of("application", Kind.NUMBER, "number", sort="app"),
    of("kind"),
    of("project", sort="name"),
    rare("project_uuid"),
    of("applicant"),
    rare("owner", sort="owner"),
    of("submitted", Kind.MOMENT),
    of("ends", Kind.MOMENT),
    of("over", Kind.NUMBER),
    of("concerns", Kind.DATA, words=lambda row, style: "; ".join(row.concerns)),
    rare("comments"),
)

# ---------------------------------------------------------------- people


def _of_user(name: str, attribute: str, kind: Kind = Kind.TEXT, **given: Any) -> Field:
    def value(row: Any) -> Value:
        found: Value = getattr(row.user, attribute)
        return found

    return Field(name, value, kind, **given)


def _standing(name: str, attribute: str) -> Field:
    """A flag of the person, where it is known."""

    def value(row: Any) -> Value:
        found: Value = getattr(row.user, attribute) if row.user.known else None
        return found

    return Field(name, value, Kind.FLAG, usual=False)


USERS = (
    _of_user("uuid", "uuid", usual=False),
    of("email", sort="email"),
    _of_user("name", "name", sort="name"),
    of("state", sort="state"),
    of("projects", Kind.NUMBER, sort="projects"),
    of("memberships", Kind.NUMBER, sort="memberships"),
    of("default_project", attribute="default"),
    _of_user("default_project_uuid", "default_project", usual=False),
    _standing("active", "is_active"),
    _standing("verified", "email_verified"),
    _standing("moderated", "moderated"),
    _standing("rejected", "is_rejected"),
    _of_user("admin", "is_project_admin", Kind.FLAG, usual=False),
    _of_user("deactivated", "deactivated_at", Kind.MOMENT, usual=False),
    _of_user("deactivated_reason", "deactivated_reason", usual=False),
)

# ---------------------------------------------------------------- quotas


def _shown(name: str, attribute: str, when: str, **given: Any) -> Field:
    """An amount where the row says by `when` that it is known; else nothing."""

    def value(row: Any) -> Value:
        found: Value = getattr(row, attribute) if getattr(row, when) else None
        return found

    return Field(name, value, Kind.AMOUNT, **given)


QUOTAS = (
    of("holder", sort="holder"),
    rare("holder_uuid", attribute="holder_id"),
    of("project", words=lambda row, style: names.project(row), sort="project"),
    rare("project_uuid", attribute="project_id"),
    of("resource", sort="resource"),
    rare("unit"),
    _shown("usage", "usage", "known", sort="used"),
    _shown("pending", "pending", "known", sort="pending"),
    of("limit", Kind.AMOUNT, sort="limit"),
    _shown("effective", "reach", "reach_known"),
    _shown("left", "room", "room_known", sort="left"),
    Field("state", lambda row: row.state.name),
    rare("project_limit", Kind.AMOUNT),
    _shown("project_usage", "project_usage", "project_known", usual=False),
    _shown("project_pending", "project_pending", "project_known", usual=False),
    rare("pool", Kind.FLAG, "is_pool"),
)
QUOTA_VIEWS = ("over", "pending", "pools")


def _of_resource(name: str, attribute: str, kind: Kind = Kind.TEXT, **given: Any) -> Field:
    def value(row: Any) -> Value:
        found: Value = getattr(row.resource, attribute)
        return found

    return Field(name, value, kind, **given)


def _default(name: str, attribute: str, **given: Any) -> Field:
    """A default, where it is known."""

    def value(row: Any) -> Value:
        found: Value = getattr(row.resource, attribute) if row.resource.known else None
        return found

    return Field(name, value, Kind.AMOUNT, **given)


RESOURCES = (
    of("name", sort="name"),
    _of_resource("service", "service_origin", sort="service"),
    of("unit"),
    _default("base_default", "uplimit", sort="base"),
    _default("project_default", "project_default", sort="project"),
    _of_resource("api", "api_visible", Kind.FLAG),
    _of_resource("ui", "ui_visible", Kind.FLAG),
    Field(
        "over",
        lambda row: row.over if row.over or row.complete else None,
        Kind.NUMBER,
        lambda row, style: known(bool(row.over) or row.complete, str(row.over)),
    ),
    _of_resource("description", "description", usual=False),
)


def _maybe(attribute: str) -> Field:
    def words(row: Any, style: str) -> str:
        found = getattr(row, attribute)
        return "" if found is None else amount(found, row.unit, style)

    return Field(attribute, lambda row: getattr(row, attribute), Kind.DATA, words, attribute)


MISMATCHES = (
    of("kind", sort="kind"),
    of("holder", sort="holder"),
    rare("holder_uuid", attribute="holder_id"),
    of("project", sort="project"),
    rare("project_uuid", attribute="project_id"),
    of("resource", sort="resource"),
    rare("unit"),
    _maybe("expected"),
    _maybe("found"),
)


def _change(row: Any) -> Value:
    return [
        {"resource": resource, "unit": unit, "quantity": quantity}
        for resource, unit, quantity in row.change
    ]


def _passed(row: Any) -> int:
    return micros(system_runtime().now()) - int(row.issued_at)


COMMISSIONS = (
    of("serial", Kind.NUMBER, "key", sort="serial"),
    rare("issued", Kind.MOMENT, "issued_at", sort="age"),
    Field(
        "age",
        lambda row: _passed(row) // ages.SECOND,
        Kind.NUMBER,
        lambda row, style: ages.age(0, _passed(row)),
    ),
    rare("expires", Kind.MOMENT, "expires_at"),
    of("service", attribute="clientkey", sort="service"),
    of("name", sort="name"),
    of("holder"),
    of("project"),
    rare("provisions", Kind.NUMBER),
    Field("change", _change, Kind.DATA, lambda row, style: changes(row.change, style, full=True)),
)

# ---------------------------------------------------------------- the journal


def _parsed(text: str) -> Value:
    try:
        found: Value = json.loads(text)
    except ValueError:
        return text
    return found


JOURNAL = (
    of("seq", Kind.NUMBER, "key"),
    of("at", Kind.MOMENT),
    of("who"),
    rare("actor"),
    of("action"),
    of("about"),
    rare("target"),
    of("outcome"),
    of("reason"),
    Field(
        "before",
        lambda row: _parsed(row.before),
        Kind.DATA,
        lambda row, style: row.before,
        usual=False,
    ),
    Field(
        "after",
        lambda row: _parsed(row.after),
        Kind.DATA,
        lambda row, style: row.after,
        usual=False,
    ),
    rare("effects", Kind.NUMBER),
    rare("request_id"),
    Field(
        "takes_back",
        lambda row: row.takes_back or None,
        Kind.NUMBER,
        lambda row, style: f"#{row.takes_back}" if row.takes_back else "",
    ),
)

LISTS: Mapping[str, Listed] = {
    "projects": Listed(PROJECTS, PROJECT_VIEWS),
    "applications": Listed(APPLICATIONS),
    "users": Listed(USERS),
    "quotas": Listed(QUOTAS, QUOTA_VIEWS),
    "resources": Listed(RESOURCES),
    "mismatches": Listed(MISMATCHES, ("unexpected",)),
    "commissions": Listed(COMMISSIONS),
    "allocations": Listed(ALLOCATIONS, mixed=True),
    "codes": Listed(CODES),
    "services": Listed(SERVICES),
    "awards": Listed(AWARDS),
    "remote-projects": Listed(REMOTE_PROJECTS),
    "constraints": Listed(CONSTRAINTS),
    "types": Listed(TYPES),
    "blocks": Listed(BLOCKS),
    "inventories": Listed(INVENTORIES, ("over",)),
    "providers": Listed(PROVIDERS),
    "journal": Listed(JOURNAL, ("decisions",)),
}


def described(name: str) -> tuple[list[str], list[str], Sequence[str]]:
    """The columns of a list, those it can be sorted by, and its views."""
    fields = LISTS[name].fields
    sorts = [name for f in fields if f.sort for name in f.names]
    return [f.name for f in fields], sorts, LISTS[name].views
