"""Project bodies: the typing part of scenario 16, quirks Q8 Q9 Q14 Q15, and encoders."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.errors import Invalid
from backend.core.identity import Actor, Role
from backend.core.runtime import micros
from backend.projects import wire
from backend.projects.model import (
    Application,
    ApplicationCommand,
    ApplicationState,
    ApproveApplication,
    Capacity,
    ChangeMembership,
    ChangeProjectState,
    DenyApplication,
    EnrollMember,
    JoinPolicy,
    JoinProject,
    Membership,
    MembershipAction,
    MembershipState,
    Project,
    ProjectAction,
    ProjectState,
    Wishes,
)
from backend.projects.rules import outbound
from backend.quotas.model import UNLIMITED
from tests import replay

ADMIN = Actor("user:a", Role.ADMIN, uuid="a")
END = {"end_date": "2113-05-05T20:20:20Z"}
NEW = {"name": "valid.lab", **END}
ENDS = micros(datetime(2113, 5, 5, 20, 20, 20, tzinfo=UTC))


def vm(**capacity: object) -> dict[str, object]:
    return {"resources": {"cyclades.vm": capacity}}


def test_s01_a_submission_has_defaults() -> None:
    body = {**NEW, **vm(project_capacity=10, member_capacity=4), "comments": "please", "x": 1}
    assert wire.submission(body) == Wishes(
        name="valid.lab",
        homepage="",
        description="",
        end_date=ENDS,
        join_policy=JoinPolicy.MODERATED,
        leave_policy=JoinPolicy.AUTO,
        max_members=UNLIMITED,
        private=False,
        comments="please",
        grants={"cyclades.vm": Capacity(10, 4)},
    )


def test_s15_an_empty_modification_changes_nothing() -> None:
    assert wire.modification({}) == Wishes()


def test_null_changes_nothing_in_a_modification() -> None:
    names = set(wire.WishesBody.model_fields) - {"resources"}
    assert wire.modification(dict.fromkeys(names)) == Wishes()
    with pytest.raises(Invalid, match="resources: null is not an object"):
        wire.modification({"resources": None})


def test_null_texts_are_empty_in_a_submission() -> None:
    nulls = dict.fromkeys(("owner", "homepage", "description", "start_date", "comments"))
    found = wire.submission({**NEW, **nulls})
    assert (found.owner, found.homepage, found.description, found.start_date) == (
        None,
        "",
        "",
        None,
    )


BAD = [
    ({"join_policy": "open"}, r"join_policy: \"open\" is not one of .* 'auto', 'moderated' or"),
    ({"leave_policy": 3}, r"leave_policy: 3 is not one of"),
    ({"max_members": -3}, r"max_members: -3 is out of range"),
    ({"max_members": 2**63}, r"max_members: 9223372036854775808 is out of range"),
    ({"max_members": "9223372036854775808"}, r"is out of range"),
    ({"max_members": "x"}, r"max_members: \"x\" is not a number of members"),
    ({"max_members": "-1"}, r"is not a number of members"),
    ({"max_members": ""}, r"is not a number of members"),
    ({"max_members": "0.3"}, r"is not a number of members"),
    ({"max_members": "٣x"}, r"is not a number of members"),
    ({"max_members": 5.0}, r"max_members: 5.0 is not a number"),
    ({"max_members": True}, r"max_members: true is not a number"),
    ({"private": "yes"}, r"private: \"yes\" is neither true nor false"),
    ({"private": 1}, r"private: 1 is neither"),
    ({"name": 5}, r"name: 5 is not text"),
    ({"name": "a\0.lab"}, r"contains NUL"),
    ({"description": "\ud83d alone"}, r"half a surrogate pair"),
    ({"homepage": ["h"]}, r"homepage: \[\"h\"\] is not text"),
    ({"comments": {}}, r"comments: \{\} is not text"),
    ({"owner": 7}, r"owner: 7 is not text"),
    ({"end_date": "2113-01-01T00:00:00"}, r"end_date: .* has no offset from UTC \(write it"),
    ({"end_date": "2113-01-01"}, r"has no offset"),
    ({"end_date": "soon"}, r"end_date: \"soon\" is not an ISO 8601 date"),
    ({"end_date": "0001-01-01T00:00:00+14:00"}, r"is not an ISO 8601 date"),
    ({"end_date": 2113}, r"end_date: 2113 is not a date"),
    ({"start_date": "x"}, r"start_date: \"x\" is not"),
    ({"resources": None}, r"resources: null is not an object"),
    ({"resources": []}, r"resources: \[\] is not an object"),
    ({"resources": {"cyclades.vm": 5}}, r"resources\[\"cyclades.vm\"\]: 5 is not an object"),
    (vm(project_capacity=3), r"resources\[\"cyclades.vm\"\].member_capacity is missing"),
    (vm(project_capacity="3", member_capacity=1), r"project_capacity: \"3\" is not a whole"),
    (vm(project_capacity=None, member_capacity=1), r"project_capacity: null is not a whole"),
    (vm(project_capacity=True, member_capacity=1), r"project_capacity: true is not a whole"),
    (vm(project_capacity=2.5, member_capacity=1), r"project_capacity: 2.5 is not a whole"),
    (vm(project_capacity=-1, member_capacity=-1), r"project_capacity: -1 is too small"),
    (vm(project_capacity=2**63, member_capacity=1), r"is too large \(the most is 92"),
    (vm(project_capacity=1, member_capacity=2), r"gives a member more than the project"),
]


@pytest.mark.parametrize(("changed", "said"), BAD)
def test_s16_malformed_wishes_are_refused(changed: dict[str, object], said: str) -> None:
    for read in (wire.submission, wire.modification):
        with pytest.raises(Invalid, match=said) as caught:
            read({**NEW, **changed})
        assert caught.value.hint


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (END, "name is missing"),
        ({**END, "name": None}, "name: null is not text"),
        ({"name": "valid.lab"}, "end_date is missing"),
        ({**NEW, "end_date": None}, "end_date: null is not a date"),
        ({**NEW, "join_policy": None}, "join_policy: null is not one of"),
        ({**NEW, "max_members": None}, "max_members: null is not a number"),
        ({**NEW, "private": None}, "private: null is neither"),
        ([], r"the body: \[\] is not an object"),
        ("{}", "is not an object"),
        (None, "the body: null is not an object"),
    ],
)
def test_s16_a_submission_needs_a_name_and_an_end(body: object, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        wire.submission(body)


@pytest.mark.parametrize(
    ("given", "members"),
    [
        (0, 0),
        (UNLIMITED, UNLIMITED),
        ("5", 5),
        (" 5 ", 5),
        ("inf", UNLIMITED),
        ("Infinite", UNLIMITED),
        ("5K", 5120),
        ("5kb", 5120),
        ("1.5 KiB", 1536),
        ("2M", 2 * 1024**2),
    ],
)
def test_s16_max_members_may_be_text(given: object, members: int) -> None:
    assert wire.submission({**NEW, "max_members": given}).max_members == members


def test_s16_dates_of_any_offset_are_the_same_instant() -> None:
    assert wire.submission({**NEW, "end_date": "2113-05-05T22:20:20.000000+02:00"}).end_date == ENDS


@given(st.builds(
    Wishes,
    owner=st.none() | st.just("u"),
    name=st.none() | st.text(st.characters(exclude_characters="\0", codec="utf-8")),
    end_date=st.none() | st.integers(-62135596800000000, 253402300799999999),
    join_policy=st.none() | st.sampled_from(JoinPolicy),
    max_members=st.none() | st.integers(0, UNLIMITED),
    private=st.none() | st.booleans(),
    grants=st.dictionaries(
        st.sampled_from(["a.b", "c"]),
        st.integers(0, UNLIMITED).flatmap(
            lambda pool: st.builds(Capacity, st.just(pool), st.integers(0, pool))
        ),
    ),
))  # fmt: skip
def test_wishes_survive_the_wire(wishes: Wishes) -> None:
    body = json.loads(json.dumps(outbound.wishes_object(wishes)))
    assert wire.modification(body) == wishes


def test_an_action_becomes_a_command() -> None:
    approve = {"approve": {"reason": "checked", "app_id": 417}}
    command: ApplicationCommand = ApproveApplication(actor=ADMIN, application=417, project="p")
    assert wire.project_action(approve, "p", ADMIN) == (command, "checked")
    command = DenyApplication(actor=ADMIN, application=2, project="p")
    assert wire.project_action({"deny": {"app_id": 2}}, "p", ADMIN) == (command, "")
    suspend = ChangeProjectState(actor=ADMIN, project="p", action=ProjectAction.SUSPEND)
    assert wire.project_action({"suspend": {}}, "p", ADMIN) == (suspend, "")
    assert wire.project_action(outbound.action_request("p", "suspend").body, "p", ADMIN) == (
        suspend,
        "",
    )


@pytest.mark.parametrize(
    "reason", [{"reason": "r"}, {"reasons": "r"}, {"reason": None, "reasons": "r"}]
)
def test_q15_reasons_is_read_as_reason(reason: dict[str, object]) -> None:
    assert wire.project_action({"terminate": reason}, "p", ADMIN)[1] == "r"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "the body has no action"),
        ({"approve": {}, "deny": {}}, "the body has approve, deny"),
        ({"promote": {}}, r"\"promote\" is not an action"),
        ({"suspnd": {}}, r"did you mean \"suspend\"\?"),
        ([], "is not an object"),
        ("suspend", "is not an object"),
        ({"suspend": ""}, r"suspend: \"\" is not an object"),
        ({"suspend": None}, "suspend: null is not an object"),
        ({"approve": {"reason": "x"}}, "approve.app_id is missing"),
        ({"approve": {"app_id": None}}, "approve.app_id is missing"),
        ({"approve": {"app_id": "1"}}, r"approve.app_id: \"1\" is not a whole number"),
        ({"approve": {"app_id": True}}, "approve.app_id: true is not a whole number"),
        ({"deny": {"app_id": 1, "reason": 5}}, "deny.reason: 5 is not text"),
    ],
)
def test_q08_malformed_actions_are_refused(body: object, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        wire.project_action(body, "p", ADMIN)


def test_membership_bodies_become_commands() -> None:
    assert wire.membership_request(outbound.entry_request("join", "p").body, ADMIN) == JoinProject(
        actor=ADMIN, project="p"
    )
    enroll = EnrollMember(actor=ADMIN, project="p", email="Ma@x.test")
    assert (
        wire.membership_request(outbound.entry_request("enroll", "p", "Ma@x.test").body, ADMIN)
        == enroll
    )
    leave = ChangeMembership(actor=ADMIN, membership=3, action=MembershipAction.LEAVE)
    assert wire.membership_action({"leave": "tired"}, 3, ADMIN) == (leave, "tired")
    assert wire.membership_action({"leave": None}, 3, ADMIN) == (leave, "")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"join": {}}, "join.project is missing"),
        ({"join": {"project": 5}}, "join.project: 5 is not text"),
        ({"join": "p"}, r"join: \"p\" is not an object"),
        ({"enroll": {"project": "p"}}, "enroll.user is missing"),
        ({"enrol": {}}, r"did you mean \"enroll\"\?"),
        ({}, "no action"),
        ([], "is not an object"),
    ],
)
def test_malformed_membership_requests_are_refused(body: object, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        wire.membership_request(body, ADMIN)


@pytest.mark.parametrize(
    "body", [{}, {"promote": ""}, {"leave": "", "accept": ""}, {"leave": 5}, {"leave": {}}, "leave"]
)
def test_malformed_membership_actions_are_refused(body: object) -> None:
    with pytest.raises(Invalid):
        wire.membership_action(body, 1, ADMIN)


PROJECT = Project(
    7, "uuid", "phys.lab", ProjectState.SUSPENDED, "owner", ENDS, 0,
    homepage="h", description="d", max_members=3, last_application=2, deactivated_at=1,
    grants={"cyclades.vm": Capacity(10, 4), "hidden": Capacity(1, 1)},
)  # fmt: skip
APPLICATION = Application(
    2, "uuid", "applicant", ApplicationState.PENDING, 5,
    name="phys.lab", join_policy=JoinPolicy.AUTO, private=False,
    grants={"cyclades.vm": Capacity(12, 4)},
)  # fmt: skip


def test_a_project_is_shown_as_recorded() -> None:
    shown = {
        "id": "uuid",
        "state": "suspended",
        "creation_date": "1970-01-01T00:00:00.000000+00:00",
        "name": "phys.lab",
        "owner": "owner",
        "homepage": "h",
        "description": "d",
        "end_date": "2113-05-05T20:20:20.000000+00:00",
        "join_policy": "moderated",
        "leave_policy": "auto",
        "max_members": 3,
        "private": False,
        "system_project": False,
        "resources": {"cyclades.vm": {"project_capacity": 10, "member_capacity": 4}},
    }
    visible = {"cyclades.vm"}
    assert outbound.project_object(PROJECT, visible, application=APPLICATION) == shown
    full = outbound.project_object(PROJECT, visible, full=True, application=APPLICATION)
    assert full == shown | {
        "last_application": outbound.application_object(APPLICATION, visible),
        "deactivation_date": "1970-01-01T00:00:00.000001+00:00",
    }


def test_nothing_is_shown_that_is_not_there() -> None:
    bare = replace(PROJECT, owner="", deactivated_at=0, is_base=True)
    told = outbound.project_object(bare, (), full=True)
    assert told["owner"] is None
    assert told["system_project"] is True
    assert not {"last_application", "deactivation_date"} & set(told)


def test_an_application_shows_null_for_what_it_does_not_ask() -> None:
    told = outbound.application_object(APPLICATION, ())
    assert {name for name, value in told.items() if value is None} == {
        "owner", "homepage", "description", "start_date", "end_date", "leave_policy", "max_members",
        "comments",
    }  # fmt: skip
    assert told["join_policy"] == "auto"


def test_a_membership_has_a_date_per_state() -> None:
    found = Membership(
        4, "u", "p", MembershipState.ACCEPTED, True, {"requested": 0, "accepted": 1_000_000}
    )
    assert outbound.membership_object(found, (MembershipAction.LEAVE,)) == {
        "id": 4,
        "user": "u",
        "project": "p",
        "state": "accepted",
        "allowed_actions": ["leave"],
        "requested": "1970-01-01T00:00:00.000000+00:00",
        "accepted": "1970-01-01T00:00:01.000000+00:00",
    }


def test_recorded_project_bodies_are_judged_alike() -> None:
    verdicts: list[tuple[bool, bool]] = []
    for exchange in replay.exchanges():
        request, status = exchange["request"], exchange["response"]["status"]
        if request["path"] == "/projects" and request["method"] == "POST" and request["body"]:
            verdicts.append((status in (400, 500), _readable(request["body"])))
    assert (False, False) not in verdicts
    assert verdicts.count((True, False)) >= 12
    # Three names, a past date, a long homepage, two resources, an owner: the world decides.
    assert verdicts.count((True, True)) == 8


def _readable(body: object) -> bool:
    try:
        wire.submission(body)
    except Invalid:
        return False
    return True
