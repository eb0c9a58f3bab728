"""The message row, which becomes a line to type in: a filter, a command, or a text to find.

Neither is a widget put in place of another nor does the focus move: both repaint the whole
screen. The screen passes keys and pastes on while `asking`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rich.cells import cell_len
from textual import events
from textual.message import Message
from textual.strip import Strip

from backend.core.text import display
from tui.asking import ANYTHING, Asked, Fault, Offer
from tui.format import names
from tui.format.lines import BAD, HEAD, QUIET, Look
from tui.widgets.chrome import Row
from tui.widgets.strips import Piece, clipped, width_of

SIGN = 10
"""Cells of a sign that nothing takes from it."""


class MessageRow(Row):
    """Says the last message; `ask` lets the operator type there instead."""

    @dataclass
    class Changed(Message):
        """What is typed is different; `wrong` says that the line tells what is wrong with it."""

        sign: str
        text: str
        wrong: bool

    @dataclass
    class Closed(Message):
        """Typing is over: `kept` with enter, not with esc."""

        sign: str
        text: str
        kept: bool

    @dataclass
    class Refused(Message):
        """What was to be kept is wrong."""

        sign: str
        text: str
        why: str

    def __init__(self, look: Callable[[], Look], *, id: str) -> None:
        super().__init__(look, id=id)
        self._sign = ""
        self._text = ""
        self._at = 0
        self._chosen = False
        """Whether what is typed takes the place of the text."""
        self._asked = ANYTHING
        self._fault: Fault | None = None
        self._offer: Offer | None = None
        self._picked = 0
        self._past: list[str] = []
        self._place = 0

    @property
    def asking(self) -> bool:
        """True while the operator types."""
        return bool(self._sign)

    def ask(
        self, sign: str, text: str = "", asked: Asked = ANYTHING, past: Sequence[str] = ()
    ) -> None:
        """Let the operator type after a sign; `past` is what up brings back, the newest last.
        A text that ends in a blank is begun and goes on; any other is a value that is there, which
        typing replaces."""
        self._sign, self._text, self._at = sign, text, len(text)
        self._chosen = bool(text) and not text.endswith(" ")
        self._asked, self._past, self._place = asked, [*past, text], len(past)
        self._fault, self._offer = asked.fault(text, entered=False), None
        self.refresh()

    def close(self, *, kept: bool) -> None:
        """Typing is over, unless what is to be kept is wrong."""
        self._fault = self._asked.fault(self._text, entered=True) if kept else None
        self.refresh()
        if self._fault is None:
            sign, self._sign = self._sign, ""
            self.post_message(self.Closed(sign, self._text, kept))
        else:
            self.post_message(self.Refused(self._sign, self._text, self._fault.text))

    def paste(self, text: str) -> None:
        """Only the first line, and nothing a terminal would act on."""
        self._insert(text.split("\n")[0])

    def type(self, event: events.Key) -> None:
        """A key, whatever it means elsewhere."""
        if event.key in ("enter", "escape"):
            self.close(kept=event.key == "enter")
        elif event.is_printable and event.character:
            self._insert(event.character)
        elif event.key in _STEPS:
            self._complete(_STEPS[event.key])
        elif event.key in _RECALLS:
            self._recall(_RECALLS[event.key])
        else:
            self._edit(event.key)

    def _insert(self, text: str) -> None:
        safe = display(text)
        before, at = ("", 0) if self._chosen else (self._text, self._at)
        self._set(before[:at] + safe + before[at:], at + len(safe))

    def _edit(self, key: str) -> None:
        erased = self._chosen and key in _ERASES
        text, at = ("", 0) if erased else (self._text, self._at)
        word = len(text[:at].rstrip().rpartition(" ")[0])
        results = {
            "backspace": (text[: max(0, at - 1)] + text[at:], max(0, at - 1)),
            "delete": (text[:at] + text[at + 1 :], at),
            "ctrl+u": (text[at:], 0),
            "ctrl+w": (text[:word] + text[at:], word),
            "left": (text, max(0, at - 1)),
            "right": (text, min(len(text), at + 1)),
            "home": (text, 0),
            "end": (text, len(text)),
        }
        self._set(*results.get(key, (text, at)))

    def _complete(self, step: int) -> None:
        """The next of the words that may stand here."""
        offer = self._offer or self._asked.offer(self._text[: self._at])
        if not offer.words:
            return
        self._picked = (self._picked + step if self._offer else min(step, 0)) % len(offer.words)
        word, rest = offer.words[self._picked], self._text[self._at :]
        self._set(self._text[: offer.start] + word + rest, offer.start + len(word))
        self._offer = offer if len(offer.words) > 1 else None

    def _recall(self, step: int) -> None:
        """An older or a newer line; what was being typed is the newest."""
        place = max(0, min(len(self._past) - 1, self._place + step))
        if place != self._place:
            if self._place == len(self._past) - 1:
                self._past[-1] = self._text
            self._place, text = place, self._past[place]
            self._set(text, len(text))

    def _set(self, text: str, at: int) -> None:
        changed = text != self._text
        self._text, self._at, self._offer, self._chosen = text, at, None, False
        self.refresh()
        if changed:
            self._fault = self._asked.fault(text, entered=False)
            self.post_message(self.Changed(self._sign, text, self._fault is not None))

    def render_line(self, y: int) -> Strip:
        """The message, or the line with its cursor and what there is to say about it."""
        if not self.asking:
            return super().render_line(y)
        width = self.size.width
        typed = self._typed(width)
        room = width - 1 - min(cell_len(self._sign), SIGN) - width_of(typed)
        rest = [*typed, *self._note(room)]
        line = [(f" {self._told(width - 1 - width_of(rest))}", BAD if self._fault else ""), *rest]
        return self.brush.strip(clipped(line, width, self.look().glyphs), width)

    def _told(self, room: int) -> str:
        """The sign, of which what is wrong takes some where there is no room for both."""
        if self._fault is None or cell_len(self._sign) <= max(SIGN, room):
            return self._sign
        return names.cut(self._sign, max(SIGN, room) - 1, self.look().glyphs) + " "

    def _typed(self, width: int) -> list[Piece]:
        """The text from where its cursor is in sight; what is wrong stands out."""
        text, at = self._text + " ", self._at
        wrong = self._fault.at if self._fault else len(text)
        cuts = {max(0, at - width + 5), at, at + 1, len(text)}
        places = sorted(cuts | {max(min(cuts), min(wrong, len(text)))})
        return [
            (text[a:b], "reverse" if self._chosen or a == at else BAD if a >= wrong else "")
            for a, b in pairwise(places)
        ]

    def _note(self, room: int) -> list[Piece]:
        """What is wrong, or the words to choose from, the chosen one first."""
        if self._fault is not None:
            why = names.gist(self._fault.text, max(0, room - len("  ! ")), self.look().glyphs)
            return [(f"  ! {why}", BAD)]
        if self._offer is None:
            return []
        words = self._offer.words
        chosen, *others = words[self._picked :] + words[: self._picked]
        return [(f"  {chosen}", HEAD), ("".join(f"  {word}" for word in others), QUIET)]


_ERASES = ("backspace", "delete", "ctrl+u", "ctrl+w")
_STEPS = {"tab": 1, "shift+tab": -1}
_RECALLS = {"up": -1, "down": 1}
