"""What the port says survives the way through JSON, to the last field; what it never says is
refused."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.backend import Badges, Connection
from backend.core import errors
from backend.core.errors import BadReply, BursarError, Invalid, NotFound, PreviewStale
from backend.core.identity import Actor, Role
from backend.core.listing import Query
from backend.core.plan import Command, Plan, Receipt, Tier, WireRequest
from backend.core.version import VERSION
from backend.embedded.changes import HANDLERS
from backend.http import Reply
from backend.projects.model import ApproveApplication
from backend.served import port, wire
from backend.served.port import Page, Wanted
from backend.served.wire import COMMANDS, Head, Introduction, Order, Preview

ADA = Actor("ada", Role.ADMIN)
APPROVE = ApproveApplication(actor=ADA, application=2**63 - 1, project="p")
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
NUMBERS = st.integers(-(2**63), 2**63 - 1)
LEAVES: Mapping[Any, st.SearchStrategy[Any]] = {
    int: NUMBERS,
    float: st.floats(allow_nan=False, allow_infinity=False),
    str: TEXTS,
    bool: st.booleans(),
    type(None): st.none(),
    object: st.recursive(
        st.none() | st.booleans() | NUMBERS | TEXTS,
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2),
        max_leaves=4,
    ),
}
SHAPES = [
    *[read.result for read in port.reads().values()],
    *port.listings().values(),
    *COMMANDS.values(),
    *(
        Badges,
        Connection,
        Introduction,
        Plan,
        Receipt,
        Order,
        Preview,
        Head,
        port.Page,
        port.Wanted,
    ),
]


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of a type that the port names."""
    if kind in LEAVES:
        return LEAVES[kind]
    if kind is Command:
        return st.sampled_from(list(COMMANDS.values())).flatmap(values)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(list(kind))
    if is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        return st.builds(kind, **{f.name: later(hints[f.name]) for f in fields(kind)})
    if isinstance(kind, type) and issubclass(kind, tuple):
        return st.builds(kind, *[values(part) for part in get_type_hints(kind).values()])
    return collections(kind, get_args(kind))


def later(kind: Any) -> st.SearchStrategy[Any]:
    """`values`, looked at when one is wanted: types name each other."""
    return st.deferred(lambda: values(kind))


def collections(kind: Any, parts: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    """Values of a generic type or of a union."""
    origin = get_origin(kind)
    if origin is UnionType:
        return st.one_of([values(part) for part in parts])
    if origin is tuple and parts[-1] is not ...:
        return st.tuples(*[values(part) for part in parts])
    if origin is tuple:
        return st.lists(values(parts[0]), max_size=2).map(tuple)
    if origin is Mapping:
        return st.dictionaries(values(parts[0]), values(parts[1]), max_size=2)
    if origin is frozenset:
        return st.frozensets(values(parts[0]), max_size=2)
    assert origin is Sequence, kind
    return st.lists(values(parts[0]), max_size=2)


def answer(body: bytes, version: str = VERSION, status: int = 200) -> Reply:
    """A server's reply."""
    headers = {"content-type": "application/json", wire.VERSION_HEADER.lower(): version}
    return Reply("https://bursar.example", status, headers, body)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@settings(max_examples=10, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_field_of_the_port_survives(shape: Any, data: st.DataObject) -> None:
    value = data.draw(values(shape))
    body = wire.to_json(shape, value)
    assert wire.request(shape, body) == value
    assert wire.reply(shape, answer(body)) == value
    assert wire.request(shape, json.dumps(wire.encode(shape, value)).encode()) == value


def test_every_command_of_the_rooms_is_known() -> None:
    assert set(HANDLERS) <= set(COMMANDS.values())


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"{}", "command is missing|command: "),
        (b'{"command": {"Explode": {}}}', "command: not one of the commands"),
        (b'{"command": {}}', "not one of the commands"),
        (b'{"command": 3}', "not one of the commands"),
        (b'{"command": {"AcceptCommission": {"serial": 1}}}', "actor: Field required"),
        (b'{"command": {"AcceptCommission": ACTOR, "RejectCommission": ACTOR}}', "not one of"),
        (b'{"command": {"AcceptCommission": {"actor": ACTOR, "serial": "1"}}}', "valid integer"),
        (b'{"command": {"AcceptCommission": {"actor": ACTOR, "serial": true}}}', "valid integer"),
        (b'{"command": {"AcceptCommission": {"actor": ACTOR, "serial": 1e3}}}', "valid integer"),
        (
            b'{"command": {"AcceptCommission": {"actor": ACTOR, "serial": 9223372036854775808}}}',
            "no 64-bit integer",
        ),
        (
            b'{"command": {"AcceptCommission": {"actor": ACTOR, "serial": 1, "now": 2}}}',
            r"AcceptCommission.now is not a known field",
        ),
        (b'{"command": {"AcceptCommission": {"actor": ACTOR, "serial": NaN}}}', "NaN"),
        pytest.param(b'{"command": ' + b"9" * 400 + b"}", "no 64-bit integer", id="huge"),
        (b'{"command": 1, "command": 2}', "twice"),
        (b'{"command": "\\u0000"}', "NUL"),
        (b'{"command": "\\ud800"}', "surrogate"),
        (b"\xff", "UTF-8"),
        (b"[" * 100_000, "nested|JSON"),
    ],
)
def test_what_is_not_of_the_port_is_refused(body: bytes, told: str) -> None:
    with pytest.raises(Invalid, match=told):
        wire.request(Preview, body.replace(b"ACTOR", b'{"name": "ada", "role": "admin"}'))


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'{"keys": [%s]}' % b",".join([b'"a"'] * 200_000), "more than 25000 values"),
        (b"{%s}" % b",".join(b'"k%d": 1' % n for n in range(30_000)), "more than 25000 values"),
        (b"[%s]" % b",".join([b"[[],[]]"] * 10_000), "more than 25000 values"),
        (b'{"keys": [%s]}' % b",".join([b'"a"'] * 20_000), "the body has 20000 faults"),
    ],
    ids=["keys", "fields", "nested", "faults"],
)
def test_of_what_is_wrong_many_times_nothing_is_described(
    body: bytes, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would hold up everybody else for seconds."""
    monkeypatch.setattr(wire, "path_text", lambda path: pytest.fail("described"))
    with pytest.raises(Invalid, match=told):
        wire.request(Wanted, body)


def test_the_most_that_may_be_asked_for_is_read() -> None:
    keys = tuple(range(10_000))
    body = wire.to_json(Page, Page(Query("marked", marked=keys), 500))
    assert wire.request(Page, body).query.marked == keys
    assert wire.request(Wanted, wire.to_json(Wanted, Wanted(keys))).keys == keys


def test_what_no_database_holds_is_not_sent() -> None:
    for name in ("\0", "\ud800"):
        with pytest.raises(Invalid, match="NUL or half a surrogate"):
            wire.encode(
                Preview, Preview(ApproveApplication(actor=ADA, application=1, project=name))
            )


@pytest.mark.parametrize("kind", wire.ERRORS.values())
def test_errors_come_back_as_what_they_were(kind: type[BursarError]) -> None:
    told = kind("no such thing", hint="look", data={"at": 3}) if kind is not PreviewStale else None
    error = told or PreviewStale(plan())
    back = wire.failure(answer(json.dumps(wire.error_body(error)).encode(), status=error.status))
    assert type(back) is type(error)
    assert (back.message, back.hint) == (error.message, error.hint)
    if isinstance(back, PreviewStale):
        assert back.plan == plan()
    else:
        assert back.data == error.data


def test_every_error_of_the_tree_is_known() -> None:
    tree = {kind for kind in vars(errors).values() if isinstance(kind, type)}
    assert set(wire.ERRORS.values()) == {kind for kind in tree if issubclass(kind, BursarError)}
    assert wire.ERRORS["not-found"] is NotFound


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"error": 3}', b'{"error": {"code": "?"}}'])
def test_errors_of_others_are_left_to_their_status(body: bytes) -> None:
    assert wire.failure(answer(body, status=502)) is None


@pytest.mark.parametrize(
    ("body", "version", "hint"),
    [
        (b'{"waiting": 1}', VERSION, "is the URL"),
        (b'{"waiting": 1}', "9.9.9", "the server is bursar 9.9.9, this is 0.1.0"),
        (b'{"waiting": 1}', "", "a bursar server"),
        (b'{"waiting": 1, "over": 1, "pending": ' + b"9" * 5000 + b"}", "9.9.9", "9.9.9"),
    ],
)
def test_an_answer_that_cannot_be_read_says_whose_it_is(
    body: bytes, version: str, hint: str
) -> None:
    with pytest.raises(BadReply) as bad:
        wire.reply(Badges, answer(body, version))
    assert hint in bad.value.hint


def plan() -> Plan:
    """A little plan."""
    request = WireRequest("POST", "/x", {"a": [1, None]})
    return Plan(APPROVE, "Approve", "Approve it", "it", Tier.HARMFUL, request, inverse=APPROVE)
