"""How to see, on what was read again, whether a command was carried out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.core.database import Tx
from backend.core.plan import Command
from backend.nico.model import (
    CreateNicoAllocation,
    DeleteNicoAllocation,
    ModifyNicoAllocation,
    SetConstraintValue,
)
from backend.nico.rules.values import plain
from backend.nico.store import allocations as store

Sight = Mapping[str, Any]
"""What is to be seen, as JSON."""


def expected(tx: Tx, command: Command) -> Sight:
    """What is to be seen once the command is carried out."""
    if isinstance(command, CreateNicoAllocation):
        where = [plain(command.tenant), plain(command.site), command.name]
        return {"kind": "given", "where": where, "want": [plain(command.resource), command.value]}
    if isinstance(command, SetConstraintValue):
        now = store.constraint(tx, plain(command.constraint))
        before = now.value if now else None
        ids = {"allocation": plain(command.allocation), "constraint": plain(command.constraint)}
        return {"kind": "value", **ids, "want": command.value, "before": before}
    if isinstance(command, ModifyNicoAllocation):
        found = store.allocation(tx, plain(command.allocation))
        told = {"name": command.name, "description": command.description}
        want = {name: one for name, one in told.items() if one is not None}
        at = found.updated_at if found else 0
        return {"kind": "modified", "allocation": plain(command.allocation), "want": want, "at": at}
    if isinstance(command, DeleteNicoAllocation):
        return {"kind": "gone", "allocation": plain(command.allocation)}
    raise KeyError(type(command).__name__)


def seen(tx: Tx, sight: Sight) -> bool | None:
    """Whether it is to be seen; None where somebody else's change hides it for good."""
    kind = sight["kind"]
    if kind == "given":
        return _given(tx, sight)
    now = store.allocation(tx, sight["allocation"])
    if kind == "gone":
        return now is None
    if now is None:
        return None
    if kind == "value":
        it = store.constraint(tx, sight["constraint"])
        if it is None or it.value not in (sight["want"], sight["before"]):
            return None
        return bool(it.value == sight["want"])
    if all(getattr(now, name) == one for name, one in sight["want"].items()):
        return True
    return None if now.updated_at != sight["at"] else False


def _given(tx: Tx, sight: Sight) -> bool | None:
    found = store.named(tx, *sight["where"])
    it = store.the_one_of(tx, found.uuid) if found else None
    if it is None:
        return False
    return True if [it.resource, it.value] == sight["want"] else None
