"""What plans of NICo's commands tell, and how they are taken back."""

from __future__ import annotations

from typing import Any

import pytest

from backend.core.errors import Invalid, PreviewStale
from backend.core.plan import Change, Impact, Tier
from backend.core.usecase import execute
from backend.nico.model import Bounds, DeleteNicoAllocation, ModifyNicoAllocation, Pool
from backend.nico.rules import pools, roles
from backend.nico.service import ROOM
from tests.nico.cloud import ADMIN, B16, B22, B30, G100, S1, T1, T2, Cloud, P, giving


def test_machines_are_told_with_the_pool(c: Cloud) -> None:
    uuid = c.give(G100, 4, name="web")
    c.give(G100, 2)
    c.use(G100, 3)
    plan = c.plan(c.setting(uuid, 8))
    assert plan.changes == (Change("web", "machines of g100", 4, 8),)
    assert plan.impacts == (Impact("", "t1", "g100", 6, 10, 3),)
    assert plan.warnings == (
        "fewer machines of g100 are Ready than are given away",
        "nobody can be given a machine of g100 any more",
    )
    assert plan.figures == ("g100: 8 Ready, 10 given away by then",)
    assert c.plan(c.setting(uuid, 4)).warnings == ("it is 4 machines already",)
    path = f"/v2/org/acme/nico/allocation/{uuid}/constraint/{c.constraint(uuid).uuid}"
    assert (plan.request.method, plan.request.path) == ("PATCH", path)
    assert plan.request.body == {"constraintValue": 8}


def test_what_gives_the_old_network_back_can_be_undone(c: Cloud) -> None:
    uuid = c.give(B16, 24)
    plan = c.plan(c.setting(uuid, 23))
    assert plan.tier is Tier.REVERSIBLE
    assert plan.inverse is not None
    c.do(plan.command)
    assert c.cidr(uuid) == "10.20.0.0/23"
    c.do(plan.inverse)
    assert c.cidr(uuid) == "10.20.0.0/24"


def test_what_would_give_another_network_cannot_be_undone(c: Cloud) -> None:
    first = c.give(B16, 24)
    c.give(B16, 24)
    freed, third = c.give(B16, 25), c.give(B16, 23)
    c.give(B16, 24)
    c.delete(first)
    c.delete(freed)
    plan = c.plan(c.setting(third, 24))
    assert plan.inverse is not None
    second = c.plan(c.setting(third, 22))
    assert second.tier is Tier.HARMFUL if second.inverse is None else Tier.REVERSIBLE
    c.do(plan.command)
    c.do(plan.inverse)
    assert c.cidr(third) == "10.20.4.0/23"


def test_a_preview_is_stale_when_the_network_is_another_one(c: Cloud) -> None:
    uuid = c.give(B16, 24)
    plan = c.plan(c.setting(uuid, 23))
    c.give(B16, 24, T2)
    with pytest.raises(PreviewStale) as stale:
        c.database.write(lambda tx: execute(tx, ROOM, plan.command, "", plan.fingerprint))
    changes = {change.field: change.after for change in stale.value.plan.changes}
    assert changes["network"] == "10.20.2.0/23"
    assert c.cidr(uuid) == "10.20.0.0/24"


def test_a_renaming_is_taken_back(c: Cloud) -> None:
    uuid = c.give(B16, 24, name="web", description="")

    def changing(**values: Any) -> ModifyNicoAllocation:
        return ModifyNicoAllocation(actor=ADMIN, allocation=uuid, **values)

    plan = c.plan(changing(name="new", description="text"))
    c.do(plan.command)
    assert plan.inverse == changing(name="web", description="")
    c.do(plan.inverse)
    bare = c.give(B16, 24)
    plan = c.plan(ModifyNicoAllocation(actor=ADMIN, allocation=bare, description="text"))
    assert plan.inverse is None, "a description cannot be cleared"


def test_creating_tells_what_would_be_given(c: Cloud) -> None:
    plan = c.plan(giving(B22, 22, description="all"))
    assert ("network", "192.168.0.0/22") in [(one.field, one.after) for one in plan.changes]
    assert plan.warnings == ("all of net 192.168.0.0: nothing else can be carved of it",)
    body = dict(plan.request.body)
    assert body["allocationConstraints"] == [
        {
            "resourceType": "IPBlock",
            "resourceTypeId": B22,
            "constraintType": "Reserved",
            "constraintValue": 22,
        }
    ]
    assert (body["siteId"], body["tenantId"], body["description"]) == (S1, T1, "all")


def test_deleting_tells_what_is_taken(c: Cloud) -> None:
    uuid = c.give(B16, 24, name="web")
    plan = c.plan(DeleteNicoAllocation(actor=ADMIN, allocation=uuid))
    assert Change("web", "network", "10.20.0.0/24", None) in plan.changes
    assert plan.tier is Tier.HARMFUL


@pytest.mark.parametrize(
    ("value", "allocated", "instances", "room", "expected"),
    [
        (4, 4, 0, 6, Bounds(1, 10, "6 machines left")),
        (4, 4, 3, 6, Bounds(3, 10, "3 instances in use; 6 machines left")),
        (4, 7, 5, 0, Bounds(2, 4, "5 instances in use; no machine is left")),
        (4, 4, 4, 0, Bounds(0, 0, "4 instances in use; no machine is left")),
        (4, 4, 9, 1, Bounds(4, 5, "9 instances in use; 1 machine left")),
        (1, 1, 0, 0, Bounds(0, 0, "1 is the least; no machine is left")),
        (3, 3, 0, -2, Bounds(1, 3, "no machine is left")),
    ],
)
def test_bounds_of_machines(
    value: int, allocated: int, instances: int, room: int, expected: Bounds
) -> None:
    assert pools.machine_bounds(value, Pool(T1, G100, allocated, instances), room) == expected


def test_bounds_of_networks(c: Cloud) -> None:
    first, second = c.give(B22, 24), c.give(B22, 24)
    assert c.bounds(first) == Bounds(23, 32, "with its own place, the largest free piece is a /23")
    c.give(B22, 23)
    assert c.bounds(first) == Bounds(24, 32, "with its own place, the largest free piece is a /24")
    c.hold(second, subnet=True)
    c.hold(second, subnet=False)
    assert c.bounds(second) == Bounds(0, 0, "1 subnet, 1 VPC prefix in use")
    singles = [c.give(B30, 32) for _ in range(4)]
    assert c.bounds(singles[0]).fixed


@pytest.mark.parametrize(
    ("role", "matching"),
    [
        ("PROVIDER_ADMIN", True),
        ("FORGE_PROVIDER_ADMIN", True),
        ("NICO_PROVIDER_ADMIN", True),
        ("X_Y_PROVIDER_ADMIN", False),
        ("PROVIDER_VIEWER", False),
        ("", False),
    ],
)
def test_n52_roles_match_with_one_word_before(role: str, matching: bool) -> None:
    assert roles.matches(role, roles.PROVIDER_ADMIN) == matching


def test_refusals_name_the_field(c: Cloud) -> None:
    wrong = giving(G100, 0, "x", name="a", site="y")
    fields = c.refused(Invalid, wrong).data["fields"]
    assert fields == {
        "name": "must have 2 to 256 bytes",
        "siteId": "must be a valid UUID",
        "tenantId": "must be a valid UUID",
        "constraintValue": "must be 1 or more",
    }
    assert c.refused(Invalid, giving(P, 24)).data["rule"] == "unknown"
