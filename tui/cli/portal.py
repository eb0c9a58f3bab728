"""The columns of allocations of all systems, and of what OpenPortal has besides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from backend.core.runtime import micros, system_runtime
from backend.core.shares import share_of
from backend.nico.model import NicoRow
from backend.openportal.model import HUNDREDTHS, PortalRow, node_hours
from backend.placement.model import ConsumerRow
from tui.cli.columns import Field, Kind, Value, of, rare
from tui.format import ages, nico


def _portal(name: str, attribute: str = "", kind: Kind = Kind.TEXT, **given: Any) -> Field:
    """What only allocations of OpenPortal have."""

    def value(row: Any) -> Value:
        found: Value = None
        if isinstance(row.of, PortalRow):
            found = getattr(row.of, attribute or name)
        return found

    return Field(name, value, kind, **given)


def _consumer(name: str, attribute: str = "", kind: Kind = Kind.TEXT, **given: Any) -> Field:
    """What only consumers of Placement have, if it is known."""

    def value(row: Any) -> Value:
        found: Value = None
        if isinstance(row.of, ConsumerRow) and row.of.known:
            found = getattr(row.of, attribute or name)
        return found

    return Field(name, value, kind, **given)


def _place(name: str, attribute: str, kind: Kind = Kind.TEXT, **given: Any) -> Field:
    """The same where it is always known."""

    def value(row: Any) -> Value:
        found: Value = getattr(row.of, attribute) if isinstance(row.of, ConsumerRow) else None
        return found

    return Field(name, value, kind, **given)


def _nico(name: str, attribute: str = "", kind: Kind = Kind.TEXT, **given: Any) -> Field:
    """What only allocations of NICo have."""

    def value(row: Any) -> Value:
        found: Value = getattr(row.of, attribute or name) if isinstance(row.of, NicoRow) else None
        return None if found == "" else found

    return Field(name, value, kind, **given)


def _state(row: Any) -> Value:
    """How it is, in the words of its system; consumers have no state."""
    if isinstance(row.of, NicoRow):
        return row.of.status
    return str(row.of.state) if isinstance(row.of, PortalRow) else None


def _value(row: Any, style: str) -> str:
    return nico.value(row.of.kind, row.of.value) if isinstance(row.of, NicoRow) else ""


def _called(row: Any) -> Value:
    return str(row.of.uuid if isinstance(row.of, ConsumerRow) else row.of.name)


def _project(row: Any) -> Value:
    if isinstance(row.of, NicoRow):
        return row.of.tenant_org
    if not _is_known(row):
        return None
    return str(row.of.project_name or row.of.project)


def _project_id(row: Any) -> Value:
    return None if isinstance(row.of, NicoRow) or not _is_known(row) else str(row.of.project)


def _is_known(row: Any) -> bool:
    return not isinstance(row.of, ConsumerRow) or row.of.known


def _user(row: Any) -> Value:
    if not isinstance(row.of, ConsumerRow) or not row.of.known:
        return None
    return str(row.of.user_name or row.of.user)


def _amounts(row: Any) -> Value:
    return dict(row.of.amounts) if isinstance(row.of, ConsumerRow) else None


def _amounts_words(row: Any, style: str) -> str:
    if not isinstance(row.of, ConsumerRow):
        return ""
    return " ".join(f"{name} {amount}" for name, amount in row.of.amounts)


def _hours(usage: int | None) -> Value:
    """Node-hours exactly."""
    return None if usage is None else node_hours(usage)


def _traceback(row: Any) -> Value:
    """Its lines in one, what failed first."""
    if not isinstance(row.of, PortalRow):
        return None
    lines = [one.strip() for one in row.of.traceback.splitlines()]
    return " < ".join(one for one in reversed(lines) if one)


def _usage(row: Any) -> Value:
    return _hours(row.of.usage) if isinstance(row.of, PortalRow) else None


def _passed(row: Any) -> int:
    return micros(system_runtime().now()) - int(row.of.created_at)


def _made(row: Any) -> Value:
    return int(row.of.created_at)


ALLOCATIONS = (
    _place("consumer", "uuid", usual=False),
    Field("project", _project, sort="project"),
    Field("project_id", _project_id, usual=False),
    Field("user", _user, usual=False),
    _consumer("user_id", "user", usual=False),
    _consumer("type", "consumer_type"),
    Field("amounts", _amounts, Kind.DATA, _amounts_words, sort="amount"),
    _place("provider", "provider"),
    _place("providers", "providers", Kind.NUMBER),
    _consumer("generation", kind=Kind.NUMBER, usual=False),
    Field("created", _made, Kind.MOMENT, sort="age", usual=False),
    Field(
        "age",
        lambda row: _passed(row) // ages.SECOND,
        Kind.NUMBER,
        lambda row, style: ages.age(0, _passed(row)),
    ),
    Field("kind", lambda row: row.kind.value),
    Field("name", _called, sort="name"),
    Field("uuid", lambda row: row.of.uuid, usual=False),
    Field("state", _state),
    Field("used_this_month", _usage, sort="used"),
    _portal("node_limit", kind=Kind.NUMBER),
    _portal("percent", kind=Kind.NUMBER, sort="share"),
    _portal("service", "service_name"),
    _portal("counterpart", usual=False),
    _portal("backend_id", usual=False),
    _portal("code"),
    _portal("customer", "customer_name", usual=False),
    _portal("waits", usual=False),
    _portal("error_message"),
    Field("traceback", _traceback, usual=False),
    _nico("tenant", "tenant_org"),
    _nico("site", "site_name"),
    _nico("resource", "resource_name"),
    _nico("value", kind=Kind.NUMBER, words=_value),
    _nico("cidr"),
    _nico("used", kind=Kind.NUMBER),
    _nico("status", usual=False),
)


def _share(row: Any) -> Value:
    most = row.node_limit
    return share_of(row.usage, most * HUNDREDTHS) if most and most > 0 else None


CODES = (
    of("code", sort="code"),
    of("project", attribute="project_name"),
    rare("project_id", attribute="project"),
    of("node_limit", Kind.NUMBER),
    rare("largest_limit", Kind.NUMBER, attribute="largest"),
    Field("used_this_month", lambda row: _hours(row.usage), sort="used"),
    Field("percent", _share, Kind.NUMBER, sort="share"),
    Field(
        "services",
        lambda row: list(row.services),
        Kind.DATA,
        lambda row, style: ", ".join(row.services),
    ),
)


def _nested(part: str) -> Callable[..., Field]:
    """Columns that show attributes of a part of their rows."""

    def field(name: str, kind: Kind = Kind.TEXT, attribute: str = "", **given: Any) -> Field:
        def value(row: Any) -> Value:
            found: Value = getattr(getattr(row, part), attribute or name)
            return found

        return Field(name, value, kind, **given)

    return field


_service, _award, _ours = _nested("service"), _nested("award"), _nested("remote_project")

SERVICES = (
    _service("name", sort="name"),
    _service("uuid", usual=False),
    _service("remote", Kind.FLAG),
    _service("state", sort="state"),
    of("allocations", Kind.NUMBER, sort="allocations"),
    of("erred", Kind.NUMBER, sort="erred"),
    _service("error_message"),
    _service("instance", usual=False),
    _service("default_allocation", Kind.NUMBER, usual=False),
    _service("max_allocation", Kind.NUMBER, usual=False),
)

AWARDS = (
    of("name"),
    _award("identifier", sort="identifier"),
    _award("destination"),
    of("allocation"),
    _award("state", sort="state"),
    of("embargoed", Kind.FLAG),
    of("start_date", usual=False),
    of("end_date"),
    _award("project", usual=False),
    _award("template", usual=False),
    _award("created", Kind.MOMENT, "created_at", sort="age"),
    _award("reviewed", Kind.MOMENT, "reviewed_at", usual=False),
    _award("reviewed_by", usual=False),
    _award("comment", usual=False),
)

REMOTE_PROJECTS = (
    of("project", attribute="project_name", sort="project"),
    _ours("uuid", usual=False),
    _ours("destination", sort="destination"),
    _ours("identifier"),
    _ours("state", sort="state"),
    _ours("current_allocation"),
    _ours("pending_allocation"),
    _ours("pending_since", Kind.MOMENT, usual=False),
    _ours("error_message"),
    _ours("last_contact", Kind.MOMENT, "last_contact_at"),
    _ours("earliest_approve", usual=False),
    _ours("membership_control", usual=False),
    _ours("allowed_domains", usual=False),
    _ours("notes", usual=False),
)
