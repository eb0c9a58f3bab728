"""The columns of what tenants of NICo are given."""

from __future__ import annotations

from typing import Any

from tui.cli.columns import Field, Kind, Value, of, rare
from tui.format import nico


def _bound(name: str) -> Field:
    def value(row: Any) -> Value:
        found = row.bounds
        return None if found is None or found.fixed else getattr(found, name)

    def words(row: Any, style: str) -> str:
        found = value(row)
        return nico.value(row.kind, found) if isinstance(found, int) else ""

    return Field(name, value, Kind.NUMBER, words, sort=name)


def _why(row: Any) -> Value:
    return row.bounds.why if row.bounds is not None else None


CONSTRAINTS = (
    of("allocation", attribute="allocation_name", sort="name", also=("name",)),
    rare("allocation_uuid", attribute="allocation"),
    rare("uuid"),
    of("tenant", attribute="tenant_org", sort="tenant"),
    rare("tenant_uuid", attribute="tenant"),
    of("type", attribute="kind", sort="type"),
    of(
        "resource",
        attribute="resource_name",
        sort="resource",
        words=lambda row, style: nico.resource(row),
    ),
    rare("resource_uuid", attribute="resource"),
    rare("block", attribute="resource_cidr"),
    of("kind", attribute="mode_told", sort="mode", also=("mode",)),
    of(
        "value", Kind.NUMBER, sort="value", words=lambda row, style: nico.value(row.kind, row.value)
    ),
    of("used", Kind.NUMBER, sort="used"),
    of("left", Kind.NUMBER, sort="left", also=("spare",)),
    rare("room", Kind.NUMBER, sort="room"),
    of("site", attribute="site_name", sort="site"),
    rare("site_uuid", attribute="site"),
    of("network", attribute="cidr"),
    _bound("least"),
    _bound("most"),
    Field("why", _why),
    rare("created", Kind.MOMENT, "created_at", sort="age"),
    rare("updated", Kind.MOMENT, "updated_at"),
)

TYPES = (
    of("name", sort="name", also=("type",)),
    rare("uuid"),
    of("site", attribute="site_name", sort="site"),
    rare("site_uuid", attribute="site"),
    of("machines", Kind.NUMBER, "assigned", sort="machines", also=("assigned",)),
    of("ready", Kind.NUMBER, sort="ready"),
    of("allocated", Kind.NUMBER, sort="allocated", also=("given",)),
    of("used", Kind.NUMBER, sort="used"),
    of("room", Kind.NUMBER, sort="room", also=("left",)),
    of("usable", Kind.NUMBER, sort="usable", also=("ready_left",)),
    Field("statuses", lambda row: dict(row.statuses), Kind.DATA, lambda row, style: _statuses(row)),
    rare("status"),
    rare("holder"),
    rare("holds", Kind.NUMBER),
)


def _statuses(row: Any) -> str:
    return ", ".join(f"{count:,} {status}" for status, count in row.statuses)


def _block(name: str, kind: Kind = Kind.TEXT, attribute: str = "", **given: Any) -> Field:
    """A column that shows an attribute of the block itself."""

    def value(row: Any) -> Value:
        found: Value = getattr(row.block, attribute or name)
        return found

    return Field(name, value, kind, **given)


def _largest(row: Any) -> Value:
    """The prefix length of the largest free piece."""
    return int(row.largest.partition("/")[2]) if row.largest else None


BLOCKS = (
    _block("block", attribute="cidr", sort="cidr"),
    _block("name", sort="name"),
    _block("uuid", usual=False),
    of("site", attribute="site_name", sort="site"),
    _block("site_uuid", attribute="site", usual=False),
    _block("routing", sort="routing", also=("reachable",)),
    of("taken", Kind.NUMBER, sort="taken", also=("given",)),
    of("free", Kind.NUMBER),
    Field("largest", _largest, Kind.NUMBER, sort="largest"),
    of("largest_free", attribute="largest", sort="largest"),
    _block("status", usual=False),
)
