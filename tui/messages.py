"""What is said to the operator."""

from __future__ import annotations

from dataclasses import dataclass

INFO, WARN, BAD = "info", "warn", "bad"
"""How loud something is said."""
UNCHANGED = "nothing was changed"
"""What is said of a decision that was not made."""


@dataclass(frozen=True, slots=True)
class Message:
    """Something said to the operator; `at` microseconds since the epoch. What is said `aside`
    stands among all messages only, what is `passing` is about the row under the cursor."""

    at: int
    text: str
    tone: str = INFO
    aside: bool = False
    passing: bool = False
