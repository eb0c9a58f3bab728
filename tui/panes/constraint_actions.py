"""What can be done with a constraint of NICo, from the list and from its own screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from backend.nico.model import ConstraintRow
from tui.actions import EDITS, Action
from tui.format.nico import why_not
from tui.panes.bulk import Judge
from tui.panes.nico_actions import value_form
from tui.panes.pane import Pane
from tui.panes.raw import RawPane
from tui.panes.value_actions import Set, ValueActions, in_words_of_nico

if TYPE_CHECKING:
    from tui.forms.form import Form

CHANGES = (*EDITS, "alloc.limit")


class ConstraintActions(ValueActions, inherit_bindings=False):
    """Edits the value of `constraint_row`."""

    GIVES = dict.fromkeys(CHANGES, ("SetConstraintValue",))

    def constraint_row(self) -> ConstraintRow | None:
        """The constraint, None when there is none."""
        raise NotImplementedError

    def refusal(self, action: Action) -> str:
        """There has to be one, and another value it may have."""
        why = super().refusal(action)
        if why or action.id not in CHANGES:
            return why
        if action.id == "alloc.limit" and self.marks():
            return ""
        row = self.constraint_row()
        return "no constraint is selected" if row is None else why_not(row.bounds)

    def named(self, action: Action) -> Action:
        """In the words of NICo."""
        if action.id == "alloc.limit":
            return in_words_of_nico(action)
        return action

    def action_row_edit(self) -> None:
        """Another value, by a form."""
        self.fill_in(self._form)

    def action_row_editor(self) -> None:
        """The same as a text."""
        self.fill_in(self._form, editor=True)

    def action_alloc_limit(self) -> None:
        """Another value for all that are marked; of one, by the form."""
        if self.marks():
            self.session.ahead.wait(self.start(self._ask_marked, group="ask"), self)
        else:
            self.action_row_edit()

    async def marked_rows(self) -> Sequence[ConstraintRow]:
        """What is marked and still there. Raises BursarError."""
        return ()

    async def _ask_marked(self) -> None:
        self.ask_value(await self.marked_rows())

    def set_values(self, make: Set, judge: Judge) -> None:
        """Nothing is marked on the screen of one."""

    async def _form(self) -> Form | None:
        row = self.constraint_row()
        if row is None:
            return None
        rows = await self.waiting(self.session.backend.nico.constraints.rows([row.key]))
        return value_form(self, rows.get(row.key, row))


async def show_raw(pane: Pane, row: ConstraintRow) -> None:
    """The allocation of a constraint as NICo's own API shows it. Raises BursarError."""
    nico = pane.session.backend.nico
    data = await nico.raw_allocation((await nico.allocation_named(row.allocation)).key)
    path = (*pane.path()[:1], row.allocation_name)
    await pane.app.push_screen(RawPane(pane.session, pane.PANE, path, data))
