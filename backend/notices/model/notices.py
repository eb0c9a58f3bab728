"""What a notice is, and how far a sink is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from backend.notices.model.deliveries import Recipient
from backend.notices.model.sinks import Terms


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
