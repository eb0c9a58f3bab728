"""What Placement answers, at the second number of the microversion: plain mappings (§4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from backend.placement.model import (
    UNTYPED,
    Held,
    HeldOf,
    Listed,
    Marks,
    Provider,
    Stock,
    Stocked,
    Usage,
)
from backend.placement.model.entities import Amounts
from backend.placement.rules.outbound import generation_object, stock_object

Json = dict[str, Any]

VERSIONS: Json = {
    "versions": [
        {
            "id": "v1.0",
            "max_version": "1.39",
            "min_version": "1.0",
            "status": "CURRENT",
            "links": [{"rel": "self", "href": ""}],
        }
    ]
}
UNKNOWN, ALL = "unknown", "all"
"""What the type of those without one is called, and that of everybody together."""
LINKS = (("inventories", 0), ("usages", 0), ("aggregates", 1), ("traits", 6), ("allocations", 11))


def held(found: Held | None, minor: int) -> Json:
    """GET /allocations/{consumer_uuid}."""
    if found is None:
        return {"allocations": {}}
    one = found.consumer
    told: Json = {
        "allocations": {
            provider: {"generation": found.generations[provider], "resources": dict(amounts)}
            for provider, amounts in one.allocations.items()
        }
    }
    if minor >= 12:
        told |= {"project_id": one.project, "user_id": one.user}
    if minor >= 28:
        told["consumer_generation"] = one.generation
    if minor >= 38:
        told["consumer_type"] = one.consumer_type or UNKNOWN
    return told


def held_of(found: HeldOf, minor: int) -> Json:
    """GET /resource_providers/{uuid}/allocations."""
    shares: Json = {}
    for consumer, (generation, amounts) in found.consumers.items():
        shares[consumer] = {"resources": dict(amounts)}
        if minor >= 28:
            shares[consumer]["consumer_generation"] = generation
    return {"allocations": shares, **generation_object(found.provider.generation)}


def used(provider: Provider, amounts: Amounts) -> Json:
    """GET /resource_providers/{uuid}/usages."""
    return {"usages": dict(amounts), **generation_object(provider.generation)}


def usages(found: Mapping[str, Usage]) -> Json:
    """GET /usages from 1.38, by type."""
    return {"usages": {kind or UNKNOWN: _usage(usage) for kind, usage in found.items()}}


def _usage(usage: Usage) -> Json:
    return {**usage.amounts, "consumer_count": usage.consumers}


def chosen(found: Mapping[str, Usage], whole: Usage, kind: str) -> Json:
    """GET /usages for one type, or for all together."""
    if kind == ALL:
        return usages({ALL: whole} if whole.consumers else {})
    wanted = UNTYPED if kind == UNKNOWN else kind
    return usages({wanted: found[wanted]} if wanted in found else {})


def provider(found: Provider, minor: int, root: str) -> Json:
    """A provider; `root` is where Placement is mounted."""
    path = f"{root}/resource_providers/{found.uuid}"
    links = [{"rel": "self", "href": path}]
    links += [{"rel": rel, "href": f"{path}/{rel}"} for rel, since in LINKS if minor >= since]
    told: Json = {
        "uuid": found.uuid,
        "name": found.name,
        "generation": found.generation,
        "links": links,
    }
    if minor >= 14:
        told["parent_provider_uuid"] = found.parent or None
        told["root_provider_uuid"] = found.root
    return told


def providers(found: Iterable[Listed], minor: int, root: str) -> Json:
    """GET /resource_providers."""
    return {"resource_providers": [provider(one.provider, minor, root) for one in found]}


def inventory(stock: Stock, generation: int) -> Json:
    """One inventory."""
    return {**stock_object(stock), **generation_object(generation)}


def inventories(found: Stocked) -> Json:
    """GET /resource_providers/{uuid}/inventories."""
    told = {name: stock_object(one.stock) for name, one in found.inventories.items()}
    return {**generation_object(found.provider.generation), "inventories": told}


def resource_class(name: str, root: str) -> Json:
    """A resource class."""
    return {"name": name, "links": [{"rel": "self", "href": f"{root}/resource_classes/{name}"}]}


def marks(kind: str, found: Marks, *, moves: bool = True) -> Json:
    """The traits or aggregates of a provider, with its generation where that `moves`."""
    told = generation_object(found.provider.generation) if moves else {}
    return {kind: list(found.names), **told}
