"""The one request that a command is, at the microversion that can say it (spec placement §4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any
from urllib.parse import quote

from backend.core.errors import Invalid
from backend.core.plan import Command
from backend.placement.client.versions import (
    BY_PROVIDER,
    DELETE_ALL,
    GENERATIONS,
    MANY,
    MOVE,
    OWNED,
    PUT_CLASS,
    TREE,
    TYPES,
)
from backend.placement.model import (
    ANY_GENERATION,
    KEEP,
    UNTYPED,
    AddInventory,
    Claim,
    Consumer,
    CreateProvider,
    CreateResourceClass,
    CreateTrait,
    DeleteAllocations,
    DeleteProvider,
    DeleteResourceClass,
    DeleteTrait,
    DropInventory,
    ModifyProvider,
    Provider,
    RenameResourceClass,
    ReplaceAllocations,
    ReplaceInventories,
    Reshape,
    SetAggregates,
    SetInventory,
    SetTraits,
    Stock,
)

RENAMES = 6
"""The last microversion that renames a class."""
Body = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Call:
    """One request; `body` None for none, `minor` the microversion it is asked at."""

    method: str
    path: str
    minor: int
    body: Body | None = None


@dataclass(frozen=True, slots=True)
class Now:
    """What was read of whom a command is about, by uuid; who is not there does not exist."""

    consumers: Mapping[str, Consumer] = field(default_factory=dict)
    providers: Mapping[str, Provider] = field(default_factory=dict)


def call(command: Command, minor: int, now: Now) -> Call:
    """The request for a command. Raises Invalid for what this microversion cannot say."""
    if isinstance(command, ReplaceAllocations):
        return _replace(command.claims, minor, now)
    if isinstance(command, DeleteAllocations):
        return Call("DELETE", f"/allocations/{_part(command.consumer)}", minor)
    if isinstance(command, CreateProvider | ModifyProvider | DeleteProvider):
        return _provider(command, minor, now)
    if isinstance(command, CreateResourceClass | RenameResourceClass | DeleteResourceClass):
        return _class(command, minor)
    if isinstance(command, CreateTrait | DeleteTrait):
        method = "PUT" if isinstance(command, CreateTrait) else "DELETE"
        return Call(method, f"/traits/{_part(command.name)}", minor)
    if isinstance(command, Reshape):
        return _reshape(command, minor, now)
    return _of_provider(command, minor, now)


# ---------------------------------------------------------------- allocations


def _replace(claims: Sequence[Claim], minor: int, now: Now) -> Call:
    if len(claims) > 1 and minor < MANY:
        raise Invalid("this server changes one consumer at a time", hint="do them one by one")
    settled, minor = _typed([_told(claim, now) for claim in claims], minor, now)
    if len(settled) > 1:
        return Call("POST", "/allocations", minor, {c.consumer: _claim(c, minor) for c in settled})
    (claim,) = settled
    path = f"/allocations/{_part(claim.consumer)}"
    if claim.allocations or minor >= GENERATIONS:
        return Call("PUT", path, minor, _claim(claim, minor))
    return Call("DELETE", path, minor)


def _told(claim: Claim, now: Now) -> Claim:
    """A claim with the generation of now where any would do."""
    if claim.generation != ANY_GENERATION:
        return claim
    consumer = now.consumers.get(claim.consumer)
    return replace(claim, generation=consumer.generation if consumer else None)


def _typed(claims: Sequence[Claim], minor: int, now: Now) -> tuple[Sequence[Claim], int]:
    """Claims that one microversion can say: from 1.38 on each names a type, and none can say
    `unknown`; before, all keep theirs (§4.3)."""
    kinds = {c.consumer: _kind(c, now) for c in claims}
    kept = [c.consumer_type in (KEEP, _known(c, now)) for c in claims]
    if minor >= TYPES and all(kinds.values()):
        return [replace(c, consumer_type=kinds[c.consumer]) for c in claims], minor
    if all(kept):
        return claims, min(minor, TYPES - 1)
    if minor < TYPES:
        raise Invalid("this server knows no consumer types", hint="leave the type as it is")
    if len(claims) > 1:
        hint = "give each of them a type, or change them one by one"
        raise Invalid("consumers with and without a type cannot be written together", hint=hint)
    raise Invalid("a type cannot be taken away", hint="choose another type, such as INSTANCE")


def _kind(claim: Claim, now: Now) -> str:
    return _known(claim, now) if claim.consumer_type == KEEP else claim.consumer_type


def _known(claim: Claim, now: Now) -> str:
    consumer = now.consumers.get(claim.consumer)
    return consumer.consumer_type if consumer else UNTYPED


def _claim(claim: Claim, minor: int) -> Body:
    """The body of a PUT, or one value of a POST."""
    body: dict[str, object] = {"allocations": _held(claim, minor)}
    if minor >= OWNED:
        body |= {"project_id": claim.project, "user_id": claim.user}
    if minor >= GENERATIONS:
        body["consumer_generation"] = claim.generation
    if minor >= TYPES:
        body["consumer_type"] = claim.consumer_type
    return body


def _held(claim: Claim, minor: int) -> object:
    if minor >= BY_PROVIDER:
        return {name: {"resources": dict(held)} for name, held in claim.allocations.items()}
    return [
        {"resource_provider": {"uuid": name}, "resources": dict(held)}
        for name, held in claim.allocations.items()
    ]


def _reshape(command: Reshape, minor: int, now: Now) -> Call:
    claims, minor = _typed([_told(claim, now) for claim in command.claims], minor, now)
    inventories = {
        provider: {
            "resource_provider_generation": _generation(
                provider, command.generations.get(provider, ANY_GENERATION), now
            ),
            "inventories": {name: asdict(stock) for name, stock in stocks.items()},
        }
        for provider, stocks in command.stocks.items()
    }
    allocations = {claim.consumer: _claim(claim, minor) for claim in claims}
    body = {"inventories": inventories, "allocations": allocations}
    return Call("POST", "/reshaper", minor, body)


# ---------------------------------------------------------------- providers


def _provider(
    command: CreateProvider | ModifyProvider | DeleteProvider, minor: int, now: Now
) -> Call:
    if isinstance(command, CreateProvider):
        body: dict[str, object] = {"name": command.name, "uuid": command.uuid}
        if command.parent:
            body["parent_provider_uuid"] = command.parent
        return Call("POST", "/resource_providers", minor, body)
    path = f"/resource_providers/{_part(command.provider)}"
    if isinstance(command, DeleteProvider):
        return Call("DELETE", path, minor)
    body = {"name": command.name}
    known = now.providers.get(command.provider)
    if command.parent not in (KEEP, known.parent if known else KEEP):
        _check_move(known, minor)
        body["parent_provider_uuid"] = command.parent or None
    return Call("PUT", path, minor, body)


def _check_move(known: Provider | None, minor: int) -> None:
    if minor < TREE:
        raise Invalid("this server's providers are no tree", hint="leave the parent out")
    if minor < MOVE and known and known.parent:
        raise Invalid("this server gives a provider its parent once only", hint="leave it there")


def _of_provider(command: Any, minor: int, now: Now) -> Call:
    """Inventories, traits and aggregates of one provider."""
    path = f"/resource_providers/{_part(command.provider)}"
    if isinstance(command, AddInventory):
        body = {"resource_class": command.resource_class, **asdict(command.stock)}
        return Call("POST", f"{path}/inventories", minor, body)
    if isinstance(command, DropInventory):
        return _drop(command, path, minor, now)
    generation = _generation(command.provider, command.generation, now)
    told: dict[str, object] = {"resource_provider_generation": generation}
    if isinstance(command, SetInventory):
        path = f"{path}/inventories/{_part(command.resource_class)}"
        return Call("PUT", path, minor, told | asdict(command.stock))
    if isinstance(command, ReplaceInventories):
        return Call("PUT", f"{path}/inventories", minor, told | _stocks(command.stocks))
    if isinstance(command, SetTraits):
        return Call("PUT", f"{path}/traits", minor, told | {"traits": list(command.traits)})
    if isinstance(command, SetAggregates):
        told |= {"aggregates": list(command.aggregates)}
        return Call("PUT", f"{path}/aggregates", minor, told)
    raise Invalid(f"{type(command).__name__} is not a command of Placement")


def _drop(command: DropInventory, path: str, minor: int, now: Now) -> Call:
    if command.resource_class:
        return Call("DELETE", f"{path}/inventories/{_part(command.resource_class)}", minor)
    if minor >= DELETE_ALL:
        return Call("DELETE", f"{path}/inventories", minor)
    generation = _generation(command.provider, ANY_GENERATION, now)
    body = {"resource_provider_generation": generation, "inventories": {}}
    return Call("PUT", f"{path}/inventories", minor, body)


def _stocks(stocks: Mapping[str, Stock]) -> dict[str, object]:
    return {"inventories": {name: asdict(stock) for name, stock in stocks.items()}}


def _generation(provider: str, asked: int, now: Now) -> int:
    """The generation that was displayed, or the one of now where any would do."""
    known = now.providers.get(provider)
    return known.generation if asked == ANY_GENERATION and known else max(asked, 0)


# ---------------------------------------------------------------- classes


def _class(
    command: CreateResourceClass | RenameResourceClass | DeleteResourceClass, minor: int
) -> Call:
    path = f"/resource_classes/{_part(command.name)}"
    if isinstance(command, DeleteResourceClass):
        return Call("DELETE", path, minor)
    if isinstance(command, RenameResourceClass):
        return Call("PUT", path, min(minor, RENAMES), {"name": command.new_name})
    if minor >= PUT_CLASS:
        return Call("PUT", path, minor)
    return Call("POST", "/resource_classes", minor, {"name": command.name})


def _part(text: str) -> str:
    return quote(text, safe="")
