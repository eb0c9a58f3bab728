"""Who is told, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Why somebody is told."""

    APPLICANT = "applicant"
    OWNER = "owner"
    MEMBER = "member"
    USER = "user"
    REVIEWER = "reviewer"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who is told."""

    email: str
    role: Role


class Fate(StrEnum):
    """What became of a notice."""

    SENT = "sent"
    WAITING = "waiting"
    FAILING = "failing"
    LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A notice of an entry and its fate: when it was `sent_at`, or why not and when it is
    tried again."""

    fate: Fate
    recipients: tuple[Recipient, ...]
    sent_at: int = 0
    attempts: int = 0
    error: str = ""
    next_at: int = 0
