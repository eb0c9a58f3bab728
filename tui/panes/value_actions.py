"""Setting the values of several allocations of NICo by one line."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from textual import on

from backend.core.errors import Invalid, NotFound
from backend.nico.model import ConstraintRow, Kind, NicoRow, SetConstraintValue
from tui.asking import Asked, Fault
from tui.panes.pane import Pane
from tui.widgets.prompt import MessageRow

Given = ConstraintRow | NicoRow
Set = Callable[[Given], SetConstraintValue]

VALUE = "value of "
"""What a line asks for; how many follows."""
MOST = 2**31 - 1
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

    def set_values(self, make: Set) -> None:
        """Preview what `make` says for each that is marked."""
        raise NotImplementedError

    def ask_value(self, rows: Sequence[Given]) -> None:
        """Type one value for all. Raises Invalid where no value could be meant for all of them,
        NotFound when they are gone."""
        if not rows:
            raise NotFound("what was marked is no longer there", hint="mark others")
        if len({row.kind for row in rows}) > 1:
            told = "machines and networks are marked, which have no value in common"
            raise Invalid(told, hint="mark those of one kind")
        what = "numbers of machines" if rows[0].kind is Kind.MACHINES else "prefix lengths"
        sign = f"{VALUE}{len(rows):,} marked, {what} (or +1, -1): "
        self.ask_line(sign, "", ValueLine(), self.session.typed.get(VALUE, ()))

    @on(MessageRow.Closed)
    def _value_typed(self, event: MessageRow.Closed) -> None:
        if not event.sign.startswith(VALUE) or not event.kept:
            return
        after, actor = wanted(event.text), self.session.connection.actor
        self.session.remember(VALUE, event.text)

        def setting(row: Given) -> SetConstraintValue:
            value = after(row.value)
            if value == row.value:
                raise Invalid("it has this value already")
            if value < 1:
                raise Invalid("at least 1 has to be left", hint="delete it")
            given, uuid = _ids(row)
            return SetConstraintValue(actor=actor, allocation=given, constraint=uuid, value=value)

        self.set_values(setting)


def _ids(row: Given) -> tuple[str, str]:
    """Those of an allocation and of its constraint."""
    if isinstance(row, NicoRow):
        return row.uuid, row.constraint
    return row.allocation, row.uuid
