"""What refuses a change of a consumer or an inventory, in a dialog: somebody else's change, side by
side with one's own, or the rule that does not hold."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from textual import on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Button

from backend.core.errors import BursarError, Conflict, GenerationConflict, NotFound
from backend.core.plan import Command, Plan, Receipt
from tui.dialogs.confirm import ConfirmScreen
from tui.dialogs.dialog import Dialog
from tui.format.conflicts import conflict
from tui.format.failures import failure
from tui.format.lines import Line, Look
from tui.messages import UNCHANGED, WARN
from tui.session import ELSEWHERE, Session
from tui.widgets.text import TextPanel
from tui.wishes import Side, Wish

GONE = Side(None)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a wish: the receipt when it was carried out, and whether nobody waits for
    it."""

    receipt: Receipt | None = None
    left: bool = False


class ConflictScreen(Dialog[bool]):
    """Shows why it is refused; True when the same is wanted of what is there now."""

    AUTO_FOCUS = "#cancel"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "again", show=False),
        Binding("escape,q", "leave", show=False),
        Binding("up,k", "scroll('up')", show=False),
        Binding("down,j", "scroll('down')", show=False),
        Binding("pageup", "scroll('page_up')", show=False),
        Binding("pagedown", "scroll('page_down')", show=False),
    ]

    def __init__(
        self, session: Session, error: BursarError, wish: Wish, theirs: Side | None = None
    ) -> None:
        super().__init__(session)
        self.error, self.wish, self.theirs = error, wish, theirs

    @property
    def may_go_on(self) -> bool:
        """Whether there is something to ask it of."""
        return self.theirs is not None and self.theirs.generation is not None

    def body(self) -> ComposeResult:
        """The buttons."""
        with Horizontal(id="buttons"):
            yield Button("Close", id="cancel", compact=True)
            yield Button("Preview mine on theirs  r", id="again", compact=True)

    def on_mount(self) -> None:
        """Show it all."""
        self.query_one(TextPanel).can_focus = False
        self.query_one("#again").display = self.may_go_on
        self.frame(self.wish.about, "esc closes")
        self.show_text(self.lines)

    def lines(self, look: Look) -> list[Line]:
        """What went wrong, then the sides."""
        keys = "r previews mine on what is there now" if self.may_go_on else ""
        told = failure(self.error, look.width, keys)
        if self.theirs is None:
            return told
        return [*told, *conflict(self.wish.found, self.theirs, self.wish.mine, look)]

    def action_scroll(self, how: str) -> None:
        """Scroll what does not fit."""
        getattr(self.query_one(TextPanel), f"action_list_{how}")()

    @on(Button.Pressed, "#again")
    def action_again(self) -> None:
        """Ask the same of what is there now."""
        if self.may_go_on:
            self.dismiss(True)

    @on(Button.Pressed, "#cancel")
    def action_leave(self) -> None:
        """Leave it."""
        self.session.tell(UNCHANGED)
        self.dismiss(False)


async def pursue(
    app: App[Any],
    session: Session,
    wish: Wish,
    done: Callable[[], None] | None = None,
    preview: Callable[[Command], Awaitable[Plan]] | None = None,
) -> Outcome:
    """Preview a wish, ask for consent and carry it out; what others changed meanwhile is shown,
    and the operator says whether the same is wanted of that. Nothing is shown over a screen that
    was opened during the `preview`. In a worker only. Raises BursarError for what is refused
    otherwise."""
    screen, preview = app.screen, preview or session.plan
    while True:
        try:
            plan = await preview(wish.command)
        except Conflict as error:
            refusal: Conflict = error
        else:
            if app.screen is not screen:
                session.tell(ELSEWHERE, WARN)
                return Outcome()
            shown = ConfirmScreen(session, plan, done=done, yields=True)
            receipt = await app.push_screen_wait(shown)
            if shown.conflict is None:
                return Outcome(receipt, shown.left)
            refusal = shown.conflict
        again = await _compared(app, session, wish, refusal)
        if again is None:
            return Outcome()
        wish = again


async def _compared(app: App[Any], session: Session, wish: Wish, error: Conflict) -> Wish | None:
    """Show what refuses it; the wish to go on with."""
    if not isinstance(error, GenerationConflict):
        await app.push_screen_wait(ConflictScreen(session, error, wish))
        return None
    try:
        again: Wish | None = await wish.anew()
    except NotFound:
        again = None
    theirs = again.found if again else GONE
    goes_on = await app.push_screen_wait(ConflictScreen(session, error, wish, theirs))
    return again if goes_on else None
