"""What the journal tells of NICo, in words for people."""

from __future__ import annotations

import json

from backend.core.listing import Query
from backend.journal_view import describe, keys_sql, rows
from backend.nico.model import AddPrefix, AdmitInstance, DissociateMachine
from tests.nico.cloud import ADMIN, B16, C50, G100, S1, T1, Cloud, machine_of


def found(c: Cloud, text: str) -> list[str]:
    """The actions of the entries that a filter finds, oldest first."""
    keys = [key for (key,) in c.see(lambda tx: tx.all(*keys_sql(Query(text), 0)))]
    shown = c.see(rows, keys)
    return [shown[key].action for key in reversed(keys)]


def test_entries_name_what_they_are_about(c: Cloud) -> None:
    uuid = c.give(B16, 24, name="web")
    detail = c.see(describe, 1)
    assert (detail.row.action, detail.row.about) == ("nico_allocation.create", "web of t1")
    told = json.loads(detail.row.after)
    assert (told["provider"], told["tenant"], told["site"]) == ("acme", "t1", "S1")
    effects = {effect.target: json.loads(effect.after) for effect in detail.effects}
    assert effects["web"]["prefix"] == "10.20.0.0"
    assert (effects["web"]["parent"], effects["web"]["length"]) == ("net 10.20.0.0", "/24")
    assert effects["web of t1"]["value"] == "/24"
    assert (effects["web of t1"]["resource"], effects["web of t1"]["derived"]) == (
        "net 10.20.0.0",
        "web",
    )
    c.set(uuid, 23)
    detail = c.see(describe, 2)
    assert (detail.row.action, detail.row.about) == ("constraint.set", "web of t1")
    assert (json.loads(detail.row.before), json.loads(detail.row.after)) == (
        {"value": "/24"},
        {"value": "/23"},
    )
    (block,) = detail.effects
    assert (json.loads(block.before)["length"], json.loads(block.after)["length"]) == (
        "/24",
        "/23",
    )


def test_machines_are_no_prefix_length(c: Cloud) -> None:
    uuid = c.give(G100, 4, name="machines")
    c.set(uuid, 3)
    created, changed = (c.see(describe, seq) for seq in (1, 2))
    given = {effect.target: json.loads(effect.after) for effect in created.effects}
    assert given["machines of t1"]["value"] == 4
    assert (changed.row.before, changed.row.after) == ('{"value":4}', '{"value":3}')


def test_all_that_is_changed_has_a_name(c: Cloud) -> None:
    c.give(G100, 4, name="machines")
    block = c.derived(c.give(B16, 24, name="web")).uuid
    c.do(AdmitInstance(actor=ADMIN, name="job", tenant=T1, site=S1, instance_type=G100))
    for subnet in (True, False):
        c.do(AddPrefix(actor=ADMIN, block=block, name="net", length=26, is_subnet=subnet))
    c.do(DissociateMachine(actor=ADMIN, instance_type=C50, machine=machine_of(C50, 0)))
    abouts = [row.about for row in c.see(rows, [3, 4, 5, 6]).values()]
    assert sorted(abouts) == [
        "job of t1",
        f"machine {machine_of(C50, 0)}",
        "net of t1",
        "net of t1",
    ]


def test_entries_are_found_by_names(c: Cloud) -> None:
    uuid = c.give(B16, 24, name="Web")
    c.set(uuid, 25)
    c.give(G100, 1, name="other")
    assert found(c, "about:web") == ["nico_allocation.create", "constraint.set"]
    c.delete(uuid)
    assert found(c, "action:delete") == ["nico_allocation.delete"]


def test_what_is_gone_is_called_as_it_was_in_the_end(c: Cloud) -> None:
    uuid = c.give(B16, 24, name="Wëb")
    c.set(uuid, 23)
    c.delete(uuid)
    assert [row.about for row in c.see(rows, [1, 2, 3]).values()] == ["Wëb of t1 (gone)"] * 3
    assert found(c, "about:wëb") == ["nico_allocation.create", "nico_allocation.delete"]


def test_what_was_tampered_with_keeps_nothing_from_being_shown(c: Cloud) -> None:
    uuid = c.give(B16, 24, name="web")
    c.delete(uuid)
    c.tampered = True
    c.database.write(lambda tx: tx.execute("""UPDATE journal SET "before" = 'x' WHERE seq = 2"""))
    abouts = [row.about for row in c.see(rows, [1, 2]).values()]
    assert abouts == [f"nico_allocation:{uuid}"] * 2
