"""The confirm dialog: shows a plan, takes consent, carries it out (ux-anchors §4.4)."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Input, Label, Static

from backend.core.errors import BursarError, PreviewStale, StorageError, Unreachable
from backend.core.plan import Plan, Receipt
from backend.core.text import MAX_CHARS, display
from tui.dialogs.consent import Consent
from tui.dialogs.dialog import Dialog
from tui.dialogs.preview import headline, preview
from tui.format.failures import failure
from tui.format.lines import WARN, Build, Line, Look, compared, joined, wrapped
from tui.session import BAD, Session
from tui.widgets.field import LineField
from tui.widgets.text import TextPanel

GUARD = 0.3
POLL = 0.05


class ConfirmScreen(Dialog[Receipt | None]):
    """Asks for consent to a plan and applies it; None when nothing was done or the operator
    did not wait for the outcome, which is then told as a message."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "confirm", show=False),
        Binding("r", "reason", show=False),
        Binding("C", "copy", show=False),
        Binding("escape", "leave", show=False),
        Binding("up", "scroll('up')", show=False),
        Binding("down", "scroll('down')", show=False),
        Binding("pageup", "scroll('page_up')", show=False),
        Binding("pagedown", "scroll('page_down')", show=False),
    ]

    def __init__(
        self, session: Session, plan: Plan, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(session)
        self.plan = plan
        self.armed = False
        self._clock, self._opened = clock, clock()
        self._consent = Consent.to(plan, session.settings.production)
        self._before: Plan | None = None
        self._applying = self._left = False

    def body(self) -> ComposeResult:
        """What went wrong, the fields, the buttons."""
        yield Static(id="notice")
        with Horizontal(classes="field", id="reason-row"):
            yield Label(id="reason-label")
            yield LineField(id="reason", compact=True, max_length=MAX_CHARS)
            yield Label(Content("]"))
        with Horizontal(classes="field", id="name-row"):
            yield Label(id="name-label")
            yield LineField(id="name", compact=True)
            yield Label(Content("]"))
        with Horizontal(id="buttons"):
            yield Button("Cancel", id="cancel", compact=True)
            yield Button(id="confirm", compact=True)

    def on_mount(self) -> None:
        """Show the plan and count the guard down."""
        self.query_one(TextPanel).can_focus = False
        self.set_interval(POLL, self._arm)
        self._show()

    def on_key(self, event: events.Key) -> None:
        """Type-ahead and auto-repeat of the key that opened the dialog go nowhere."""
        if not self._arm():
            event.stop()
            event.prevent_default()

    def refresh_figures(self) -> None:
        """Something changed in the backend: look again without letting go of the preview."""
        if not self._applying:
            self.run_worker(self._look_again(), group="figures", exclusive=True)

    # --- what is on screen

    def _show(self) -> None:
        self.show_text(self._lines)
        labels = (
            ("#reason-label", self._consent.reason_label),
            ("#name-label", self._consent.name_label),
        )
        room = max(cell_len(text) for _, text in labels)
        for where, text in labels:
            self.query_one(where, Label).update(Content(f"{text:<{room}} ["))
        self.query_one("#name-row").display = self._consent.needs_name
        self._show_button()

    def fit(self) -> None:
        """Say how much more there is to read."""
        super().fit()
        settings, more = self.session.settings, self.hidden
        where = f"{'PROD ' if settings.production else ''}{settings.context}"
        keys = f"{more} more line{'s' if more > 1 else ''}: pgdn   " if more else ""
        self.frame(headline(self.plan), f"{where}   {keys}tab moves   esc cancels")

    def _lines(self, look: Look) -> list[Line]:
        lines = preview(self.plan, look)
        return lines if self._before is None else compared(preview(self._before, look), lines)

    def _show_button(self) -> None:
        button, verb = self.query_one("#confirm", Button), display(self._consent.verb)
        lacking = self._lacking()
        leave = self.query_one("#cancel", Button)
        leave.label = Content("Do not wait" if self._applying else "Cancel")
        leave.refresh(layout=True)
        if self._applying:
            button.label = Content(f"{verb}: running")
        else:
            button.label = Content(f"{verb} ({lacking})" if lacking else f"{verb}  y")
        button.refresh(layout=True)
        button.disabled = bool(lacking) or self._applying
        for field in self.query(Input):
            field.disabled = self._applying

    def _notice(self, build: Build) -> None:
        notice = self.query_one("#notice", Static)
        width = self.query_one(TextPanel).size.width
        lines = list(build(replace(self.session.look(), width=max(20, width))))
        notice.display = bool(lines)
        notice.update(joined(lines))
        self.call_after_refresh(self.fit)

    # --- consent

    def _arm(self) -> bool:
        if not self.armed and self._clock() - self._opened >= GUARD:
            self.armed = True
            self._focus_first()
        return self.armed

    def _focus_first(self) -> None:
        where = "#reason" if self._consent.needs_reason else "#cancel"
        if self._consent.needs_reason and self.query_one("#reason", Input).value.strip():
            where = "#name" if self._consent.needs_name else "#cancel"
        self.query_one(where).focus()

    def _lacking(self) -> str:
        reason, name = (self.query_one(where, Input).value for where in ("#reason", "#name"))
        return self._consent.missing(reason, name)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        """A pasted control character must not reach the terminal through the field."""
        if (safe := display(event.value)) != event.value:
            event.input.value = safe
        self._show_button()

    @on(Input.Submitted)
    def _next_field(self, event: Input.Submitted) -> None:
        if event.input.id == "reason" and self._consent.needs_name:
            self.query_one("#name").focus()
        elif lacking := self._lacking():
            self._warn(f"It {lacking}.")
        else:
            self.query_one("#confirm").focus()

    @on(LineField.Cut)
    def _cut(self, event: LineField.Cut) -> None:
        """Say how much of a paste was taken."""
        self.session.tell(f"The pasted text was cut to {event.kept} characters.", "warn")

    def action_reason(self) -> None:
        """Go to the reason field."""
        self.query_one("#reason").focus()

    def action_copy(self) -> None:
        """Choose how to copy the request."""
        from tui import clipboard

        clipboard.offer(self.app, self.session, clipboard.of_request(self.plan.request))

    def action_scroll(self, how: str) -> None:
        """Scroll what does not fit, wherever the focus is."""
        getattr(self.query_one(TextPanel), f"action_list_{how}")()
        self.fit()

    @on(Button.Pressed, "#cancel")
    def action_leave(self) -> None:
        """Close; what runs goes on and its outcome is told."""
        self._left = self._applying
        self.dismiss(None)

    @on(Button.Pressed, "#confirm")
    def action_confirm(self) -> None:
        """Carry the plan out, once."""
        if not self.armed or self._applying or self._lacking():
            return
        self._applying = True
        self._notice(lambda look: ())
        self._show_button()
        reason = self.query_one("#reason", Input).value.strip()
        self.app.run_worker(self._carry_out(self.plan, reason), group="apply")

    # --- the outcome

    async def _carry_out(self, plan: Plan, reason: str) -> None:
        try:
            receipt = await self.session.backend.apply(plan, reason)
        except BursarError as error:
            self._refused(error)
        else:
            if self._left:
                self.session.tell(receipt.message)
            else:
                self.dismiss(receipt)

    def _refused(self, error: BursarError) -> None:
        if self._left:
            self.session.tell(f"{self.plan.title}: {error}", BAD)
            return
        self._applying = False
        if isinstance(error, PreviewStale):
            self._ask_again(error)
        else:
            self._show_button()
            again = isinstance(error, StorageError | Unreachable)
            self._failed(error, "y tries again, esc closes" if again else "esc closes")
        self.query_one("#cancel").focus()

    def _ask_again(self, stale: PreviewStale) -> None:
        """Show the new plan with what differs marked; consent to the old one is void."""
        self._before, self.plan = self.plan, stale.plan
        self._consent = Consent.to(stale.plan, self.session.settings.production)
        self.armed, self._opened = False, self._clock()
        self.query_one("#name", Input).value = ""
        self._show()
        self.query_one(TextPanel).action_list_first()
        self._warn("Changed since the preview; nothing written. * marks what is new.")

    async def _look_again(self) -> None:
        try:
            plan = await self.session.backend.plan(self.plan.command)
        except BursarError as error:
            self._failed(error, "esc closes")
            return
        if plan.fingerprint == self.plan.fingerprint:
            self.plan = plan
            self._show()
        else:
            self._warn("The situation changed meanwhile; confirming first shows how.")

    def _failed(self, error: BursarError, keys: str) -> None:
        self._notice(lambda look: failure(error, look.width, keys))

    def _warn(self, text: str) -> None:
        self._notice(lambda look: wrapped("notice", f"! {text}", look.width, style=WARN))
