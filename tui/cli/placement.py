"""The columns of what Placement has."""

from __future__ import annotations

from typing import Any

from backend.core.runtime import micros, system_runtime
from tui.cli.columns import Field, Kind, Value, of, rare
from tui.format import ages


def _known(name: str, attribute: str = "", kind: Kind = Kind.TEXT, **given: Any) -> Field:
    """What a server may not have said yet."""

    def value(row: Any) -> Value:
        found: Value = getattr(row, attribute or name) if row.known else None
        return found

    return Field(name, value, kind, **given)


def _named(name: str, **given: Any) -> Field:
    """Who has this id, by the name known here if there is one."""

    def value(row: Any) -> Value:
        found: Value = getattr(row, f"{name}_name") or getattr(row, name)
        return found if row.known else None

    return Field(name, value, **given)


def _amounts(row: Any, style: str) -> str:
    return " ".join(f"{name} {amount}" for name, amount in row.amounts)


def _passed(row: Any) -> int:
    return micros(system_runtime().now()) - int(row.created_at)


ALLOCATIONS = (
    of("consumer", attribute="uuid", sort="consumer"),
    _named("project", sort="project"),
    _known("project_id", "project", usual=False),
    _named("user", usual=False),
    _known("user_id", "user", usual=False),
    _known("type", "consumer_type", sort="type"),
    Field("amounts", lambda row: dict(row.amounts), Kind.DATA, _amounts, sort="amount"),
    of("provider", sort="provider"),
    of("providers", Kind.NUMBER),
    _known("generation", kind=Kind.NUMBER, usual=False),
    rare("created", Kind.MOMENT, "created_at", sort="age"),
    Field(
        "age",
        lambda row: _passed(row) // ages.SECOND,
        Kind.NUMBER,
        lambda row, style: ages.age(0, _passed(row)),
    ),
)


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
