"""What the rows around a pane say; pure, so that a pane only hands the result on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from rich.cells import cell_len

from backend.backend import Badges, Link, LinkState
from tui import messages
from tui.actions import Action, Scope, key_name
from tui.format import ages, names
from tui.format.glyphs import UNICODE, Glyphs
from tui.format.lines import BAD, GOOD, QUIET, WARN, Line, Part, line, wrapped
from tui.format.units import UNKNOWN
from tui.messages import Message
from tui.panes import COUNTED, PANES, PaneInfo, beside
from tui.session import Session
from tui.widgets.strips import pieces, width_of

NARROW, LOW = 80, 24
WIDE = 110
FULL = 140
VAST = 200
SILENT = 15
"""Seconds without an answer that are no pause between two questions any more."""
_TONES = {messages.INFO: "", messages.WARN: WARN, messages.BAD: BAD}
PROD = ("PROD", "bold reverse")
CONTEXT = 14
"""Cells of a context's name on a small terminal."""
KEY = "bold $text-primary"


def connected(session: Session, width: int) -> tuple[list[Part], list[Part]]:
    """Row 1: the context and who acts; what is behind it and how fresh it is."""
    connection, settings = session.connection, session.settings
    left: list[Part] = [("bursar", "bold"), "  ", (settings.context, "bold"), "  "]
    if settings.production:
        left += [PROD, "  "]
    left += [_badge(session), "  ", connection.who]
    kind = connection.kind
    if width >= WIDE:
        kind = f"{kind} {names.shorten(connection.place, width // 3, settings.glyphs)}"
        kind += f"   read {ages.clock(session.read_at)}Z" if session.badges else ""
    return left, [(kind, QUIET), "   ", freshness(session)]


def where(
    session: Session, path: Sequence[str], facts: Iterable[Part], width: int
) -> tuple[list[Part], list[Part]]:
    """Row 3: where one is; facts."""
    return crumbs(path), joined(facts, width)


def small(
    session: Session, path: Sequence[str], facts: Iterable[Part], width: int
) -> tuple[list[Part], list[Part]]:
    """The one row of small terminals: context, how fresh it is, where one is; facts as they fit."""
    context = names.shorten(session.settings.context, CONTEXT, session.settings.glyphs)
    left: list[Part] = [(context, "bold"), " "]
    if session.settings.production:
        left += [PROD, " "]
    left += [_badge(session), " ", freshness(session), "  "]
    room = width - 2 - width_of(pieces(left))
    steps = crumbs(path)
    left += steps if width_of(pieces(steps)) <= room else steps[-1:]
    room = width - 4 - width_of(pieces(left))
    kept: list[Part] = []
    for fact in facts:
        if width_of(pieces(joined([*kept, fact], width))) > room:
            break
        kept.append(fact)
    return left, joined(kept, width)


def _badge(session: Session) -> Part:
    looks = session.read_only or session.connection.only_shows
    return ("RO", WARN) if looks else ("RW", "")


def freshness(session: Session) -> Part:
    """`* live 2s`, `polled 4s ago`, `lost 34s, next try in 4s`: how old what is shown may be."""
    link, now = session.link, session.now()
    if session.sign_in.asking:
        return "signed out", BAD
    if link.state is LinkState.SIGNED_OUT:
        return f"signed out, {session.key('live.refresh')} asks again", BAD
    if session.lost:
        return _lost(link, now), BAD
    if session.failure is not None:
        return f"stale {_age(session.read_at, now)}", BAD
    if session.paused:
        return "paused", WARN
    if link.state is LinkState.CONNECTING:
        return "connecting", WARN
    if link.state is LinkState.POLLING:
        then = link.heard or session.read_at
        silent = now - then > SILENT * ages.SECOND
        return f"polled {_age(then, now)} ago", WARN if silent else GOOD
    return f"* live {session.settings.refresh:g}s", GOOD


def _lost(link: Link, now: int) -> str:
    since = f" {_age(link.since, now)}" if link.since else ""
    if link.state is LinkState.CONNECTING:
        return f"lost{since}, trying"
    wait = max(0, -(-(link.retry_at - now) // 1_000_000))
    return f"lost{since}, next try in {wait}s" if link.retry_at else f"lost{since}"


def _age(then: int, now: int) -> str:
    return ages.age(then, now).replace(" ", "")


def tabs(badges: Badges | None, systems: Collection[str], width: int) -> list[tuple[str, str]]:
    """Row 2: (pane, its digit, name and count). A count of another list than the digit shows has
    the name of that; where there is no room for all, only those of what is wrong."""
    told = [(pane.id, _tab(pane, badges, systems, width)) for pane in PANES]
    if sum(cell_len(text) + 2 for _, text in told) <= width - 2:
        return told
    return [(pane.id, _tab(pane, badges, systems, width, tight=True)) for pane in PANES]


def _tab(
    pane: PaneInfo,
    badges: Badges | None,
    systems: Collection[str],
    width: int,
    *,
    tight: bool = False,
) -> str:
    told = f"{pane.digit} {_name(pane, width)}"
    if badges is None:
        return told
    shown = beside(pane.id, systems)
    for one in COUNTED[pane.id]:
        if one.id == shown:
            told += f" {count}" if (count := _count(one, badges)) else ""
        elif (one.sign or not tight) and (count := _count(one, badges)):
            told += f", {_name(one, width).lower()} {count}"
    return told


def _name(one: PaneInfo, width: int) -> str:
    return one.title if width >= WIDE else one.short


def _count(one: PaneInfo, badges: Badges) -> str:
    count = getattr(badges, one.badge)
    told = f"{count:,}{one.sign}" if count else ""
    return told + UNKNOWN * (one.badge in badges.partial)


def crumbs(path: Sequence[str]) -> list[Part]:
    """The left of row 3: where one is, the last step bright."""
    found: list[Part] = []
    for step in path[:-1]:
        found += [(step, QUIET), (" > ", QUIET)]
    return [*found, (path[-1], "bold")]


def joined(facts: Iterable[Part | str], width: int) -> list[Part]:
    """The right of row 3: facts with space between them."""
    gap = "   " if width >= FULL else "  "
    found: list[Part] = []
    for fact in facts:
        found += [gap, fact] if found else [fact]
    return found


def message(
    said: Message, key: str, width: int, glyphs: Glyphs = UNICODE
) -> tuple[list[Part], list[Part]]:
    """Row n-1: the last thing said and, where there is room, when; `key` shows all of it. Where
    there is no room for all, the remedy at its end is among what is seen."""
    text = f"! {said.text}" if said.tone == messages.BAD else said.text
    more = f"{key} all"
    whole = f"{ages.clock(said.at)}Z  {more}"
    fits = cell_len(text) + cell_len(whole) + 4 <= width
    shown = text if fits else names.gist(text, width - cell_len(more) - 4, glyphs)
    return [(shown, _TONES[said.tone])], [(whole if fits else more, QUIET)]


def logged(said: Message, width: int) -> list[Line]:
    """A message of the log, to its end."""
    time = f"{ages.clock(said.at)}Z  "
    first, *rest = wrapped(str(said.at), said.text, width - len(time))
    tone = _TONES[said.tone]
    return [
        line(first.key, (time, QUIET), (first.text, tone)),
        *(line(one.key, " " * len(time), (one.text, tone)) for one in rest),
    ]


def keys(actions: Sequence[tuple[Action, bool]], width: int, screen: Scope) -> list[Part]:
    """Row n: as many of the keys as fit, help always; those that are off are dim, and the first
    to go where room is short, but for what the screen is there for."""
    gap, wide = ("   ", True) if width >= WIDE else ("  ", False)
    *others, last = actions
    room = width - 2 - _size(last[0], wide)
    fitting: set[str] = set()
    for action, _ in sorted(others, key=lambda one: not (one[1] or screen in one[0].prime)):
        if (size := _size(action, wide) + len(gap)) <= room:
            room -= size
            fitting.add(action.id)
    found: list[Part] = []
    for action, on in others:
        if action.id in fitting:
            found += [*_key(action, on, wide), gap]
    return [*found, *_key(*last, wide)]


def _label(action: Action, wide: bool) -> str:
    return action.title if wide or not action.short else action.short


def _size(action: Action, wide: bool) -> int:
    return cell_len(key_name(action.keys[0])) + 1 + cell_len(_label(action, wide))


def _key(action: Action, on: bool, wide: bool) -> list[Part]:
    key, label = key_name(action.keys[0]), _label(action, wide)
    return [(key, KEY), f" {label}"] if on else [(f"{key} {label}", QUIET)]
