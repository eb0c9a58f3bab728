"""How every command runs: decide → compare with the preview → write → journal, all in one
transaction (design §3). Rooms supply `decide` functions and a `perform`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from enum import Enum
from typing import Any, ClassVar, Protocol

from backend.core.database.tx import Tx
from backend.core.errors import BursarError, PreviewStale
from backend.core.journal import REFUSED, Entry, SideEffect, taking_back, to_json
from backend.core.plan import Command, Plan, Receipt, Value, fingerprint

# What somebody typed stands in quotes (repr), and nobody but people has an @.
PRIVATE_PARTS = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\s@]*@[^\s@]*""", re.DOTALL)


class Entity(Protocol):
    """A stored thing as a frozen dataclass. `PRIVATE` fields hold personal data or long
    text and stay out of the chained journal, so that they can be erased."""

    PRIVATE: ClassVar[frozenset[str]]

    @property
    def target(self) -> str:
        """Its name in the journal, such as `application:417`."""
        ...


@dataclass(frozen=True, slots=True)
class Write:
    """One stored thing before and after; None for not existing."""

    before: Any
    after: Any

    @property
    def target(self) -> str:
        """The journal name of the thing."""
        return str((self.after or self.before).target)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a command comes to: the plan people see and the writes that carry it out.

    `action` and `target` name the journal entry; `writes` are entity `Write`s and the
    room's own kinds, performed in order; `created` are ids for the caller.
    """

    plan: Plan
    action: str
    target: str
    message: str
    writes: Sequence[object] = ()
    created: Mapping[str, str | int] = field(default_factory=dict)

    def sealed(self) -> Decision:
        """The same with the plan's fingerprint filled in."""
        return replace(self, plan=replace(self.plan, fingerprint=fingerprint(self.plan)))

    def taking_back(self, seq: int) -> Decision:
        """The same as what takes an entry of the journal back."""
        return replace(self, plan=replace(self.plan, takes_back=seq))


@dataclass(frozen=True, slots=True)
class Room:
    """One system's use cases: by command type the journal's action and a decide function, how to
    perform, and the journal name of what a command is about, known also when it cannot be decided.
    `{}` in an action stands for what the command says itself."""

    name: str
    uses: Mapping[type[Command], tuple[str, Callable[[Tx, Any], Decision]]]
    perform: Callable[[Tx, Decision, str], Receipt]
    subject: Callable[[Command], str]

    def decide(self, tx: Tx, command: Command) -> Decision:
        """What a command comes to as things are now; writes nothing."""
        return self.uses[type(command)][1](tx, command)

    def action(self, command: Command) -> str:
        """What the journal calls it, known also when it cannot be decided."""
        return self.uses[type(command)][0].format(getattr(command, "action", ""))


def decide(tx: Tx, room: Room, command: Command) -> Decision:
    """The sealed decision of a command as things are now; writes nothing."""
    return room.decide(tx, command).sealed()


def execute(
    tx: Tx,
    room: Room,
    command: Command,
    reason: str,
    expected: str | None = None,
    takes_back: int = 0,
) -> Receipt:
    """Decide again and perform, journal included, which says what entry that `takes_back`.

    Raises PreviewStale with the new plan when `expected` (a plan's fingerprint) differs.
    """
    decision = room.decide(tx, command)
    if expected is not None:
        decision = decision.sealed()
        if decision.plan.fingerprint != expected:
            raise PreviewStale(decision.plan)
    if takes_back:
        decision = decision.taking_back(takes_back)
    return room.perform(tx, decision, reason)


def perform_writes(
    tx: Tx,
    decision: Decision,
    reason: str,
    persist: Callable[[Tx, object], Sequence[SideEffect]],
) -> Receipt:
    """The usual `perform`: persist each write, then journal them as one entry.

    The write of the decision's target gives the entry's before and after; the others and
    whatever `persist` returns become its side effects.
    """
    entry = entry_of(decision, reason, lambda write: persist(tx, write))
    seq = tx.record(taking_back(tx, entry, decision.plan.takes_back))
    return Receipt(seq, decision.message, decision.created)


def entry_of(
    decision: Decision, reason: str, also: Callable[[object], Sequence[SideEffect]]
) -> Entry:
    """The journal entry of a decision; `also` tells what a write changes beside its own
    difference."""
    before, after = "{}", "{}"
    effects: list[SideEffect] = []
    for write in decision.writes:
        effects += also(write)
        if isinstance(write, Write):
            old, new = (to_json(part) for part in difference(write))
            if write.target == decision.target:
                before, after = old, new
            else:
                effects.append(SideEffect(write.target, old, new))
    actor, action = decision.plan.command.actor.name, decision.action
    return Entry(actor, action, decision.target, before, after, reason, effects=effects)


def record_refusal(tx: Tx, room: Room, command: Command, reason: str, error: BursarError) -> None:
    """Journal an operator's refused attempt, without what may be somebody's address or name."""
    after = to_json({"error": error.code, "message": discreet(error.message)})
    target, action = discreet(room.subject(command)), room.action(command)
    tx.record(Entry(command.actor.name, action, target, "{}", after, reason, outcome=REFUSED))


def discreet(message: str) -> str:
    """The message of an error without quoted input and without anything like an address."""
    return PRIVATE_PARTS.sub("…", message)


def difference(write: Write) -> tuple[dict[str, Value], dict[str, Value]]:
    """The public fields of a write that differ, before and after."""
    old, new = facts(write.before), facts(write.after)
    changed = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    before = {name: old[name] for name in changed if name in old}
    return before, {name: new[name] for name in changed if name in new}


def facts(entity: Any) -> dict[str, Value]:
    """The public fields of an entity in JSON-ready form, those of a part among them; empty for
    None."""
    told: dict[str, Value] = {}
    for one in fields(entity) if entity is not None else ():
        if one.name not in entity.PRIVATE:
            value = getattr(entity, one.name)
            told |= facts(value) if is_dataclass(value) else {one.name: _value(value)}
    return told


def _value(value: Any) -> Value:
    if isinstance(value, Enum):
        return str(value.value)
    if value is None or isinstance(value, str | int | bool):
        return value
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return to_json(value) if isinstance(value, Mapping) else str(value)
