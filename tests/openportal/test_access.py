"""Who may see and change what (spec openportal §2.4, design §5)."""

from __future__ import annotations

import pytest

from backend.core.errors import BursarError, Invalid, NotAllowed, NotFound
from backend.core.identity import Actor, Role
from backend.openportal.model import CreateAllocation, ModifyAllocation, SetNodeLimit
from backend.openportal.service import standing
from tests.openportal.portals import A, C, L, M, O, P, Portal, Q, S, X, uuid_of

ADMIN = Actor("token:root", Role.ADMIN)
APPROVER = Actor("token:app", Role.APPROVER)
VIEWER = Actor("token:eve", Role.VIEWER)
SERVICE = Actor("service:x", Role.SERVICE, component="x")
ASTAKOS = Actor("x (token:a)", Role.USER, uuid="00000000-0000-0000-0000-000000000041")
"""Somebody whose uuid is that of A."""


@pytest.mark.parametrize(
    ("actor", "changes", "limits"),
    [
        (ADMIN, None, None),
        (S, None, None),
        (O, None, NotAllowed),
        (A, None, NotAllowed),
        (ASTAKOS, None, NotAllowed),
        (M, NotAllowed, NotAllowed),
        (APPROVER, NotAllowed, NotAllowed),
        (VIEWER, NotAllowed, NotAllowed),
        (X, NotFound, NotFound),
        (SERVICE, NotFound, NotFound),
    ],
)
def test_who_changes_what(
    p: Portal,
    actor: Actor,
    changes: type[BursarError] | None,
    limits: type[BursarError] | None,
) -> None:
    uuid = p.made()
    expected = (
        (ModifyAllocation(actor=actor, allocation=uuid, description="x"), changes),
        (SetNodeLimit(actor=actor, allocation=uuid, node_limit=3), limits),
    )
    for command, error in expected:
        if error is None:
            p.do(command)
        else:
            p.refused(error, command)


def test_what_somebody_is(p: Portal) -> None:
    owner = p.see(standing, O)
    assert owner.owned == owner.customers == {C}
    assert not owner.projects
    admin = p.see(standing, A)
    assert admin.led == {P}
    assert admin.projects == {P, Q}
    assert p.see(standing, S).staff
    assert p.see(standing, VIEWER).support
    assert not p.see(standing, X).sees_all


def test_who_is_not_active_is_nobody(p: Portal) -> None:
    uuid = p.made()
    p.database.write(lambda tx: tx.execute("UPDATE portal_user SET is_active = 0"))
    for actor in (S, O, A):
        p.refused(NotFound, ModifyAllocation(actor=actor, allocation=uuid, name="x"))


def test_a_service_of_somebody_else_cannot_be_named(p: Portal) -> None:
    p.database.write(lambda tx: tx.execute("UPDATE portal_service SET shared = 0"))
    for actor, error in ((A, Invalid), (O, None)):
        command = CreateAllocation(actor=actor, remote=False, name="x", service=L, project=P)
        if error:
            p.refused(error, command)
        else:
            p.do(command)


def test_a_member_of_one_project_makes_nothing_there(p: Portal) -> None:
    command = CreateAllocation(actor=A, remote=False, name="x", service=L, project=Q)
    p.refused(NotAllowed, command)
    nowhere = CreateAllocation(actor=A, remote=False, name="x", service=L, project=uuid_of("?"))
    p.refused(Invalid, nowhere)
