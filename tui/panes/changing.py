"""A screen that changes things: preview, consent, and what follows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from textual import work
from textual.worker import get_current_worker

from backend.core.errors import BursarError
from tui.panes.working import Working

if TYPE_CHECKING:
    from backend.core.plan import Command, Plan, Receipt
    from tui.forms.form import Form


class Changing(Working, inherit_bindings=False):
    """What is asked for by a key that changes data. What is typed after it belongs to its dialog
    or form, and does nothing else."""

    def change(self, command: Command, done: Callable[[], None] | None = None) -> None:
        """Preview a command, ask for consent, carry it out; `done` is called when it was. What is
        typed until the preview is there does nothing else."""
        self.session.ahead.wait(self._change(command, done), self)

    @work(group="change", exclusive=True)
    async def _change(self, command: Command, done: Callable[[], None] | None) -> None:
        receipt = await self.consent(command)
        if receipt is not None:
            if done is not None:
                done()
            await self._done(receipt)

    def fill_in(self, asked: Callable[[], Awaitable[Form | None]], *, editor: bool = False) -> None:
        """Have a form filled in, previewed and carried out; `editor` begins in the operator's
        editor. None is no form. What is typed until the form is there goes into it."""
        self.session.ahead.wait(self._fill_in(asked, editor=editor), self)

    @work(group="change", exclusive=True)
    async def _fill_in(self, asked: Callable[[], Awaitable[Form | None]], *, editor: bool) -> None:
        try:
            form = await asked()
        except BursarError as error:
            self.session.told(error)
            return
        if form is None or not self.is_here():
            return
        from tui.forms.screen import FormScreen

        shown = FormScreen(self.session, form, editor=editor)
        self.session.ahead.into(shown)
        receipt = await self.app.push_screen_wait(shown)
        if receipt is not None:
            await self._done(receipt)

    async def _done(self, receipt: Receipt) -> None:
        await self.session.read_again()
        self.changed(receipt)

    async def consent(self, command: Command) -> Receipt | None:
        """The confirm dialog for a command; None when nothing was done. In a worker only."""
        from tui.dialogs.confirm import ConfirmScreen

        try:
            plan = await self.previewed(command)
        except BursarError as error:
            self.session.told(error)
            return None
        if not self.is_here():
            return None
        return await self.app.push_screen_wait(ConfirmScreen(self.session, plan))

    async def previewed(self, command: Command) -> Plan:
        """Its plan; the operator sees that it is being made. Raises BursarError."""
        with self.unheard():
            return await self.waiting(self.session.plan(command))

    @contextmanager
    def unheard(self) -> Iterator[None]:
        """Meanwhile, in a worker, a preview is made: what is typed is meant for its dialog and does
        nothing here, nor does what goes on after a refusal."""
        ahead, worker = self.session.ahead, get_current_worker()
        if not ahead.waits_for(worker):
            ahead.wait(worker, self)
        try:
            yield
        except BursarError:
            ahead.refused()
            raise

    def action_undo(self) -> None:
        """Preview taking the last change back."""
        if (inverse := self.session.last.inverse) is not None:
            self.change(inverse)

    def changed(self, receipt: Receipt) -> None:
        """Something was changed from this screen."""
