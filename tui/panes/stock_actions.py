"""What can be done with an inventory, from the lists of inventories and of providers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from backend.placement.model import InventoryRow
from tui.actions import Action, Group, editing
from tui.format.stock import figure
from tui.panes.consumer_actions import Wishing

if TYPE_CHECKING:
    from tui.forms.form import Form

NONE = "no inventory is selected"


class StockActions(Wishing, inherit_bindings=False):
    """Edits one of the inventories that `stock_rows` offers."""

    GIVES = editing("SetInventory")

    def has_stock(self) -> bool:
        """Whether there is one to edit."""
        raise NotImplementedError

    async def stock_rows(self) -> Sequence[InventoryRow]:
        """Those that may be meant. Raises BursarError."""
        raise NotImplementedError

    def refusal(self, action: Action) -> str:
        """There has to be one."""
        why = super().refusal(action)
        if why or action.group is not Group.DECIDE or action.id == "undo":
            return why
        return "" if self.has_stock() else NONE

    def action_row_edit(self) -> None:
        """Change its six fields by a form."""
        self.fill_in(self._form)

    def action_row_editor(self) -> None:
        """Change them as a text."""
        self.fill_in(self._form, editor=True)

    async def _form(self) -> Form | None:
        from tui.forms.placement import PlacementForms

        row = await self._chosen(await self.waiting(self.stock_rows()))
        if row is None:
            return None
        session = self.session
        return PlacementForms(session.backend, session.look(), "").stock(row)

    async def _chosen(self, rows: Sequence[InventoryRow]) -> InventoryRow | None:
        """The one there is, or the one that is chosen."""
        from tui.widgets.choice import Choice

        if len(rows) <= 1:
            return rows[0] if rows else None
        look = self.session.look()
        offered = [
            (
                row.resource_class,
                f"{row.resource_class}   {figure(row.used, look)} of {figure(row.capacity, look)}",
            )
            for row in rows
        ]
        chosen = await self.chosen(Choice(f"Edit of {rows[0].provider_name}", offered))
        return next((row for row in rows if row.resource_class == chosen), None)
