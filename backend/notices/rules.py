"""Which entry is told to whom, in which words. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from backend.core.runtime import moment
from backend.core.text import display
from backend.notices.model import Happening, Notice, Recipient, Role, Subject, Terms

LONGEST_SUBJECT, LONGEST_TEXT = 200, 8_000
FIRST_WAIT, LONGEST_WAIT = 5.0, 900.0
"""Seconds before a failed delivery is tried again."""


class Wording(NamedTuple):
    """Who is told and what; the texts name fields of a `Subject`."""

    roles: tuple[Role, ...]
    subject: str
    text: str


R = Role

# By action, and the state it led to where that matters.
WORDINGS: Mapping[tuple[str, str], Wording] = {
    ("application.submit", ""): Wording(
        (R.REVIEWER,),
        "Application #{application} for {name} waits for a decision",
        "{applicant} filed application #{application} for project {name}.",
    ),
    ("application.approve", ""): Wording(
        (R.APPLICANT, R.OWNER, R.REVIEWER),
        "Application #{application} for {name} was approved",
        "Application #{application} for project {name} was approved; the project is active.",
    ),
    ("application.deny", ""): Wording(
        (R.APPLICANT, R.OWNER),
        "Application #{application} for {name} was denied",
        "Application #{application} for project {name} was denied.",
    ),
    ("project.suspend", ""): Wording(
        (R.OWNER,),
        "Project {name} is suspended",
        "Project {name} is suspended: its members keep what they use and get no more.",
    ),
    ("project.unsuspend", ""): Wording(
        (R.OWNER,),
        "Project {name} is active again",
        "Project {name} is no longer suspended; its limits are back.",
    ),
    ("project.terminate", ""): Wording(
        (R.OWNER,), "Project {name} has ended", "Project {name} was terminated."
    ),
    ("project.terminate-expired", ""): Wording(
        (R.OWNER,),
        "Project {name} has ended",
        "Project {name} was terminated because its end date has passed.",
    ),
    ("project.reinstate", ""): Wording(
        (R.OWNER,),
        "Project {name} is active again",
        "Project {name} was reinstated; its limits are back.",
    ),
    ("membership.join", "requested"): Wording(
        (R.OWNER,),
        "{person} asks to join {name}",
        "{person} asks to become a member of project {name}.",
    ),
    ("membership.join", "accepted"): Wording(
        (R.MEMBER,), "You are a member of {name}", "{person} is now a member of project {name}."
    ),
    ("membership.enroll", ""): Wording(
        (R.MEMBER,), "You are a member of {name}", "{person} is now a member of project {name}."
    ),
    ("membership.accept", ""): Wording(
        (R.MEMBER,), "You are a member of {name}", "{person} is now a member of project {name}."
    ),
    ("membership.reject", ""): Wording(
        (R.MEMBER,),
        "You were not accepted to {name}",
        "The request of {person} to join project {name} was refused.",
    ),
    ("membership.remove", ""): Wording(
        (R.MEMBER,),
        "You are no longer a member of {name}",
        "{person} is no longer a member of project {name}.",
    ),
    ("membership.leave", "leave_requested"): Wording(
        (R.OWNER,), "{person} asks to leave {name}", "{person} asks to leave project {name}."
    ),
    ("user.verify", ""): Wording(
        (R.REVIEWER,), "{person} waits for moderation", "{person} has signed up and is verified."
    ),
    ("user.accept", ""): Wording(
        (R.USER,), "Your account is active", "The account of {person} was accepted and is active."
    ),
    ("user.reject", ""): Wording(
        (R.USER,), "Your account was not accepted", "The account of {person} was not accepted."
    ),
    ("user.activate", ""): Wording(
        (R.USER,), "Your account is active again", "The account of {person} is active again."
    ),
    ("user.deactivate", ""): Wording(
        (R.USER,),
        "Your account was deactivated",
        "The account of {person} was deactivated; its projects and memberships are suspended.",
    ),
}


def wording(happening: Happening, terms: Terms) -> Wording | None:
    """What is told of an entry, None when nothing is."""
    action = happening.action
    if terms.only and action not in terms.only:
        return None
    state = str(happening.after.get("state", ""))
    return WORDINGS.get((action, "")) or WORDINGS.get((action, state))


def notices(happening: Happening, subjects: Iterable[Subject], terms: Terms) -> tuple[Notice, ...]:
    """The notices of an entry that was done, one per subject that has somebody to tell."""
    words = wording(happening, terms)
    if words is None:
        return ()
    told = ((subject, tuple(_recipients(words, subject, terms))) for subject in subjects)
    return tuple(_notice(happening, words, subject, to) for subject, to in told if to)


def _recipients(words: Wording, subject: Subject, terms: Terms) -> Iterator[Recipient]:
    """Each address once, in the first of its roles."""
    addresses: Mapping[Role, Sequence[str]] = {
        R.APPLICANT: (subject.applicant,),
        R.OWNER: (subject.owner,),
        R.MEMBER: (subject.person,),
        R.USER: (subject.person,),
        R.REVIEWER: terms.reviewers,
    }
    seen: set[str] = set()
    for role in words.roles:
        for email in addresses[role]:
            if addressable(email) and email.lower() not in seen:
                seen.add(email.lower())
                yield Recipient(email, role)


def addressable(email: str) -> bool:
    """Nothing that a mailer would take for an option, a second address or a header."""
    local, at, host = email.rpartition("@")
    plain = email.isprintable() and not any(sign in email for sign in ' ,;<>"')
    return bool(local and at and host) and plain and not email.startswith("-")


def _notice(
    happening: Happening, words: Wording, subject: Subject, recipients: tuple[Recipient, ...]
) -> Notice:
    facts = {
        "name": subject.name,
        "application": subject.application,
        "applicant": subject.applicant,
        "person": subject.person,
    }
    text = words.text.format(**facts)
    if happening.reason:
        text = f"{text}\n\nReason: {happening.reason}"
    return Notice(
        identity(happening.hash, subject.target),
        happening.seq,
        happening.at,
        happening.action,
        subject.target,
        recipients,
        display(words.subject.format(**facts), limit=LONGEST_SUBJECT),
        display(text, limit=LONGEST_TEXT, multiline=True),
        _data(happening, subject),
    )


def identity(hash: str, part: str) -> str:
    """Of this notice in this database alone, whenever it is sent."""
    return hashlib.sha256(f"{hash} {part}".encode()).hexdigest()[:32]


def _data(happening: Happening, subject: Subject) -> dict[str, object]:
    named = {
        "project": subject.project,
        "project_name": subject.name,
        "application": subject.application,
        "applicant": subject.applicant,
        "owner": subject.owner,
        "person": subject.person,
    }
    told = {name: value for name, value in named.items() if value}
    state = happening.after.get("state")
    return {
        "actor": happening.actor,
        "target": subject.target,
        "reason": happening.reason,
        **({"state": state} if state else {}),
        **told,
    }


def document(notice: Notice) -> dict[str, object]:
    """A notice as the JSON object that is delivered."""
    return {
        "version": 1,
        "id": notice.id,
        "seq": notice.seq,
        "at": moment(notice.at).isoformat().replace("+00:00", "Z"),
        "kind": notice.kind,
        "recipients": addressees(notice),
        "subject": notice.subject,
        "text": notice.text,
        "data": dict(notice.data),
    }


def addressees(notice: Notice) -> list[dict[str, str]]:
    """Who is told, and why, as JSON has it."""
    return [{"email": one.email, "role": str(one.role)} for one in notice.recipients]


def wait(attempts: int, share: float) -> float:
    """Seconds until a delivery that failed so often is tried again; `share` of the second half
    is chance, from 0 to 1."""
    longest = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(attempts - 1, 20))
    return longest * (1 + share) / 2
