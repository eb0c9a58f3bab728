"""The one table of commands of the `:` line: completion, help and the README come from it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import partial
from typing import TYPE_CHECKING

from backend.core.errors import Invalid
from tui.actions import ACTIONS, Action, reachable
from tui.asking import Asked, Fault, FilterLine, Offer, starting
from tui.format.units import Style
from tui.panes import PANES, SCREENS
from tui.panes.pane import Pane
from tui.session import Session

if TYPE_CHECKING:
    from tui.app import BursarApp

FASTEST, SLOWEST = 0.5, 3600
FILTER = "[FILTER]"

_SPACES = re.compile(r"\s*")
_WORD = re.compile(r"\S*")
_SOME = re.compile(r"\s+")
_NAME = re.compile(r"[\w.-]{1,40}")
ELSEWHERE = {"journal": "audit", "mismatches": "verify"}
"""Names that the command `bursar` has for what is listed here."""
NOTHING_SAVED = "nothing is saved; :save NAME saves what is listed"


@dataclass(frozen=True, slots=True)
class Command:
    """Something to type after `:`; `name` is one word or two, `takes` what follows it, `words`
    all that may follow if it is one of a few, `given` the same where it depends on the session,
    `pane` the pane whose filter may follow."""

    name: str
    help: str
    run: Callable[[BursarApp, str], None]
    takes: str = ""
    words: tuple[str, ...] = ()
    pane: str = ""
    given: Callable[[Session], tuple[str, ...]] | None = None

    def choices(self, session: Session) -> tuple[str, ...]:
        """What may follow, if it is one of a few."""
        return self.given(session) if self.given else self.words

    @property
    def usage(self) -> str:
        """How it is written."""
        return f":{self.name} {self.takes}".rstrip()


@dataclass(frozen=True, slots=True)
class Order:
    """A command as typed, and what follows it from the character `at` on."""

    command: Command
    rest: str
    at: int


def _go(pane: str, app: BursarApp, rest: str) -> None:
    app.show_list(pane, text=rest) if rest else app.show_list(pane)


def _over(app: BursarApp, rest: str) -> None:
    app.show_list("quotas", view="over")


def _units(app: BursarApp, rest: str) -> None:
    app.show_units(Style(rest))


def _refresh(app: BursarApp, rest: str) -> None:
    app.look_every(float(rest))


def _save(app: BursarApp, rest: str) -> None:
    from tui.panes.menus import told
    from tui.panes.queried import Queried

    place = app.session.history.here
    if place is None or not isinstance(app.screen, Queried):
        raise Invalid("only a list can be saved", hint="esc goes back to one")
    again = " in place of the one before" if rest in app.session.views else ""
    app.session.views[rest] = place
    app.session.keep()
    app.session.tell(f"saved as {rest}{again}: {told(place)}   :view {rest} brings it back")


def _view(app: BursarApp, rest: str) -> None:
    app.go(app.session.views[rest])


def _forget(app: BursarApp, rest: str) -> None:
    del app.session.views[rest]
    app.session.keep()
    app.session.tell(f"{rest} is forgotten")


def _saved(session: Session) -> tuple[str, ...]:
    return tuple(session.views)


def _read_only(app: BursarApp, rest: str) -> None:
    app.session.forbid()


def _context(app: BursarApp, rest: str) -> None:
    from tui import contexts

    if app.contexts is None:
        raise Invalid("there is one context here", hint="a demo brings its own world")
    contexts.named(app, app.contexts, rest)


def _contexts(session: Session) -> tuple[str, ...]:
    return session.contexts


def _orphans(app: BursarApp, rest: str) -> None:
    from tui import orphans

    orphans.audit(app, rest)


def _help(app: BursarApp, rest: str) -> None:
    app.action_help()


def _quit(app: BursarApp, rest: str) -> None:
    app.exit()


COMMANDS = (
    *(
        Command(
            pane.id,
            f"{pane.about or f'Go to {pane.title}'}, with this filter if one is given",
            partial(_go, pane.id),
            FILTER,
            pane=pane.id,
        )
        for pane in (*PANES, *SCREENS)
    ),
    Command("over", "Who is over quota", _over),
    Command(
        "orphans",
        "Mark consumers whose id is neither in a file nor among what a command writes",
        _orphans,
        "FILE|!COMMAND",
    ),
    Command(
        "set units", "How amounts are written", _units, "|".join(Style), tuple(map(str, Style))
    ),
    Command("set refresh", "Seconds between two looks at ages and marks", _refresh, "SECONDS"),
    Command("save", "Save what is listed, with its filter and order, under a name", _save, "NAME"),
    Command("view", "Show what was saved under a name", _view, "NAME", given=_saved),
    Command("forget", "Forget what was saved under a name", _forget, "NAME", given=_saved),
    Command(
        "ctx", "Choose a context, or go to one by its name", _context, "[NAME]", given=_contexts
    ),
    Command("ro", "Make this session read-only, until it ends", _read_only),
    Command("help", "Every key and command", _help),
    Command("q", "Quit", _quit),
)


def _act(action: Action, app: BursarApp, rest: str) -> None:
    pane = app.screen
    if not isinstance(pane, Pane) or action not in reachable(pane.SCOPE):
        where = ", ".join(action.scopes)
        raise Invalid(f"{action.id} does not work here", hint=f"it does on: {where}")
    pane.act(action)


ACTING = tuple(Command(one.id, one.tooltip or one.title, partial(_act, one)) for one in ACTIONS)
"""Every action by its id, for those who do not know its key."""

_BY_NAME = {one.name: one for one in (*ACTING, *COMMANDS)}
_GROUPS = {one.name.split()[0] for one in COMMANDS if " " in one.name}


def read(line: str, entered: bool = True) -> Order | None:
    """The command of a line; None for an empty one and for a name that is still being typed
    when it is not `entered`. Raises Invalid with the place as `data["at"]`."""
    start = _after(_SPACES, line, 0)
    end = _after(_WORD, line, start)
    if line[start:end] in _GROUPS:
        end = _after(_WORD, line, _after(_SPACES, line, end))
    name = " ".join(line[start:end].split())
    found = _BY_NAME.get(name)
    if not name or (not entered and end == len(line)):
        return None
    if found is None:
        raise Invalid(f"there is no command {name}", hint=_nearest(name), data={"at": start})
    at = _after(_SPACES, line, end)
    return Order(found, line[at:].rstrip(), at)


def run(app: BursarApp, line: str) -> None:
    """Do what a line says. Raises Invalid."""
    if order := read(line):
        order.command.run(app, order.rest)


class CommandLine(Asked):
    """A command and what follows it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def fault(self, text: str, *, entered: bool) -> Fault | None:
        """An unknown name, or what the command does not take."""
        try:
            order = read(text, entered)
            if order is None:
                return None
            words = order.command.choices(self._session)
            if not entered and _begun(order, words):
                return None
            if order.command.pane:
                return self._shifted(order, entered)
            _check(order, words)
        except Invalid as error:
            return Fault.of(error)
        return None

    def offer(self, text: str) -> Offer:
        """Commands, or what may follow one."""
        start = _after(_SPACES, text, 0)
        try:
            order = read(text, entered=False)
        except Invalid:
            return Offer(len(text))
        if order is None:
            return Offer(start, _named(_SOME.sub(" ", text[start:])))
        if not order.command.pane:
            return Offer(order.at, starting(text[order.at :], order.command.choices(self._session)))
        found = self._filter(order).offer(text[order.at :])
        return replace(found, start=found.start + order.at)

    def _shifted(self, order: Order, entered: bool) -> Fault | None:
        found = self._filter(order).fault(order.rest, entered=entered)
        return found and replace(found, at=found.at + order.at)

    def _filter(self, order: Order) -> FilterLine:
        return FilterLine(self._session.listing(order.command.pane).fields)


def command_table() -> str:
    """All commands as a Markdown table for the README."""
    rows = ["| Command | What it does |", "|---|---|"]
    for one in COMMANDS:
        usage = one.usage.replace("|", "\\|")
        rows.append(f"| `{usage}` | {one.help} |")
    return "\n".join(rows)


def _after(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


def _named(part: str) -> tuple[str, ...]:
    """The names that begin so, with a blank where something follows; ids of actions only where no
    command does, or tab would not go on from a command to what follows it."""
    return starting(part, _written(COMMANDS)) or starting(part, _written(ACTING))


def _written(commands: Sequence[Command]) -> Iterator[str]:
    for one in commands:
        yield f"{one.name} " if one.takes else one.name


def _nearest(name: str) -> str:
    if name == "rw":
        return ":ro lasts until bursar is started again"
    near = ELSEWHERE.get(name, name)
    close = get_close_matches(near, _BY_NAME, 1, 0.5) or list(starting(name[:1], tuple(_BY_NAME)))
    return f"did you mean :{close[0]}?" if close else ":help lists all"


def _begun(order: Order, words: Sequence[str]) -> bool:
    """Whether what follows may still become right."""
    command, rest = order.command, order.rest
    return bool(command.takes) and any(word.startswith(rest) for word in (*words, ""))


def _check(order: Order, words: Sequence[str]) -> None:
    command, rest = order.command, order.rest
    if not command.takes and rest:
        raise _wrong(order, "nothing follows it")
    optional = command.takes.startswith("[") and not rest
    if command.run is _context:  # the configuration may have it by now
        return
    if (words or command.given) and rest not in words and not optional:
        raise _not_among(order, words)
    if command.run is _save and not _NAME.fullmatch(rest):
        raise _wrong(order, "a name of letters, digits, dots and dashes follows it")
    if command.run is _orphans and not rest:
        raise _wrong(order, "live ids follow, as in :orphans ids.txt, or !COMMAND")
    if command.run is _refresh and not _is_seconds(rest):
        raise _wrong(order, f"seconds from {FASTEST:g} to {SLOWEST} follow it")


def _not_among(order: Order, words: Sequence[str]) -> Invalid:
    """What follows is none of the words that may."""
    told = ", ".join(words)
    if not words or not order.rest:
        follows = f"{'one of ' if len(words) > 1 else ''}{told} follows it"
        return _wrong(order, follows if words else NOTHING_SAVED)
    close = get_close_matches(order.rest, words, 1)
    hint = f"did you mean {close[0]}?" if close else told
    return _wrong(order, f"there is no {order.rest}", hint)


def _wrong(order: Order, why: str, hint: str = "") -> Invalid:
    return Invalid(f"{order.command.name}: {why}", hint=hint, data={"at": order.at})


def _is_seconds(text: str) -> bool:
    try:
        return FASTEST <= float(text) <= SLOWEST
    except ValueError:
        return False
