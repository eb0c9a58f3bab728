"""The provider tree: names, parents and roots (spec placement §1, §4.9)."""

from __future__ import annotations

from collections.abc import Collection

from backend.core.errors import Conflict, Invalid
from backend.placement.model import KEEP, ModifyProvider, Provider
from backend.placement.rules import conflicts
from backend.placement.rules.claims import UUID

LONGEST_NAME = 200


def check_name(name: str) -> None:
    """Raises Invalid on a name that no provider can have."""
    if not 0 < len(name) <= LONGEST_NAME:
        raise Invalid(f"a provider's name has 1 to {LONGEST_NAME} characters")


def check_uuid(uuid: str) -> None:
    """Raises Invalid on an id in another form than they are kept in."""
    if not UUID.fullmatch(uuid):
        raise Invalid(f"{uuid!r} is not a uuid", hint="lower case, with dashes")


def taken(field: str, value: str) -> Conflict:
    """Somebody else has this name or uuid."""
    return Conflict(
        f"there is another provider with the {field} {value}",
        hint=f"choose another {field}",
        data={"rule": conflicts.DUPLICATE_NAME, "field": field, "value": value},
    )


def check_parent(uuid: str, parent: str, found: Provider | None) -> None:
    """Raises Invalid when there is no such parent, or it is the provider itself."""
    if parent and parent == uuid:
        raise Invalid("a provider cannot be its own parent", hint="choose another parent")
    if parent and found is None:
        raise Invalid(f"there is no provider {parent!r} to be the parent")


def check_move(command: ModifyProvider, before: Provider, below: Collection[str]) -> None:
    """Raises Invalid on a parent that cannot be had; `below` are all that are under it."""
    parent = command.parent
    if parent in (KEEP, before.parent):
        return
    if command.once and before.parent:
        hint = "it can be set once only before 1.37"
        raise Invalid(f"the parent of {before.name} cannot be changed", hint=hint)
    if parent in below:
        hint = "choose a parent outside its own tree"
        raise Invalid(f"{before.name} would be below itself", hint=hint)


def parental(provider: Provider, children: int) -> Conflict:
    """A provider that has children cannot go."""
    return Conflict(
        f"provider {provider.name} has {children} child{'ren' * (children != 1)}",
        hint="delete or move them first",
        data={
            "rule": conflicts.CANNOT_DELETE_PARENT,
            "provider": provider.uuid,
            "provider_name": provider.name,
            "children": children,
        },
    )
