"""Commission bodies: scenarios 46, 54 and 56, quirks Q3 and Q8, and what comes out again."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.errors import Invalid
from backend.core.identity import Actor, Role
from backend.quotas import encode, wire
from backend.quotas.model import UNLIMITED, IssueCommission, Provision, QuotaRow, Resource
from tests import replay

CYCLADES = Actor("service:cyclades", Role.SERVICE, component="cyclades")
GIVEN = {"holder": "user:U", "source": "project:P", "resource": "cyclades.vm", "quantity": 1}


def issue(body: object) -> IssueCommission:
    return wire.commission(body, CYCLADES, "cyclades")


def provisions(**changed: object) -> dict[str, object]:
    return {"provisions": [GIVEN, {**GIVEN, **changed}]}


def test_a_commission_becomes_a_command() -> None:
    pool = {**GIVEN, "holder": "project:P", "source": None, "quantity": -2}
    body = {"provisions": [GIVEN, pool], "name": "boot", "force": True, "auto_accept": True}
    assert issue(body | {"unknown": [1]}) == IssueCommission(
        actor=CYCLADES,
        clientkey="cyclades",
        provisions=(
            Provision("user:U", "project:P", "cyclades.vm", 1),
            Provision("project:P", "", "cyclades.vm", -2),
        ),
        name="boot",
        force=True,
        auto_accept=True,
    )


def test_a_commission_may_be_empty() -> None:
    assert issue({"provisions": []}).provisions == ()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, r"provisions is missing \(add \"provisions\"\)"),
        ([], r"the body: \[\] is not an object"),
        ("x", r"the body: \"x\" is not an object"),
        (None, r"the body: null is not an object"),
        ({"provisions": "x"}, r"provisions: \"x\" is not a list"),
        ({"provisions": None}, r"provisions: null is not a list"),
        ({"provisions": {}}, r"provisions: \{\} is not a list"),
        ({"provisions": [3]}, r"provisions\[0\]: 3 is not an object"),
        ({"provisions": [{"holder": "a"}]}, r"provisions\[0\].source is missing"),
        (provisions(quantity=1.5), r"provisions\[1\].quantity: 1.5 is not a whole number"),
        (provisions(quantity=1.0), r"provisions\[1\].quantity: 1.0 is not a whole number"),
        (provisions(quantity="1"), r"provisions\[1\].quantity: \"1\" is not a whole number"),
        (provisions(quantity=None), r"provisions\[1\].quantity: null is not a whole number"),
        (provisions(quantity=True), r"provisions\[1\].quantity: true is not a whole number"),
        (provisions(quantity=2**63), r"provisions\[1\].quantity: 9223372036854775808 is too large"),
        (provisions(quantity=-(2**63) - 1), r"is too small \(the least is -92"),
        (provisions(quantity=10**400), r"is too large"),
        (provisions(holder=5), r"provisions\[1\].holder: 5 is not text"),
        (provisions(resource=None), r"provisions\[1\].resource: null is not text"),
        (provisions(source=""), r"provisions\[1\].source: \"\" names nothing \(give null"),
        (provisions(holder="a\0b"), r"provisions\[1\].holder: .* contains NUL at position 1"),
        (provisions(holder="a\ud800"), r"provisions\[1\].holder: .* half a surrogate pair"),
        ({"provisions": [], "force": 1}, r"force: 1 is neither true nor false"),
        ({"provisions": [], "auto_accept": "true"}, r"auto_accept: \"true\" is neither"),
        ({"provisions": [], "force": None}, r"force: null is neither"),
        ({"provisions": [], "name": None}, r"name: null is not text"),
        ({"provisions": [], "name": 7}, r"name: 7 is not text"),
    ],
)
def test_a_malformed_commission_is_refused(body: object, said: str) -> None:
    with pytest.raises(Invalid, match=said) as caught:
        issue(body)
    assert caught.value.hint


@pytest.mark.parametrize("quantity", [-(2**63), -1, 0, UNLIMITED])
def test_every_64_bit_quantity_is_read(quantity: int) -> None:
    assert issue(provisions(quantity=quantity)).provisions[1].quantity == quantity


def test_s56_the_source_must_be_named_even_when_there_is_none() -> None:
    pool = {"holder": "project:P", "resource": "cyclades.vm", "quantity": 1}
    with pytest.raises(Invalid, match=re.escape("provisions[0].source is missing")):
        issue({"provisions": [pool]})
    assert issue({"provisions": [pool | {"source": None}]}).provisions[0].source == ""


@pytest.mark.parametrize("value", ["", None, "because", {"a": 1}, 5])
def test_s54_exactly_one_of_accept_and_reject(value: object) -> None:
    assert wire.resolution({"accept": value, "x": 1}) is True
    assert wire.resolution({"reject": value}) is False
    with pytest.raises(Invalid, match="has accept and reject"):
        wire.resolution({"accept": value, "reject": value})


@pytest.mark.parametrize("body", [{}, {"Accept": ""}, [], "accept", None])
def test_s54_a_resolution_says_what_to_do(body: object) -> None:
    with pytest.raises(Invalid, match="neither accept nor reject|not an object"):
        wire.resolution(body)


def test_s54_bulk_lists_may_be_missing() -> None:
    assert wire.bulk({}) == wire.Bulk((), ())
    assert wire.bulk({"accept": [3, 1, 3]}) == wire.Bulk((3, 1, 3), ())
    assert wire.bulk({"reject": [2], "more": 1}) == wire.Bulk((), (2,))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"accept": "x"}, r"accept: \"x\" is not a list"),
        ({"accept": None}, r"accept: null is not a list"),
        ({"accept": {}}, r"accept: \{\} is not a list"),
        ({"reject": ["1"]}, r"reject\[0\]: \"1\" is not a whole number"),
        ({"reject": [1, True]}, r"reject\[1\]: true is not a whole number"),
        ({"reject": [1.0]}, r"reject\[0\]: 1.0 is not a whole number"),
        ({"reject": [2**64]}, r"reject\[0\]: 18446744073709551616 is too large"),
        ([1], r"the body: \[1\] is not an object"),
    ],
)
def test_s54_bulk_takes_lists_of_whole_numbers(body: object, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        wire.bulk(body)


@given(st.lists(st.tuples(st.text(), st.none() | st.text(min_size=1), st.integers(-9, 9))))
def test_what_is_encoded_is_read_again(told: list[tuple[str, str | None, int]]) -> None:
    asked = [Provision(holder, source or "", "r", n) for holder, source, n in told]
    asked = [p for p in asked if "\0" not in p.holder + p.source]
    body = encode.issue(asked, "name", force=False, auto_accept=True)
    found = issue(json.loads(json.dumps(body)))
    assert list(found.provisions) == asked
    assert (found.name, found.force, found.auto_accept) == ("name", False, True)


def row(holder: str, project: str, resource: str, *, is_pool: bool = False) -> QuotaRow:
    return QuotaRow(1, "label", holder, "plabel", project, resource, "", 4, 3, 1, 10, 7, 2, is_pool)


MEMBER = {"limit": 4, "usage": 3, "pending": 1}
POOL = {"project_limit": 10, "project_usage": 7, "project_pending": 2}


def test_quotas_are_nested_by_project_and_resource() -> None:
    rows = [row("U", "P", "a"), row("U", "P", "b"), row("U", "Q", "a")]
    assert encode.quotas(rows) == {
        "P": {"a": MEMBER | POOL, "b": MEMBER | POOL},
        "Q": {"a": MEMBER | POOL},
    }


def test_service_quotas_are_nested_by_user_too() -> None:
    rows = [row("U", "P", "a"), row("V", "P", "a")]
    assert encode.service_quotas(rows) == {
        "U": {"P": {"a": MEMBER | POOL}},
        "V": {"P": {"a": MEMBER | POOL}},
    }
    assert encode.service_project_quotas([row("", "P", "a", is_pool=True)]) == {"P": {"a": POOL}}


def test_a_commission_is_shown_as_recorded() -> None:
    told = encode.commission(6, "boot", 1_000_001, [Provision("project:P", "", "cyclades.vm", 2)])
    pool = {"holder": "project:P", "source": None, "resource": "cyclades.vm", "quantity": 2}
    assert told == {
        "serial": 6,
        "name": "boot",
        "issue_time": "1970-01-01T00:00:01.000001+00:00",
        "provisions": [pool],
    }
    assert encode.resolution(False) == {"reject": ""}


def test_invisible_resources_are_not_listed() -> None:
    shown = Resource(1, "cyclades.vm", "VMs", "", "cyclades", "", 2, 0, True, False)
    hidden = Resource(2, "astakos.pending_app", "", "", "astakos", "", 3, 9, False, False)
    vm = {"service": "cyclades", "description": "VMs", "unit": None}
    assert encode.resources([shown, hidden]) == {
        "cyclades.vm": vm | {"api_visible": True, "ui_visible": False}
    }


def test_bulk_answers_keep_their_shape() -> None:
    told = encode.bulk_answer([1], [3], {9: (404, "itemNotFound", "unknown")})
    fault = {"itemNotFound": {"code": 404, "message": "unknown"}}
    assert told == {"accepted": [1], "rejected": [3], "failed": [[9, fault]]}


def test_recorded_commission_bodies_are_judged_alike() -> None:
    seen = 0
    for exchange in replay.exchanges():
        request, status = exchange["request"], replay.wanted(exchange)["status"]
        if (request["method"], request["path"]) != ("POST", "/commissions") or status == 401:
            continue
        seen += 1
        if status == 400 and exchange["scenario"] != "S57":  # its 400 is an overflow of a sum
            with pytest.raises(Invalid):
                issue(request["body"])
        elif status != 400:
            issue(request["body"])
    assert seen > 30
