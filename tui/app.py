"""The console: panes as modes, one session, signals that leave the terminal whole."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import logging
import os
import signal
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import App
from textual.binding import BindingType
from textual.driver import Driver

from backend.core.errors import BursarError
from tui import theme
from tui.actions import ACTIONS, Scope, bindings
from tui.following import MAKERS, Following
from tui.format.glyphs import ASCII
from tui.format.lines import Line, Look, line
from tui.format.units import Style
from tui.history import Place
from tui.panes import HOMES, PANES, VIEWS, beside, first, frame
from tui.panes.listpane import ListPane
from tui.panes.pane import Pane
from tui.session import Session
from tui.widgets.chrome import Tabs

if TYPE_CHECKING:
    from tui.contexts import Contexts

log = logging.getLogger("bursar")

CRASHED = 70
STYLES = Path(__file__).parent / "styles"


M_MMAP_THRESHOLD, OF_THEIR_OWN = -3, 128 * 1024
"""Bytes from which the C library gets memory from the system for one thing alone."""


def settle_memory() -> None:
    """Collect garbage from the first frame on; what was imported for it stays for good. The keys
    of long lists go back to the system when they are done: glibc would raise the size from which
    that is so with each it sees, and keep the room of several in every thread that read some."""
    gc.freeze()
    gc.enable()
    with suppress(AttributeError):  # other C libraries have no such habit
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, OF_THEIR_OWN)


class BursarApp(Following, inherit_bindings=False):
    """Holds the panes and passes on what the session says; everything else is theirs."""

    TITLE = "bursar"
    CSS_PATH = STYLES / "app.tcss"
    ENABLE_COMMAND_PALETTE = False
    DEFAULT_MODE = PANES[0].id
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.APP)
    HORIZONTAL_BREAKPOINTS = [
        (0, "-minute"),
        (60, "-tiny"),
        (80, "-narrow"),
        (110, "-normal"),
        (140, "-wide"),
        (200, "-vast"),
    ]
    VERTICAL_BREAKPOINTS = [
        (0, "-flat"),
        (15, "-short"),
        (24, "-tall"),
        (36, "-high"),
    ]

    def __init__(
        self, session: Session, *, live: bool = True, contexts: Contexts | None = None
    ) -> None:
        wanted = theme.chosen(session.settings.theme, os.environ)
        begins = session.begins or first(session.connection.systems)
        self.DEFAULT_MODE = begins  # type: ignore[misc]
        # Told before anything is drawn: Textual decides here what NO_COLOR does to the colours.
        super().__init__(ansi_color=wanted.ansi or None)
        self.animation_level = "none"
        self.crashed = False
        self.contexts = contexts
        self.set_class(session.settings.glyphs is ASCII, "-ascii")
        self._live = live
        for one in theme.THEMES:
            self.register_theme(one)
        self.theme = wanted.name
        self.take_session(session)

    def on_mount(self) -> None:
        """Follow the backend, watch the time, listen to signals."""
        if self.session.settings.keys:
            self._rebind()
        self.follow_session()
        if self._live:
            self._ticking = self.set_interval(self.session.settings.refresh, self._tick)
        if not self.is_headless:
            self._fit_colours()
            self._listen()
            self.app_resume_signal.subscribe(self, self._resumed)
        self.call_after_refresh(settle_memory)

    def _fit_colours(self) -> None:
        """Themes as this terminal can show them."""
        if others := [*theme.changed(self.console.color_system)]:
            for one in others:
                self.register_theme(one)
            self.refresh_css(animate=False)

    def _listen(self) -> None:
        """Textual restores the terminal only when it leaves by itself."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, partial(self.exit, return_code=128 + number))

    def _rebind(self) -> None:
        """Have actions answer to the keys of the operator's choice."""
        from tui.keymap import bound

        self.set_keymap(
            {
                action.id: bound(self.session.keyed(action).keys)
                for action in ACTIONS
                if action.id in self.session.settings.keys
            }
        )

    def get_driver_class(self) -> type[Driver]:
        """Ours, unless the environment chooses."""
        from tui.terminal import TerminalDriver

        usual = super().get_driver_class()
        return TerminalDriver if issubclass(TerminalDriver, usual) else usual

    def _fatal_error(self) -> None:
        """Leave with the terminal restored, a short message and the details in the log."""
        self.crashed = True
        log.critical("crashed", exc_info=self._exception)
        self.panic(Text("bursar stopped because of an error of its own; see its log."))

    # Actions that work everywhere

    def action_pane(self, pane: str) -> None:
        """Go to a pane; it is as it was left. From within it, to its own list."""
        if (shown := beside(pane, self.session.connection.systems)) != pane:
            self.show_list(shown)
        elif self.current_mode == pane:
            self._leave_all()
        else:
            self.switch_mode(pane)
            if len(self.screen_stack) > 1:
                info = next(one for one in PANES if one.id == pane)
                key = self.session.key(f"pane.{info.digit}")
                self.session.tell_once(f"as it was left; {key} again goes to {info.title}")

    def _leave_all(self) -> None:
        while len(self.screen_stack) > 1:
            self.pop_screen()

    def show_list(self, pane: str, **changed: str) -> None:
        """Go to a list; with `text` or `view` it shows all that fits them, and else what it
        showed."""
        query = self.session.list_state(pane, VIEWS[pane]).query
        if changed:
            plain = replace(query, text="", view="", scope="")
            query = replace(plain, **changed)  # type: ignore[arg-type]
        self.go(Place(pane, query))

    def go(self, place: Place) -> None:
        """Show a list as the place says, on top of nothing."""
        self.switch_mode(HOMES[place.list])
        self._leave_all()
        stands = place.list in self._modes
        pane = self.screen if stands else MAKERS[place.list](self.session)
        if isinstance(pane, ListPane):
            pane.go(place)
        if not stands:
            self.push_screen(pane)

    def on_tabs_chosen(self, event: Tabs.Chosen) -> None:
        """A pane was clicked."""
        self.action_pane(event.pane)

    def action_view_units(self) -> None:
        """Auto, bytes, raw."""
        self.show_units(self.session.units_after())

    def show_units(self, units: Style) -> None:
        """Write amounts so."""
        self.session.units = units
        if isinstance(self.screen, Pane):
            self.screen.units_changed()
        self._redraw()

    def action_live_refresh(self) -> None:
        """Read again now, paused or not."""
        self._read(self.session.read_again)

    def action_live_pause(self) -> None:
        """Stop following changes, or go on."""
        self.session.pause(not self.session.paused)

    def action_command(self) -> None:
        """Type a command."""
        self._type("")

    def _type(self, text: str) -> None:
        from tui.commands import CommandLine

        if isinstance(self.screen, Pane):
            line = CommandLine(self.session)
            self.screen.ask_line(":", text, line, self.session.typed.get(":", ()))

    def type_command(self, text: str) -> None:
        """Begin a command with this."""
        self._type(f"{text} ")

    def action_palette(self) -> None:
        """Find an action, a command or an object by its name."""
        from tui.panes import menus

        if isinstance(self.screen, Pane):
            menus.palette(self, self.screen)

    def on_subject_going(self, event: Pane.Going) -> None:
        """Show the list."""
        self.go(event.place)

    def on_pane_ordered(self, event: Pane.Ordered) -> None:
        """Do what was typed."""
        from tui import commands

        self.session.remember(":", event.text)
        try:
            commands.run(self, event.text)
        except BursarError as error:
            self.session.told(error)

    def action_messages(self) -> None:
        """What was said lately, the newest first."""
        from tui.widgets.overlay import Overlay

        said = list(reversed(self.session.messages))

        def build(look: Look) -> list[Line]:
            lines = [row for one in said for row in frame.logged(one, look.width)]
            return lines or [line("", "Nothing was said yet.")]

        self.push_screen(Overlay("Messages", build, self.session.look))

    def action_help(self) -> None:
        """Every key that works here."""
        from tui.panes import help

        if isinstance(pane := self.screen, Pane):
            self.push_screen(help.of(pane))

    def action_help_all(self) -> None:
        """Every key of every screen."""
        from tui.panes import help

        self.push_screen(help.of_all(self.session))

    def action_help_keys(self) -> None:
        """Tell which keys the terminal delivers."""
        from tui.dialogs.keytest import KeyTester

        pane = self.screen
        if isinstance(pane, Pane):
            self.push_screen(KeyTester(self.session.look, pane.meant))

    def action_suspend(self) -> None:
        """Into the background; a console that is stopped while it writes holds others up."""
        from tui.leaving import writes

        if writes(self):
            self.session.tell("Something is being written; ctrl+z after that")
        else:
            self.action_suspend_process()

    def _resumed(self, _: App[None]) -> None:
        """Whatever was on the terminal meanwhile."""
        self.action_redraw()
        self.session.wake()

    def action_redraw(self) -> None:
        """Draw everything again, whatever another program left on the terminal."""
        self.refresh(layout=True)

    def action_interrupt(self) -> None:
        """Out of habit; nothing is lost by it."""
        self.session.tell(f"{self.session.key('quit').replace('^', 'ctrl+', 1)} quits")

    def action_out(self) -> None:
        """One step out; never out of the console."""
        if self.session.doing:
            self.session.stop()
            return
        if isinstance(self.screen, Pane) and self.screen.step_out():
            return
        if len(self.screen_stack) > 1:
            self.pop_screen()

    def action_leave(self) -> None:
        """Close this screen; from a pane, the console, unless something would be lost."""
        if len(self.screen_stack) > 1:
            self.pop_screen()
        else:
            from tui.leaving import leave

            leave(self, self.session)
