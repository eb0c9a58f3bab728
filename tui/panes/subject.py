"""What a screen is about: copying it, jumping from it, doing what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.dom import DOMNode
from textual.message import Message

from tui.actions import Action, Scope
from tui.history import Place
from tui.listings import LISTED
from tui.messages import WARN
from tui.panes.working import Working


class Subject(Working, inherit_bindings=False):
    """A subclass says with `subject` what it or its cursor is on."""

    SCOPE: ClassVar[Scope]
    PANE: ClassVar[str]

    @dataclass
    class Going(Message):
        """Another list is wanted, or one as it was."""

        place: Place

    def refusal(self, action: Action) -> str:
        """Why an action is off now, `` when it is not."""
        raise NotImplementedError

    def named(self, action: Action) -> Action:
        """The action in words that say what it is about here."""
        return action

    def copy(self, text: str) -> None:
        """Send a text to the terminal's clipboard."""
        from tui import clipboard

        clipboard.copy(self.app, self.session, text)

    def subject(self) -> tuple[str, object] | None:
        """What the screen or its cursor is on: the id that `c` copies, and its row."""
        return None

    async def copies(self) -> Sequence[tuple[str, str]]:
        """What `C` offers: (words, text). Raises BursarError."""
        from tui import clipboard

        found = self.subject()
        return () if found is None else clipboard.of_row(LISTED[self.SCOPE].name, *found)

    def action_row_copy(self) -> None:
        """Copy the id."""
        if (found := self.subject()) is not None:
            self.copy(found[0])

    def action_copy_menu(self) -> None:
        """Choose what to copy."""
        self.start(self._offer_copies, group="copy")

    async def _offer_copies(self) -> None:
        from tui import clipboard

        clipboard.offer(self.app, self.session, await self.copies())

    def related_to(self) -> object | None:
        """The row whose relations `J` offers."""
        found = self.subject()
        return None if found is None else found[1]

    def act(self, action: Action) -> None:
        """Do what an action says, as if its key were pressed; say why when it is off."""
        if why := self.refusal(action):
            self.session.tell(f"{action.title}: {why}", WARN, passing=True)
            return
        name = f"action_{action.method.partition('(')[0]}"
        places: list[DOMNode] = [self, *self.query("ResourceTable, TextPanel"), self.app]
        place = next((one for one in places if hasattr(one, name)), self.app)
        self.run_worker(self.app.run_action(action.method, place), group="act")

    def action_actions(self) -> None:
        """Every action here, and why some are off."""
        self.start(self._offer_actions, group="actions")

    async def _offer_actions(self) -> None:
        from tui.panes import menus

        await self.know()
        menus.actions(self)

    async def know(self) -> None:
        """Read what says which actions are on. Raises BursarError."""

    def action_jump(self) -> None:
        """To the lists that have to do with this object."""
        from tui.panes import menus

        menus.jump(self)
