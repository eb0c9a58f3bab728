"""Commissions as commands: who may issue them, and previews that tell what would happen."""

from __future__ import annotations

from typing import Any

import pytest

from backend.core.errors import Conflict, Invalid, NotAllowed, OverLimit
from backend.core.identity import Actor, Role, operator
from backend.core.plan import Plan, Receipt
from backend.core.usecase import decide, execute
from backend.quotas.model import IssueCommission, Provision
from backend.quotas.service import ROOM
from tests.quotas.ledgers import CYCLADES, World


def command(quantity: int = 1, actor: Actor = CYCLADES, **options: Any) -> IssueCommission:
    """A commission of the component `cyclades` on the pool of project P."""
    provisions = (Provision("project:P", "", "vm", quantity),)
    return IssueCommission(actor=actor, clientkey="cyclades", provisions=provisions, **options)


def plan(ledger: World, wanted: IssueCommission) -> Plan:
    """Its preview."""
    return ledger.database.read(lambda tx: decide(tx, ROOM, wanted).plan)


def apply(ledger: World, previewed: Plan) -> Receipt:
    """Do what was previewed."""
    told, seen = previewed.command, previewed.fingerprint
    return ledger.database.write(lambda tx: execute(tx, ROOM, told, "", seen))


@pytest.mark.parametrize(
    "actor",
    [
        Actor("uuid", Role.USER, uuid="uuid"),
        Actor("looker", Role.VIEWER),
        Actor("service:pithos", Role.SERVICE, component="pithos"),
    ],
)
def test_only_the_component_itself_and_approvers_issue(ledger: World, actor: Actor) -> None:
    ledger.set("vm", 5)
    with pytest.raises(NotAllowed):
        plan(ledger, command(actor=actor))
    apply(ledger, plan(ledger, command(actor=operator("op"))))
    apply(ledger, plan(ledger, command()))
    assert ledger.figures("vm") == "5/0/2"


def test_a_retry_is_previewed_as_done_and_does_nothing(ledger: World) -> None:
    ledger.set("vm", 2)
    first = apply(ledger, plan(ledger, command(2, key="k")))
    again = plan(ledger, command(2, key="k"))
    assert (again.changes, again.warnings) == (
        (),
        (f"done already under this key, as commission {first.created['serial']}",),
    )
    assert apply(ledger, again).created == first.created
    assert ledger.figures("vm") == "2/0/2"
    with pytest.raises(Conflict):
        plan(ledger, command(1, key="k"))


def test_a_preview_refuses_what_issuing_would_refuse(ledger: World) -> None:
    ledger.set("vm", 2)
    with pytest.raises(OverLimit):
        plan(ledger, command(3))
    with pytest.raises(Invalid):
        plan(ledger, command(timeout=-1))


def test_what_is_taken_at_once_cannot_be_rejected(ledger: World) -> None:
    ledger.set("vm", 2)
    assert plan(ledger, command(auto_accept=True)).undo == ""
    assert plan(ledger, command()).undo != ""
