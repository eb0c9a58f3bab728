"""Checked bodies as the domain's values, at the second number of the microversion (§4)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from backend.core.errors import Invalid
from backend.placement.model import ANY_GENERATION, KEEP, PLACEHOLDER, Claim, Stock
from backend.placement.model.entities import Amounts
from backend.placement.wire.bodies import WORD
from backend.placement.wire.schema import uuid_of

Json = Mapping[str, Any]

NEVER = -2
"""A generation that nothing has; the domain means something by -1."""


def generation(told: Json, key: str = "resource_provider_generation") -> int:
    """A generation as the domain knows it."""
    return int(told[key]) if told[key] >= 0 else NEVER


def put_claim(consumer: str, body: Json, minor: int) -> Claim:
    """PUT /allocations/{consumer_uuid}. Raises Invalid on a malformed consumer."""
    uuid = uuid_of(consumer)
    if not uuid:
        raise Invalid(f"Malformed consumer_uuid: {consumer}")
    return _claim(uuid, body, minor)


def post_claims(body: Json, minor: int) -> list[Claim]:
    """POST /allocations; consumers are the same however their uuids are written."""
    return [_claim(uuid_of(key) or key, one, minor) for key, one in body.items()]


def _claim(consumer: str, body: Json, minor: int) -> Claim:
    return Claim(
        consumer=consumer,
        allocations=_allocations(body["allocations"]),
        project=body.get("project_id", PLACEHOLDER),
        user=body.get("user_id", PLACEHOLDER),
        consumer_type=body.get("consumer_type", KEEP),
        generation=_expected(body) if minor >= 28 else ANY_GENERATION,
    )


def _expected(body: Json) -> int | None:
    told = body["consumer_generation"]
    return None if told is None else generation(body, "consumer_generation")


def _allocations(told: Json | Sequence[Json]) -> dict[str, Amounts]:
    """Amounts by provider; of one that a list names twice the last entry."""
    if isinstance(told, Mapping):
        return {provider: _amounts(share["resources"]) for provider, share in told.items()}
    return {one["resource_provider"]["uuid"]: _amounts(one["resources"]) for one in told}


def _amounts(resources: Json) -> Amounts:
    return {name: int(amount) for name, amount in resources.items()}


def stock(told: Json) -> Stock:
    """The six fields of an inventory, with the defaults for those that are not there."""
    whole = ("total", "reserved", "min_unit", "max_unit", "step_size")
    figures = {name: int(told[name]) for name in whole if name in told}
    if "allocation_ratio" in told:
        figures["allocation_ratio"] = told["allocation_ratio"]
    return Stock(**figures)


def stocks(told: Json) -> dict[str, Stock]:
    """Inventories by class. Raises Invalid on names that no class can have, whose figures nobody
    has checked."""
    for name in told:
        if not re.fullmatch(WORD, name):
            raise Invalid(f"No such resource class {name}")
    return {name: stock(one) for name, one in told.items()}
