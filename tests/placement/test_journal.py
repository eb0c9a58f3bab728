"""What the journal tells of placement: in words for people, without what nobody needs to know."""

from __future__ import annotations

import json

from backend.backend import JournalDetail
from backend.core.identity import Actor, Role
from backend.core.listing import Query
from backend.journal_view import describe, keys_sql, rows
from backend.placement.model import ReplaceAllocations, SetTraits, Stock
from tests.placement.sites import ACTOR, CPU, RAM, Site, claim, uuid_of


def told(s: Site, seq: int) -> JournalDetail:
    """An entry as people see it."""
    return s.see(describe, seq)


def found(s: Site, text: str, view: str = "") -> list[str]:
    """The actions of the entries that a filter finds, newest first."""
    keys = [key for (key,) in s.database.read(lambda tx: tx.all(*keys_sql(Query(text, view), 0)))]
    shown = s.see(rows, keys)
    return [shown[key].action for key in keys]


def test_what_is_held_is_told_by_provider_and_class(s: Site) -> None:
    s.put("c", None, P={CPU: 2, RAM: 20})
    entry = told(s, s.put("c", 1, P={CPU: 2}, Q={CPU: 1}).seq).row
    assert (entry.action, entry.about) == ("allocations.replace", uuid_of("c"))
    assert json.loads(entry.before) == {"VCPU of P": 2, "MEMORY_MB of P": 20, "generation": 1}
    assert json.loads(entry.after) == {"VCPU of P": 2, "VCPU of Q": 1, "generation": 2}


def test_several_consumers_are_one_entry(s: Site) -> None:
    detail = told(s, s.post(claim("a", None, P={CPU: 2}), claim("b", None, Q={CPU: 1})).seq)
    assert [effect.target for effect in detail.effects] == [uuid_of("a"), uuid_of("b")]
    assert json.loads(detail.effects[1].after)["VCPU of Q"] == 1


def test_an_inventory_is_told_by_its_provider(s: Site) -> None:
    s.stock("Q", CPU, Stock(20, allocation_ratio=1.5))
    seq = max(seq for (seq, *_) in s.content()["journal"] if isinstance(seq, int))
    entry = told(s, seq).row
    assert (entry.action, entry.about) == ("inventory.set", "VCPU of Q")
    assert json.loads(entry.before) == {"total": 10, "allocation_ratio": "1.0"}
    assert json.loads(entry.after) == {"total": 20, "allocation_ratio": "1.5"}


def test_traits_are_told_with_their_provider(s: Site) -> None:
    seq = s.do(SetTraits(actor=ACTOR, provider=uuid_of("P"), traits=["HW_CPU_X86_AVX"])).seq
    entry = told(s, seq).row
    assert (entry.about, json.loads(entry.after)) == ("P", {"traits": "HW_CPU_X86_AVX"})


def test_entries_are_found_by_the_name_of_a_provider(s: Site) -> None:
    s.stock("Q", CPU, Stock(20))
    assert found(s, "about:q") == ["inventory.set", "inventory.replace", "provider.create"]


def test_what_services_do_is_no_decision(s: Site) -> None:
    service = Actor("service:nova", Role.SERVICE, component="nova")
    s.do(ReplaceAllocations(actor=service, claims=[claim("c", None, P={CPU: 1})]))
    s.put("c", 1, P={CPU: 2})
    assert found(s, "action:replace who:nova") == ["allocations.replace"]
    assert found(s, "allocations", "decisions") == ["allocations.replace"]
