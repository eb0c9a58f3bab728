"""What the last change was, to say what is taken back; without Textual."""

from __future__ import annotations

from dataclasses import dataclass

from tui.format import ages


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
