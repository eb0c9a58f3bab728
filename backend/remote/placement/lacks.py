"""What a Placement's API cannot do at a microversion, and why (spec placement §5)."""

from __future__ import annotations

from collections.abc import Mapping

from backend.core.plan import Command
from backend.placement.client import versions
from backend.placement.model import (
    CreateResourceClass,
    CreateTrait,
    DeleteResourceClass,
    DeleteTrait,
    RenameResourceClass,
    Reshape,
    SetAggregates,
    SetTraits,
)

SINCE: Mapping[type[Command], int] = {
    CreateResourceClass: versions.CLASSES,
    RenameResourceClass: versions.CLASSES,
    DeleteResourceClass: versions.CLASSES,
    CreateTrait: versions.TRAITS,
    DeleteTrait: versions.TRAITS,
    SetTraits: versions.TRAITS,
    SetAggregates: versions.AGGREGATES,
}
"""Aggregates are set from when on that minds generations."""


def lacks(minor: int | None) -> Mapping[str, str]:
    """Reasons by the names of commands' classes; little before it is known what is spoken."""
    found = {Reshape.__name__: "only services may move inventories and allocations at once"}
    for command, since in SINCE.items():
        if minor is not None and minor < since:
            found[command.__name__] = f"it takes 1.{since}, this server speaks 1.{minor}"
    return found
