"""What dialogs that ask for consent share: a preview, the fields, the guard, the buttons."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar, TypeVar

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, Label, Static

from backend.core.text import MAX_CHARS, counted, display
from tui import messages
from tui.dialogs.consent import ROOM, Consent
from tui.dialogs.dialog import Dialog
from tui.format.lines import BAD, WARN, Line, Look, line
from tui.session import Session
from tui.widgets.field import LineField
from tui.widgets.text import TextPanel

GUARD = 0.3
POLL = 0.05
TAKEN = 19
"""Cells of the row of buttons that neither the verb nor what is lacking has."""
EARLY = "y came too soon to be an answer; press it again."

ResultT = TypeVar("ResultT")


def _below(lines: Sequence[Line]) -> Line:
    """How many lines are still to be read, and whether the worst is among them."""
    if not lines:
        return line("", "")
    over = sum(one.key.startswith("over.") and one.key != "over.more" for one in lines)
    worst = f", among them {over} over quota" if over else ""
    told = f"{counted(len(lines), 'more line')} below{worst}: pgdn"
    return line("", (f"! {told}", BAD) if over else (told, WARN))


class AskingDialog(Dialog[ResultT]):
    """Shows `lines` and takes `consent`; a subclass gives `heading` and `carry_out`. It opens
    with the cursor in a field, where letters are text; consent is given outside of fields."""

    AUTO_FOCUS = ""
    LEAVE = "Cancel"
    """The other button while something is being carried out, and what `esc` then does."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "confirm", show=False),
        Binding("escape", "leave", show=False),
        Binding("up", "scroll('up')", show=False),
        Binding("down", "scroll('down')", show=False),
        Binding("pageup", "scroll('page_up')", show=False),
        Binding("pagedown", "scroll('page_down')", show=False),
    ]

    def __init__(
        self, session: Session, consent: Consent, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(session)
        self.armed = False
        self.consent = consent
        self.applying = self.left = False
        self.over = False
        """Nothing can be carried out any more."""
        self.resting = False
        """No key is taken since `enter` led to the button: a paste may be going on."""
        self.inside = 0
        """Cells in the frame, 0 before they are known."""
        self._early = 0
        """Keys that came before it took any."""
        self._mistake = ""
        """What is said to be lacking, until it is not."""
        self._clock, self._opened = clock, clock()

    def heading(self) -> str:
        """The title of the frame."""
        raise NotImplementedError

    def lines(self, look: Look) -> list[Line]:
        """What is consented to."""
        raise NotImplementedError

    async def carry_out(self, reason: str) -> None:
        """Do it, and close or say what went wrong."""
        raise NotImplementedError

    def body(self) -> ComposeResult:
        """How much is below the text, what went wrong, the fields, the buttons."""
        yield Static(id="more")
        yield Static(id="notice")
        with Horizontal(classes="field", id="reason-row"):
            yield Label(id="reason-label")
            yield LineField(id="reason", compact=True, max_length=MAX_CHARS, select_on_focus=False)
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
        self._early += self.session.ahead.drop()
        self.query_one(TextPanel).can_focus = False
        self.set_interval(POLL, self._arm)
        self.show_all()

    def on_key(self, event: events.Key) -> None:
        """Type-ahead, auto-repeat of the key that opened the dialog and the rest of a paste
        that was not told as one go nowhere; words that go on at the buttons are a reason."""
        typing = isinstance(self.focused, Input)
        if not self._arm() and not (self.resting and typing):
            event.stop()
            event.prevent_default()
            if not self.resting:
                self._early += event.key != self.session.ahead.last
            else:
                self._opened = self._clock()
                if event.key == "y":
                    self.warn(EARLY)
        elif event.key in ("tab", "shift+tab") and typing:
            self._rest()
        elif event.is_printable and event.key not in self._bindings.key_to_bindings:
            event.stop()
            event.prevent_default()
            self._type_on(event.character or "")

    def _type_on(self, letter: str) -> None:
        """Back into the reason with a letter that no button takes."""
        field = self.query_one("#reason", Input)
        if not (self.applying or self.over):
            field.focus()
            field.insert_text_at_cursor(letter)

    def on_descendant_focus(self) -> None:
        """Which keys consent depends on where the cursor is."""
        self.show_button()

    # --- what is on screen

    def show_all(self) -> None:
        """Show the text, what has to be given, and the buttons."""
        self.show_text(self.lines)
        needed = self.consent.needs_reason
        self.query_one("#reason", Input).placeholder = "" if needed else "optional"
        labels = (
            ("#reason-label", "Reason"),
            ("#name-label", self.consent.name_label),
        )
        room = max(cell_len(text) for _, text in labels)
        for where, text in labels:
            self.query_one(where, Label).update(Content(f"{text:<{room}} ["))
        self.query_one("#name-row").display = self.consent.needs_name
        self.show_button()

    def fit(self) -> None:
        """Say how much more there is to read, in a row of its own above the fields."""
        panel, more = self.query_one(TextPanel), self.query_one("#more", Static)
        rows, settings = self.rows(), self.session.settings
        more.display = len(panel.lines) > rows
        panel.styles.height = rows = max(1, rows - more.display)
        more.update(_below(panel.lines[panel.top + rows :]).content)
        where = f"{'PROD ' if settings.production else ''}{settings.context}"
        if self.inside != (inside := panel.size.width):
            self.inside = inside
            self.show_button()
        self.frame(self.heading(), f"{where}   tab moves   esc cancels")

    def besides(self) -> Iterator[Widget]:
        """Without the row that says how much is below; it is there only when it has to be."""
        return (one for one in super().besides() if one.id != "more")

    def show_button(self) -> None:
        """Say what is lacking, or that it runs."""
        button, verb = self.query_one("#confirm", Button), display(self.consent.verb)
        room = self.inside - TAKEN - cell_len(verb) if self.inside else ROOM
        lacking = self._lacking(min(ROOM, room))
        leave = self.query_one("#cancel", Button)
        left = "Close" if self.over else "Cancel"
        leave.label = Content(self.LEAVE if self.applying else left)
        leave.refresh(layout=True)
        if self.applying:
            button.label = Content(f"{verb}: running")
        else:
            keys = "enter, y" if isinstance(self.focused, Input) else "y"
            button.label = Content(f"{verb} ({lacking})" if lacking else f"{verb}  {keys}")
        button.refresh(layout=True)
        button.disabled = bool(lacking) or self.applying
        for field in self.query(Input):
            field.disabled = self.applying

    # --- consent

    def ask_again(self, consent: Consent) -> None:
        """What is shown is another thing now; consent to what was shown before is void."""
        self.consent = consent
        self.armed, self.resting, self._opened = False, False, self._clock()
        self.query_one("#name", Input).value = ""
        self.show_all()
        self.query_one(TextPanel).action_list_first()

    def _arm(self) -> bool:
        if not self.armed and self._clock() - self._opened >= GUARD:
            self.armed = True
            if not self.resting:
                self._focus_first()
                self.began()
            self.resting = False
        return self.armed

    def began(self, told: str = "") -> None:
        """Keys are taken from now on. A reason must not lose its beginning without a word."""
        if self._early:
            told = f"Typed too soon, and went nowhere: {counted(self._early, 'key')}. {told}"
            self._early = 0
        if told:
            self.warn(told.strip())

    def _focus_first(self) -> None:
        given = self.query_one("#reason", Input).value.strip()
        self.query_one("#name" if given and self.consent.needs_name else "#reason").focus()

    def _lacking(self, room: int = ROOM) -> str:
        reason, name = (self.query_one(where, Input).value for where in ("#reason", "#name"))
        return self.consent.missing(reason, name, room)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        """A pasted control character must not reach the terminal through the field."""
        if (safe := display(event.value)) != event.value:
            event.input.value = safe
        self.show_button()
        if self._mistake and self._mistake != self._lacking():
            self._mistake = ""
            self.warn("")

    @on(Input.Submitted)
    def _next_field(self, event: Input.Submitted) -> None:
        given = event.input.id == "reason" and event.value.strip()
        if given and self.consent.needs_name:
            self.query_one("#name").focus()
        elif lacking := self._lacking():
            self._mistake = lacking
            self.warn(f"It {lacking}.")
            self._focus_first()
        else:
            self.query_one("#confirm").focus()
            self._rest()

    def _rest(self) -> None:
        """A field was left, while what is typed may go on."""
        self.armed, self.resting, self._opened = False, True, self._clock()

    @on(LineField.Cut)
    def _cut(self, event: LineField.Cut) -> None:
        """Say how much of a paste was taken."""
        self.session.tell(f"The pasted text was cut to {event.kept} characters.", messages.WARN)

    def action_scroll(self, how: str) -> None:
        """Scroll what does not fit, wherever the focus is."""
        getattr(self.query_one(TextPanel), f"action_list_{how}")()
        self.fit()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "confirm":
            self.action_confirm()
        else:
            self.action_leave()

    def action_leave(self) -> None:
        """Close; what runs goes on and its outcome is told."""
        self.left = self.applying
        if not self.applying:
            self.session.tell(messages.UNCHANGED)
        self.dismiss(None)

    def action_confirm(self) -> None:
        """Carry it out, once."""
        if not self.armed or self.applying or self.over or self._lacking():
            return
        self.applying = True
        self.warn("")
        self.show_button()
        reason = self.query_one("#reason", Input).value.strip()
        self.app.run_worker(self.carry_out(reason), group="apply")

    def end(self) -> None:
        """Offer nothing but to close."""
        self.over = True
        for part in ("#reason-row", "#name-row", "#confirm"):
            self.query_one(part).display = False

    def stopped(self) -> None:
        """It is over without being done."""
        self.applying = False
        self.show_button()
        self.query_one("#cancel").focus()
