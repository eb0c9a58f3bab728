"""Resource classes, traits and aggregates (spec placement §4.11)."""

from __future__ import annotations

import pytest

from backend.core.errors import Conflict, GenerationConflict, Invalid, NotFound
from backend.placement.model import (
    AddInventory,
    CreateResourceClass,
    CreateTrait,
    DeleteProvider,
    DeleteResourceClass,
    DeleteTrait,
    DropInventory,
    ProviderFilter,
    RenameResourceClass,
    SetAggregates,
    SetTraits,
    Stock,
)
from backend.placement.service import api
from tests.placement.sites import ACTOR, CPU, RAM, Site, uuid_of

P, Q = uuid_of("P"), uuid_of("Q")
GOLD, AVX = "CUSTOM_GOLD", "HW_CPU_X86_AVX"


def names(s: Site, wanted: ProviderFilter) -> list[str]:
    """The names of the providers that a filter finds."""
    return [one.provider.name for one in s.see(api.providers, wanted)]


def test_standard_classes_are_there_in_their_order(s: Site) -> None:
    found = [one.name for one in s.see(api.classes)]
    assert found[:3] == [CPU, RAM, "DISK_GB"]
    assert len(found) == 21
    s.do(CreateResourceClass(actor=ACTOR, name="CUSTOM_A"))
    assert [one.name for one in s.see(api.classes)] == [*found, "CUSTOM_A"]
    assert s.see(api.resource_class, "FPGA").name == "FPGA"
    with pytest.raises(NotFound):
        s.see(api.resource_class, "CUSTOM_B")


@pytest.mark.parametrize("name", ["A", "CUSTOM_a", "CUSTOM_", CPU, "CUSTOM_" + "A" * 249])
def test_names_that_nobody_can_make(s: Site, name: str) -> None:
    s.refused(Invalid, CreateResourceClass(actor=ACTOR, name=name))
    s.refused(Invalid, CreateTrait(actor=ACTOR, name=name))


def test_a_custom_class_comes_is_used_and_goes(s: Site) -> None:
    create = CreateResourceClass(actor=ACTOR, name=GOLD)
    delete = DeleteResourceClass(actor=ACTOR, name=GOLD)
    s.refused(NotFound, delete)
    s.do(create)
    assert s.refused(Conflict, create).data["rule"] == "class_exists"
    s.do(AddInventory(actor=ACTOR, provider=P, resource_class=GOLD, stock=Stock(5)))
    s.put("c", None, P={GOLD: 2})
    assert s.refused(Conflict, delete).data["rule"] == "class_inuse"
    s.put("c", 1)
    s.do(DropInventory(actor=ACTOR, provider=P, resource_class=GOLD))
    s.do(delete)
    s.refused(NotFound, delete)


def test_standard_ones_stay(s: Site) -> None:
    s.refused(Invalid, DeleteResourceClass(actor=ACTOR, name=CPU))
    s.refused(Invalid, RenameResourceClass(actor=ACTOR, name=CPU, new_name=GOLD))
    s.refused(Invalid, DeleteTrait(actor=ACTOR, name=AVX))


def test_a_class_under_another_name_is_the_same_class(s: Site) -> None:
    s.do(CreateResourceClass(actor=ACTOR, name=GOLD))
    s.do(CreateResourceClass(actor=ACTOR, name="CUSTOM_B"))
    s.do(AddInventory(actor=ACTOR, provider=P, resource_class=GOLD, stock=Stock(5)))
    s.put("c", None, P={GOLD: 2})

    def rename(name: str, new: str) -> RenameResourceClass:
        return RenameResourceClass(actor=ACTOR, name=name, new_name=new)

    s.refused(Conflict, rename(GOLD, "CUSTOM_B"))
    s.refused(Invalid, rename(GOLD, "GOLD"))
    s.refused(NotFound, rename("CUSTOM_C", "CUSTOM_D"))
    plan = s.plan(rename(GOLD, "CUSTOM_C"))
    s.do(plan.command)
    assert s.holds("c") == {"P": {"CUSTOM_C": 2}}
    assert plan.inverse is not None
    s.do(plan.inverse)
    assert s.used("P")[GOLD] == 2


def test_traits_move_the_generation_when_something_changes(s: Site) -> None:
    s.do(CreateTrait(actor=ACTOR, name=GOLD))
    command = SetTraits(actor=ACTOR, provider=P, traits=[GOLD, AVX, GOLD], generation=1)
    s.do(command)
    found = s.see(api.traits_of, P)
    assert (list(found.names), found.provider.generation) == ([GOLD, AVX], 2)
    s.refused(GenerationConflict, command)
    s.do(SetTraits(actor=ACTOR, provider=P, traits=[AVX, GOLD], generation=2))
    assert s.generations("P") == [2]
    s.do(SetTraits(actor=ACTOR, provider=P, traits=[]))
    assert s.generations("P") == [3]
    s.refused(Invalid, SetTraits(actor=ACTOR, provider=P, traits=["CUSTOM_NOPE"]))


def test_a_custom_trait_comes_is_used_and_goes(s: Site) -> None:
    create, delete = CreateTrait(actor=ACTOR, name=GOLD), DeleteTrait(actor=ACTOR, name=GOLD)
    s.refused(NotFound, delete)
    s.do(create)
    assert s.refused(Conflict, create).data["rule"] == "trait_exists"
    s.do(SetTraits(actor=ACTOR, provider=P, traits=[GOLD]))
    assert s.refused(Conflict, delete).data["rule"] == "trait_inuse"
    s.do(SetTraits(actor=ACTOR, provider=P, traits=[]))
    s.do(delete)
    with pytest.raises(NotFound):
        s.see(api.trait, GOLD)


def test_traits_are_listed(s: Site) -> None:
    s.do(CreateTrait(actor=ACTOR, name=GOLD))
    s.do(SetTraits(actor=ACTOR, provider=P, traits=[AVX]))
    every = [one.name for one in s.see(api.traits)]
    assert {GOLD, AVX} < set(every)
    assert every == sorted(every)
    having = s.database.read(lambda tx: api.traits(tx, associated=True))
    lacking = s.database.read(lambda tx: api.traits(tx, associated=False))
    assert [one.name for one in having] == [AVX]
    assert len(having) + len(lacking) == len(every)
    assert s.see(api.trait, AVX).at > s.see(api.trait, "HW_CPU_X86_AVX2").at == 0


def test_aggregates_move_the_generation_when_they_are_told_to(s: Site) -> None:
    one, two = uuid_of("agg1"), uuid_of("agg2")
    s.do(SetAggregates(actor=ACTOR, provider=P, aggregates=[two, one], moves=False))
    assert s.see(api.aggregates_of, P).names == [one, two]
    assert s.generations("P") == [1]
    again = SetAggregates(actor=ACTOR, provider=P, aggregates=[one, two], generation=1)
    s.do(again)
    assert s.generations("P") == [2]
    s.refused(GenerationConflict, again)
    s.refused(Invalid, SetAggregates(actor=ACTOR, provider=P, aggregates=["zzz"]))


def test_providers_are_found_by_traits_and_aggregates(s: Site) -> None:
    one, two = uuid_of("agg1"), uuid_of("agg2")
    s.provider("R")
    s.do(CreateTrait(actor=ACTOR, name=GOLD))
    s.do(SetTraits(actor=ACTOR, provider=P, traits=[AVX]))
    s.do(SetTraits(actor=ACTOR, provider=Q, traits=[AVX, GOLD]))
    s.do(SetAggregates(actor=ACTOR, provider=P, aggregates=[one]))
    s.do(SetAggregates(actor=ACTOR, provider=Q, aggregates=[one, two]))
    assert names(s, ProviderFilter(required=[[AVX]])) == ["P", "Q"]
    assert names(s, ProviderFilter(required=[[AVX], [GOLD]])) == ["Q"]
    assert names(s, ProviderFilter(required=[[AVX, GOLD]])) == ["P", "Q"]
    assert names(s, ProviderFilter(required=[[AVX]], forbidden=[GOLD])) == ["P"]
    assert names(s, ProviderFilter(forbidden=[GOLD, AVX])) == ["R"]
    assert names(s, ProviderFilter(member_of=[[one, two]])) == ["P", "Q"]
    assert names(s, ProviderFilter(member_of=[[one], [two]])) == ["Q"]
    assert names(s, ProviderFilter(outside=[two])) == ["P", "R"]
    with pytest.raises(Invalid):
        names(s, ProviderFilter(required=[["CUSTOM_NOPE"]]))


def test_what_a_provider_has_goes_with_it(s: Site) -> None:
    s.do(SetTraits(actor=ACTOR, provider=Q, traits=[AVX]))
    s.do(SetAggregates(actor=ACTOR, provider=Q, aggregates=[uuid_of("agg1")]))
    s.do(DeleteProvider(actor=ACTOR, provider=Q))
    content = s.content()
    assert content["provider_trait"] == content["provider_aggregate"] == []
