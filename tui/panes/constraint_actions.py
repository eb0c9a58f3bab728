"""What can be done with a constraint of NICo, from the list and from its own screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.nico.model import ConstraintRow
from tui.actions import Action
from tui.format.nico import why_not
from tui.panes.nico_actions import value_form
from tui.panes.pane import Pane
from tui.panes.raw import RawPane

if TYPE_CHECKING:
    from tui.forms.form import Form

EDITS = ("row.edit", "row.editor")
GIVES = ("SetConstraintValue",)


class ConstraintActions(Pane, inherit_bindings=False):
    """Edits the value of `constraint_row`."""

    def constraint_row(self) -> ConstraintRow | None:
        """The constraint, None when there is none."""
        raise NotImplementedError

    def refusal(self, action: Action) -> str:
        """There has to be one, and another value it may have."""
        why = super().refusal(action)
        if why or action.id not in EDITS:
            return why
        if why := self.session.forbidden() or self.session.lacking(GIVES):
            return why
        row = self.constraint_row()
        return "no constraint is selected" if row is None else why_not(row.bounds)

    def action_row_edit(self) -> None:
        """Another value, by a form."""
        self.fill_in(self._form)

    def action_row_editor(self) -> None:
        """The same as a text."""
        self.fill_in(self._form, editor=True)

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
