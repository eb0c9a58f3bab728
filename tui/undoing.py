"""What the last change was, to say what is taken back; without Textual."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.format import ages

if TYPE_CHECKING:
    from backend.core.plan import Command


@dataclass(frozen=True, slots=True)
class Last:
    """The last change of a session: what was `done`, `` for nothing in this session, and the
    `inverse` that takes it back, None when nothing does. Where one does: its entry in the journal,
    what it was to do, when and by whom."""

    done: str = ""
    inverse: Command | None = None
    seq: int = 0
    what: str = ""
    at: int = 0
    who: str = ""

    @property
    def title(self) -> str:
        """`Take back #271`."""
        return f"Take back #{self.seq}"

    @property
    def told(self) -> str:
        """What is taken back."""
        return f"Takes back #{self.seq}: {self.what}, at {ages.clock(self.at)}Z by {self.who}"

    @property
    def irrevocable(self) -> str:
        """Why it cannot be taken back, `` when something does."""
        if self.inverse is not None:
            return ""
        if not self.done:
            return "nothing was changed in this session"
        return f"not in one step: {self.done} (Audit has all)"

    def instead(self, before: Last, command: Command | None, key: str) -> str:
        """What to say after it of what `key` takes back from now on: this one or nothing, whatever
        it took back `before`; that is no loss where this `command` took it back."""
        if self.inverse is not None:
            return f", {key} takes it back"
        lost = before.inverse not in (None, command)
        return f"; {key} no longer takes back: {before.done}" if lost else ""
