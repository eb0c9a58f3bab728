"""Who is told of what, in which words."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest

from backend.core.errors import BursarError
from backend.embedded import EmbeddedBackend
from backend.notices.model import KINDS, Happening, Role, Subject, Terms
from backend.notices.rules import WORDINGS, addressable, document, notices, wait
from backend.projects.model import (
    DenyApplication,
    JoinPolicy,
    MembershipAction,
    ProjectAction,
    TerminateExpired,
    UserAction,
)
from tests.notices.post import OPS, Post
from tests.places import sqlite_only
from tests.projects.test_previews import COMMANDS, base_world
from tests.projects.test_privacy import attempt
from tests.tui.hostile import FORBIDDEN, NASTY
from tests.worlds import FAR, OPERATOR, World

ADA, MEG, NED = "o@uni.example", "m@uni.example", "n@uni.example"
Told = list[tuple[str, list[tuple[str, str]], str]]


def submitted(w: World) -> None:
    w.submit("O", name="phys.lab")


def approved(w: World) -> None:
    w.project("phys.lab")


def denied(w: World) -> None:
    application = w.submit("O", name="phys.lab")[1]
    w.do(DenyApplication(actor=OPERATOR, application=application), "too big")


def change(*actions: ProjectAction) -> Callable[[World], None]:
    def run(w: World) -> None:
        uuid = w.project("phys.lab")
        for action in actions:
            w.act(uuid, action)

    return run


def ended(w: World) -> None:
    for name in ("one.lab", "two.lab"):
        w.project(name, by="M" if name < "p" else "N", end_date=FAR)
    w.clock.at = w.clock.at.replace(year=2200)
    w.do(TerminateExpired(actor=OPERATOR))


def requested(w: World) -> None:
    w.join("M", w.project("phys.lab"))


def joined(w: World) -> None:
    w.join("M", w.project("phys.lab", join_policy=JoinPolicy.AUTO))


def enrolled(w: World) -> None:
    w.enroll("M", w.project("phys.lab"))


def answered(action: MembershipAction) -> Callable[[World], None]:
    def run(w: World) -> None:
        w.member(w.join("M", w.project("phys.lab")), action)

    return run


def left(action: MembershipAction, by: str, policy: JoinPolicy) -> Callable[[World], None]:
    def run(w: World) -> None:
        w.member(w.enroll("M", w.project("phys.lab", leave_policy=policy)), action, by)

    return run


def moderated(*actions: UserAction) -> Callable[[World], None]:
    def run(w: World) -> None:
        w.add("U", accepted=False)
        for action in actions:
            w.moderate("U", action)

    return run


U = [("u@uni.example", "user")]
VERIFY, ACCEPT, REJECT = UserAction.VERIFY, UserAction.ACCEPT, UserAction.REJECT
OFF, ON = UserAction.DEACTIVATE, UserAction.ACTIVATE
SUSPEND, TERMINATE = ProjectAction.SUSPEND, ProjectAction.TERMINATE

# What is done, and what the last entry tells: kind, recipients, subject.
CASES: dict[str, tuple[Callable[[World], None], Told]] = {
    "submit": (submitted, [("application.submit", [(OPS, "reviewer")],
                            "Application #1 for phys.lab waits for a decision")]),
    "approve": (approved, [("application.approve", [(ADA, "applicant"), (OPS, "reviewer")],
                            "Application #1 for phys.lab was approved")]),
    "deny": (denied, [("application.deny", [(ADA, "applicant")],
                       "Application #1 for phys.lab was denied")]),
    "suspend": (change(SUSPEND), [("project.suspend", [(ADA, "owner")],
                                   "Project phys.lab is suspended")]),
    "unsuspend": (change(SUSPEND, ProjectAction.UNSUSPEND),
                  [("project.unsuspend", [(ADA, "owner")], "Project phys.lab is active again")]),
    "terminate": (change(TERMINATE), [("project.terminate", [(ADA, "owner")],
                                       "Project phys.lab has ended")]),
    "reinstate": (change(TERMINATE, ProjectAction.REINSTATE),
                  [("project.reinstate", [(ADA, "owner")], "Project phys.lab is active again")]),
    "expired": (ended, [
        ("project.terminate-expired", [(MEG, "owner")], "Project one.lab has ended"),
        ("project.terminate-expired", [(NED, "owner")], "Project two.lab has ended")]),
    "request": (requested, [("membership.join", [(ADA, "owner")],
                             "m@uni.example asks to join phys.lab")]),
    "join": (joined, [("membership.join", [(MEG, "member")], "You are a member of phys.lab")]),
    "enroll": (enrolled, [("membership.enroll", [(MEG, "member")],
                           "You are a member of phys.lab")]),
    "accept": (answered(MembershipAction.ACCEPT),
               [("membership.accept", [(MEG, "member")], "You are a member of phys.lab")]),
    "reject": (answered(MembershipAction.REJECT),
               [("membership.reject", [(MEG, "member")], "You were not accepted to phys.lab")]),
    "remove": (left(MembershipAction.REMOVE, "O", JoinPolicy.AUTO),
               [("membership.remove", [(MEG, "member")],
                 "You are no longer a member of phys.lab")]),
    "ask to leave": (left(MembershipAction.LEAVE, "M", JoinPolicy.MODERATED),
                     [("membership.leave", [(ADA, "owner")],
                       "m@uni.example asks to leave phys.lab")]),
    "leave": (left(MembershipAction.LEAVE, "M", JoinPolicy.AUTO), []),
    "verify": (moderated(VERIFY), [("user.verify", [(OPS, "reviewer")],
                                    "u@uni.example waits for moderation")]),
    "moderate": (moderated(VERIFY, ACCEPT), [("user.accept", U, "Your account is active")]),
    "turn away": (moderated(VERIFY, REJECT), [("user.reject", U,
                                               "Your account was not accepted")]),
    "switch off": (moderated(VERIFY, ACCEPT, OFF), [("user.deactivate", U,
                                                     "Your account was deactivated")]),
    "switch on": (moderated(VERIFY, ACCEPT, OFF, ON), [("user.activate", U,
                                                        "Your account is active again")]),
}  # fmt: skip


@sqlite_only
@pytest.mark.parametrize(("play", "expected"), CASES.values(), ids=CASES)
def test_each_mail_of_astakos_has_its_notice(
    post: Post, play: Callable[[World], None], expected: Told
) -> None:
    play(post.world)
    last = post.world.database.read(lambda tx: tx.scalar("SELECT max(seq) FROM journal"))
    told = [
        (one.kind, [(to.email, str(to.role)) for to in one.recipients], one.subject)
        for one in post.waiting()
        if one.seq == last
    ]
    assert told == expected


def test_every_kind_is_tried_and_has_words() -> None:
    assert {kind for _, told in CASES.values() for kind, _, _ in told} == set(KINDS)
    assert {action for action, _ in WORDINGS} == set(KINDS)


def test_an_owner_who_did_not_apply_is_told_too(post: Post) -> None:
    project = post.world.project("phys.lab")
    post.world.modify("A", project, max_members=7)
    told = post.waiting()[-1]
    assert [(one.email, one.role) for one in told.recipients] == [
        ("a@uni.example", Role.APPLICANT), (ADA, Role.OWNER), (OPS, Role.REVIEWER),
    ]  # fmt: skip


def test_refused_attempts_tell_nobody_anything(post: Post) -> None:
    w, at = post.world, base_world(post.world)
    backend = EmbeddedBackend(w.database, OPERATOR)
    for make in COMMANDS.values():
        with suppress(BursarError):
            command = make(w, at)
            plan = w.plan(command)
            w.do(command)
            attempt(backend, plan)
    rows = w.database.read(lambda tx: tx.all("SELECT seq FROM journal WHERE outcome = 'refused'"))
    assert len(rows) > len(COMMANDS) / 2
    assert {seq for (seq,) in rows} & {one.seq for one in post.waiting()} == set()


def test_whatever_is_done_nobody_is_told_of_what_is_no_kind(post: Post) -> None:
    w, at = post.world, base_world(post.world)
    for make in COMMANDS.values():
        with suppress(BursarError):
            w.do(make(w, at))
    told = {one.kind for one in post.waiting()}
    assert len(told) > len(KINDS) / 2
    assert told <= set(KINDS)


HAPPENING = Happening(
    7, 1_794_994_867_000_000, "operator:op", "application.deny", "application:3", "too big",
    {"state": "denied"}, "ab" * 32,
)  # fmt: skip
SUBJECT = Subject("application:3", "p-1", "phys.lab", 3, MEG, ADA)


def test_the_document_says_everything() -> None:
    (notice,) = notices(HAPPENING, [SUBJECT], Terms())
    assert document(notice) == {
        "version": 1,
        "id": notice.id,
        "seq": 7,
        "at": "2026-11-18T09:41:07Z",
        "kind": "application.deny",
        "recipients": [{"email": MEG, "role": "applicant"}, {"email": ADA, "role": "owner"}],
        "subject": "Application #3 for phys.lab was denied",
        "text": "Application #3 for project phys.lab was denied.\n\nReason: too big",
        "data": {
            "actor": "operator:op",
            "target": "application:3",
            "reason": "too big",
            "state": "denied",
            "project": "p-1",
            "project_name": "phys.lab",
            "application": 3,
            "applicant": MEG,
            "owner": ADA,
        },
    }


def test_hostile_texts_stay_in_the_data() -> None:
    hostile = replace(SUBJECT, name=f"{NASTY}\nBcc: all@uni.example")
    (notice,) = notices(replace(HAPPENING, reason=f"{NASTY}\nnext"), [hostile], Terms())
    assert not FORBIDDEN & set(notice.subject)
    assert not (FORBIDDEN - {"\n"}) & set(notice.text)
    assert notice.text.endswith("\nnext")
    assert notice.data["project_name"] == hostile.name
    assert notice.data["reason"] == f"{NASTY}\nnext"


def test_an_id_is_of_one_notice_of_one_journal() -> None:
    def id_of(happening: Happening, subject: Subject) -> str:
        return notices(happening, [subject], Terms())[0].id

    own = id_of(HAPPENING, SUBJECT)
    assert own == id_of(HAPPENING, replace(SUBJECT, owner=NED))
    assert own != id_of(replace(HAPPENING, hash="cd" * 32), SUBJECT)
    assert own != id_of(HAPPENING, replace(SUBJECT, target="application:4"))


def test_only_what_is_wanted_is_told() -> None:
    assert notices(HAPPENING, [SUBJECT], Terms(only=("application.approve",))) == ()
    assert len(notices(HAPPENING, [SUBJECT], Terms(only=("application.deny",)))) == 1


def test_nobody_is_told_twice() -> None:
    approval = replace(HAPPENING, action="application.approve")
    subject = replace(SUBJECT, owner=MEG.upper())
    (notice,) = notices(approval, [subject], Terms(reviewers=(MEG, OPS)))
    assert [one.email for one in notice.recipients] == [MEG, OPS]


@pytest.mark.parametrize(
    ("email", "fits"),
    [
        ("ada@uni.example", True),
        ("ada+x@uni.example", True),
        ("", False),
        ("ada", False),
        ("@uni.example", False),
        ("-oQ/tmp@uni.example", False),
        ("a@b.example\nBcc: all@uni.example", False),
        ("a@b.example, c@d.example", False),
        ("Ada <a@b.example>", False),
    ],
)
def test_what_a_mailer_would_misread_is_no_address(email: str, fits: bool) -> None:
    assert addressable(email) is fits
    assert len(notices(HAPPENING, [Subject("application:3", applicant=email)], Terms())) == fits


def test_waits_double_up_to_a_quarter_of_an_hour() -> None:
    assert [wait(n, 1.0) for n in (1, 2, 3, 9, 10_000)] == [5.0, 10.0, 20.0, 900.0, 900.0]
    assert wait(1, 0.0) == 2.5
