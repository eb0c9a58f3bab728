"""Commands, the plan of what one would do, and the receipt of what it did (design §3)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum, IntEnum

from backend.core.identity import Actor

Value = str | int | bool | None


class Tier(IntEnum):
    """How much confirmation a change asks for (ux-anchors §4.4)."""

    REVERSIBLE = 1
    HARMFUL = 2
    DANGEROUS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A typed request to change something, with the actor who answers for it."""

    actor: Actor


@dataclass(frozen=True, slots=True)
class Change:
    """One field that will be overwritten; `aspect` splits a field in columns
    (`cyclades.vm` / `project limit`), `unit` is that of the resource (`bytes` or ``)."""

    target: str
    field: str
    before: Value
    after: Value
    unit: str = ""
    aspect: str = ""


@dataclass(frozen=True, slots=True)
class Impact:
    """A holder whose effective limit moves: limits before and after, and usage now.

    Drifting figures: they are shown but not part of the fingerprint, only `goes_over` is.
    `holder` is a label; the project's own pool has holder ``. `unit` as in `Change`. Unless
    `known`, a server does not show the usage, and limits are what can be had at most.
    """

    holder: str
    project: str
    resource: str
    before: int
    after: int
    usage: int
    unit: str = ""
    known: bool = True

    @property
    def over_by(self) -> int:
        """How far usage exceeds the new effective limit, 0 when it does not; never more than
        the usage itself, whatever others have taken; 0 also where usage is not known."""
        return max(0, self.usage - max(0, self.after))

    @property
    def goes_over(self) -> bool:
        """True when this change, not an earlier one, puts the holder over."""
        return self.over_by > 0 and self.usage <= self.before


@dataclass(frozen=True, slots=True)
class Touched:
    """A pending commission that the change resolves (`resolved`) or merely concerns.

    `summary` names holder and project, `change` is (resource, unit, quantity)."""

    serial: int
    summary: str
    effect: str
    resolved: bool = False
    change: tuple[tuple[str, str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class WireRequest:
    """The exact request that the native API of the system would be sent."""

    method: str
    path: str
    body: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a command would do, computed from the data as it is now.

    `target` is what a typed confirmation asks for, `verb` names the button, `undo` says how
    to take it back (empty: not in one step) and `inverse` is the command for it, if there is
    one; what `is_harmless` leaves nothing to take back, and `undo` says why. `figures` are told
    with the warnings; they drift, and are no part of the `fingerprint`, which is compared again
    on apply. Whoever applies it may say which entry of the journal it `takes_back`.
    """

    command: Command
    verb: str
    title: str
    target: str
    tier: Tier
    request: WireRequest
    changes: tuple[Change, ...] = ()
    impacts: tuple[Impact, ...] = ()
    touched: tuple[Touched, ...] = ()
    warnings: tuple[str, ...] = ()
    undo: str = ""
    inverse: Command | None = None
    fingerprint: str = ""
    figures: tuple[str, ...] = ()
    is_harmless: bool = False
    takes_back: int = 0

    @property
    def told(self) -> tuple[str, ...]:
        """Warnings and figures; a figure that begins as a warning does says it in its place."""
        bare = (one for one in self.warnings if not any(f.startswith(one) for f in self.figures))
        return (*bare, *self.figures)

    @property
    def going_over(self) -> tuple[Impact, ...]:
        """The impacts that put somebody over quota."""
        return tuple(impact for impact in self.impacts if impact.goes_over)


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof of a change: the journal entry it became and the ids it created."""

    seq: int
    message: str
    created: Mapping[str, str | int]


def fingerprint(plan: Plan) -> str:
    """Digest of the command, the values it overwrites and the verdicts it was shown with."""
    verdicts = sorted((i.holder, i.project, i.resource) for i in plan.going_over)
    resolved = [touched.serial for touched in plan.touched if touched.resolved]
    seen = [
        type(plan.command).__name__,
        _plain(plan.command),
        [_plain(change) for change in plan.changes],
        verdicts,
        resolved,
        plan.warnings,
    ]
    return hashlib.sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()


def _plain(value: object) -> object:
    """A JSON-ready form of a dataclass, recursively."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, frozenset, set)):
        return [_plain(item) for item in value]
    return value if isinstance(value, str | int | bool | None) else str(value)
