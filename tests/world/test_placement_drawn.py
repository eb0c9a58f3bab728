"""Any Placement comes back from a world file as it was."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.core.runtime import micros
from backend.placement.model.entities import MOST
from backend.quotas.encode import iso
from tests.places import in_files
from tests.world.files import NOW, Json, exported, loaded, text_of

CLASSES = ("VCPU", "MEMORY_MB", "CUSTOM_A", "CUSTOM_B")
TRAITS = ("HW_CPU_X86_AVX", "CUSTOM_T")
names = st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1, max_size=8)
figures = st.sampled_from([1, 2, 7, 1024, MOST])
ratios = st.floats(0, 1e38, allow_nan=False, allow_infinity=False) | st.sampled_from([0.29, 1, 16])
dates = st.fixed_dictionaries({}, optional={
    "created": st.integers(1, micros(NOW)).map(iso),
    "updated": st.integers(1, micros(NOW)).map(iso),
})  # fmt: skip


def uuid(kind: int, n: int) -> str:
    """The id of a thing."""
    return f"{kind:08x}-0000-4000-8000-{n:012x}"


@st.composite
def stocks(draw: st.DrawFn) -> Json:
    total = draw(figures)
    optional = {
        "reserved": st.integers(0, total),
        "min_unit": figures,
        "max_unit": figures,
        "step_size": figures,
        "allocation_ratio": ratios,
    }
    return {"total": total, **draw(st.fixed_dictionaries({}, optional=optional))}


@st.composite
def providers(draw: st.DrawFn) -> list[Json]:
    """Trees whose nodes stand in any order."""
    found: list[Json] = []
    for n in range(draw(st.integers(0, 4))):
        above = [None, *(one["uuid"] for one in found)]
        told = {
            "uuid": uuid(1, n),
            "name": f"{draw(names)}{n}",
            "generation": draw(st.integers(0, 9)),
            "parent_provider_uuid": draw(st.sampled_from(above)),
            "inventories": draw(st.dictionaries(st.sampled_from(CLASSES), stocks())),
            "traits": draw(st.lists(st.sampled_from(TRAITS), unique=True)),
            "aggregates": draw(st.lists(st.sampled_from([uuid(2, 0), uuid(2, 1)]), unique=True)),
            "_bursar": draw(dates),
        }
        found.append(told)
    return draw(st.permutations(found))


@st.composite
def sections(draw: st.DrawFn) -> Json:
    """Whole ones; more may be held than there is."""
    nodes = draw(providers())
    places = [(one["uuid"], list(one["inventories"])) for one in nodes if one["inventories"]]
    consumers: dict[str, Json] = {}
    for n in range(draw(st.integers(0, 3)) if places else 0):
        chosen = draw(st.lists(st.sampled_from(places), min_size=1, unique_by=lambda p: p[0]))
        shares = {
            place: {"resources": draw(
                st.dictionaries(st.sampled_from(classes), figures, min_size=1)
            )}
            for place, classes in chosen
        }  # fmt: skip
        consumers[uuid(3, n)] = {
            "allocations": shares,
            "project_id": draw(names),
            "user_id": draw(names),
            "consumer_generation": draw(st.integers(1, 5)),
            "consumer_type": draw(st.sampled_from(["unknown", "INSTANCE", "A_1"])),
            "_bursar": draw(dates),
        }
    return {
        "resource_classes": [{"name": name} for name in draw(st.permutations(CLASSES))],
        "traits": list(TRAITS),
        "resource_providers": nodes,
        "allocations": consumers,
    }


@given(sections())
@settings(max_examples=60)
def test_any_placement_comes_back(section: Json) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = in_files(Path(folder))
        db = loaded(place, {"bursar_world": 1, "placement": section})
        first, text = exported(db), text_of(db)
        db.close()
        db = loaded(place, first)
        assert text_of(db) == text
        db.close()
        told = first["placement"]
        assert [p["uuid"] for p in told["resource_providers"]] == [
            p["uuid"] for p in section["resource_providers"]
        ]
        assert told["resource_classes"] == section["resource_classes"]
        for uuid, one in section["allocations"].items():
            assert told["allocations"][uuid]["allocations"] == one["allocations"]
