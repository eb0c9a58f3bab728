"""Where our server departs from OpenStack's, as data; docs/placement.md says the same in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

UNDEFINED = "placement.undefined_code"
CONCURRENT = "placement.concurrent_update"
IN_USE = "placement.inventory.inuse"


@dataclass(frozen=True, slots=True)
class Difference:
    """What either server answers, and why ours does not answer the same."""

    real: Any
    ours: Any
    why: str


DIFFERENCES: Mapping[str, Difference] = {
    "ghost": Difference(
        (409, CONCURRENT),
        (204, ""),
        "the real server keeps an invisible consumer of a refused write, which refuses the next",
    ),
    "one inventory in use": Difference(
        (409, CONCURRENT),
        (409, IN_USE),
        "nobody changed anything: the same code as where all inventories are removed",
    ),
    "negative ratio": Difference(
        200, 400, "reserved above total times a negative ratio would be a positive capacity"
    ),
    "upper case consumer": Difference(
        {}, {"VCPU": 1}, "one consumer should not become two by how its uuid is written"
    ),
    "same consumer twice": Difference(204, 400, "it would be to hold two things at once"),
    "keys given twice": Difference(204, 400, "nobody means only the last of them"),
    "refused token": Difference(
        ["code", "message", "title"], ["errors"], "401 has the form of all other errors"
    ),
    "integers": Difference("5.0", "5", "a whole number is written back as one"),
    "readers": Difference(403, 200, "approver and viewer read everything, as in the console"),
}
