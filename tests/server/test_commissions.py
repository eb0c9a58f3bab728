"""Commissions over the wire: together, again, for a while."""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import httpx

from backend.core.runtime import Runtime
from backend.quotas.ledger import run
from backend.schema import STEPS
from tests import replay
from tests.places import Places
from tests.serving import ACCOUNT, application, client, token
from tests.worlds import Clock

OLGA = next(user["uuid"] for user in replay.world()["users"] if user["alias"] == "O")
CPU, LIMIT = "cyclades.cpu", 8
MANUAL = Path(__file__).resolve().parents[2] / "docs/astakos.md"
COMPONENT = token("service:cyclades")


def body(quantity: int) -> dict[str, Any]:
    """A pair of provisions of Olga's."""
    pair = [(f"user:{OLGA}", f"project:{OLGA}"), (f"project:{OLGA}", None)]
    provisions = [
        {"holder": holder, "source": source, "resource": CPU, "quantity": quantity}
        for holder, source in pair
    ]
    return {"provisions": provisions}


async def issue(http: httpx.AsyncClient, quantity: int = 1, **headers: str) -> httpx.Response:
    """Issue, with other headers besides."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return await http.post(f"{ACCOUNT}/commissions", json=body(quantity), headers=given)


async def usage(http: httpx.AsyncClient) -> tuple[int, int]:
    """What Olga uses, and what of it is pending."""
    answer = await http.get(f"{ACCOUNT}/quotas", headers=token("O"))
    figures = answer.json()[OLGA][CPU]
    return figures["usage"], figures["pending"]


def test_s59_many_clients_get_exactly_what_there_is(new_place: Places) -> None:
    """Where a real Astakos on SQLite failed with 500 (Q19)."""

    async def one(http: httpx.AsyncClient, statuses: Counter[int]) -> None:
        for _ in range(10):
            answer = await issue(http)
            statuses[answer.status_code] += 1
            if answer.status_code == 201:
                path = f"{ACCOUNT}/commissions/{answer.json()['serial']}/action"
                assert (await http.post(path, json={"accept": ""})).status_code == 200

    async def play() -> tuple[Counter[int], tuple[int, int]]:
        statuses: Counter[int] = Counter()
        with application(new_place(STEPS)) as app:
            async with client(app, headers=COMPONENT) as http:
                await asyncio.gather(*(one(http, statuses) for _ in range(8)))
                return statuses, await usage(http)

    statuses, used = asyncio.run(play())
    assert statuses == {201: LIMIT, 413: 80 - LIMIT}
    assert used == (LIMIT, 0)


def test_the_example_of_the_manual_is_a_commission(new_place: Places) -> None:
    """With a person, a project and a resource of this world."""
    found = re.search(r"-d '(\{.*?\})'\n", MANUAL.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    said = found[1].replace("cyclades.vm", CPU)
    told = json.loads(said.replace(":USER", f":{OLGA}").replace(":PROJECT", f":{OLGA}"))

    async def play() -> tuple[int, tuple[int, int]]:
        with application(new_place(STEPS)) as app:
            async with client(app, headers=COMPONENT) as http:
                answer = await http.post(f"{ACCOUNT}/commissions", json=told)
                return answer.status_code, await usage(http)

    assert asyncio.run(play()) == (201, (1, 1))


def test_a_retry_under_its_key_is_answered_the_same(new_place: Places) -> None:
    async def play() -> None:
        with application(new_place(STEPS)) as app:
            async with client(app, headers=COMPONENT) as http:
                first = await issue(http, Idempotency_Key="boot-1")
                again = await issue(http, Idempotency_Key="boot-1")
                assert first.status_code == again.status_code == 201
                assert first.json() == again.json()
                other = await issue(http, 2, Idempotency_Key="boot-1")
                assert other.status_code == 409
                assert other.json()["conflict"]["code"] == 409
                assert await usage(http) == (1, 1)
                long = await issue(http, Idempotency_Key="k" * 256)
                assert long.status_code == 400

    asyncio.run(play())


def test_a_commission_expires_when_that_was_asked_for(tmp_path: Path) -> None:
    clock = Clock()

    async def play() -> None:
        with application(tmp_path / "a.db", runtime=Runtime(clock.now, Random(1))) as app:
            async with client(app, headers=COMPONENT) as http:
                assert (await issue(http, Bursar_Expires_In="60")).status_code == 201
                assert (await issue(http, 2)).status_code == 201
                assert await usage(http) == (3, 3)
                clock.at += timedelta(minutes=5)
                app.backend.database.write(lambda tx: run(tx, []))
                assert await usage(http) == (2, 2)
                for wrong in ("-1", "soon", "1.5", "9" * 11, "٣"):
                    refused = await http.post(
                        f"{ACCOUNT}/commissions",
                        json=body(1),
                        headers={b"Bursar-Expires-In": wrong.encode()},
                    )
                    assert refused.status_code == 400

    asyncio.run(play())


def test_a_refusal_names_the_provision_that_does_not_fit(tmp_path: Path) -> None:
    async def play() -> Any:
        with application(tmp_path / "a.db") as app:
            async with client(app, headers=COMPONENT) as http:
                return (await issue(http, LIMIT + 1)).json()

    told = asyncio.run(play())["overLimit"]
    assert told.pop("message")
    assert told == {
        "code": 413,
        "data": {
            "name": "NoCapacityError",
            "provision": {**body(LIMIT + 1)["provisions"][0]},
            "limit": LIMIT,
            "usage": 0,
        },
    }
