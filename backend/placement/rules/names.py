"""Names of resource classes and traits: the standard ones and what custom ones look like."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache

from backend.core.errors import Invalid

CUSTOM = re.compile(r"CUSTOM_[A-Z0-9_]+")
LONGEST = 255


@cache
def standard_classes() -> tuple[str, ...]:
    """The classes that there always are, in their own order."""
    import os_resource_classes

    return tuple(os_resource_classes.STANDARDS)


@cache
def standard_traits() -> frozenset[str]:
    """The traits that there always are."""
    import os_traits

    return frozenset(os_traits.get_traits())


def check_custom(name: str) -> None:
    """Raises Invalid on a name that no custom class or trait may have."""
    if len(name) > LONGEST or not CUSTOM.fullmatch(name):
        told = f"{name!r} is not a custom name"
        raise Invalid(told, hint="CUSTOM_ and capital letters, digits and underscores")


def check_own(what: str, name: str, standard: Collection[str]) -> None:
    """Raises Invalid on a standard class or trait, which stays as it is."""
    if name in standard:
        raise Invalid(f"{name} is a standard {what}", hint="only custom ones change")
