"""Names of resource classes and traits: the standard ones and what custom ones look like."""

from __future__ import annotations

import re
from functools import cache

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


def is_custom(name: str) -> bool:
    """True for a name that a custom class or trait may have."""
    return len(name) <= LONGEST and CUSTOM.fullmatch(name) is not None
