"""The requests that commands would be on Placement's wire, at 1.39 unless said otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from backend.core.plan import WireRequest
from backend.placement.model import ANY_GENERATION, KEEP, UNTYPED, Claim, Stock
from backend.placement.rules.stocks import FIELDS

Json = dict[str, Any]


def claim_object(claim: Claim) -> Json:
    """A claim as PUT sends it; without a type it is one of 1.37, which keeps what there is,
    and without a generation one of before 1.28."""
    body: Json = {
        "allocations": {
            provider: {"resources": dict(amounts)}
            for provider, amounts in claim.allocations.items()
        },
        "project_id": claim.project,
        "user_id": claim.user,
    }
    if claim.generation != ANY_GENERATION:
        body["consumer_generation"] = claim.generation
    if claim.consumer_type not in (KEEP, UNTYPED):
        body["consumer_type"] = claim.consumer_type
    return body


def replace_request(claims: Sequence[Claim]) -> WireRequest:
    """One consumer is put, several are posted together."""
    if len(claims) == 1:
        return WireRequest("PUT", f"/allocations/{claims[0].consumer}", claim_object(claims[0]))
    return WireRequest("POST", "/allocations", {c.consumer: claim_object(c) for c in claims})


def delete_request(path: str) -> WireRequest:
    """DELETE has no body."""
    return WireRequest("DELETE", path, {})


def stock_object(stock: Stock) -> Json:
    """The six fields of an inventory."""
    return {name: getattr(stock, name) for name in FIELDS}


def generation_object(generation: int) -> Json:
    """The generation that a change expects."""
    return {"resource_provider_generation": generation}


def inventories_object(stocks: Mapping[str, Stock], generation: int) -> Json:
    """All inventories of a provider."""
    told = {name: stock_object(stock) for name, stock in stocks.items()}
    return {**generation_object(generation), "inventories": told}


def provider_path(uuid: str, *parts: str) -> str:
    """Where a provider, or something of it, is."""
    return "/".join(["/resource_providers", uuid, *parts])
