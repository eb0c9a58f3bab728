"""The placement section of world files: out and in, what is refused, what is added."""

from __future__ import annotations

from typing import Any

import pytest

from backend.check import findings
from backend.core.database import Database
from backend.core.errors import Conflict, Invalid
from backend.core.plan import Command
from backend.core.usecase import execute
from backend.placement.model import Claim, CreateProvider, ReplaceAllocations
from backend.placement.service import ROOM
from tests.places import Places
from tests.world.files import Json, again, database, exported, imported, loaded, small, text_of
from tests.worlds import OPERATOR

NODE, CHILD = "4e8e5957-649f-477b-9e5b-f1f75b21c03c", "4e8e5957-649f-477b-9e5b-f1f75b21c03d"
SERVER, OTHER = "5a1c0000-0000-4000-8000-000000000001", "5a1c0000-0000-4000-8000-000000000002"
GROUP = "9f1c0000-0000-4000-8000-000000000001"


def placement() -> Json:
    """A node with a child that comes first, two consumers, one of them more than there is."""
    stock = {"total": 8, "reserved": 2, "max_unit": 8, "step_size": 2, "allocation_ratio": 1.5}
    return {
        "resource_classes": [{"name": "VCPU"}, {"name": "CUSTOM_GPU"}],
        "traits": ["CUSTOM_FAST"],
        "resource_providers": [
            {
                "uuid": CHILD,
                "name": "node-1_gpu",
                "generation": 3,
                "parent_provider_uuid": NODE,
                "inventories": {"CUSTOM_GPU": {"total": 2}},
                "aggregates": [GROUP],
            },
            {
                "uuid": NODE,
                "name": "node-1",
                "inventories": {"VCPU": stock, "DISK_GB": {"total": 100}},
                "traits": ["CUSTOM_FAST", "HW_CPU_X86_AVX"],
                "_bursar": {
                    "created": "2026-01-01T00:00:00+00:00",
                    "updated": "2026-01-02T00:00:00+00:00",
                },
            },
        ],
        "allocations": {
            SERVER: {
                "allocations": {
                    NODE: {"resources": {"VCPU": 10, "DISK_GB": 5}},
                    CHILD: {"resources": {"CUSTOM_GPU": 1}},
                },
                "project_id": "p1",
                "user_id": "u1",
                "consumer_generation": 4,
                "consumer_type": "INSTANCE",
            },
            OTHER: {
                "allocations": {NODE: {"resources": {"VCPU": 1}}},
                "project_id": "p2",
                "user_id": "u1",
            },
        },
    }


def world(**more: object) -> Json:
    """A world of Placement alone."""
    return {"bursar_world": 1, "placement": {**placement(), **more}}


def test_it_comes_back_as_it_was_to_the_last_octet(new_place: Places) -> None:
    first = loaded(new_place, {**small(), "placement": placement()})
    text = text_of(first)
    told = exported(first)
    first.close()
    second = loaded(new_place, told)
    assert text_of(second) == text
    second.close()
    node = told["placement"]["resource_providers"][1]
    assert node["inventories"]["VCPU"] == {
        **placement()["resource_providers"][1]["inventories"]["VCPU"],
        "min_unit": 1,
    }
    assert node["_bursar"]["created"] == "2026-01-01T00:00:00.000000+00:00"
    assert [one["name"] for one in told["placement"]["resource_classes"]] == [
        "VCPU", "CUSTOM_GPU", "DISK_GB"
    ]  # fmt: skip
    assert told["placement"]["allocations"][OTHER]["consumer_type"] == "unknown"


def test_a_file_may_have_nothing_else(new_place: Places) -> None:
    told = again(new_place, world())
    assert list(told["placement"]["allocations"]) == [SERVER, OTHER]
    assert told["users"] == []


def test_what_commands_made_comes_back(new_place: Places) -> None:
    db = loaded(new_place, world())

    def act(*commands: Command) -> None:
        db.write(lambda tx: [execute(tx, ROOM, command, "") for command in commands])

    claim = Claim(consumer=SERVER, allocations={CHILD: {"CUSTOM_GPU": 2}}, generation=4)
    act(
        ReplaceAllocations(actor=OPERATOR, claims=[claim]),
        CreateProvider(actor=OPERATOR, name="node-2"),
    )
    told = exported(db)
    assert told["placement"]["allocations"][SERVER]["consumer_generation"] == 5
    text = text_of(db)
    db.close()
    second = loaded(new_place, told)
    assert text_of(second) == text
    second.close()


def test_usage_is_what_consumers_hold(new_place: Places) -> None:
    db = loaded(new_place, world())
    used = """SELECT k.name, i.used FROM inventory i JOIN resource_class k ON k.id = i.class_id
        ORDER BY k.name"""
    assert db.read(lambda tx: tx.all(used)) == [("CUSTOM_GPU", 1), ("DISK_GB", 5), ("VCPU", 11)]
    roots = "SELECT count(DISTINCT root_id), count(*) FROM provider"
    assert db.read(lambda tx: tx.all(roots)) == [(1, 2)]
    db.close()


def test_a_database_with_providers_is_not_empty(new_place: Places) -> None:
    db = loaded(new_place, world())
    with pytest.raises(Conflict, match="not empty"):
        imported(db, world())
    db.close()


def test_merging_adds_what_is_missing(new_place: Places) -> None:
    few = placement()
    del few["resource_providers"][0]
    del few["allocations"][SERVER]
    db = loaded(new_place, {"bursar_world": 1, "placement": few})
    report = imported(db, world(), merge=True)
    assert {name: n for name, n in report.counts.items() if n} == {"providers": 1, "consumers": 1}
    assert db.read(lambda tx: list(findings(tx))) == []
    assert not any(imported(db, world(), merge=True).counts.values())
    assert exported(db)["placement"]["allocations"].keys() == {SERVER, OTHER}
    db.close()


def _changed(path: str, value: object) -> Json:
    """The section with another value at a path of keys and numbers."""
    told: Json = placement()
    here: Any = told
    *steps, last = [int(step) if step.isdigit() else step for step in path.split("/")]
    for step in steps:
        here = here[step]
    here[last] = value
    return {"bursar_world": 1, "placement": told}


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("resource_providers/1/name", "node-2", r"resource_providers\[1\]\.name"),
        ("resource_providers/1/inventories/VCPU/total", 9, r'inventories\.VCPU\.total'),
        (f"allocations/{OTHER}/consumer_generation", 2, "consumer_generation"),
        (f"allocations/{OTHER}/consumer_type", "INSTANCE", "consumer_type"),
    ],
)  # fmt: skip
def test_merging_refuses_what_is_otherwise_there(
    new_place: Places, path: str, value: object, told: str
) -> None:
    db = loaded(new_place, world())
    with pytest.raises(Conflict, match=told):
        imported(db, _changed(path, value), merge=True)
    db.close()


GPU, CPU = "resource_providers/0", "resource_providers/1"


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("resource_classes/0/name", "GPU", r"resource_classes\[0\]\.name.*neither a standard"),
        ("resource_classes/0/name", "CUSTOM_GPU", r"resource_classes\[1\].*given twice"),
        ("traits/0", "FAST", r"traits\[0\].*neither a standard"),
        (f"{GPU}/uuid", "gpu", r"resource_providers\[0\]\.uuid"),
        (f"{GPU}/uuid", NODE, r"resource_providers\[1\]\.uuid.*given twice"),
        (f"{GPU}/name", "node-1", r"resource_providers\[1\]\.name.*belongs to"),
        (f"{GPU}/name", "x" * 201, r"resource_providers\[0\]\.name"),
        (f"{GPU}/parent_provider_uuid", GROUP, r"parent_provider_uuid.*no provider of this"),
        (f"{CPU}/parent_provider_uuid", CHILD, r"parent_provider_uuid.*leads back"),
        (f"{CPU}/inventories", {"CUSTOM_NO": {"total": 1}}, "CUSTOM_NO.*add it to placement.res"),
        (f"{CPU}/inventories/VCPU/total", 0, r"inventories\.VCPU\.total"),
        (f"{CPU}/inventories/VCPU/total", 1.5, r"inventories\.VCPU\.total"),
        (f"{CPU}/inventories/VCPU/reserved", 9, r"VCPU\.reserved.*at most the total 8"),
        (f"{CPU}/inventories/VCPU/allocation_ratio", -1, r"VCPU\.allocation_ratio"),
        (f"{CPU}/inventories/VCPU/alocation_ratio", 1, "did you mean"),
        (f"{CPU}/traits", ["CUSTOM_NO"], r"traits\[0\].*add it to placement.traits"),
        (f"{CPU}/traits", ["CUSTOM_FAST", "CUSTOM_FAST"], r"traits\[1\].*given twice"),
        (f"{GPU}/aggregates", [GROUP, GROUP], r"aggregates\[1\].*given twice"),
        ("allocations/x", {}, "allocations"),
        (f"allocations/{OTHER}/allocations", {}, r"\.allocations"),
        (f"allocations/{OTHER}/allocations/{GROUP}", {"resources": {"VCPU": 1}}, "no provider of"),
        (f"allocations/{OTHER}/allocations/{CHILD}", {"resources": {"VCPU": 1}}, "no inventory"),
        (f"allocations/{OTHER}/allocations/{NODE}/resources/VCPU", 0, "VCPU"),
        (f"allocations/{OTHER}/consumer_generation", 0, "consumer_generation"),
        (f"allocations/{OTHER}/consumer_type", "instance", "consumer_type"),
        (f"allocations/{OTHER}/project_id", "", "project_id"),
    ],
)  # fmt: skip
def test_a_bad_section_is_refused_whole(
    new_place: Places, path: str, value: object, told: str
) -> None:
    db: Database = database(new_place)
    with pytest.raises(Invalid, match=told) as refused:
        imported(db, _changed(path, value))
    assert refused.value.hint
    assert str(refused.value).startswith("placement.")
    assert db.read(lambda tx: tx.scalar("SELECT count(*) FROM provider")) == 0
    db.close()
