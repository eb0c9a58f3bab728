"""Fifteen who listen to `bursar serve`, and a service that issues a commission beside them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx

from backend.core.identity import Role
from backend.core.principals import digest, give
from backend.served.wire import PREFIX
from tests.served.consoles import admit, token_of
from tests.serving import ACCOUNT, serving
from tests.worlds import VM, count, person, world_w

LISTENERS = 15
TIMEOUT = httpx.Timeout(30)


async def listen(url: str, ready: asyncio.Semaphore, wanted: asyncio.Future[int]) -> int:
    """Hear the head first, then of what is wanted; its number."""
    headers = {"Authorization": f"Bearer {token_of(Role.VIEWER)}"}
    async with (
        httpx.AsyncClient(base_url=url, headers=headers, timeout=TIMEOUT) as client,
        client.stream("GET", f"{PREFIX}/events") as reply,
    ):
        async for line in reply.aiter_lines():
            if line.startswith("id:"):
                ready.release()
                if wanted.done() and int(line[3:]) >= wanted.result():
                    return int(line[3:])
    raise AssertionError("the stream ended")


def test_a_commission_reaches_all_who_listen(tmp_path: Path) -> None:
    world = world_w(tmp_path / "world.db")
    admit(world.database)
    uuid = world.project("phys.lab", (10, 4))
    world.enroll("M", uuid)
    world.database.write(lambda tx: give(tx, [("service:cyclades", digest("cyclades"))]))
    before = count(world, "SELECT max(seq) FROM journal")
    pair = [(f"user:{person('M')}", f"project:{uuid}"), (f"project:{uuid}", None)]
    provisions = [{"holder": h, "source": s, "resource": VM, "quantity": 1} for h, s in pair]
    body = {"provisions": provisions, "name": "boot"}

    async def scene(url: str) -> list[int]:
        ready, wanted = asyncio.Semaphore(0), asyncio.get_running_loop().create_future()
        listeners = [asyncio.ensure_future(listen(url, ready, wanted)) for _ in range(LISTENERS)]
        async with asyncio.timeout(60):
            for _ in listeners:
                await ready.acquire()
            wanted.set_result(before + 1)
            async with httpx.AsyncClient(base_url=url, timeout=TIMEOUT) as service:
                token = {"X-Auth-Token": "cyclades"}
                told = await service.post(f"{ACCOUNT}/commissions", json=body, headers=token)
            assert told.status_code == 201, told.text
            return list(await asyncio.gather(*listeners))

    with serving(tmp_path / "world.db") as server:
        heard = asyncio.run(scene(server.url))
    assert heard == [before + 1] * LISTENERS
    world.database.close()
