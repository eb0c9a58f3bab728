"""What can be done with an allocation of whatever system, from the list and from its own screen:
every key means the same for all kinds, as far as they have it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from backend.nico.model import NicoRow
from backend.openportal.model import PortalRow, State
from backend.placement.model import ConsumerRow
from tui.actions import Action, Group
from tui.panes import consumer_actions, nico_actions, portal_actions
from tui.panes.consumer_actions import PORTAL_ONLY, ConsumerActions
from tui.panes.nico_actions import OF_OTHERS, NicoActions
from tui.panes.portal_actions import PortalActions
from tui.panes.value_actions import in_words_of_nico

if TYPE_CHECKING:
    from tui.forms.form import Form

SEVERAL: Mapping[str, frozenset[type]] = {
    "alloc.limit": frozenset((PortalRow, NicoRow)),
    **dict.fromkeys(
        ("alloc.pull", "alloc.ok", "alloc.erred", "alloc.unlink"), frozenset((PortalRow,))
    ),
    "alloc.delete": frozenset((ConsumerRow, PortalRow, NicoRow)),
}
"""What is done with all that are marked, and the kinds that have it."""
NONE_MARKED = "only allocations of {} have that, and none is marked"
OF_NONE = ("undo", "alloc.new")
"""Changes that need no allocation."""
OF_CONSUMERS = ("alloc.move",)
NEEDLESS = {State.OK: ("alloc.ok",), State.ERRED: ("alloc.erred",)}
"""What would only say what is so."""
WORDS = {
    "alloc.unlink": ("take share", "share"),
    "alloc.delete": ("remove", "remove"),
}
"""What actions are called for consumers: title, short."""

_GIVES: Mapping[type, Mapping[str, Sequence[str]]] = {
    ConsumerRow: consumer_actions.GIVES,
    PortalRow: portal_actions.GIVES,
    NicoRow: nico_actions.GIVES,
}
_ANY = {
    id: [name for kind in _GIVES.values() for name in kind.get(id, ())]
    for id in dict.fromkeys(id for kind in _GIVES.values() for id in kind)
}


class AllocationActions(PortalActions, NicoActions, ConsumerActions, inherit_bindings=False):
    """Does with the allocation `of()` what its kind has for a key."""

    def of(self) -> ConsumerRow | PortalRow | NicoRow | None:
        """The allocation, as a row of its system; None when there is none."""
        raise NotImplementedError

    def consumer_row(self) -> ConsumerRow | None:
        """It, if it is a consumer."""
        found = self.of()
        return found if isinstance(found, ConsumerRow) else None

    def portal_row(self) -> PortalRow | None:
        """It, if it is one of OpenPortal."""
        found = self.of()
        return found if isinstance(found, PortalRow) else None

    def nico_row(self) -> NicoRow | None:
        """It, if it is one of NICo."""
        found = self.of()
        return found if isinstance(found, NicoRow) else None

    def marked_kinds(self) -> frozenset[type]:
        """What is marked, by the rows of its systems."""
        return frozenset()

    def kinds(self, action: Action) -> frozenset[type]:
        """What a key is about: what is marked, or what is under the cursor."""
        marked = self.marked_kinds() if action.id in SEVERAL else frozenset()
        return marked or frozenset((type(self.of()),))

    def gives(self, action: Action) -> Sequence[str]:
        """What its kind has for a key, or any where there is none; others may be marked."""
        known = _GIVES.get(type(self.of()), _ANY).get(action.id, action.gives)
        if action.id == "alloc.new":
            known = nico_actions.new(self.session.connection.systems, known)
        return action.gives if self.marks() and action.changes_data else known

    def refusal(self, action: Action) -> str:
        """There has to be one, and its kind has to permit it."""
        why = self.nico_nonsense(action) or super().refusal(action)
        if why or action.group is not Group.DECIDE or action.id in OF_NONE:
            return why
        if self.marks() and action.id in SEVERAL:
            whose = SEVERAL[action.id]
            told = "OpenPortal and NICo" if NicoRow in whose else "OpenPortal"
            return "" if self.kinds(action) & whose else NONE_MARKED.format(told)
        found = self.of()
        if found is None:
            return "" if self.marks() else "no allocation is selected"
        if isinstance(found, PortalRow):
            return self.portal_refusal(action, found)
        if isinstance(found, NicoRow):
            return "" if self.marks() and action.changes_data else self.nico_refusal(action, found)
        return self.consumer_refusal(action, found)

    def offers(self, action: Action) -> bool:
        """The row of keys has what the kinds that are marked have, or the one under the cursor."""
        if self.marks() and action.id in SEVERAL:
            return bool(self.kinds(action) & SEVERAL[action.id])
        found = self.of()
        if isinstance(found, NicoRow):
            return action.id not in OF_OTHERS
        if isinstance(found, PortalRow):
            marked = self.marks() and action.changes_data
            hidden = OF_CONSUMERS if marked else (*OF_CONSUMERS, *NEEDLESS.get(found.state, ()))
            hidden = (*hidden, "alloc.name") if found.code else hidden
        else:
            hidden = PORTAL_ONLY
        return found is None or action.id not in hidden

    def named(self, action: Action) -> Action:
        """In the words of Placement and NICo where it is about one of theirs."""
        kinds = self.kinds(action)
        if action.id == "alloc.limit" and kinds == {NicoRow}:
            return in_words_of_nico(action)
        if action.id in WORDS and kinds == {ConsumerRow}:
            title, short = WORDS[action.id]
            return replace(action, title=title, short=short)
        return action

    def action_row_edit(self) -> None:
        """Change it by a form."""
        self.fill_in(self._form())

    def action_row_editor(self) -> None:
        """Change it as a text."""
        self.fill_in(self._form(), editor=True)

    def _form(self) -> Callable[[], Awaitable[Form | None]]:
        if self.nico_row() is not None:
            return self.nico_form
        return self.portal_form if self.portal_row() is not None else self.consumer_form

    def action_alloc_limit(self) -> None:
        """Set the limit of one of OpenPortal, the value of one of NICo."""
        if self.nico_row() is not None:
            self.fill_in(self.nico_value)
        else:
            self.ask_limit([row] if (row := self.portal_row()) is not None else ())

    def action_alloc_unlink(self) -> None:
        """Forget it here; of a consumer, take away what one provider gives."""
        if self.portal_row() is not None or self.marks():
            self.unlink()
        else:
            self.take_share()

    def action_alloc_delete(self) -> None:
        """Delete it; of a consumer, all that it holds."""
        if (row := self.nico_row()) is not None:
            self.change(self.nico_deletion(row))
        elif self.portal_row() is not None:
            self.decide(self.deletion)
        else:
            self.take_all()
