"""Providers and their inventories (spec placement §1.1, §1.2, §4.9, §4.10)."""

from __future__ import annotations

import pytest

from backend.core.errors import Conflict, GenerationConflict, Invalid, NotFound
from backend.core.plan import Tier
from backend.placement.model import (
    ANY_GENERATION,
    KEEP,
    AddInventory,
    CreateProvider,
    DeleteAllocations,
    DeleteProvider,
    DropInventory,
    ModifyProvider,
    ProviderFilter,
    ReplaceInventories,
    SetInventory,
    Stock,
)
from backend.placement.service import api
from tests.placement.sites import ACTOR, CPU, RAM, Site, uuid_of

P, Q = uuid_of("P"), uuid_of("Q")


def names(s: Site, wanted: ProviderFilter) -> list[str]:
    """The names of the providers that a filter finds."""
    return [one.provider.name for one in s.see(api.providers, wanted)]


def modify(name: str, new: str = "", parent: str = KEEP, *, once: bool = False) -> ModifyProvider:
    """A change of a provider."""
    return ModifyProvider(
        actor=ACTOR, provider=uuid_of(name), name=new or name, parent=parent, once=once
    )


def test_a_new_provider_is_its_own_root_at_generation_0(s: Site) -> None:
    uuid = s.do(CreateProvider(actor=ACTOR, name="new")).created["provider"]
    found = s.see(api.provider, uuid)
    assert (found.provider.root, found.provider.generation) == (uuid, 0)
    assert found.at > 0


def test_names_and_uuids_are_taken_once(s: Site) -> None:
    found = s.refused(Conflict, CreateProvider(actor=ACTOR, name="P"))
    assert found.data == {"rule": "duplicate_name", "field": "name", "value": "P"}
    found = s.refused(Conflict, CreateProvider(actor=ACTOR, name="new", uuid=P))
    assert found.data["field"] == "uuid"
    assert s.refused(Conflict, modify("Q", "P")).data["field"] == "name"


@pytest.mark.parametrize(
    "fields",
    [
        {"name": ""},
        {"name": "n" * 201},
        {"uuid": "zzz"},
        {"parent": uuid_of("X")},
        {"uuid": uuid_of("n"), "parent": uuid_of("n")},
    ],
)
def test_providers_that_cannot_be(s: Site, fields: dict[str, str]) -> None:
    s.refused(Invalid, CreateProvider(actor=ACTOR, **{"name": "n", **fields}))


def test_a_tree_moves_with_its_root_and_without_its_generation(s: Site) -> None:
    s.provider("child", "P")
    s.provider("leaf", "child")
    assert s.seen("leaf").root == P
    s.do(modify("child", parent=Q))
    assert (s.seen("child").root, s.seen("leaf").root, s.seen("leaf").generation) == (Q, Q, 0)
    s.do(modify("child", "kid", parent=""))
    assert (s.seen("child").name, s.seen("child").parent) == ("kid", "")
    assert s.seen("leaf").root == s.seen("child").uuid == s.seen("child").root


def test_a_tree_has_no_loops(s: Site) -> None:
    s.provider("child", "P")
    s.provider("leaf", "child")
    for parent in ("leaf", "P"):
        s.refused(Invalid, modify("P", parent=uuid_of(parent)))
    s.refused(Invalid, modify("P", parent=uuid_of("X")))


def test_before_1_37_a_parent_is_set_once(s: Site) -> None:
    s.provider("child", "P")
    s.refused(Invalid, modify("child", parent=Q, once=True))
    s.refused(Invalid, modify("child", parent="", once=True))
    s.do(modify("child", "kid", parent=P, once=True))
    s.do(modify("Q", parent=P, once=True))
    assert s.seen("Q").root == P


def test_what_is_used_or_has_children_stays(s: Site) -> None:
    s.provider("child", "P")
    s.put("c", None, Q={CPU: 1})
    command = DeleteProvider(actor=ACTOR, provider=P)
    assert s.refused(Conflict, command).data["rule"] == "cannot_delete_parent"
    other = DeleteProvider(actor=ACTOR, provider=Q)
    assert s.refused(Conflict, other).data["rule"] == "provider_inuse"
    s.do(DeleteAllocations(actor=ACTOR, consumer=uuid_of("c")))
    s.do(DeleteProvider(actor=ACTOR, provider=uuid_of("child")))
    s.do(command)
    s.do(other)
    s.refused(NotFound, other)
    assert s.content()["inventory"] == []


def test_inventories_are_replaced_under_a_generation(s: Site) -> None:
    stocks = {"DISK_GB": Stock(5), CPU: Stock(3, allocation_ratio=2)}
    command = ReplaceInventories(actor=ACTOR, provider=P, stocks=stocks, generation=1)
    s.do(command)
    assert s.generations("P") == [2]
    found = s.see(api.inventories, P)
    assert {name: one.stock for name, one in found.inventories.items()} == stocks
    stale = s.refused(GenerationConflict, command)
    assert stale.data == {"provider": P, "expected": 2, "got": 1}
    s.do(ReplaceInventories(actor=ACTOR, provider=P, stocks=stocks, generation=2))
    assert s.generations("P") == [3]


def test_a_class_that_is_used_is_not_dropped(s: Site) -> None:
    s.put("c", None, P={CPU: 2})
    for command in (
        ReplaceInventories(actor=ACTOR, provider=P, stocks={RAM: Stock(5)}),
        DropInventory(actor=ACTOR, provider=P),
        DropInventory(actor=ACTOR, provider=P, resource_class=CPU),
    ):
        found = s.refused(Conflict, command)
        assert (found.data["rule"], found.data["used"]) == ("inventory_inuse", 2)
    s.do(DropInventory(actor=ACTOR, provider=P, resource_class=RAM))
    assert s.used("P") == {CPU: 2}


def test_inventories_go_one_by_one_or_all_and_the_generation_moves(s: Site) -> None:
    s.do(DropInventory(actor=ACTOR, provider=P, resource_class=RAM))
    s.refused(NotFound, DropInventory(actor=ACTOR, provider=P, resource_class=RAM))
    s.do(DropInventory(actor=ACTOR, provider=P))
    s.do(DropInventory(actor=ACTOR, provider=P))
    assert s.generations("P") == [4]
    assert s.used("P") == {}


def test_an_inventory_is_added_once(s: Site) -> None:
    add = AddInventory(actor=ACTOR, provider=Q, resource_class=RAM, stock=Stock(5))
    s.do(add)
    assert s.generations("Q") == [2]
    assert s.refused(Conflict, add).data["rule"] == "inventory_exists"
    unknown = AddInventory(actor=ACTOR, provider=Q, resource_class="CUSTOM_X", stock=Stock(5))
    assert s.refused(Invalid, unknown).data["rule"] == "no_class"


def test_what_cannot_be_set(s: Site) -> None:
    def wanted(name: str, generation: int = ANY_GENERATION) -> SetInventory:
        return SetInventory(
            actor=ACTOR, provider=Q, resource_class=name, stock=Stock(5), generation=generation
        )

    s.refused(GenerationConflict, wanted(CPU, generation=7))
    s.refused(Invalid, wanted(RAM))
    s.refused(NotFound, wanted("CUSTOM_NOPE"))
    s.do(wanted(CPU, generation=1))


@pytest.mark.parametrize(
    ("stock", "old", "new"),
    [
        (Stock(5, reserved=5), False, True),
        (Stock(5, reserved=6), False, False),
        (Stock(5, allocation_ratio=0.1), False, True),
        (Stock(5, allocation_ratio=0.0), False, True),
        (Stock(5, reserved=6, allocation_ratio=-1.0), False, False),
        (Stock(5, allocation_ratio=float("nan")), False, False),
        (Stock(5, allocation_ratio=float("inf")), False, False),
        (Stock(0), False, False),
        (Stock(2**31), False, False),
        (Stock(2**31 - 1), True, True),
        (Stock(5, min_unit=5, max_unit=2), True, True),
        (Stock(5, step_size=0), False, False),
    ],
)
def test_figures_that_may_be_before_and_from_1_26(
    s: Site, stock: Stock, old: bool, new: bool
) -> None:
    for allowed, may_reserve_all in ((old, False), (new, True)):
        command = SetInventory(
            actor=ACTOR,
            provider=Q,
            resource_class=CPU,
            stock=stock,
            may_reserve_all=may_reserve_all,
        )
        if allowed:
            s.do(command)
        else:
            s.refused(Invalid, command)


def test_lowering_below_usage_is_told_and_done(s: Site) -> None:
    s.put("c", None, Q={CPU: 8})
    command = SetInventory(
        actor=ACTOR, provider=Q, resource_class=CPU, stock=Stock(20, allocation_ratio=0.25)
    )
    plan = s.plan(command)
    (impact,) = plan.going_over
    assert (impact.holder, impact.resource, impact.over_by) == ("Q", CPU, 3)
    assert plan.tier is Tier.HARMFUL
    assert [(c.field, c.before, c.after) for c in plan.changes] == [
        ("total", 10, 20),
        ("allocation_ratio", "1.0", "0.25"),
    ]
    s.do(command)
    assert s.used("Q") == {CPU: 8}
    assert plan.inverse is not None
    s.do(plan.inverse)
    assert s.see(api.inventory, Q, CPU)[1].stock == Stock(10)


def test_what_an_inverse_gives_back(s: Site) -> None:
    stocks = {name: one.stock for name, one in s.see(api.inventories, P).inventories.items()}
    for command in (
        DropInventory(actor=ACTOR, provider=P),
        DropInventory(actor=ACTOR, provider=P, resource_class=CPU),
        ReplaceInventories(actor=ACTOR, provider=P, stocks={}),
        AddInventory(actor=ACTOR, provider=P, resource_class="DISK_GB", stock=Stock(5)),
    ):
        inverse = s.plan(command).inverse
        assert inverse is not None
        s.do(command)
        s.do(inverse)
        found = s.see(api.inventories, P).inventories
        assert {name: one.stock for name, one in found.items()} == stocks


def test_which_providers_are_found(s: Site) -> None:
    s.provider("child", "P", {CPU: Stock(4)})
    s.put("c", None, P={CPU: 14})
    assert names(s, ProviderFilter()) == ["P", "Q", "child"]
    assert names(s, ProviderFilter(name="Q")) == ["Q"]
    assert names(s, ProviderFilter(uuid=Q, name="P")) == []
    assert names(s, ProviderFilter(in_tree=uuid_of("child"))) == ["P", "child"]
    assert names(s, ProviderFilter(in_tree=uuid_of("X"))) == []
    assert names(s, ProviderFilter(resources={CPU: 3})) == ["Q", "child"]
    assert names(s, ProviderFilter(resources={CPU: 2, RAM: 20})) == ["P"]
    assert names(s, ProviderFilter(resources={RAM: 25})) == []
    assert names(s, ProviderFilter(resources={CPU: 2**70})) == []
    with pytest.raises(Invalid):
        names(s, ProviderFilter(resources={"CUSTOM_X": 1}))
