"""What is connected and what is on screen: the one store behind all panes, without Textual.

`Session.live()` follows the backend; whoever draws gives `redraw` (cheap, of the chrome) and
`refresh` (reads again what is visible).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backend.backend import Backend, Badges, Connection, Link
from backend.core.errors import BadReply, BursarError, NotSignedIn, Unreachable
from backend.core.listing import Listing, Query
from backend.core.runtime import micros, system_runtime
from backend.core.text import display
from tui.actions import ACTIONS, Action, key_name
from tui.ahead import Ahead
from tui.format.glyphs import UNICODE, Glyphs
from tui.format.lines import Look
from tui.format.names import brief
from tui.format.units import Style
from tui.history import History, Place
from tui.listings import LISTED
from tui.messages import BAD, INFO, Message
from tui.readonly import ReadOnlyBackend
from tui.settling import Settling
from tui.signin import SignIn
from tui.standing import Standing, wrong
from tui.undoing import Last

if TYPE_CHECKING:
    from backend.core.plan import Command, Plan, Receipt

ELSEWHERE = "nothing was opened: another screen was, meanwhile"
MESSAGES_KEPT = 200
LINES_KEPT = 50
NEWS_SECONDS, PASSING_SECONDS = 15, 5
STALE = 3
"""How many times `refresh` what is shown may be old before it is told by its looks."""
PASSING = (Unreachable, BadReply)
"""Failures that pass without anybody doing anything here."""
GAP = 0.25
"""Seconds between two refreshes at least."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How this console shows things. `refresh` is in seconds: how often ages and marks are
    looked at, and how old data may be before it is called stale. `theme` is `` for the usual
    one; `keys` has keys of the operator's choice by action id; drafts are kept in `state`, if
    there is one."""

    context: str = "local"
    production: bool = False
    read_only: bool = False
    glyphs: Glyphs = UNICODE
    units: Style = Style.AUTO
    refresh: float = 2.0
    theme: str = ""
    state: Path | None = None
    keys: Mapping[str, str] = field(default_factory=dict)


def system_clock() -> int:
    """Now, in microseconds since the epoch."""
    return micros(system_runtime().now())


@dataclass(slots=True)
class ListState:
    """What a list pane shows, kept while other panes are on screen."""

    query: Query = field(default_factory=Query)
    total: int | None = None
    counted_at: int = -1
    """The session's version when that was the total."""
    marked: dict[int, None] = field(default_factory=dict)


class Session:
    """One connection and everything panes share about it."""

    def __init__(
        self,
        backend: Backend,
        settings: Settings | None = None,
        clock: Callable[[], int] = system_clock,
    ) -> None:
        self.settings = settings or Settings()
        self.backend: Backend = ReadOnlyBackend(backend) if self.settings.read_only else backend
        self._forbidden_by = "--read-only"
        self.now = clock
        self.units = self.settings.units
        self.badges: Badges | None = None
        self.messages: deque[Message] = deque(maxlen=MESSAGES_KEPT)
        self._passed: Message | None = None
        self.lists: dict[str, ListState] = {}
        self.history = History()
        self.views: dict[str, Place] = {}
        """Lists saved under a name."""
        self.views_known: dict[str, Place] = {}
        """The same as they were read or written last: what differs was changed here."""
        self.begins = ""
        """The pane to begin with, `` for the first."""
        self.typed: dict[str, list[str]] = {}
        """Lines typed before, by pane, and the commands by `:`; the newest last."""
        self.last = Last()
        self.drafts_kept: set[str] = set()
        self.orphaned: Mapping[int, str] = {}
        """How it is known that nothing stands behind consumers, by their keys."""
        self.settling = Settling()
        """What was asked for here and takes its time."""
        self.paused = False
        self._keyed = _keyed(self.settings.keys)
        self.version = 0
        """Counts the changes heard of; a pane that was hidden compares."""
        self.failure: BursarError | None = None
        self.doing = ""
        """What runs beside everything else and `stop` ends, `` for nothing."""
        self.stop: Callable[[], None] = _nothing
        self.read_at = clock()
        self.sign_in = SignIn()
        self.ahead = Ahead()
        self.contexts: tuple[str, ...] = ()
        """Where `:ctx` leads."""
        self._asked = self._heard = 0
        self._standing = Standing()
        self.keep: Callable[[], None] = _nothing
        """Write down what is remembered until the next time."""
        self.redraw: Callable[[], None] = _nothing
        self.refresh: Callable[[], Awaitable[None]] = _nothing_async
        self._woken = asyncio.Event()

    @property
    def connection(self) -> Connection:
        """What is connected."""
        return self.backend.connection

    @property
    def link(self) -> Link:
        """How it stands with what is connected."""
        return self.backend.link

    @property
    def stale(self) -> bool:
        """True when what is shown could not be read again for a while."""
        age = (self.now() - self.read_at) / 1_000_000
        return (self.lost or self.failure is not None) and age > STALE * self.settings.refresh

    @property
    def lost(self) -> bool:
        """True while nothing is heard of what is connected, for a reason."""
        return not self.link.state.hears and bool(self.link.reason)

    @property
    def read_only(self) -> bool:
        """True when nothing may be changed from here."""
        actor = self.connection.actor
        looks_only = bool(actor.name) and not actor.may_change
        return self.settings.read_only or self.connection.read_only or looks_only

    def look(self) -> Look:
        """How to draw now; widgets put their width in."""
        return Look(0, self.settings.glyphs, self.units, self.now())

    def keyed(self, action: Action) -> Action:
        """The action with the keys it has here."""
        return self._keyed.get(action.id, action)

    def means(self, key: str, ids: Iterable[str]) -> bool:
        """Whether a key is one of these actions'."""
        return any(key in self._keyed[id].keys for id in ids)

    def key(self, id: str) -> str:
        """The first key of an action, as people write it."""
        return key_name(self._keyed[id].keys[0])

    def list_state(self, pane: str, view: str = "") -> ListState:
        """What a list pane shows; `view` is what it begins with."""
        return self.lists.setdefault(pane, ListState(Query(view=view)))

    def listing(self, list: str) -> Listing[Any]:
        """The rows of a list pane, by its id."""
        return LISTED[list].rows(self.backend)

    def remember(self, where: str, text: str) -> None:
        """Keep a line that was typed, for the next time."""
        if text.strip():
            past = [one for one in self.typed.get(where, ()) if one != text]
            self.typed[where] = [*past[1 - LINES_KEPT :], text]

    @property
    def news(self) -> Message | None:
        """What was said last while it is fresh, None when that is long ago."""
        said = next((one for one in reversed(self.messages) if not one.aside), None)
        if said is None or said is self._passed:
            return None
        seconds = PASSING_SECONDS if said.passing else NEWS_SECONDS
        return said if self.now() - said.at < seconds * 1_000_000 else None

    def tell(
        self, text: str, tone: str = INFO, *, aside: bool = False, passing: bool = False
    ) -> None:
        """Say something to the operator; it is sanitised and kept."""
        self.messages.append(Message(self.now(), display(text), tone, aside, passing))
        self.redraw()

    def move_on(self) -> None:
        """The operator is on another row: what could not be done with that one is no news."""
        if (said := self.news) is not None and said.passing:
            self._passed = said

    def tell_once(self, text: str) -> None:
        """Say something that helps, but not again and again."""
        if not self.messages or self.messages[-1].text != text:
            self.tell(text)

    def told(self, error: BursarError) -> None:
        """Say what failed."""
        self._standing.failed(error)
        self.tell(f"{error.title}: {error.on_screen()}", BAD)

    def did(self, receipt: Receipt, plan: Plan) -> None:
        """Say what was done, and how to take it back; follow what goes on behind it."""
        self.settling.expect(plan, receipt, self.now())
        done, seq, what = brief(receipt.message), receipt.seq, plan.title
        last = Last(done, plan.inverse, seq, what, self.now(), self.connection.who)
        self.tell(done + self.replaced(last, plan.command))

    def replaced(self, last: Last, command: Command | None = None) -> str:
        """Another change is the last, made by one command unless there were several. What to say
        after it of what can be taken back."""
        before, self.last = self.last, last
        return last.instead(before, command, self.key("undo"))

    def units_after(self) -> Style:
        """Auto, bytes, raw, and round again."""
        styles = list(Style)
        return styles[(styles.index(self.units) + 1) % len(styles)]

    def forbid(self) -> None:
        """Change nothing any more, whatever asks; there is no way back."""
        if not self.settings.read_only:
            self.settings = replace(self.settings, read_only=True)
            self.backend = ReadOnlyBackend(self.backend)
            self._forbidden_by = ":ro"
        elsewhere = " or :ctx leads elsewhere" if len(self.contexts) > 1 else ""
        self.tell(f"read-only until bursar is started again{elsewhere}")

    def forbidden(self) -> str:
        """Why nothing may be changed, `` when it may."""
        if self.settings.read_only:
            return f"read-only session ({self._forbidden_by})"
        if self.connection.read_only:
            return self.connection.barred or "the database is open read-only"
        actor = self.connection.actor
        if not actor.name:
            return f"{self.connection.place} has not answered yet"
        return "" if actor.may_change else f"your role is {actor.role}"

    def lacking(self, commands: Sequence[str]) -> str:
        """Why none of these commands can be given through this connection, `` when one can."""
        reasons = [self.connection.lacks.get(name, "") for name in commands]
        return reasons[0] if all(reasons) and reasons else ""

    def unable(self, commands: Sequence[str]) -> str:
        """Why none of these commands can be given by whoever this is, `` when one can."""
        return self.forbidden() or self.lacking(commands)

    def irrevocable(self) -> str:
        """Why the last change cannot be taken back, `` when it can."""
        inverse = self.last.inverse
        return self.last.irrevocable or self.lacking([type(inverse).__name__])

    def undoing(self, command: Command) -> Last | None:
        """The last change, if that is what the command takes back."""
        return self.last if command == self.last.inverse else None

    async def plan(self, command: Command) -> Plan:
        """Preview a command. Raises BursarError."""
        return await self.backend.plan(command)

    # Live

    def mind(self) -> None:
        """Time passed: what could not be read is read again once the other side answers."""
        for told in self.settling.lingering(self.now()):
            self.tell(*told)
        regained = self._standing.regained(self.link)
        self._tell_link()
        if regained or (self.link.state.hears and isinstance(self.failure, PASSING)):
            self.wake()

    def _tell_link(self) -> None:
        """Say once that nothing is heard any more and why, and once that it is again; what was
        done just now stays on screen."""
        if self._standing.lost(self.link):
            if self.failure is None:
                self.tell(f"Lost: {self.link.reason}", BAD, aside=self.news is not None)
        elif self._standing.back(self.link):
            done = self.news is not None and self.news.tone != BAD
            self.tell(f"{self.connection.place} answers again", aside=done)

    def wake(self, _head: int = 0) -> None:
        """Something changed; for the event loop's thread."""
        self.version += 1
        self._woken.set()

    def begin(self) -> None:
        """Have the badges read; what is visible is being read already."""
        self._woken.set()

    def leave(self) -> None:
        """Nobody looks any more."""
        self.redraw, self.refresh = _nothing, _nothing_async
        self.sign_in.show = None

    def pause(self, paused: bool) -> None:
        """Stop following changes, or go on."""
        self.paused = paused
        if not paused:
            self.wake()
        self.redraw()

    async def read_again(self) -> None:
        """Read what is visible now, whether or not anything changed, and try again at once where
        nothing is heard; who declined to sign in is asked again."""
        self.version += 1
        self.sign_in.declined = False
        self.backend.hurry()
        await self.read()

    async def read(self) -> None:
        """Read the badges, and what is visible if it changed."""
        self._asked += 1
        asked = self._asked
        try:
            badges = await self.backend.badges()
            if asked > self._heard:  # else a later question was answered first
                self._heard = asked
                before, self.badges = self.badges, badges
                for told in wrong(before, badges):
                    self.tell(*told)
            await self.refresh()
            for told in await self.settling.settled(self.backend, self.look()):
                self.tell(*told)
        except BursarError as error:
            if self.failure is None:
                self.told(error)
            self.failure = error
        else:
            known, self.failure = isinstance(self.failure, NotSignedIn), None
            pending = self.sign_in.asking or self.sign_in.declined
            if self._standing.signed_in(self.link, known=known, pending=pending):
                self.tell(f"signed in as {self.connection.actor.name}")
            self.read_at = self.now()
        self.redraw()

    async def live(self) -> None:
        """Follow the backend until cancelled; bursts of changes become one refresh."""
        loop = asyncio.get_running_loop()

        def heard(head: int) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(self.wake, head)

        forget = self.backend.watch(heard)
        try:
            while True:
                await self._woken.wait()
                self._woken.clear()
                if not self.paused:
                    await self.read()
                    await asyncio.sleep(GAP)
        finally:
            forget()


def _keyed(mapping: Mapping[str, str]) -> dict[str, Action]:
    if not mapping:
        return {action.id: action for action in ACTIONS}
    from tui.keymap import remapped

    return {action.id: action for action in remapped(ACTIONS, mapping)}


def _nothing() -> None:
    return None


async def _nothing_async() -> None:
    return None
