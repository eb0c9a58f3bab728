"""The confirm dialog: shows a plan, takes consent, carries it out (ux-anchors §4.4)."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import Input

from backend.core.errors import (
    BursarError,
    Conflict,
    NotFound,
    OutcomeUnknown,
    PreviewStale,
    StorageError,
    Unreachable,
)
from backend.core.plan import Command, Plan, Receipt
from backend.projects.model import ApplicationCommand
from tui.dialogs.asking import AskingDialog
from tui.dialogs.consent import Consent
from tui.dialogs.overtaking import by_whom
from tui.dialogs.preview import CONFIRM, headline, preview
from tui.format import ages
from tui.format.failures import failure
from tui.format.lines import Line, Look, compared, wrapped
from tui.format.requests import reasoned
from tui.forms.keeper import Keeper
from tui.messages import BAD
from tui.session import Session

CHANGED = "The situation changed meanwhile; confirming first shows how."


class ConfirmScreen(AskingDialog[Receipt | None]):
    """Asks for consent to a plan and applies it; None when nothing was done or the operator
    did not wait for the outcome, which is then told as a message. `done` is called when it was
    done, waited for or not; `left` tells whether it was not. When it `yields`, whoever opened it
    shows what refuses the plan, which is left in `conflict`. `since` says what others did since
    it was asked for."""

    LEAVE = "Do not wait"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("C", "copy", show=False)]

    def __init__(
        self,
        session: Session,
        plan: Plan,
        clock: Callable[[], float] = time.monotonic,
        done: Callable[[], None] | None = None,
        *,
        yields: bool = False,
        since: Callable[[Plan], Sequence[str]] | None = None,
    ) -> None:
        super().__init__(session, Consent.to(plan, session.settings.production), clock)
        self.plan = plan
        self.conflict: Conflict | None = None
        self._done, self._yields, self._since = done, yields, since
        self._before: Plan | None = None
        self._typed_reason = ""
        self._kept_at = 0
        """When a reason was typed that was brought back just now."""
        self._undoing = session.undoing(plan.command)
        self._keeper = self._reason_keeper(plan.command)

    def _reason_keeper(self, command: Command) -> Keeper | None:
        """Reasons given to applicants take thought, so they are kept until they are sent."""
        if not isinstance(command, ApplicationCommand):
            return None
        key = f"reason:{type(command).__name__}:{command.application}"
        return Keeper(self.session, key, self._reason)

    def _reason(self) -> tuple[dict[str, str], str]:
        return {}, self._typed_reason

    def on_mount(self) -> None:
        """Bring back a reason that was typed here and not sent."""
        if self._keeper is not None and (draft := self._keeper.found()):
            self.query_one("#reason", Input).value = draft.text
            self._kept_at = draft.at

    def began(self, told: str = "") -> None:
        """Nobody types behind a reason that he did not ask for: the first letter replaces it."""
        if self._kept_at:
            field = self.query_one("#reason", Input)
            field.focus()
            field.action_select_all()
            told = f"A reason of {ages.stamp(self._kept_at)} is here again; typing replaces it."
            self._kept_at = 0
        super().began(told)

    @on(Input.Changed, "#reason")
    def _reason_changed(self, event: Input.Changed) -> None:
        self._typed_reason = event.value
        self.show_text(self.lines)
        if self._keeper is not None:
            self._keeper.changed(self)

    def on_unmount(self) -> None:
        """A dialog that is left keeps the reason."""
        if self._keeper is not None:
            self._keeper.flush()

    def heading(self) -> str:
        """The worst of what it does, and what is taken back by it."""
        asks = self._undoing.title if self._undoing else CONFIRM
        return headline(self.plan, asks, self.inside - 2 if self.inside else sys.maxsize)

    def lines(self, look: Look) -> list[Line]:
        """The preview; what differs from an earlier one is marked."""
        lines = preview(self._told(self.plan), look)
        if self._before is not None:
            lines = compared(preview(self._told(self._before), look), lines)
        undone = self._undoing
        return [*wrapped("undone", undone.told, look.width), *lines] if undone else lines

    def _told(self, plan: Plan) -> Plan:
        """With the reason, and what others did first."""
        since = self._since(plan) if self._since else ()
        return replace(self._with_reason(plan), warnings=(*since, *plan.warnings))

    def _with_reason(self, plan: Plan) -> Plan:
        return replace(plan, request=reasoned(plan.request, self._typed_reason.strip()))

    def refresh_figures(self) -> None:
        """Something changed in the backend: look again without letting go of the preview."""
        if not (self.applying or self.over):
            self.run_worker(self._look_again(), group="figures", exclusive=True)

    def action_copy(self) -> None:
        """Choose how to copy the request."""
        from tui import clipboard

        request = self._with_reason(self.plan).request
        clipboard.offer(self.app, self.session, clipboard.of_request(request))

    async def carry_out(self, reason: str) -> None:
        """Apply the plan."""
        undone = self._undoing.seq if self._undoing else 0
        try:
            plan = replace(self.plan, takes_back=undone)
            receipt = await self.session.backend.apply(plan, reason)
        except BursarError as error:
            self._refused(error)
        else:
            if self._keeper is not None:
                self._keeper.drop(over=True)
            if self._done is not None:
                self._done()
            self.session.did(receipt, self.plan)
            if not self.left:
                self.dismiss(receipt)

    def _refused(self, error: BursarError) -> None:
        if self.left:
            self.session.tell(f"{self.plan.title}: {error.on_screen()}", BAD)
            return
        self.applying = False
        if isinstance(error, OutcomeUnknown):
            self._end(error)
        elif isinstance(error, PreviewStale):
            self._ask_again(error)
        elif isinstance(error, Conflict) and self._yields:
            self.conflict = error
            self.dismiss(None)
            return
        else:
            self._fails(error)
        self.stopped()

    def _fails(self, error: BursarError) -> None:
        """What others did first cannot be done any more; anything else may pass."""
        if isinstance(error, Conflict | NotFound):
            self._end(error)
            self.run_worker(self._tell_by_whom(error), group="whose", exclusive=True)
            return
        again = isinstance(error, StorageError | Unreachable)
        self.failed(error, "y tries again, esc closes" if again else "esc closes")

    async def _tell_by_whom(self, error: BursarError) -> None:
        if told := await by_whom(self.session, self.plan.command):
            self.notice(lambda look: [*failure(error, look.width, "esc closes"),
                                      *wrapped("whose", told, look.width)])  # fmt: skip

    def _end(self, error: BursarError) -> None:
        """Doing it again might do it twice, or is of no use."""
        self.end()
        self.failed(error, "esc closes")
        self.query_one("#cancel").focus()

    def _ask_again(self, stale: PreviewStale) -> None:
        """Show the new plan with what differs marked."""
        self._before, self.plan = self.plan, stale.plan
        self.ask_again(Consent.to(stale.plan, self.session.settings.production))
        self.warn("Changed since the preview; nothing written. * marks what is new.")

    async def _look_again(self) -> None:
        try:
            plan = await self.session.backend.plan(self.plan.command)
        except BursarError as error:
            if isinstance(error, Conflict) and self._yields:
                self.warn(CHANGED)
            else:
                self._fails(error)
            return
        self.regained()
        if plan.fingerprint == self.plan.fingerprint:
            self.plan = plan
            self.show_all()
        else:
            self.warn(CHANGED)
