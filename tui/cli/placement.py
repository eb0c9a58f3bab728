"""The columns of what Placement has."""

from __future__ import annotations

from typing import Any

from tui.cli.columns import Field, Kind, Value, of, rare


def _stock(name: str, **given: Any) -> Field:
    def value(row: Any) -> Value:
        found: Value = getattr(row.stock, name)
        return found

    return Field(name, value, Kind.NUMBER, **given)


INVENTORIES = (
    of("provider", attribute="provider_name", sort="provider"),
    rare("provider_uuid", attribute="provider"),
    of("class", attribute="resource_class", sort="class"),
    of("used", Kind.NUMBER, sort="used"),
    of("capacity", Kind.NUMBER, sort="capacity"),
    of("left", Kind.NUMBER, "free", sort="free"),
    of("over", Kind.NUMBER, "over_by", sort="over"),
    _stock("total", sort="total"),
    _stock("reserved"),
    Field(
        "allocation_ratio",
        lambda row: row.stock.allocation_ratio,
        Kind.DATA,
        lambda row, style: f"{row.stock.allocation_ratio:g}",
    ),
    _stock("min_unit", usual=False),
    _stock("max_unit", usual=False),
    _stock("step_size", usual=False),
)


def _node(name: str, attribute: str, kind: Kind = Kind.TEXT, **given: Any) -> Field:
    def value(row: Any) -> Value:
        found: Value = getattr(row.provider, attribute)
        return found

    return Field(name, value, kind, **given)


def _fullest(row: Any) -> Value:
    if row.fullest is None:
        return None
    name, used, capacity = row.fullest
    return {"class": name, "used": used, "capacity": capacity}


def _fullest_words(row: Any, style: str) -> str:
    if row.fullest is None:
        return ""
    name, used, capacity = row.fullest
    return f"{name} {used} of {capacity}"


PROVIDERS = (
    of("name", sort="name"),
    _node("uuid", "uuid"),
    of("parent", attribute="parent_name"),
    _node("parent_uuid", "parent", usual=False),
    _node("root_uuid", "root", usual=False),
    rare("depth", Kind.NUMBER),
    _node("generation", "generation", Kind.NUMBER, usual=False),
    of("inventories", Kind.NUMBER, sort="inventories"),
    of("consumers", Kind.NUMBER, sort="consumers"),
    Field("fullest", _fullest, Kind.DATA, _fullest_words, sort="share"),
    of("over", Kind.NUMBER, sort="over"),
)
