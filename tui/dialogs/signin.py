"""The sign-in prompt: a token is typed or pasted, and never shown."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Label, Static

from backend.core.signin import LONGEST, Question, plausible
from tui.dialogs.dialog import Dialog
from tui.format.lines import QUIET, Line, Look, blank, wrapped
from tui.session import Session
from tui.signin import CALM
from tui.widgets.field import SecretField

POLL = 0.05


class SignInScreen(Dialog[None]):
    """Asks for a token and puts it into `answer`, `` when it is left. It comes by itself, so what
    is being typed then goes nowhere; it listens once no key was pressed for a while."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False)]

    def __init__(
        self,
        session: Session,
        question: Question,
        answer: asyncio.Future[str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(session)
        self._question, self._answer = question, answer
        self.armed = False
        self._clock, self._pressed = clock, clock()

    def body(self) -> ComposeResult:
        """The field, and what is wrong with what is in it."""
        with Horizontal(classes="field"):
            yield Label(Content("Token ["))
            yield SecretField(self.session.settings.glyphs, id="token", max_length=LONGEST)
            yield Label(Content("]"))
        yield Static(id="notice")

    def on_mount(self) -> None:
        """Say what for."""
        self.frame(f"Sign in: {self._question.context}", "enter signs in   esc goes on without")
        self.show_text(self._lines)
        self.set_interval(POLL, self._arm)

    def _arm(self) -> None:
        if not self.armed and self._clock() - self._pressed >= CALM:
            self.armed = True
            self.query_one("#token").focus()

    def on_key(self, event: events.Key) -> None:
        """Keys that were meant for what was on screen before."""
        if not self.armed:
            event.stop()
            event.prevent_default()
            self._pressed = self._clock()

    def _lines(self, look: Look) -> Iterator[Line]:
        asked = self._question
        yield from wrapped("place", f"{asked.place} asks who you are: {asked.why}.", look.width)
        yield blank()
        told = "What is typed is not shown, and forgotten when the console ends."
        yield from wrapped("kept", told, look.width, style=QUIET)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        token = event.value.strip()
        if plausible(token):
            self._leave(token)
        else:
            self.warn("a token has no spaces and no special signs" if token else "it is empty")

    def action_leave(self) -> None:
        """Go on without."""
        self._leave("")

    def _leave(self, token: str) -> None:
        if not self._answer.done():
            self._answer.set_result(token)
        self.dismiss(None)

    def on_unmount(self) -> None:
        """A console that ends answers too."""
        if not self._answer.done():
            self._answer.set_result("")
