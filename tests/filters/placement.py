"""Rows of placement as the judge sees them."""

from __future__ import annotations

from collections.abc import Sequence

from backend.core.database import Tx
from backend.placement import details, fields, queries
from backend.placement.model import (
    PLACEHOLDER,
    ConsumerRow,
    InventoryRow,
    Provider,
    ProviderRow,
)
from tests.filters.judge import Facts, Text

__all__ = ["ROWS", "facts", "fields", "queries"]
ROWS = ("inventories", "providers")


def facts(tx: Tx, name: str, keys: Sequence[int]) -> dict[int, Facts]:
    """The rows of a list by key."""
    if name == "inventories":
        stocks = queries.inventory_rows(tx, keys)
        return {key: inventory(tx, row) for key, row in stocks.items()}
    return {key: provider(tx, row) for key, row in queries.provider_rows(tx, keys).items()}


def folded(*texts: str) -> list[Text]:
    return [Text(text, folded=True) for text in texts]


def plain(*texts: str) -> list[Text]:
    return [Text(text) for text in texts]


def consumer(tx: Tx, row: ConsumerRow) -> Facts:
    shares = details.consumer(tx, row.key).shares
    providers = [share.provider for share in shares]
    stocks = [stock for share in shares for _, _, stock in share.amounts if stock]
    amounts, known = dict(row.amounts), row.known
    project = [*plain(row.project), *(folded(row.project_name) if row.project_name else [])]
    user = plain(row.user, *([row.user_name] if row.user_name else []))
    kind = plain(row.consumer_type.lower() or "unknown")
    none = plain("untyped", "none")
    custom = f"{fields.CUSTOM}gpu"
    return Facts(
        search=plain(row.uuid, *amounts)
        + folded(*(one.name for one in providers))
        + (project + kind if known else []),
        texts={
            "consumer": plain(row.uuid),
            "project": project if known else [],
            "user": user if known else [],
            "type": kind + none * (not row.consumer_type) if known else [],
            "class": plain(*amounts),
            "provider": named(*providers),
        },
        numbers={
            "providers": [row.providers],
            "gen": [row.generation] * known,
            custom: [amounts.get(custom.upper(), 0)],
            **{name: [amounts.get(name.upper(), 0)] for name in fields.STANDARD},
        },
        times={"age": row.created_at, "created": row.created_at},
        flags={
            "untyped": known and not row.consumer_type,
            "placeholder": known and row.project == PLACEHOLDER,
            "linked": known and bool(row.project_name),
            "over": any(stock.over_by for stock in stocks),
            "unread": not known,
        },
    )


def named(*providers: Provider) -> list[Text]:
    return folded(*(one.name for one in providers)) + plain(*(one.uuid for one in providers))


def inventory(tx: Tx, row: InventoryRow) -> Facts:
    own = details.provider_named(tx, row.provider).provider
    root = details.provider_named(tx, own.root).provider
    stock = row.stock
    return Facts(
        search=folded(row.provider_name) + plain(row.resource_class),
        texts={
            "provider": named(own),
            "root": named(root),
            "class": plain(row.resource_class),
        },
        numbers={
            "total": [stock.total],
            "reserved": [stock.reserved],
            "used": [row.used],
            "capacity": [row.capacity],
            "free": [row.free],
            "over": [row.over_by],
            "share": [queries.share(row)],
            "ratio": [stock.allocation_ratio],
            "min": [stock.min_unit],
            "max": [stock.max_unit],
            "step": [stock.step_size],
        },
        flags={
            "over": row.over_by > 0,
            "full": row.free == 0,
            "idle": row.used == 0,
        },
    )


def provider(tx: Tx, row: ProviderRow) -> Facts:
    found = details.provider(tx, row.key)
    one, stocks = row.provider, found.inventories
    above = [details.provider_named(tx, one.parent).provider] if one.parent else []
    root = details.provider_named(tx, one.root).provider
    assert row.parent_name == "".join(parent.name for parent in above)
    assert row.inventories == len(stocks)
    left, custom = {stock.resource_class: stock.free for stock in stocks}, f"{fields.CUSTOM}gpu"
    return Facts(
        search=named(one),
        texts={
            "name": folded(one.name),
            "uuid": plain(one.uuid),
            "parent": named(*above),
            "root": named(root),
            "class": plain(*(stock.resource_class for stock in stocks)),
            "trait": plain(*found.traits),
            "aggregate": plain(*found.aggregates),
        },
        numbers={
            "gen": [one.generation],
            "inventories": [len(stocks)],
            "consumers": [row.consumers],
            "over": [row.over],
            "share": [max(map(queries.share, stocks), default=0.0)],
            custom: [left.get(custom.upper(), 0)],
            **{name: [left.get(name.upper(), 0)] for name in fields.STANDARD},
        },
        flags={
            "root": not one.parent,
            "over": row.over > 0,
            "idle": row.consumers == 0,
        },
    )
