"""What the journal shows."""

from __future__ import annotations

from dataclasses import dataclass

from backend.notices import model as notice


@dataclass(frozen=True, slots=True)
class JournalRow:
    """One journal entry; `key` is its seq, `at` microseconds since the epoch,
    `before`/`after` its public fields as JSON text, `effects` how many more things it changed.
    `who` and `about` are the actor and the target in words; it `takes_back` an earlier entry, 0
    for none."""

    key: int
    at: int
    actor: str
    action: str
    target: str
    before: str
    after: str
    reason: str
    request_id: str
    outcome: str
    effects: int
    who: str
    about: str
    takes_back: int = 0


@dataclass(frozen=True, slots=True)
class JournalEffect:
    """Something else an entry changed; `target` in words."""

    target: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class JournalDetail:
    """An entry with its side effects and what became of its notices."""

    row: JournalRow
    effects: tuple[JournalEffect, ...]
    notices: tuple[notice.Delivery, ...] = ()
