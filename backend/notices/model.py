"""What a notice is, where notices go, and what became of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

KINDS = (
    "application.submit",
    "application.approve",
    "application.deny",
    "project.suspend",
    "project.unsuspend",
    "project.terminate",
    "project.terminate-expired",
    "project.reinstate",
    "membership.join",
    "membership.enroll",
    "membership.accept",
    "membership.reject",
    "membership.remove",
    "membership.leave",
    "user.verify",
    "user.accept",
    "user.reject",
    "user.activate",
    "user.deactivate",
)
"""The actions of the journal that are told to people."""

SECONDS = 30.0
"""How long one delivery may take."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is told: the kinds of `only`, all without any, and to which reviewers."""

    only: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sink:
    """Where notices go: `command` (its words, run without a shell) or `url`, one of them; at
    most one of the `token_` settings. Sinks of one name share what was sent."""

    name: str = "default"
    command: tuple[str, ...] = ()
    url: str = ""
    token_command: tuple[str, ...] = ()
    token_env: str = ""
    token_file: Path | None = None
    timeout: float = SECONDS
    terms: Terms = Terms()

    @property
    def place(self) -> str:
        """The program or the host; the rest may be secret."""
        if self.command:
            return self.command[0]
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"


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


@dataclass(frozen=True, slots=True)
class Happening:
    """A journal entry as far as notices go: `after` its public fields, `hash` its link in the
    chain, in hexadecimal."""

    seq: int
    at: int
    actor: str
    action: str
    target: str
    reason: str
    after: Mapping[str, object]
    hash: str


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that an entry is about, as it is known now; `` and 0 for what it has not.
    `applicant`, `owner` and `person` (the member or user) are addresses."""

    target: str
    project: str = ""
    name: str = ""
    application: int = 0
    applicant: str = ""
    owner: str = ""
    person: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell. `part` says what of the entry it is about; `id` is the same whenever
    it is sent; `subject` is one line, `text` has no control characters but new lines, `data`
    is JSON-ready and exact."""

    id: str
    seq: int
    at: int
    kind: str
    part: str
    recipients: tuple[Recipient, ...]
    subject: str
    text: str
    data: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class State:
    """How far a sink is: all notices of entries up to `done` are sent; those up to `started`
    are older than it. `attempts` count failures of the first that waits, since `failed_at`;
    `holder` may deliver until `lease`. Times are microseconds, 0 for never."""

    name: str
    terms: Terms
    started: int
    done: int
    attempts: int = 0
    failed_at: int = 0
    next_at: int = 0
    error: str = ""
    holder: str = ""
    lease: int = 0


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
