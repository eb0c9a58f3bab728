"""The confirm dialog: shows a plan, takes consent, carries it out (ux-anchors §4.4)."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label, Static

from backend.backend import Backend
from backend.core.errors import BursarError, PreviewStale
from backend.core.plan import Plan, Receipt
from backend.core.text import display
from tui.dialogs.consent import Consent
from tui.dialogs.preview import headline, preview
from tui.format.failures import failure
from tui.format.glyphs import UNICODE, Glyphs
from tui.format.lines import WARN, Line, Look, compared, joined, wrapped

GUARD = 0.3
_POLL = 0.05


class ConfirmScreen(ModalScreen[Receipt | None]):
    """Asks for consent to a plan and applies it; None when nothing was done or the operator
    did not wait for the outcome, which then reaches `told`."""

    CSS_PATH = "dialogs.tcss"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "confirm", show=False),
        Binding("r", "reason", show=False),
        Binding("escape", "leave", show=False),
        Binding("up", "scroll_preview(-1)", show=False),
        Binding("down", "scroll_preview(1)", show=False),
        Binding("pageup", "scroll_preview(-10)", show=False),
        Binding("pagedown", "scroll_preview(10)", show=False),
    ]

    def __init__(
        self,
        backend: Backend,
        plan: Plan,
        told: Callable[[str], None],
        *,
        glyphs: Glyphs = UNICODE,
        units: str = "auto",
        production: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._backend, self._plan, self._told = backend, plan, told
        self._glyphs, self._units, self._production = glyphs, units, production
        self._clock, self._opened = clock, clock()
        self._consent = Consent.to(plan, production)
        self._before: Plan | None = None
        self._armed = self._applying = self._left = False

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            with VerticalScroll(id="preview", can_focus=False):
                yield Static(id="changes")
            yield Static(id="notice")
            with Horizontal(classes="field"):
                yield Label(id="reason-label")
                yield Input(id="reason", compact=True)
                yield Label(Content("]"))
            with Horizontal(classes="field", id="name-row"):
                yield Label(id="name-label")
                yield Input(id="name", compact=True)
                yield Label(Content("]"))
            with Horizontal(id="buttons"):
                yield Button("Cancel", id="cancel", compact=True)
                yield Button(id="confirm", compact=True)

    def on_mount(self) -> None:
        self.set_interval(_POLL, self._arm)
        self._show()

    def on_resize(self) -> None:
        self.call_after_refresh(self._show)

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
        dialog = self.query_one("#dialog")
        dialog.border_title = Content(headline(self._plan))
        dialog.border_subtitle = Content("up/down scroll   tab moves   esc cancels")
        self.query_one("#changes", Static).update(joined(self._lines()))
        labels = (
            ("#reason-label", self._consent.reason_label),
            ("#name-label", self._consent.name_label),
        )
        room = max(cell_len(text) for _, text in labels)
        for where, text in labels:
            self.query_one(where, Label).update(Content(f"{text:<{room}} ["))
        self.query_one("#name-row").display = self._consent.needs_name
        self._show_button()
        self.call_after_refresh(self._fit)

    def _lines(self) -> list[Line]:
        look = self._look()
        lines = preview(self._plan, look)
        return lines if self._before is None else compared(preview(self._before, look), lines)

    def _look(self) -> Look:
        width = self.query_one("#preview").scrollable_content_region.width
        return Look(max(20, width), self._glyphs, self._units)

    def _show_button(self) -> None:
        button, verb = self.query_one("#confirm", Button), display(self._consent.verb)
        lacking = self._lacking()
        if self._applying:
            button.label = Content(f"{verb}: running, esc does not wait")
        else:
            button.label = Content(f"{verb} ({lacking})" if lacking else f"{verb}  y")
        button.refresh(layout=True)
        button.disabled = bool(lacking) or self._applying
        for field in self.query(Input):
            field.disabled = self._applying

    def _notice(self, lines: list[Line]) -> None:
        notice = self.query_one("#notice", Static)
        notice.display = bool(lines)
        notice.update(joined(lines))
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        """The preview gets the rows that the fields leave, and no more than it needs."""
        preview = self.query_one("#preview")
        others = [
            child for child in self.query("#dialog > *") if child is not preview and child.display
        ]
        rows = sum(child.outer_size.height + child.styles.margin.height for child in others)
        preview.styles.max_height = max(3, self.size.height - rows - 2)

    # --- consent

    def _arm(self) -> bool:
        if not self._armed and self._clock() - self._opened >= GUARD:
            self._armed = True
            self._focus_first()
        return self._armed

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
            self._notice([*wrapped("lacking", f"! It {lacking}.", self._look().width, style=WARN)])
        else:
            self.query_one("#confirm").focus()

    def action_reason(self) -> None:
        """Go to the reason field."""
        self.query_one("#reason").focus()

    def action_scroll_preview(self, rows: int) -> None:
        """Scroll what does not fit."""
        self.query_one("#preview").scroll_relative(y=rows, animate=False)

    @on(Button.Pressed, "#cancel")
    def action_leave(self) -> None:
        """Close; what runs goes on and its outcome is told."""
        self._left = self._applying
        self.dismiss(None)

    @on(Button.Pressed, "#confirm")
    def action_confirm(self) -> None:
        """Carry the plan out, once."""
        if not self._armed or self._applying or self._lacking():
            return
        self._applying = True
        self._notice([])
        self._show_button()
        reason = self.query_one("#reason", Input).value.strip()
        self.app.run_worker(self._carry_out(self._plan, reason), group="apply")

    # --- the outcome

    async def _carry_out(self, plan: Plan, reason: str) -> None:
        try:
            receipt = await self._backend.apply(plan, reason)
        except BursarError as error:
            self._refused(error)
        else:
            if self._left:
                self._told(display(receipt.message))
            else:
                self.dismiss(receipt)

    def _refused(self, error: BursarError) -> None:
        if self._left:
            self._told(f"{display(self._plan.title)}: {display(error)}")
            return
        self._applying = False
        if isinstance(error, PreviewStale):
            self._ask_again(error)
        else:
            self._show_button()
            self._notice(failure(error, self._look().width, "y tries again, esc closes"))
        self.query_one("#cancel").focus()

    def _ask_again(self, stale: PreviewStale) -> None:
        """Show the new plan with what differs marked; consent to the old one is void."""
        self._before, self._plan = self._plan, stale.plan
        self._consent = Consent.to(stale.plan, self._production)
        self._armed, self._opened = False, self._clock()
        self.query_one("#name", Input).value = ""
        self._show()
        self._notice(failure(stale, self._look().width, "* marks what is different"))
        self.query_one("#preview").scroll_home(animate=False)

    async def _look_again(self) -> None:
        try:
            plan = await self._backend.plan(self._plan.command)
        except BursarError as error:
            self._notice(failure(error, self._look().width, "esc closes"))
            return
        if plan.fingerprint == self._plan.fingerprint:
            self._plan = plan
            self._show()
        else:
            text = "! The situation changed meanwhile; confirming first shows how."
            self._notice(wrapped("moved", text, self._look().width, style=WARN))
