"""Inventories and allocations that move together."""

from __future__ import annotations

from backend.core.errors import Conflict, GenerationConflict, Invalid
from backend.placement.model import Reshape, Stock
from backend.placement.service import api
from tests.placement.sites import ACTOR, CPU, RAM, Site, claim, uuid_of

P, Q = uuid_of("P"), uuid_of("Q")


def test_a_class_moves_to_another_provider_with_what_is_held_of_it(s: Site) -> None:
    s.put("a", None, P={CPU: 10, RAM: 20})
    s.put("b", None, P={CPU: 6})
    memory = s.see(api.inventory, P, RAM)[1].stock
    command = Reshape(
        actor=ACTOR,
        stocks={P: {RAM: memory}, Q: {CPU: Stock(16)}},
        generations={P: 3, Q: 1},
        claims=[claim("a", 1, P={RAM: 20}, Q={CPU: 10}), claim("b", 1, Q={CPU: 6})],
    )
    plan = s.plan(command)
    assert {change.field for change in plan.changes} >= {CPU, "total"}
    assert plan.request.path == "/reshaper"
    s.do(command)
    assert (s.used("P"), s.used("Q")) == ({RAM: 20}, {CPU: 16})
    assert s.generations("P", "Q") == [4, 2]
    s.refused(GenerationConflict, command)


def test_what_somebody_still_holds_does_not_go(s: Site) -> None:
    s.put("a", None, P={CPU: 10})
    s.put("b", None, P={CPU: 6})
    command = Reshape(
        actor=ACTOR,
        stocks={P: {}, Q: {CPU: Stock(16)}},
        claims=[claim("a", 1, Q={CPU: 10})],
    )
    found = s.refused(Conflict, command)
    assert (found.data["rule"], found.data["used"]) == ("inventory_inuse", 6)


def test_what_is_held_has_to_fit_into_the_new_inventories(s: Site) -> None:
    s.put("a", None, P={CPU: 10})
    command = Reshape(
        actor=ACTOR, stocks={P: {}, Q: {CPU: Stock(9)}}, claims=[claim("a", 1, Q={CPU: 10})]
    )
    assert s.refused(Conflict, command).data["rule"] == "capacity"


def test_inventories_that_shrink_below_what_is_held_and_a_last_claim(s: Site) -> None:
    s.put("a", None, Q={CPU: 10})
    s.do(Reshape(actor=ACTOR, stocks={Q: {CPU: Stock(4)}}, claims=[claim("a", 1, Q={CPU: 9})]))
    s.do(Reshape(actor=ACTOR, stocks={Q: {}}, claims=[claim("a", 2)]))
    assert s.used("Q") == {}
    assert s.held("a") is None


def test_a_reshape_that_names_what_is_not_there(s: Site) -> None:
    found = s.refused(Invalid, Reshape(actor=ACTOR, stocks={uuid_of("X"): {}}))
    assert found.data["rule"] == "no_provider"
    found = s.refused(Invalid, Reshape(actor=ACTOR, stocks={P: {"CUSTOM_NOPE": Stock(1)}}))
    assert found.data["rule"] == "no_class"
    s.refused(GenerationConflict, Reshape(actor=ACTOR, stocks={P: {}}, generations={P: 0}))
