"""The dialog for several changes at once: one preview, one consent, a result for each."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from backend.core.errors import BursarError
from tui import cases, messages
from tui.cases import Case
from tui.dialogs.asking import AskingDialog
from tui.dialogs.consent import Consent
from tui.dialogs.several import plans_of, several, title
from tui.format.lines import Line, Look
from tui.session import Session


class BulkScreen(AskingDialog[None]):
    """Asks for consent to all cases that have a plan and carries them out in order until one
    fails; what others changed meanwhile is left out. The cases tell what became of each; `aside`
    is how many of them are not among the rows that are listed."""

    LEAVE = "Stop after this one"

    def __init__(
        self,
        session: Session,
        found: Sequence[Case],
        aside: int = 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        consent = Consent.to_all(plans_of(found), session.settings.production)
        super().__init__(session, consent, clock)
        self.cases, self._aside = found, aside

    def heading(self) -> str:
        """How many, and how many are left out."""
        return "How far it got" if self.over else title(self.cases)

    def lines(self, look: Look) -> list[Line]:
        """What would be done to each, or was: what was not done first."""
        if self.over:
            return several(sorted(self.cases, key=_settled), look)
        return several(self.cases, look, self._aside)

    def action_leave(self) -> None:
        """Stop where it is; else close."""
        if self.applying:
            self.left = True
            self.warn("Stopping after this one.")
            return
        if not self.over:
            self.session.tell(messages.UNCHANGED)
        self.dismiss(None)

    async def carry_out(self, reason: str) -> None:
        """One after the other."""
        todo = [case for case in self.cases if case.plan is not None]
        for case in todo:
            case.outcome = cases.UNTRIED
        for case in todo:
            if self.left or not await self._goes_on(case, reason):
                break
            self.show_text(self.lines)
        if all(case.outcome == cases.DONE for case in todo):
            self.dismiss(None)
            return
        self.end()
        self.show_text(self.lines)
        self.stopped()
        self._say(todo)

    def _say(self, todo: Sequence[Case]) -> None:
        done = sum(case.outcome == cases.DONE for case in todo)
        overtaken = sum(case.overtaken for case in todo)
        told = [f"{done:,} of {len(todo):,} done."]
        if overtaken:
            told.append(f"{overtaken:,} changed meanwhile and left as found.")
        error = next((case.error for case in todo if case.error and not case.overtaken), None)
        if error is not None:
            told.insert(0, f"{error.title}: {error.on_screen()}.")
        elif any(case.outcome == cases.UNTRIED for case in todo):
            told.insert(0, "Stopped:")
        self.warn(" ".join([*told, "What was not done stays marked; esc closes."]))

    async def _goes_on(self, case: Case, reason: str) -> bool:
        assert case.plan is not None
        try:
            case.done(await self.session.backend.apply(case.plan, reason))
        except BursarError as error:
            case.failed(error)
        return case.outcome == cases.DONE or case.overtaken


def _settled(case: Case) -> tuple[bool, bool]:
    """Where what became of it stands: failures first, what was done last."""
    return case.outcome == cases.DONE, case.error is None
