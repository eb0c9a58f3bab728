"""What refuses a change because of what else there is: `data["rule"]` names the rule, by which
dialects tell refusals apart, and the other data are its figures."""

from __future__ import annotations

from backend.core.errors import Conflict, GenerationConflict, Invalid
from backend.placement.model import ANY_GENERATION, Claim, Consumer, Provider

DUPLICATE_NAME = "duplicate_name"
CANNOT_DELETE_PARENT = "cannot_delete_parent"
PROVIDER_IN_USE = "provider_inuse"
INVENTORY_IN_USE = "inventory_inuse"
INVENTORY_EXISTS = "inventory_exists"
CLASS_EXISTS = "class_exists"
CLASS_IN_USE = "class_inuse"
TRAIT_EXISTS = "trait_exists"
TRAIT_IN_USE = "trait_inuse"
NO_PROVIDER = "no_provider"
NO_CLASS = "no_class"
NO_TRAIT = "no_trait"


def stale_consumer(claim: Claim, before: Consumer | None) -> GenerationConflict | None:
    """Why a claim was made on what is not so any more (§4.3)."""
    stored = before.generation if before else None
    if claim.generation in (ANY_GENERATION, stored):
        return None
    told = "is not there" if stored is None else f"is at generation {stored}"
    sent = "a new one" if claim.generation is None else f"generation {claim.generation}"
    return GenerationConflict(
        f"consumer {claim.consumer} {told}, {sent} was expected",
        hint="read it again and decide again",
        data={"consumer": claim.consumer, "expected": stored, "got": claim.generation},
    )


def stale_provider(provider: Provider, generation: int) -> GenerationConflict | None:
    """Why a change was made of a provider that is not so any more (§1.2)."""
    if generation in (ANY_GENERATION, provider.generation):
        return None
    told = f"is at generation {provider.generation}, {generation} was expected"
    return GenerationConflict(
        f"provider {provider.name} {told}",
        hint="read it again and decide again",
        data={"provider": provider.uuid, "expected": provider.generation, "got": generation},
    )


def no_provider(uuid: str) -> Invalid:
    """A provider that is named in a change and is not there."""
    return Invalid(f"there is no provider {uuid!r}", data={"rule": NO_PROVIDER, "provider": uuid})


def no_class(name: str) -> Invalid:
    """A resource class that is named in a change and is not there."""
    return Invalid(
        f"there is no resource class {name!r}",
        hint="create it first; custom ones begin with CUSTOM_",
        data={"rule": NO_CLASS, "class": name},
    )


def no_trait(name: str) -> Invalid:
    """A trait that is named in a change and is not there."""
    return Invalid(
        f"there is no trait {name!r}",
        hint="create it first; custom ones begin with CUSTOM_",
        data={"rule": NO_TRAIT, "trait": name},
    )


def exists(what: str, name: str, rule: str) -> Conflict:
    """A class or trait that is to be made and is there."""
    told = f"there is a {what} {name} already"
    return Conflict(told, hint="choose another name", data={"rule": rule, "name": name})


def in_use(what: str, rule: str, **data: object) -> Conflict:
    """Something that is to go and is used."""
    return Conflict(what, hint="remove the allocations first", data={"rule": rule, **data})
