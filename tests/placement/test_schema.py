"""What bodies may say: our reading of the schemas is that of jsonschema, in better words."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.errors import Invalid
from backend.placement.routes import ENDPOINTS
from backend.placement.wire import bodies
from backend.placement.wire.schema import check, uuid_of

P = "c0ffee00-0000-4000-8000-000000000001"
FORMATS = jsonschema.FormatChecker(formats=())
FORMATS.checks("uuid")(lambda value: not isinstance(value, str) or bool(uuid_of(value)))
KEYS = (
    P, P.upper(), "allocations", "resources", "resource_provider", "uuid", "project_id", "user_id",
    "consumer_generation", "consumer_type", "mappings", "VCPU", "vcpu", "CUSTOM_A", "name", "total",
    "reserved", "max_unit", "allocation_ratio", "inventories", "resource_provider_generation",
    "resource_class", "traits", "aggregates", "parent_provider_uuid", "generation", "_g1", "",
)  # fmt: skip
ATOMS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 3),
    st.sampled_from([2**31 - 1, 2**31, 2**70, 1.0, 1.5, -0.5, 3.5e38, P, P.replace("-", ""), "a"]),
    st.sampled_from(["CUSTOM_A", "INSTANCE", "A" * 255, "A" * 256, "", "VCPU", "custom"]),
)
VALUES = st.recursive(
    ATOMS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6)
    ),
    max_leaves=14,
)
SCHEMAS = [
    (endpoint, minor)
    for endpoint in ENDPOINTS
    if endpoint.takes is not None
    for minor in (endpoint.since, 1, 8, 12, 14, 19, 28, 34, 39)
    if endpoint.since <= minor <= endpoint.until
]
GOOD: dict[str, Any] = {
    "allocations": {P: {"resources": {"VCPU": 1}}},
    "project_id": "p",
    "user_id": "u",
    "consumer_generation": None,
    "consumer_type": "INSTANCE",
}


def agrees(schema: Any, value: Any) -> None:
    """Ours and jsonschema's verdict are the same."""
    told = ""
    try:
        check(schema, value)
    except Invalid as error:
        told = error.message
    valid = jsonschema.Draft202012Validator(schema, format_checker=FORMATS).is_valid(value)
    assert valid == (told == ""), told


@given(st.sampled_from(SCHEMAS), VALUES)
def test_anything_is_judged_as_jsonschema_does(which: Any, value: Any) -> None:
    endpoint, minor = which
    agrees(endpoint.takes(minor), value)


@given(st.sampled_from(sorted(GOOD)), st.sampled_from([None, *KEYS]), VALUES, st.integers(12, 39))
def test_nearly_good_claims_are(field: str, extra: str | None, value: Any, minor: int) -> None:
    body = {**GOOD, field: value}
    agrees(bodies.claim(minor), body if extra is None else {**body, extra: value})
    agrees(bodies.claim(minor), {**GOOD, "allocations": {P: {"resources": {"VCPU": value}}}})
    agrees(bodies.reshape(30), {"inventories": {P: value}, "allocations": {}})


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({}, "'allocations' is a required property"),
        ([], "[] is not of type object"),
        ({**GOOD, "x": 1}, "'x' was unexpected"),
        ({**GOOD, "project_id": ""}, "'' is too short (project_id)"),
        ({**GOOD, "project_id": "a\0"}, "has a character that cannot be kept (project_id)"),
        ({**GOOD, "user_id": "\ud800"}, "has a character that cannot be kept (user_id)"),
        (
            {**GOOD, "allocations": {P: {"resources": {"VCPU": 0}}}},
            f"0 is less than the minimum of 1 (allocations.{P}.resources.VCPU)",
        ),
        ({**GOOD, "consumer_type": "A\n"}, "does not match"),
        ({**GOOD, "consumer_generation": "9" * 500}, "is not of type"),
        ({**GOOD, "consumer_generation": [10**5000]}, "a number is not of type integer or null"),
    ],
)
def test_a_fault_is_told_by_its_place(body: Any, told: str) -> None:
    with pytest.raises(Invalid) as caught:
        check(bodies.claim(39), body)
    assert caught.value.message.startswith("JSON does not validate: ")
    assert told in caught.value.message
    assert len(caught.value.message) < 300


@pytest.mark.parametrize("written", [P, P.upper(), P.replace("-", ""), f"{{{P}}}", f"urn:uuid:{P}"])
def test_a_uuid_is_one_however_it_is_written(written: str) -> None:
    assert uuid_of(written) == P


@pytest.mark.parametrize("text", ["", "x", P[:-1], P + "0", P.replace("c", "g"), "-" * 36])
def test_what_is_no_uuid(text: str) -> None:
    assert uuid_of(text) == ""
