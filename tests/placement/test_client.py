"""The client of the dialect, on servers that answer as they are told to."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from starlette.responses import Response

from backend.core.errors import (
    BadReply,
    BursarError,
    Conflict,
    GenerationConflict,
    Invalid,
    NotAllowed,
    NotFound,
    NotSignedIn,
    OutcomeUnknown,
    Unreachable,
)
from backend.http import Http
from backend.placement.client import Now, PlacementClient, failure, negotiate
from backend.placement.client.client import EXORCISED
from backend.placement.model import AddInventory, DropInventory, Stock
from tests.placement.dialect import HASTY, ME, Scripted, claim, do, fault, fresh, play
from tests.remote.scripted import always, told

URL = "https://placement.test/placement"
CAPACITY = "There was a conflict.\n\n The requested amount would exceed the capacity.  "
GHOST = "Conflict.\n\n consumer generation conflict - expected 0 but got None"
CHANGED = "Conflict.\n\n consumer generation conflict - expected 1 but got None"
CODE = "placement.concurrent_update"
NOBODY: dict[str, object] = {"allocations": {}}


def version(highest: str, lowest: str = "1.0") -> object:
    return {"versions": [{"id": "v1.0", "max_version": highest, "min_version": lowest}]}


def agreed(body: object) -> int:
    async def scene() -> int:
        http = Http(URL, failure=failure, patience=HASTY, transport=always(body))
        try:
            return await negotiate(http)
        finally:
            await http.close()

    return asyncio.run(scene())


@pytest.mark.parametrize(("highest", "minor"), [("1.39", 39), ("1.40", 39), ("2.3", 39)])
def test_newer_servers_are_spoken_to_as_we_can(highest: str, minor: int) -> None:
    assert agreed(version(highest)) == minor


@pytest.mark.parametrize(("highest", "minor"), [("1.0", 0), ("1.9", 9), ("1.29", 29)])
def test_older_servers_are_spoken_to_as_they_can(highest: str, minor: int) -> None:
    assert agreed(version(highest)) == minor


@pytest.mark.parametrize(
    "body",
    [
        version("1.60", "1.50"),
        version("x"),
        version("1"),
        version("0.9"),
        {"versions": []},
        {"versions": {}},
        {},
        [],
    ],
)
def test_what_is_no_placement_is_said_to_be_none(body: object) -> None:
    with pytest.raises(BadReply):
        agreed(body)


def refused(response: Response) -> BursarError:
    server = Scripted(response)

    async def scene(on: PlacementClient) -> None:
        await do(on, claim("c", {"p": {"VCPU": 1}}))

    with pytest.raises(BursarError) as caught:
        play(URL, scene, transport=server.transport)
    assert server.methods == ["PUT"]
    return caught.value


@pytest.mark.parametrize(
    ("response", "kind", "says"),
    [
        (fault(409, CAPACITY), Conflict, "The requested amount would exceed the capacity."),
        (fault(409, CHANGED, CODE), GenerationConflict, "expected 1 but got None"),
        (fault(409, CHANGED), GenerationConflict, "expected 1 but got None"),
        (fault(409, "", CODE), GenerationConflict, ": T"),
        (fault(400, "Bad.\n\n no such provider "), Invalid, ": no such provider"),
        (fault(403, "Refused."), NotAllowed, ": Refused."),
        (fault(404, "Gone."), NotFound, ": Gone."),
        (
            fault(
                400, "Bad.\n\nJSON does not validate: 'x' is wrong\n\nFailed validating 'type'\n{"
            ),
            Invalid,
            ": JSON does not validate: 'x' is wrong",
        ),
        (told({"error": {"message": "who?", "code": 401}}, 401), NotSignedIn, "who?"),
        (told({"message": "none", "code": 401, "title": "No"}, 401), NotSignedIn, "none; No"),
        (Response("<html>Sign in", 401, media_type="text/html"), NotSignedIn, "status 401"),
        (Response("no", 409), Conflict, "status 409"),
        (told({"errors": []}, 404), NotFound, "404"),
        (told({"errors": [7]}, 409), Conflict, "409"),
        (fault(500, "database is locked"), OutcomeUnknown, "database is locked"),
        (Response("", 302, {"Location": "https://evil.test"}), BadReply, "evil.test"),
        (fault(503, "later"), Unreachable, "later"),
        (fault(409, "a\n\n\x1b[31mred\x00"), Conflict, "\u241b[31mred"),
    ],
)
def test_errors_of_any_shape_are_told(response: Response, kind: type, says: str) -> None:
    error = refused(response)
    assert type(error) is kind
    assert says in error.message
    assert error.message.isprintable()


def test_the_whole_message_is_kept() -> None:
    assert refused(fault(409, CAPACITY)).data["detail"] == CAPACITY


def allocated(server: Scripted, generation: int | None = None) -> str:
    async def scene(on: PlacementClient) -> str:
        return await do(on, claim("c", {"p": {"VCPU": 1}}, generation))

    return play(URL, scene, transport=server.transport)


def test_a_ghost_is_met_once_and_told() -> None:
    server = Scripted(fault(409, GHOST, CODE), told(NOBODY), Response(status_code=204))
    assert allocated(server) == EXORCISED
    assert server.methods == ["PUT", "GET", "PUT"]
    first, last = (asked[3]["consumer_generation"] for asked in server.asked[::2])
    assert (first, last) == (None, 0)


@pytest.mark.parametrize(
    ("answers", "generation", "methods"),
    [
        ([fault(409, CHANGED, CODE)], None, ["PUT"]),
        ([fault(409, GHOST, CODE)], 3, ["PUT"]),
        ([fault(409, GHOST, CODE), told(NOBODY), fault(409, GHOST)], None, ["PUT", "GET", "PUT"]),
        (
            [
                fault(409, GHOST, CODE),
                told({"allocations": {"p": {"resources": {"VCPU": 1}}}, "consumer_generation": 0}),
            ],
            None,
            ["PUT", "GET"],
        ),
    ],
    ids=["changed", "not new", "still refused", "no ghost"],
)
def test_nothing_else_is_sent_again(
    answers: Sequence[Response], generation: int | None, methods: Sequence[str]
) -> None:
    server = Scripted(*answers)
    with pytest.raises(GenerationConflict):
        allocated(server, generation)
    assert server.methods == methods


def test_dropping_what_is_used_is_no_race() -> None:
    used = {"usages": {"VCPU": 2}, "resource_provider_generation": 1}
    server = Scripted(fault(409, "x\n\n in use", CODE), told(used))
    with pytest.raises(Conflict, match="VCPU is in use") as caught:
        play(
            URL,
            lambda on: do(on, DropInventory(actor=ME, provider="p", resource_class="VCPU")),
            transport=server.transport,
        )
    assert type(caught.value) is Conflict
    assert [asked[1].rpartition("/p/")[2] for asked in server.asked] == [
        "inventories/VCPU",
        "usages",
    ]


def test_a_class_that_is_there_is_no_race() -> None:
    server = Scripted(fault(409, "x\n\n Update conflict", CODE))
    add = AddInventory(actor=ME, provider="p", resource_class="VCPU", stock=Stock(1))
    with pytest.raises(Conflict, match="already") as caught:
        play(URL, lambda on: do(on, add), transport=server.transport)
    assert type(caught.value) is Conflict


def test_usage_is_summed_up_where_the_server_fails_to_group_it() -> None:
    grouped = {"usages": {"all": {"VCPU": 3, "consumer_count": 2}}}
    server = Scripted(fault(500, "GROUP BY"), fault(500, "GROUP BY"), told(grouped))
    found = play(URL, lambda on: on.project_usages("lab", "ada"), transport=server.transport)
    assert found == {"all": {"VCPU": 3, "consumer_count": 2}}


def test_usage_of_older_servers() -> None:
    flat = Scripted(told({"usages": {"VCPU": 3}}))
    found = play(URL, lambda on: on.project_usages("lab"), 37, flat.transport)
    assert found == {"all": {"VCPU": 3}}
    assert play(URL, lambda on: on.project_usages("lab"), 8, flat.transport) == {}


def test_the_version_is_asked_for_with_every_request() -> None:
    server = Scripted(told({"resource_providers": []}))
    play(URL, PlacementClient.providers, 14, server.transport)
    assert server.asked == [("GET", "/placement/resource_providers", "placement 1.14", None)]


@pytest.mark.parametrize(
    "body",
    [
        {"resource_providers": [{"uuid": "p", "name": "n", "generation": -1}]},
        {"resource_providers": [{"uuid": "p", "name": None, "generation": 1}]},
        {"resource_providers": {"p": 1}},
        {},
        "x",
    ],
)
def test_providers_that_make_no_sense_are_refused(body: object) -> None:
    with pytest.raises(BadReply):
        play(URL, PlacementClient.providers, transport=always(body))


@pytest.mark.parametrize("field", ['"total": 1e3', '"allocation_ratio": 1e999', '"total": "8"'])
def test_inventories_that_make_no_sense_are_refused(field: str) -> None:
    body = f'{{"resource_provider_generation": 1, "inventories": {{"VCPU": {{{field}}}}}}}'
    server = Scripted(Response(body, media_type="application/json"))
    with pytest.raises(BadReply):
        play(URL, lambda on: on.stocks("p"), transport=server.transport)


def test_a_torn_reading_is_read_again() -> None:
    def stocks(generation: int) -> Response:
        return told({"resource_provider_generation": generation, "inventories": {}})

    def held(generation: int) -> Response:
        return told({"resource_provider_generation": generation, "allocations": {}})

    server = Scripted(stocks(1), held(2), stocks(2), held(2))
    assert play(URL, lambda on: on.whole("p"), transport=server.transport).generation == 2
    restless = Scripted(*[one for n in range(9) for one in (stocks(2 * n), held(2 * n + 1))])
    assert play(URL, lambda on: on.whole("p"), transport=restless.transport).generation == 5


def test_no_token_goes_to_what_was_not_asked_for_one() -> None:
    server = Scripted(told(version("1.39")))

    async def scene() -> None:
        http = Http(URL, failure=failure, transport=server.transport)
        await negotiate(http)
        await http.close()

    asyncio.run(scene())
    assert server.tokens == [""]
    play(URL, PlacementClient.all_traits, 5, server.transport)
    assert server.tokens == [""]


@pytest.mark.parametrize("minor", [0, 12, 28, 38])
def test_what_older_servers_do_not_tell_is_not_known(minor: int) -> None:
    uuid = fresh()
    body: dict[str, object] = {"allocations": {"p": {"generation": 7, "resources": {"VCPU": 2}}}}
    body |= {"project_id": "lab", "user_id": "ada"} if minor >= 12 else {}
    body |= {"consumer_generation": 1} if minor >= 28 else {}
    body |= {"consumer_type": "unknown"} if minor >= 38 else {}
    found = play(URL, lambda on: on.consumer(uuid), minor, always(body))
    assert found is not None
    assert found.project == ("lab" if minor >= 12 else None)
    assert found.generation == (1 if minor >= 28 else None)
    assert found.consumer_type == ("" if minor >= 38 else None)
    assert Now() == Now({}, {})
