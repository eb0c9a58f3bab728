"""Setting the values of several allocations of NICo by one line."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from ipaddress import ip_network

from textual import on

from backend.backend import Backend
from backend.core.errors import Invalid, NotFound
from backend.core.plan import Plan
from backend.core.text import counted
from backend.nico.model import ConstraintRow, Kind, NicoRow, SetConstraintValue
from tui.actions import Action
from tui.asking import Asked, Fault
from tui.cases import Case
from tui.panes.bulk import Judge
from tui.panes.pane import Pane
from tui.widgets.prompt import MessageRow

Given = ConstraintRow | NicoRow
Set = Callable[[Given], SetConstraintValue]

SETS = (
    "Set the number of machines or the prefix length of an allocation by a form; of all marked ones"
    " type it, such as 6 or /22, or a step, such as +1"
)
VALUE = "value of "
"""What a line asks for; how many follows."""
MOST = 2**31 - 1
CAPACITY = "capacity"
"""The rule of what there are too few machines for."""
_TYPED = re.compile(r"([+-]?)/?([0-9]+)")


def wanted(text: str) -> Callable[[int], int]:
    """What becomes of a value: `6` and `/22` whatever it is, `+2` and `-1` so much more or less.
    Raises ValueError."""
    found = _TYPED.fullmatch(text.strip().replace(",", ""))
    if found is None or int(found[2]) > MOST:
        raise ValueError("no value, such as 6 or /22, nor a step, such as +2 or -1")
    number = int(found[2])
    if not found[1]:
        return lambda now: number
    return lambda now: now + (number if found[1] == "+" else -number)


class ValueLine(Asked):
    """A value, or a step."""

    def fault(self, text: str, *, entered: bool) -> Fault | None:
        """What is neither; a sign alone may be on its way."""
        if text.strip() in ("", "+", "-", "/") and not entered:
            return None
        try:
            wanted(text)
        except ValueError as error:
            return Fault(0, str(error))
        return None


class ValueActions(Pane, inherit_bindings=False):
    """Asks for the value of what is marked, and sets it."""

    def set_values(self, make: Set, judge: Judge) -> None:
        """Preview what `make` says for each that is marked, and have all of it judged."""
        raise NotImplementedError

    def ask_value(self, rows: Sequence[Given]) -> None:
        """Type one value for all. Raises Invalid where no value could be meant for all of them,
        NotFound when they are gone."""
        if not rows:
            raise NotFound("what was marked is no longer there", hint="mark others")
        if len({row.kind for row in rows}) > 1:
            raise Invalid("machines and networks are marked", hint="mark one kind only")
        what = "numbers of machines" if rows[0].kind is Kind.MACHINES else "prefix lengths"
        sign = f"{VALUE}{len(rows):,} marked, {what} (or +1, -1): "
        self.ask_line(sign, "", ValueLine(), self.session.typed.get(VALUE, ()))

    @on(MessageRow.Closed)
    def _value_typed(self, event: MessageRow.Closed) -> None:
        if not event.sign.startswith(VALUE) or not event.kept:
            return
        after, actor = wanted(event.text), self.session.connection.actor
        self.session.remember(VALUE, event.text)
        together = Together(self.session.backend)

        def setting(row: Given) -> SetConstraintValue:
            value = after(row.value)
            if value == row.value:
                raise Invalid("it has this value already")
            if value < 1:
                raise Invalid("at least 1 has to be left", hint="delete it")
            given, uuid = _ids(row)
            together.rows[uuid] = row
            return SetConstraintValue(actor=actor, allocation=given, constraint=uuid, value=value)

        self.set_values(setting, together)


def in_words_of_nico(action: Action) -> Action:
    """How `L` is told where it is about what NICo gives."""
    return replace(action, title="set value", short="value", tooltip=SETS)


class Together:
    """Judges values that are set one after another: a machine is there once, and so is an address.
    `rows` are what they are of, by the uuid of the constraint."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self.rows: dict[str, Given] = {}

    async def __call__(self, found: Sequence[Case]) -> None:
        """Leave out what those before it leave no room for. Raises BursarError."""
        left: dict[str, int | None] = {}
        taken: dict[str, str] = {}
        for case in found:
            if case.plan is None or not isinstance(case.command, SetConstraintValue):
                continue
            row = self.rows[case.command.constraint]
            if row.kind is Kind.ADDRESSES:
                _carve(case, case.plan, taken)
            else:
                if row.resource not in left:
                    left[row.resource] = await self._room(row)
                left[row.resource] = _give(case, row, case.command.value, left[row.resource])
        self._tell_what_waits(found)

    def _tell_what_waits(self, found: Sequence[Case]) -> None:
        """What there is no room for may have some once another one has given machines back."""
        sets = [(case, self.rows[case.command.constraint], case.command.value)
                for case in found if isinstance(case.command, SetConstraintValue)]  # fmt: skip
        giving = {
            row.resource: case.label
            for case, row, value in reversed(sets)
            if case.plan is not None and row.kind is Kind.MACHINES and value < row.value
        }
        for case, row, _ in sets:
            short = case.error is not None and case.error.data.get("rule") == CAPACITY
            if case.error is not None and short and row.resource in giving:
                told = f"{case.error.message}; {giving[row.resource]} gives some back first"
                case.left_out(Invalid(told, hint="it stays marked, set it after that"))

    async def _room(self, row: Given) -> int | None:
        """Machines of the type that nobody was given, None where that is not known."""
        if isinstance(row, NicoRow):
            row = (await self._backend.nico.allocation(row.key)).constraint
        return row.room


def _give(case: Case, row: Given, value: int, left: int | None) -> int | None:
    """What is left of a type after giving so many machines of it, if there are as many."""
    if left is None:
        return None
    more = value - row.value
    if more > max(0, left):
        told = f"{counted(max(0, left), 'machine')} of {row.resource_name} left after those before"
        hint, data = "mark fewer, or give less", {"rule": CAPACITY}
        case.left_out(Invalid(f"{told}, not {more:,}", hint=hint, data=data))
        return left
    return left - more


def _carve(case: Case, plan: Plan, taken: dict[str, str]) -> None:
    """Note which network it would be, if none before it would be there."""
    for cidr in (str(one.after) for one in plan.changes if one.field == "network"):
        net = ip_network(cidr)
        other = next((name for one, name in taken.items() if ip_network(one).overlaps(net)), "")
        if other:
            told = f"{cidr} would be part of {other} by then"
            case.left_out(Invalid(told, hint="set it after that"))
        else:
            taken[cidr] = case.label


def _ids(row: Given) -> tuple[str, str]:
    """Those of an allocation and of its constraint."""
    if isinstance(row, NicoRow):
        return row.uuid, row.constraint
    return row.allocation, row.uuid
