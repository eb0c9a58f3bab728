"""What a command is as a request, at every microversion that says it otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from backend.core.errors import Invalid
from backend.core.plan import Command
from backend.placement.client import Call, Now, call
from backend.placement.model import (
    KEEP,
    UNTYPED,
    Claim,
    Consumer,
    CreateProvider,
    CreateResourceClass,
    DropInventory,
    ModifyProvider,
    Provider,
    RenameResourceClass,
    ReplaceAllocations,
    ReplaceInventories,
    SetInventory,
    SetTraits,
    Stock,
)
from tests.placement.dialect import ME, claim

P, Q = "aaaaaaaa-0000-4000-8000-000000000000", "bbbbbbbb-0000-4000-8000-000000000000"
C, D = "cccccccc-0000-4000-8000-000000000000", "dddddddd-0000-4000-8000-000000000000"
HELD: Mapping[str, Mapping[str, int]] = {P: {"VCPU": 2}}
LIST = [{"resource_provider": {"uuid": P}, "resources": {"VCPU": 2}}]
DICT = {P: {"resources": {"VCPU": 2}}}
OWNED = {"project_id": "lab", "user_id": "ada"}


def known(kind: str = "INSTANCE", uuid: str = C) -> Now:
    """A consumer that was read."""
    return Now({uuid: Consumer(uuid, "lab", "ada", kind, 4, HELD)})


def owned(generation: int | None = None, kind: str = KEEP, held: Any = HELD) -> Command:
    return claim(C, held, generation, project="lab", user="ada", consumer_type=kind)


@pytest.mark.parametrize(
    ("minor", "kind", "body"),
    [
        (0, KEEP, {"allocations": LIST}),
        (7, KEEP, {"allocations": LIST}),
        (8, KEEP, {"allocations": LIST, **OWNED}),
        (11, KEEP, {"allocations": LIST, **OWNED}),
        (12, KEEP, {"allocations": DICT, **OWNED}),
        (27, KEEP, {"allocations": DICT, **OWNED}),
        (28, KEEP, {"allocations": DICT, **OWNED, "consumer_generation": None}),
        (37, KEEP, {"allocations": DICT, **OWNED, "consumer_generation": None}),
        (
            39,
            "INSTANCE",
            {
                "allocations": DICT,
                **OWNED,
                "consumer_generation": None,
                "consumer_type": "INSTANCE",
            },
        ),
    ],
)
def test_allocations_are_said_as_the_version_wants_them(
    minor: int, kind: str, body: Mapping[str, object]
) -> None:
    assert call(owned(kind=kind), minor, Now()) == Call("PUT", f"/allocations/{C}", minor, body)


def test_an_untyped_consumer_is_rewritten_where_types_are_unknown() -> None:
    found = call(owned(4), 39, known(UNTYPED))
    assert found.minor == 37
    assert "consumer_type" not in (found.body or {})


def test_a_type_is_kept_by_saying_it() -> None:
    found = call(owned(4), 39, known("MIGRATION"))
    assert found.minor == 39
    assert (found.body or {})["consumer_type"] == "MIGRATION"


def test_a_type_is_chosen_for_an_untyped_consumer() -> None:
    found = call(owned(4, "INSTANCE"), 39, known(UNTYPED))
    assert (found.minor, (found.body or {})["consumer_type"]) == (39, "INSTANCE")


def test_no_version_takes_a_type_away() -> None:
    with pytest.raises(Invalid, match="cannot be taken away"):
        call(owned(4, UNTYPED), 39, known("INSTANCE"))


def test_an_older_server_gives_no_types() -> None:
    with pytest.raises(Invalid, match="knows no consumer types"):
        call(owned(4, "INSTANCE"), 37, known(UNTYPED))


def test_the_displayed_generation_is_sent_and_any_is_that_of_now() -> None:
    assert (call(owned(3), 28, known()).body or {})["consumer_generation"] == 3
    assert (call(owned(-1), 28, known()).body or {})["consumer_generation"] == 4
    assert (call(owned(-1), 28, Now()).body or {})["consumer_generation"] is None


def test_nothing_is_held_where_that_is_checked() -> None:
    assert call(owned(4, held={}), 28, known()).method == "PUT"
    assert call(owned(4, held={}), 27, known()) == Call("DELETE", f"/allocations/{C}", 27)


def several(*kinds: str) -> Command:
    claims = [
        Claim(consumer=uuid, allocations=HELD, generation=4, consumer_type=kind)
        for uuid, kind in zip((C, D), kinds, strict=True)
    ]
    return ReplaceAllocations(actor=ME, claims=claims)


def test_several_consumers_are_one_request() -> None:
    now = Now({**known("INSTANCE").consumers, **known("MIGRATION", D).consumers})
    found = call(several(KEEP, KEEP), 39, now)
    assert (found.method, found.path, found.minor) == ("POST", "/allocations", 39)
    kinds = {name: one["consumer_type"] for name, one in dict[str, Any](found.body or {}).items()}
    assert kinds == {C: "INSTANCE", D: "MIGRATION"}


def test_typed_and_untyped_consumers_are_rewritten_together_when_both_stay_so() -> None:
    now = Now({**known("INSTANCE").consumers, **known(UNTYPED, D).consumers})
    assert call(several("INSTANCE", KEEP), 39, now).minor == 37
    with pytest.raises(Invalid, match="cannot be written together"):
        call(several("MIGRATION", KEEP), 39, now)


def test_an_old_server_changes_consumers_one_by_one() -> None:
    with pytest.raises(Invalid, match="one consumer at a time"):
        call(several(KEEP, KEEP), 12, Now())


STOCK = {
    "total": 8,
    "reserved": 1,
    "min_unit": 1,
    "max_unit": 4,
    "step_size": 2,
    "allocation_ratio": 1.5,
}
EIGHT = Stock(8, 1, 1, 4, 2, 1.5)
ROOT = Now(providers={P: Provider(P, "node", 7, "", P)})
CHILD = Now(providers={P: Provider(P, "node", 7, Q, Q)})


def test_an_inventory_is_sent_with_all_six_fields() -> None:
    command = SetInventory(actor=ME, provider=P, resource_class="VCPU", stock=EIGHT, generation=3)
    body: dict[str, object] = {"resource_provider_generation": 3, **STOCK}
    path = f"/resource_providers/{P}/inventories/VCPU"
    assert call(command, 39, ROOT) == Call("PUT", path, 39, body)
    every = ReplaceInventories(actor=ME, provider=P, stocks={"VCPU": EIGHT})
    body = {"resource_provider_generation": 7, "inventories": {"VCPU": STOCK}}
    path = f"/resource_providers/{P}/inventories"
    assert call(every, 39, ROOT) == Call("PUT", path, 39, body)


def test_all_inventories_are_dropped_as_the_version_can() -> None:
    every = DropInventory(actor=ME, provider=P)
    path = f"/resource_providers/{P}/inventories"
    assert call(every, 5, ROOT) == Call("DELETE", path, 5)
    emptied = {"resource_provider_generation": 7, "inventories": {}}
    assert call(every, 4, ROOT) == Call("PUT", path, 4, emptied)


def test_a_parent_is_named_when_it_changes() -> None:
    def body(parent: str, minor: int, now: Now) -> object:
        return call(ModifyProvider(actor=ME, provider=P, name="n", parent=parent), minor, now).body

    assert body(KEEP, 13, ROOT) == body("", 13, ROOT) == {"name": "n"}
    assert body(Q, 14, ROOT) == {"name": "n", "parent_provider_uuid": Q}
    assert body("", 37, CHILD) == {"name": "n", "parent_provider_uuid": None}
    assert body(Q, 36, CHILD) == {"name": "n"}
    with pytest.raises(Invalid, match="no tree"):
        body(Q, 13, ROOT)
    with pytest.raises(Invalid, match="once only"):
        body("", 36, CHILD)


def test_providers_classes_and_traits() -> None:
    made = CreateProvider(actor=ME, name="node", uuid=P, parent=Q)
    body: dict[str, object] = {"name": "node", "uuid": P, "parent_provider_uuid": Q}
    assert call(made, 39, Now()) == Call("POST", "/resource_providers", 39, body)
    new = CreateResourceClass(actor=ME, name="CUSTOM_A")
    assert call(new, 7, Now()) == Call("PUT", "/resource_classes/CUSTOM_A", 7)
    assert call(new, 6, Now()) == Call("POST", "/resource_classes", 6, {"name": "CUSTOM_A"})
    named = RenameResourceClass(actor=ME, name="CUSTOM_A", new_name="CUSTOM_B")
    assert call(named, 39, Now()).minor == 6
    traits = SetTraits(actor=ME, provider=P, traits=["CUSTOM_T"], generation=2)
    body = {"resource_provider_generation": 2, "traits": ["CUSTOM_T"]}
    assert call(traits, 39, ROOT) == Call("PUT", f"/resource_providers/{P}/traits", 39, body)


def test_what_is_in_a_path_stays_in_its_place() -> None:
    command = claim("../resource_providers/x?y#z", HELD)
    assert call(command, 28, Now()).path == "/allocations/..%2Fresource_providers%2Fx%3Fy%23z"
