"""What can be done with an allocation of NICo, from the list and from its own screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from backend.core.listing import Query
from backend.nico.model import ConstraintRow, DeleteNicoAllocation, NicoRow
from tui.actions import Action, editing
from tui.format.nico import why_not
from tui.messages import WARN
from tui.panes.bulk import Judge
from tui.panes.pane import Pane
from tui.panes.value_actions import Set, ValueActions

if TYPE_CHECKING:
    from tui.forms.form import Form

GIVES = {
    "alloc.limit": ("SetConstraintValue",),
    "alloc.delete": ("DeleteNicoAllocation",),
    **editing("ModifyNicoAllocation"),
}
"""The commands that actions give for an allocation of NICo."""
OF_OTHERS = (
    "alloc.pull", "alloc.name", "alloc.ok", "alloc.erred", "alloc.move", "alloc.unlink",
)  # fmt: skip


def new(systems: frozenset[str], gives: Sequence[str]) -> Sequence[str]:
    """What a new allocation may be, where NICo is all that one can be of."""
    return ("CreateNicoAllocation",) if systems & {"nico", "openportal"} == {"nico"} else gives


class NicoActions(ValueActions, inherit_bindings=False):
    """Rename, set the value of and delete the allocation of `nico_row`."""

    def nico_row(self) -> NicoRow | None:
        """The allocation, None when there is none or it is of another system."""
        raise NotImplementedError

    def nico_nonsense(self, action: Action) -> str:
        """That NICo has no such thing, where it is about one of its allocations."""
        if action.id not in OF_OTHERS or self.marks() or self.nico_row() is None:
            return ""
        return "allocations of NICo have no such thing"

    def nico_refusal(self, action: Action, row: NicoRow) -> str:
        """Why an action is off for an allocation of NICo, `` when it is not."""
        if action.id == "alloc.delete" and row.locked and not self.marks():
            return f"it is in use; {self.session.key('row.open')} shows what has to go before"
        return ""

    def set_values(self, make: Set, judge: Judge) -> None:
        """Nothing is marked on the screen of one."""

    def nico_deletion(self, row: NicoRow) -> DeleteNicoAllocation:
        """What takes it back."""
        return DeleteNicoAllocation(actor=self.session.connection.actor, allocation=row.uuid)

    async def nico_form(self) -> Form | None:
        """What renames and describes it. Raises BursarError."""
        from tui.forms.nico import record

        if (row := self.nico_row()) is None:
            return None
        found = await self.waiting(self.session.backend.nico.allocation(row.key))
        return record(self.session.connection.actor, found)

    async def nico_value(self) -> Form | None:
        """What sets its value. Raises BursarError."""
        if (row := self.nico_row()) is None:
            return None
        found = await self.waiting(self.session.backend.nico.allocation(row.key))
        return value_form(self, found.constraint)


def value_form(pane: Pane, row: ConstraintRow) -> Form | None:
    """What sets the value of a constraint; None where it can have no other, which is told."""
    from tui.forms.nico import value

    if why := why_not(row.bounds):
        pane.session.tell(f"{row.allocation_name}: {why}", WARN)
        return None
    return value(pane.session.backend, row)


async def new_form(pane: Pane, kind: str) -> Form:
    """What gives a tenant machines of a type or a network of a block. Raises NotFound."""
    from tui.forms.nico_new import NewNico

    session = pane.session
    return await pane.waiting(NewNico(session.backend, kind).form())


async def can_give(pane: Pane) -> list[tuple[str, str]]:
    """What there is to give of NICo, as choices: (kind, words). Raises BursarError."""
    nico = pane.session.backend.nico
    offered = (
        ("machines", "NICo: machines of an instance type", nico.types),
        ("addresses", "NICo: a network of a block", nico.blocks),
    )
    return [(kind, words) for kind, words, rows in offered if await rows.page(Query(), 1)]
