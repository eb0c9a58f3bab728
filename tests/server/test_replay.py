"""bursar answers as a real Astakos did, or as it should have: 343 recorded exchanges."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import ExitStack

import httpx
import pytest

from backend.schema import STEPS
from tests import places, replay
from tests.places import Places
from tests.serving import ACCOUNT, application, client, recorded_backend, serving

SCENARIOS = sorted({exchange["scenario"] for exchange in replay.exchanges()})
ROOT = ACCOUNT.removesuffix("/account/v1.0")

Faults = Mapping[str, list[str]]


async def faults(http: httpx.AsyncClient) -> Faults:
    """What is wrong with the answers, by scenario."""

    async def send(method: str, path: str, **given: object) -> httpx.Response:
        return await http.request(method, ROOT + path, **given)  # type: ignore[arg-type]

    history = replay.Replay(send)
    found: dict[str, list[str]] = {}
    for number, exchange in enumerate(replay.exchanges(), 1):
        request = exchange["request"]
        told = f"#{number} {exchange['as']} {request['method']} {request['path']}"
        faults = [f"{told}: {fault}" for fault in await history.faults(exchange)]
        found.setdefault(exchange["scenario"], []).extend(faults)
    return found


@pytest.fixture(scope="module", params=places.ENGINES)
def new_place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[places.Places]:
    """Places for databases of these tests, with either engine."""
    with ExitStack() as until:
        if request.param == "sqlite":
            yield places.in_files(tmp_path_factory.mktemp("replay"))
        else:
            yield places.on_server(request.getfixturevalue("postgres"), until)


@pytest.fixture(scope="module")
def in_process(new_place: places.Places) -> Faults:
    """What is wrong with the answers of an application in this process."""

    async def run() -> Faults:
        with application(new_place(STEPS)) as app:
            async with client(app) as http:
                return await faults(http)

    return asyncio.run(run())


def test_the_corpus_is_whole() -> None:
    assert len(replay.exchanges()) == 343


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_scenario_is_answered_as_recorded(in_process: Faults, scenario: str) -> None:
    assert in_process[scenario] == []


@pytest.mark.slow
def test_a_server_of_its_own_answers_the_same(new_place: Places) -> None:
    async def run(url: str) -> Faults:
        async with httpx.AsyncClient(base_url=url) as http:
            return await faults(http)

    place = new_place(STEPS)
    recorded_backend(place).shut()
    with serving(place) as server:
        found = asyncio.run(run(server.url))
        assert server.end() == 0
    assert [fault for told in found.values() for fault in told] == []


def test_the_judge_sees_what_is_wrong() -> None:
    want = {"a": 1, "b": "{{date}}", "c": [1, 2], "d": "{{optional}}"}
    good = {"a": 1, "b": "2113-05-05T20:20:20+00:00", "c": [2, 1]}
    assert replay.differ(want, good, ()) == []
    for wrong in ({"a": True}, {"b": "soon"}, {"c": [1, 1]}, {"x": 0}):
        assert replay.differ(want, {**good, **wrong}, ())
    assert replay.differ(want, {"a": 1, "b": good["b"]}, ())
