"""The dialog for several changes at once: one preview, one consent, a result for each."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from textual.content import Content
from textual.widgets import Button

from backend.core.errors import BursarError
from tui import cases
from tui.cases import Case
from tui.dialogs.asking import AskingDialog
from tui.dialogs.consent import Consent
from tui.dialogs.several import plans_of, several, title
from tui.format.lines import Line, Look
from tui.session import Session


class BulkScreen(AskingDialog[None]):
    """Asks for consent to all cases that have a plan and carries them out in order until one
    fails; the cases tell what became of each."""

    LEAVE = "Stop after this one"

    def __init__(
        self,
        session: Session,
        found: Sequence[Case],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        consent = Consent.to_all(plans_of(found), session.settings.production)
        super().__init__(session, consent, clock)
        self.cases = found
        self._over = False

    def heading(self) -> str:
        """How many, and how many are left out."""
        return "How far it got" if self._over else title(self.cases)

    def lines(self, look: Look) -> list[Line]:
        """What would be done to each, or was."""
        return several(self.cases, look)

    def action_leave(self) -> None:
        """Stop where it is; else close."""
        if self.applying:
            self.left = True
            self.warn("Stopping after this one.")
        else:
            self.dismiss(None)

    def action_confirm(self) -> None:
        """Once; what is left is previewed anew."""
        if not self._over:
            super().action_confirm()

    async def carry_out(self, reason: str) -> None:
        """One after the other."""
        todo = [case for case in self.cases if case.plan is not None]
        for case in todo:
            case.outcome = cases.UNTRIED
        for case in todo:
            if self.left or not await self._done(case, reason):
                break
            self.show_text(self.lines)
        self._over = True
        if all(case.outcome == cases.DONE for case in todo):
            self.dismiss(None)
            return
        self.show_text(self.lines)
        for part in ("#reason-row", "#name-row", "#confirm"):
            self.query_one(part).display = False
        self.stopped()
        self.query_one("#cancel", Button).label = Content("Close")
        self._say(todo)

    def _say(self, todo: Sequence[Case]) -> None:
        done = sum(case.outcome == cases.DONE for case in todo)
        rest = "What was not done stays marked; esc closes."
        failed = next((case.error for case in todo if case.error is not None), None)
        if failed is not None:
            self.warn(f"{failed.title}: {failed}. {done} of {len(todo)} done. {rest}")
        else:
            self.warn(f"Stopped: {done} of {len(todo)} done. {rest}")

    async def _done(self, case: Case, reason: str) -> bool:
        assert case.plan is not None
        try:
            case.done(await self.session.backend.apply(case.plan, reason))
        except BursarError as error:
            case.failed(error)
        return case.outcome == cases.DONE
