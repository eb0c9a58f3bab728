"""What the last change was, to say what is taken back; without Textual."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.format import ages

if TYPE_CHECKING:
    from backend.core.plan import Command, Plan


@dataclass(frozen=True, slots=True)
class Undoing:
    """A change that can be taken back: its entry in the journal, what it did, when and by whom."""

    seq: int
    what: str
    at: int
    who: str

    @property
    def title(self) -> str:
        """`Take back #271`."""
        return f"Take back #{self.seq}"

    @property
    def told(self) -> str:
        """What that was."""
        return f"Takes back #{self.seq}: {self.what}, at {ages.clock(self.at)}Z by {self.who}"


class Last:
    """The last change of a session, and what takes it back."""

    def __init__(self) -> None:
        self.done = ""
        """What was changed, `` for nothing in this session."""
        self.inverse: Command | None = None
        """What takes it back, None when nothing does."""

    def was(self, done: str, key: str, plan: Plan | None = None) -> str:
        """Another change was made, by one plan unless there were several. What to say after that
        of what `key` takes back from now on: this one or nothing, whatever it took back before."""
        inverse, command = (plan.inverse, plan.command) if plan else (None, None)
        before = self.done if self.inverse not in (None, command) else ""
        self.done, self.inverse = done, inverse
        if inverse is not None:
            return f", {key} takes it back"
        return f"; {key} no longer takes back: {before}" if before else ""

    @property
    def irrevocable(self) -> str:
        """Why it cannot be taken back, `` when something does."""
        if self.inverse is not None:
            return ""
        if not self.done:
            return "nothing was changed in this session"
        return f"not in one step: {self.done} (Audit has all)"
