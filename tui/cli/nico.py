"""The columns of what tenants of NICo are given."""

from __future__ import annotations

from typing import Any

from tui.cli.columns import Field, Kind, Value, of, rare


def _bound(name: str) -> Field:
    def value(row: Any) -> Value:
        found = row.bounds
        return None if found is None or found.fixed else getattr(found, name)

    return Field(name, value, Kind.NUMBER)


def _why(row: Any) -> Value:
    return row.bounds.why if row.bounds is not None else None


CONSTRAINTS = (
    of("allocation", attribute="allocation_name", sort="name"),
    rare("allocation_uuid", attribute="allocation"),
    rare("uuid"),
    of("tenant", attribute="tenant_org", sort="tenant"),
    rare("tenant_uuid", attribute="tenant"),
    of("type", attribute="kind", sort="type"),
    of("resource", attribute="resource_name", sort="resource"),
    rare("resource_uuid", attribute="resource"),
    rare("block", attribute="resource_cidr"),
    of("kind", attribute="mode_told", sort="mode"),
    of("value", Kind.NUMBER, sort="value"),
    of("used", Kind.NUMBER, sort="used"),
    of("left", Kind.NUMBER, sort="left"),
    rare("room", Kind.NUMBER, sort="room"),
    of("site", attribute="site_name", sort="site"),
    rare("site_uuid", attribute="site"),
    of("network", attribute="cidr"),
    _bound("least"),
    _bound("most"),
    Field("why", _why, usual=False),
    rare("created", Kind.MOMENT, "created_at", sort="age"),
    rare("updated", Kind.MOMENT, "updated_at"),
)
