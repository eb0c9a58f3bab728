"""Machines of types (spec nico §5, scenarios 1 to 26)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from backend.core.errors import Conflict, Invalid, NotAllowed, NotFound
from backend.nico.model import DeleteNicoAllocation, Mode, ModifyNicoAllocation, SetConstraintValue
from backend.nico.store import history, machines, places
from tests.nico.cloud import (
    ADMIN,
    B16,
    BS2,
    G100,
    Q1,
    S1,
    S2,
    SQ,
    T1,
    T2,
    VIEWER,
    Z10,
    Cloud,
    fields,
    giving,
    uuid_of,
)


def test_n01_machines_are_given(c: Cloud) -> None:
    uuid = c.give(G100, 4)
    given, constraint = c.allocation(uuid), c.constraint(uuid)
    assert given is not None
    assert given.status == "Registered"
    told = c.see(history.of, [given.target])[given.target]
    assert [status for status, *_ in told] == ["Registered"]
    assert (constraint.derived, constraint.resource, constraint.value) == ("", G100, 4)
    assert (c.type(G100).machines, c.type(G100).allocated, c.type(G100).room) == (10, 4, 6)


def test_n02_no_more_than_there_are(c: Cloud) -> None:
    c.give(G100, 4)
    c.give(G100, 6, T2)
    assert c.type(G100).room == 0
    assert c.refused(Conflict, giving(G100, 1, name="more")).data["rule"] == "capacity"


def test_n03_what_is_left_can_be_given(c: Cloud) -> None:
    c.give(G100, 4)
    assert c.refused(Conflict, giving(G100, 7)).data["rule"] == "capacity"
    c.give(G100, 6)
    assert (c.type(G100).allocated, c.type(G100).room) == (10, 0)


def test_n04_machines_count_that_are_not_ready(c: Cloud) -> None:
    warnings = c.plan(giving(G100, 9)).warnings
    assert warnings == ("fewer machines of g100 are Ready than are given away",)
    c.give(G100, 9)
    assert (c.type(G100).allocated, c.see(machines.ready, G100)) == (9, 8)


def test_n05_growth_ends_with_the_machines(c: Cloud) -> None:
    uuid = c.give(G100, 4)
    c.set(uuid, 10)
    error = c.refused(Invalid, c.setting(uuid, 11))
    assert error.data["rule"] == "capacity"
    assert c.value(uuid) == 10


def test_n06_what_another_gives_back_can_be_had(c: Cloud) -> None:
    mine, other = c.give(G100, 4), c.give(G100, 6, T2)
    assert c.refused(Invalid, c.setting(mine, 5)).data["rule"] == "capacity"
    c.delete(other)
    c.set(mine, 5)
    assert (c.value(mine), c.type(G100).allocated) == (5, 5)


def test_n07_instances_count_against_all_that_a_tenant_has(c: Cloud) -> None:
    first, _ = c.give(G100, 4), c.give(G100, 3)
    c.use(G100, 5)
    c.set(first, 2)
    assert c.see(machines.pool, G100, T1).allocated == 5
    assert c.refused(Invalid, c.setting(first, 1)).data["rule"] == "in_use"


def test_n08_what_is_not_used_can_be_taken(c: Cloud) -> None:
    uuid = c.give(G100, 4)
    c.set(uuid, 1)
    assert c.type(G100).room == 9


def test_n09_what_is_used_cannot_be_taken(c: Cloud) -> None:
    uuid = c.give(G100, 4)
    instances = c.use(G100, 4)
    assert c.refused(Invalid, c.setting(uuid, 3)).data["rule"] == "in_use"
    c.stop(instances[0])
    c.set(uuid, 3)
    assert (c.value(uuid), c.see(machines.pool, G100, T1).instances) == (3, 3)


def test_n10_instances_of_others_do_not_count(c: Cloud) -> None:
    mine, _ = c.give(G100, 4), c.give(G100, 4, T2)
    c.use(G100, 4, T2)
    c.set(mine, 1)
    assert (c.value(mine), c.type(G100).allocated) == (1, 5)


def test_n11_targeted_instances_do_not_count(c: Cloud) -> None:
    uuid = c.give(G100, 4)
    c.use("", 3)
    c.set(uuid, 1)
    assert (c.value(uuid), c.see(machines.pool, G100, T1).instances) == (1, 0)


def test_n12_the_same_value_changes_nothing(c: Cloud) -> None:
    uuid = c.give(G100, 4)
    before = c.constraint(uuid)
    c.set(uuid, 4)
    assert c.constraint(uuid) == before


@pytest.mark.parametrize("value", [0, -1, -5])
def test_n14_a_count_is_one_or_more(c: Cloud, value: int) -> None:
    uuid = c.give(G100, 4)
    c.give(G100, 4)
    for command in (giving(G100, value), c.setting(uuid, value)):
        assert fields(c.refused(Invalid, command)) == {"constraintValue"}


@pytest.mark.parametrize("mode", [Mode.ON_DEMAND, Mode.PREEMPTIBLE])
def test_n15_machines_are_reserved(c: Cloud, mode: Mode) -> None:
    refusal = c.refused(Invalid, giving(G100, 4, mode=mode))
    assert (refusal.data["rule"], refusal.hint) == ("kind", "use Reserved")


@pytest.mark.parametrize(
    ("rule", "resource", "values"),
    [
        ("foreign", Z10, {}),
        ("foreign", Q1, {}),
        ("unknown", uuid_of("none"), {}),
        ("unknown", G100, {"tenant": str(uuid4())}),
        ("foreign", G100, {"site": SQ, "org": "acme"}),
        ("unknown", G100, {"site": str(uuid4()), "org": "acme"}),
        ("no_provider", G100, {"org": "t1"}),
    ],
)
def test_n17_all_is_of_one_site_and_provider(
    c: Cloud, rule: str, resource: str, values: dict[str, str]
) -> None:
    given = {"tenant": T1} | values
    assert c.refused(Invalid, giving(resource, 4, **given)).data["rule"] == rule


def test_n18_names_are_unique_for_tenant_and_site(c: Cloud) -> None:
    uuid = c.give(G100, 1, name="web")
    error = c.refused(Conflict, giving(B16, 24, name="web"))
    assert (error.data["rule"], error.data["fields"]) == ("name_taken", {"id": uuid})
    c.give(BS2, 24, name="web", site=S2)
    c.give(G100, 1, T2, name="web")
    c.delete(uuid)
    again = c.allocation(c.give(G100, 1, name="web"))
    assert again is not None
    assert (again.name, again.tenant, again.site) == ("web", T1, S1)
    assert again.uuid != uuid


@pytest.mark.parametrize("name", ["a", "a" * 257, " ab", "ab ", "é" * 200, "", "  "])
def test_n19_names_that_are_refused(c: Cloud, name: str) -> None:
    assert fields(c.refused(Invalid, giving(G100, 1, name=name))) == {"name"}


def test_n19_the_longest_name(c: Cloud) -> None:
    found = c.allocation(c.give(G100, 1, name="a" * 256))
    assert found is not None
    assert len(found.name) == 256


def test_n20_renaming(c: Cloud) -> None:
    one, other = c.give(G100, 1, name="one", description="first"), c.give(G100, 1, name="other")

    def changing(**values: str) -> ModifyNicoAllocation:
        given: dict[str, Any] = {"actor": ADMIN, "allocation": one} | values
        return ModifyNicoAllocation(**given)

    c.do(changing(name="one"))
    assert fields(c.refused(Invalid, changing(allocation="x", name=" "))) == {"allocationId"}
    assert c.refused(Conflict, changing(name="other")).data["fields"] == {"id": other}
    before = c.allocation(one)
    c.do(changing())
    after = c.allocation(one)
    assert before is not None
    assert after is not None
    assert (after.name, after.description) == ("one", "first")
    assert after.updated_at > before.updated_at


def test_n21_other_allocations_cover_instances(c: Cloud) -> None:
    first, _ = c.give(G100, 4), c.give(G100, 3)
    instances = c.use(G100, 4)
    refusal = c.refused(Invalid, DeleteNicoAllocation(actor=ADMIN, allocation=first))
    assert refusal.data["rule"] == "in_use"
    c.stop(instances[0])
    c.delete(first)
    assert c.allocation(first) is None
    pool = c.see(machines.pool, G100, T1)
    assert (pool.allocated, pool.instances) == (3, 3)


def test_n22_a_site_is_seen_until_the_last_allocation_is_gone(c: Cloud) -> None:
    uuids = [c.give(G100, 1), c.give(B16, 24)]
    for uuid in uuids:
        assert len(c.see(places.visible, T1)) == 1
        c.delete(uuid)
    assert c.see(places.visible, T1) == []
    gone = DeleteNicoAllocation(actor=ADMIN, allocation=uuids[0])
    assert c.refused(NotFound, gone).data["rule"] == "unknown"


def test_n52_only_admins_of_providers_change(c: Cloud) -> None:
    uuid = c.give(G100, 4)
    for command in (
        giving(G100, 1, name="more", actor=VIEWER),
        c.setting(uuid, 5, actor=VIEWER),
        ModifyNicoAllocation(actor=VIEWER, allocation=uuid, name="new"),
        DeleteNicoAllocation(actor=VIEWER, allocation=uuid),
    ):
        assert c.refused(NotAllowed, command).data["rule"] == "role"


def test_n53_organisations_are_compared_without_case(c: Cloud) -> None:
    uuid = c.give(G100, 4, org="ACME")
    c.do(c.setting(uuid, 5, org="Acme"))
    assert c.value(uuid) == 5
    assert c.refused(Invalid, c.setting(uuid, 6, org="acme2")).data["rule"] == "no_provider"


def test_n55_which_constraint_is_looked_for_in_order(c: Cloud) -> None:
    uuid, other = c.give(G100, 1), c.give(G100, 1)
    right = c.setting(uuid, 2)

    def aiming(**values: str) -> SetConstraintValue:
        return replace(right, **values)  # type: ignore[arg-type]

    assert "allocationId" in str(c.refused(Invalid, aiming(allocation="x")))
    unknown = aiming(constraint=str(uuid4()), org="nowhere")
    assert c.refused(NotFound, unknown).data["rule"] == "unknown"
    assert c.refused(Invalid, aiming(allocation=other)).data["rule"] == "foreign"
    assert c.refused(Invalid, aiming(org="other")).data["rule"] == "foreign"
    assert c.refused(Invalid, aiming(org="nowhere")).data["rule"] == "no_provider"
