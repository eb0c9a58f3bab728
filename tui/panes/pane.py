"""The screen every pane and every full-screen detail is: chrome around a body."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.message import Message

from backend.core.text import display
from tui import actions
from tui.actions import Action, Scope
from tui.asking import ANYTHING, Asked
from tui.format.lines import Part
from tui.messages import BAD, WARN
from tui.panes import frame
from tui.panes.changing import Changing
from tui.panes.subject import Subject
from tui.session import Session
from tui.widgets.chrome import Row, Tabs
from tui.widgets.kept import Body, Kept
from tui.widgets.prompt import MessageRow
from tui.widgets.small import TooSmall

MORE = "pgdn: more"
ASKS = ("list.filter", "raw.find", "command")
"""Actions that open the line: at once, so that what is typed fast goes into it."""


class Pane(Subject, Changing, Kept, inherit_bindings=False):
    """Chrome around `body()`. A subclass sets `SCOPE` and `PANE` (the tab that is lit), takes
    `BINDINGS = bindings(scope, ...)` and overrides what differs: `path`, `facts`, `hint`,
    `refusal`, `refresh_data`, `tick`, `redraw`, `step_out`."""

    AUTO_FOCUS = "ResourceTable, TextPanel"
    GIVES: ClassVar[Mapping[str, Sequence[str]]] = {}
    """The commands of actions that give fewer here than elsewhere."""

    @dataclass
    class Ordered(Message):
        """A command was typed."""

        text: str

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self._seen = -1
        self._reading = asyncio.Lock()
        """Answers come in the order of the questions."""
        self._drawn_units = session.units
        look = session.look
        self.connected_row, self.tab_row = Row(look, id="connected"), Tabs(look, id="tabs")
        self.crumb_row, self.key_row = Row(look, id="crumbs"), Row(look, id="keys")
        self.message_row = MessageRow(look, id="message")
        self._footer: tuple[list[tuple[Action, bool]], int] = ([], 0)

    def compose(self) -> ComposeResult:
        """Rows 1 to 3, the body, the message and the keys."""
        yield self.connected_row
        yield self.tab_row
        yield self.crumb_row
        with Body(id="body"):
            yield from self.body()
        yield self.message_row
        yield self.key_row
        yield TooSmall(self.session.key("quit"))

    def body(self) -> ComposeResult:
        """What is between the chrome."""
        raise NotImplementedError

    # What subclasses say about themselves

    def path(self) -> Sequence[str]:
        """The breadcrumb."""
        raise NotImplementedError

    def facts(self) -> Iterable[Part]:
        """What is at the right of the breadcrumb: counts, filter, order, units."""
        return ()

    def hint(self) -> Part:
        """What the message row says when there is no news."""
        return ""

    def refusal(self, action: Action) -> str:
        """Why an action is off now, `` when it is not."""
        if action.id == "undo":
            return self.session.irrevocable() or self.session.forbidden()
        changes = action.changes_data or action.gives
        return (self.session.forbidden() if changes else "") or self.session.lacking(
            self.gives(action)
        )

    def gives(self, action: Action) -> Sequence[str]:
        """The commands that an action may give, as far as the screen knows what it is about."""
        return self.GIVES.get(action.id, action.gives)

    def offers(self, action: Action) -> bool:
        """Whether the row of keys has it, off or not."""
        return True

    async def refresh_data(self) -> None:
        """Data changed: read again what is visible. Raises BursarError."""

    def tick(self) -> None:
        """Time passed."""

    def redraw(self) -> None:
        """Units or signs changed."""

    def units_changed(self) -> None:
        """Draw amounts in the session's units."""
        self._drawn_units = self.session.units
        self.redraw()

    def marks(self) -> int:
        """How many rows are marked; a decision is then about them."""
        return 0

    def step_out(self) -> bool:
        """`esc`: undo the innermost thing of this screen; False when there is none."""
        return False

    # Chrome

    def on_mount(self) -> None:
        """Fill the chrome."""
        self.show_chrome()

    def on_resize(self) -> None:
        """The chrome says more or less."""
        self.show_chrome()

    def on_screen_resume(self) -> None:
        """What changed while this screen was hidden is shown now."""
        self.show_chrome()
        if self._drawn_units != self.session.units:
            self.units_changed()
        self.start(self.catch_up, group="catch-up")

    async def catch_up(self) -> None:
        """Read again what is visible if anything changed since that was done. Raises
        BursarError."""
        async with self._reading:
            if self.is_mounted and self._seen != self.session.version:
                self._seen = self.session.version
                await self.refresh_data()

    def show_chrome(self) -> None:
        """Say in the chrome how things are; repaints only what differs."""
        if self._has_chrome:
            with self.unless_closed():
                self._show_state()
                self._show_keys()

    def show_keys(self) -> None:
        """The same for what depends on the row under the cursor: the hint and the keys."""
        if self._has_chrome:
            with self.unless_closed():
                self._show_keys()

    @property
    def _has_chrome(self) -> bool:
        return bool(self.is_mounted and self.display and self.size.width)

    def _show_state(self) -> None:
        width, session = self.size.width, self.session
        self.set_class(session.stale, "-stale")
        self.connected_row.show(*frame.connected(session, width))
        tabs = frame.tabs(session.badges, session.connection.systems, width)
        self.tab_row.show_tabs(tabs, self.PANE)
        where = frame.small if self._is_small else frame.where
        self.crumb_row.show(*where(session, self.path(), self.facts(), width))

    @property
    def _is_small(self) -> bool:
        return self.size.width < frame.NARROW or self.size.height < frame.LOW

    def _show_keys(self) -> None:
        row, (said, when) = self.message_row, self._message()
        row.show(said, when)
        if self._is_small:
            # Where there is no row of its own for it, a message takes that of the keys.
            self.set_class(row.asking or bool(when), "-news")
        looks = self.session.read_only
        footer = [
            (self.named(self.session.keyed(action)), not self.refusal(action))
            for action in actions.footer(self.SCOPE)
            if self.offers(action) and not (looks and (action.changes_data or action.gives))
        ]
        if (footer, self.size.width) != self._footer:
            self._footer = (footer, self.size.width)
            self.key_row.show(frame.keys(*self._footer, self.SCOPE))

    def _message(self) -> tuple[Sequence[Part], Sequence[Part]]:
        if self.session.doing:
            return [self.session.doing], [f"{self.session.key('out')} stops"]
        if (said := self.session.news) is not None:
            key, glyphs = self.session.key("messages"), self.session.settings.glyphs
            return frame.message(said, key, self.size.width, glyphs)
        return [self.hint()], []

    # Actions

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """True when it is on, None when it is shown dimmed, False while keys are typed text."""
        if self.message_row.asking:
            return False
        found = actions.find(self.SCOPE, action)
        return None if found is not None and self.refusal(found) else True

    def on_key(self, event: events.Key) -> None:
        """Into the line while the operator types; a key whose action is off says why."""
        row = self.message_row
        if row.asking:
            event.stop()
            row.type(event)
            return
        found = self.meant(event.key, event.character)
        if found is not None and (why := self.refusal(found)):
            event.stop()
            if found.changes_data:
                self.session.ahead.refused()
            self.session.tell(f"{found.title}: {why}", WARN, passing=True)
        elif found is not None and found.id in ASKS:
            event.stop()
            owner = self.app if hasattr(self.app, f"action_{found.method}") else self
            getattr(owner, f"action_{found.method}")()
        elif why := self._idle(found):
            self.session.tell_once(why)

    def _idle(self, found: Action | None) -> str:
        """Why a key does nothing, `` when it does something."""
        if found is None:
            return f"this key does nothing here; {self.session.key('help')} lists those that do"
        of_widgets = not {*found.scopes} - {Scope.TABLE, Scope.TEXT}
        if not of_widgets or hasattr(self.focused, f"action_{found.method}"):
            return ""
        return f"{found.title}: in the list; {self.session.key('focus.next')} goes there"

    def meant(self, key: str, character: str | None) -> Action | None:
        """The action of a key on this screen."""
        return actions.on_key(self.SCOPE, key, character, self.session.keyed)

    def ask_line(
        self, sign: str, text: str = "", asked: Asked = ANYTHING, past: Sequence[str] = ()
    ) -> None:
        """Let the operator type in the message row; `MessageRow.Changed` and `Closed` tell."""
        self.message_row.ask(sign, text, asked, past)
        self.show_chrome()
        if self.session.ahead.waits:
            self.start(self.session.ahead.hand_on, group="ahead")

    def on_message_row_closed(self, event: MessageRow.Closed) -> None:
        """The row says messages again."""
        self.show_chrome()
        if event.sign == ":" and event.kept:
            self.post_message(self.Ordered(event.text))

    def on_message_row_refused(self, event: MessageRow.Refused) -> None:
        """What is wrong with a line is among what was said, whole."""
        told = f"{event.sign}{event.text}: {event.why}"
        if not self.session.messages or self.session.messages[-1].text != display(told):
            self.session.tell(told, BAD, aside=True)

    def on_text_panel_overflow(self) -> None:
        """The hint may say so."""
        self.show_keys()

    def on_paste(self, event: events.Paste) -> None:
        """Only into the line."""
        row = self.message_row
        if row.asking:
            event.stop()
            row.paste(event.text)
