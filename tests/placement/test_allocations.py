"""Who holds what: generations, arithmetic and refusals (spec placement §1.2, §2, §7)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.core.errors import BursarError, Conflict, GenerationConflict, Invalid, NotFound
from backend.core.identity import Actor, Role
from backend.placement.model import (
    PLACEHOLDER,
    UNTYPED,
    Claim,
    DeleteAllocations,
    ReplaceAllocations,
    Stock,
)
from backend.placement.service import api
from tests.placement.sites import ACTOR, CPU, RAM, Site, claim, uuid_of
from tests.rooms import E


def refused(s: Site, error: type[E], *claims: Claim) -> E:
    """What refuses these claims, which leave no trace."""
    return s.refused(error, ReplaceAllocations(actor=ACTOR, claims=claims))


def rule_of(s: Site, *claims: Claim) -> object:
    """The rule that refuses these claims."""
    return refused(s, Conflict, *claims).data["rule"]


def test_a_new_consumer_is_at_generation_1(s: Site) -> None:
    s.put("c", None, P={CPU: 2})
    assert s.generation("c") == 1
    assert s.holds("c") == {"P": {CPU: 2}}
    assert s.generations("P", "Q") == [2, 1]


def test_what_is_replaced_is_gone(s: Site) -> None:
    s.put("c", None, P={CPU: 2, RAM: 100})
    s.put("c", 1, P={CPU: 3})
    assert s.generation("c") == 2
    assert s.used("P") == {CPU: 3, RAM: 0}


def test_a_provider_that_is_merely_left_does_not_move(s: Site) -> None:
    s.put("c", None, P={CPU: 2})
    assert s.generations("P", "Q") == [2, 1]
    s.put("c", 1, Q={CPU: 1})
    assert s.generations("P", "Q") == [2, 2]
    assert s.used("P") == {CPU: 0, RAM: 0}


def test_the_same_again_moves_both_generations(s: Site) -> None:
    s.put("c", None, P={CPU: 2})
    s.put("c", 1, P={CPU: 2})
    assert s.generation("c") == 2
    assert s.generations("P") == [3]


@pytest.mark.parametrize("generation", [None, 7, 0])
def test_another_generation_than_the_stored_one_is_a_conflict(
    s: Site, generation: int | None
) -> None:
    s.put("c", None, P={CPU: 2})
    found = refused(s, GenerationConflict, claim("c", generation, P={CPU: 1}))
    assert found.data == {"consumer": uuid_of("c"), "expected": 1, "got": generation}


def test_a_generation_of_nobody_is_a_conflict(s: Site) -> None:
    found = refused(s, GenerationConflict, claim("c", 0, P={CPU: 1}))
    assert found.data == {"consumer": uuid_of("c"), "expected": None, "got": 0}


def test_nothing_removes_the_consumer_and_moves_its_providers(s: Site) -> None:
    s.put("c", None, P={CPU: 2}, Q={CPU: 1})
    s.put("c", 1)
    assert s.held("c") is None
    assert s.generations("P", "Q") == [3, 3]
    refused(s, GenerationConflict, claim("c", 2, P={CPU: 1}))
    s.put("c", None, P={CPU: 1})
    assert s.generation("c") == 1


@pytest.mark.parametrize("generation", [None, -1])
def test_nothing_for_nobody_leaves_no_ghost(s: Site, generation: int | None) -> None:
    s.put("c", generation)
    assert s.content()["consumer"] == []
    s.put("c", None, P={CPU: 1})


def test_an_unknown_provider_leaves_no_ghost(s: Site) -> None:
    found = refused(s, Invalid, claim("c", None, X={CPU: 1}))
    assert found.data["rule"] == "no_provider"
    s.put("c", None, P={CPU: 1})


def test_a_stale_generation_goes_before_an_unknown_provider(s: Site) -> None:
    refused(s, GenerationConflict, claim("c", 3, X={CPU: 1}))


@pytest.mark.parametrize("name", ["CUSTOM_NOPE", "vcpu"])
def test_an_unknown_class_is_not_valid(s: Site, name: str) -> None:
    assert refused(s, Invalid, claim("c", None, P={name: 1})).data["rule"] == "no_class"


def test_a_class_without_inventory_refuses_all(s: Site) -> None:
    assert rule_of(s, claim("c", None, P={CPU: 1, "DISK_GB": 1})) == "no_inventory"


@pytest.mark.parametrize("amount", [0, -1])
def test_amounts_are_1_or_more(s: Site, amount: int) -> None:
    refused(s, Invalid, claim("c", None, P={CPU: amount}))


@pytest.mark.parametrize(
    "wrong",
    [
        {"consumer": "zzz"},
        {"consumer": uuid_of("c").upper().replace("-", "")},
        {"project": ""},
        {"user": "u" * 256},
        {"consumer_type": "instance"},
        {"consumer_type": "A" * 256},
        {"allocations": {uuid_of("P"): {}}},
    ],
)
def test_claims_that_can_never_be_right(s: Site, wrong: dict[str, object]) -> None:
    fields = {"consumer": uuid_of("c"), "allocations": {uuid_of("P"): {CPU: 1}}, **wrong}
    refused(s, Invalid, Claim(**fields))  # type: ignore[arg-type]


def test_a_request_names_each_consumer_once_and_at_least_one(s: Site) -> None:
    refused(s, Invalid, claim("c", None, P={CPU: 1}), claim("c", None, Q={CPU: 1}))
    refused(s, Invalid)


def test_whose_it_is_follows_the_last_write(s: Site) -> None:
    s.post(claim("c", None, kind="INSTANCE", P={CPU: 2}))
    s.post(claim("c", 1, project="other", user="them", P={CPU: 2}))
    found = s.held("c")
    assert found is not None
    who = (found.consumer.project, found.consumer.user, found.consumer.consumer_type)
    assert who == ("other", "them", "INSTANCE")
    s.post(claim("c", 2, project=PLACEHOLDER, kind=UNTYPED, P={CPU: 2}))
    assert s.see(api.usages, "proj") == s.see(api.usages, "other") == {}
    assert list(s.see(api.usages, PLACEHOLDER)) == [UNTYPED]


def test_a_refused_claim_changes_nobodys_project(s: Site) -> None:
    s.post(claim("c", None, kind="INSTANCE", P={CPU: 2}))
    wanted = claim("c", 1, project="new", user="new", kind="MIGRATION", P={CPU: 17})
    assert rule_of(s, wanted) == "max_unit"
    found = s.held("c")
    assert found is not None
    assert found.consumer.project == "proj"


@pytest.mark.parametrize(
    ("amount", "rule"),
    [(10, "min_unit"), (15, "min_unit"), (25, "step_size"), (510, "max_unit"), (2**63, "max_unit")],
)
def test_units_are_checked_before_the_capacity(s: Site, amount: int, rule: str) -> None:
    s.put("other", None, P={RAM: 500})
    s.put("more", None, P={RAM: 500})
    assert rule_of(s, claim("c", None, P={RAM: amount})) == rule


def test_what_fits_to_the_last(s: Site) -> None:
    s.put("c", None, P={RAM: 20})
    s.put("d", None, P={RAM: 500})
    s.put("e", None, P={CPU: 2})
    assert rule_of(s, claim("f", None, P={CPU: 15})) == "capacity"
    s.put("f", None, P={CPU: 14})
    found = refused(s, Conflict, claim("g", None, P={CPU: 1}))
    figures = {"rule": "capacity", "class": CPU, "amount": 1, "used": 16, "capacity": 16}
    assert figures.items() <= found.data.items()
    assert found.message == "1 VCPU of P: 16 of 16 used by others, 1 too many"


@pytest.mark.parametrize(
    ("total", "ratio", "most"), [(100, 0.29, 28), (100, 0.07, 7), (7, 0.7, 4), (5, 0.0, 0)]
)
def test_the_capacity_is_a_float_that_is_not_truncated(
    s: Site, total: int, ratio: float, most: int
) -> None:
    s.provider("R", stocks={CPU: Stock(total, allocation_ratio=ratio)})
    assert rule_of(s, claim("c", None, R={CPU: most + 1})) == "capacity"
    if most:
        s.put("c", None, R={CPU: most})


def test_the_own_amount_counts_as_free(s: Site) -> None:
    s.put("c", None, Q={CPU: 10})
    s.put("c", 1, Q={CPU: 10})
    assert rule_of(s, claim("c", 2, Q={CPU: 11})) == "capacity"


def test_an_over_full_provider_lets_shrink_and_stay(s: Site) -> None:
    s.put("c", None, Q={CPU: 8})
    s.stock("Q", CPU, Stock(5))
    found = refused(s, Conflict, claim("c", 1, Q={CPU: 9}))
    assert found.message == "9 VCPU of Q: 0 of 5 used by others, 4 too many"
    found = refused(s, Conflict, claim("d", None, Q={CPU: 1}))
    assert found.message == "1 VCPU of Q: 8 of 5 used by others, 4 too many"
    s.put("c", 1, Q={CPU: 8})
    s.put("c", 2, Q={CPU: 7})
    assert s.used("Q") == {CPU: 7}


def test_an_over_full_provider_lets_a_request_shrink_as_a_whole(s: Site) -> None:
    s.post(claim("a", None, Q={CPU: 5}), claim("b", None, Q={CPU: 5}))
    s.stock("Q", CPU, Stock(4))
    s.post(claim("a", 1, Q={CPU: 5}), claim("b", 1, Q={CPU: 4}))
    assert rule_of(s, claim("a", 2, Q={CPU: 6}), claim("b", 2, Q={CPU: 4})) == "capacity"
    s.post(claim("a", 2, Q={CPU: 4}), claim("b", 2, Q={CPU: 5}))


def test_a_lowered_max_unit_binds_also_what_was_held(s: Site) -> None:
    s.put("c", None, Q={CPU: 8})
    s.stock("Q", CPU, Stock(10, max_unit=6))
    assert rule_of(s, claim("c", 1, Q={CPU: 8})) == "max_unit"
    s.put("c", 1, Q={CPU: 6})


def test_two_consumers_in_one_request_move_the_provider_once(s: Site) -> None:
    s.post(claim("a", None, Q={CPU: 5}), claim("b", None, Q={CPU: 5}))
    assert s.generations("Q") == [2]


def test_full_providers_are_swapped_in_one_step(s: Site) -> None:
    s.put("a", None, P={CPU: 10})
    s.put("b", None, Q={CPU: 10})
    s.put("c", None, P={CPU: 6})
    s.post(claim("a", 1, Q={CPU: 10}), claim("b", 1, P={CPU: 10}))
    assert (s.used("P")[CPU], s.used("Q")[CPU]) == (16, 10)


def test_what_fits_alone_but_not_together(s: Site) -> None:
    found = refused(s, Conflict, claim("a", None, Q={CPU: 6}), claim("b", None, Q={CPU: 5}))
    assert found.data["asked"] == 11
    assert found.message == "5 VCPU of Q: 0 of 10 used by others, 11 in this request, 1 too many"


def test_one_wrong_generation_refuses_the_request(s: Site) -> None:
    refused(s, GenerationConflict, claim("a", None, Q={CPU: 1}), claim("b", 4, Q={CPU: 1}))


def test_delete_asks_for_no_generation_and_moves_no_provider(s: Site) -> None:
    s.put("c", None, P={CPU: 2})
    s.put("c", 1, P={CPU: 3})
    moved = s.generations("P")
    s.do(DeleteAllocations(actor=ACTOR, consumer=uuid_of("c")))
    assert s.generations("P") == moved
    assert s.used("P") == {CPU: 0, RAM: 0}
    with pytest.raises(NotFound):
        s.do(DeleteAllocations(actor=ACTOR, consumer=uuid_of("c")))


@pytest.mark.parametrize("role", [Role.VIEWER, Role.APPROVER, Role.USER])
def test_only_admins_and_services_write(s: Site, role: Role) -> None:
    with pytest.raises(BursarError) as caught:
        s.do(
            ReplaceAllocations(actor=Actor("somebody", role), claims=[claim("c", None, P={CPU: 1})])
        )
    assert caught.value.status == 403
    service = Actor("service:nova", Role.SERVICE, component="nova")
    s.do(ReplaceAllocations(actor=service, claims=[claim("c", None, P={CPU: 1})]))


def test_a_plan_tells_what_changes_and_its_inverse_takes_it_back(s: Site) -> None:
    s.put("c", None, P={CPU: 2, RAM: 100})
    command = ReplaceAllocations(actor=ACTOR, claims=[claim("c", 1, kind="INSTANCE", P={CPU: 4})])
    plan = s.plan(command)
    told = [(c.target, c.field, c.before, c.after) for c in plan.changes]
    assert told == [
        ("P", CPU, 2, 4),
        ("P", RAM, 100, None),
        (f"consumer {uuid_of('c')}", "consumer_type", "", "INSTANCE"),
    ]
    assert plan.request.body["consumer_generation"] == 1
    assert plan.warnings == ()
    s.do(command)
    assert plan.inverse is not None
    s.do(plan.inverse)
    assert s.holds("c") == {"P": {CPU: 2, RAM: 100}}


def test_the_inverse_of_a_first_write_and_of_a_last_one(s: Site) -> None:
    first = ReplaceAllocations(actor=ACTOR, claims=[claim("c", None, P={CPU: 2})])
    took = s.plan(first).inverse
    s.do(first)
    last = ReplaceAllocations(actor=ACTOR, claims=[claim("c", 1)])
    gave = s.plan(last).inverse
    assert took is not None
    assert gave is not None
    s.do(took)
    assert s.held("c") is None
    s.do(gave)
    assert s.holds("c") == {"P": {CPU: 2}}


def test_a_plan_warns_of_what_stays_over_and_of_the_untyped(s: Site) -> None:
    s.put("c", None, Q={CPU: 8})
    s.stock("Q", CPU, Stock(5))
    command = ReplaceAllocations(actor=ACTOR, claims=[claim("c", 1, Q={CPU: 7})])
    told = ("Q stays over its capacity of VCPU", f"consumer {uuid_of('c')} has no type")
    assert s.plan(command).warnings == told


@pytest.mark.parametrize(
    ("least", "told"),
    [
        (5, "Q would be over its capacity of VCPU"),
        (2, "Q stays over its capacity of VCPU"),
    ],
)
def test_what_would_not_fit_again_is_not_promised_back(s: Site, least: int, told: str) -> None:
    s.put("c", None, P={CPU: 1}, Q={CPU: 4})
    s.put("d", None, Q={CPU: 4})
    s.stock("Q", CPU, Stock(least))
    share = ReplaceAllocations(actor=ACTOR, claims=[claim("c", 1, P={CPU: 1})])
    less = ReplaceAllocations(actor=ACTOR, claims=[claim("c", 1, P={CPU: 1}, Q={CPU: 1})])
    whole = DeleteAllocations(actor=ACTOR, consumer=uuid_of("c"))
    for command in (share, less, whole):
        plan = s.plan(command)
        assert plan.inverse is None
        assert plan.undo == f"cannot be put back: {told}"
    s.do(share)
    assert rule_of(s, claim("c", 2, P={CPU: 1}, Q={CPU: 4})) == "capacity"


def test_what_units_forbid_now_is_not_promised_back(s: Site) -> None:
    s.put("c", None, Q={CPU: 8})
    s.stock("Q", CPU, Stock(10, max_unit=6))
    plan = s.plan(DeleteAllocations(actor=ACTOR, consumer=uuid_of("c")))
    assert plan.inverse is None
    assert plan.undo == "cannot be put back: 8 VCPU of Q: at most 6 at a time"


def test_what_frees_enough_can_be_put_back(s: Site) -> None:
    s.put("c", None, Q={CPU: 8})
    s.stock("Q", CPU, Stock(5))
    more = ReplaceAllocations(actor=ACTOR, claims=[claim("d", None, P={CPU: 1})])
    plan = s.plan(more)
    assert plan.inverse is not None
    assert plan.undo == "put back what was held, while nobody else changes it"


def test_usages_by_type_and_user(s: Site) -> None:
    s.post(claim("a", None, kind="INSTANCE", P={CPU: 2}))
    s.post(claim("b", None, kind="INSTANCE", user="them", P={CPU: 1}, Q={CPU: 1}))
    s.post(claim("c", None, kind="MIGRATION", P={RAM: 20}), claim("d", None, P={CPU: 4}))
    found = s.see(api.usages, "proj")
    assert {kind: (u.consumers, dict(u.amounts)) for kind, u in found.items()} == {
        "INSTANCE": (2, {CPU: 4}),
        "MIGRATION": (1, {RAM: 20}),
        "": (1, {CPU: 4}),
    }
    assert api.summed(found) == replace(found["INSTANCE"], consumers=4, amounts={CPU: 8, RAM: 20})
    assert list(s.see(api.usages, "proj", "them")) == ["INSTANCE"]
    assert s.see(api.usages, "nobody") == {}


def test_who_holds_what_of_a_provider(s: Site) -> None:
    s.put("a", None, P={CPU: 2}, Q={CPU: 1})
    s.put("a", 1, P={CPU: 3, RAM: 20})
    found = s.see(api.allocations_at, uuid_of("P"))
    assert dict(found.consumers) == {uuid_of("a"): (2, {CPU: 3, RAM: 20})}
    assert found.provider.generation == 3
    assert found.at > 0
    assert s.see(api.allocations_at, uuid_of("Q")).consumers == {}
    with pytest.raises(NotFound):
        s.see(api.allocations_at, uuid_of("X"))
