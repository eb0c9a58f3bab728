"""How what was read of a Waldur gets into its mirror."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from backend.core.runtime import system_runtime
from backend.openportal.client import AllocationTold, Listed
from backend.remote.openportal.mirror import OpenPortalMirror
from backend.remote.openportal.reading import Reading, Some

SELECT_STATE = "SELECT state FROM portal_allocation"


class Noting(list[AllocationTold]):
    """Rows that note whether they were looked through beside the event loop."""

    def __init__(self, rows: Iterable[AllocationTold]) -> None:
        super().__init__(rows)
        self.beside: list[bool] = []

    def __iter__(self) -> Iterator[AllocationTold]:
        self.beside.append(is_beside())
        return super().__iter__()


def is_beside() -> bool:
    """Whether this is not the event loop's thread."""
    with suppress(RuntimeError):
        asyncio.get_running_loop()
        return False
    return True


async def ready() -> None:
    """There is nothing to wait for."""


def test_lists_are_compared_beside_the_event_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = Noting([AllocationTold(uuid="a" * 32, name="climate"), AllocationTold(uuid="b" * 32)])
    same, beside = AllocationTold.__eq__, []

    def noting(own: AllocationTold, other: object) -> bool:
        beside.append(is_beside())
        return same(own, other)

    async def play() -> list[bool]:
        mirror = OpenPortalMirror(tmp_path, ready, system_runtime())
        reading = Reading(allocations={False: Listed(rows)})
        told = [await mirror.apply(reading), await mirror.apply(reading)]
        mirror.close()
        return told

    monkeypatch.setattr(AllocationTold, "__eq__", noting)
    assert asyncio.run(play()) == [True, False]
    assert beside
    assert all(beside)
    assert all(rows.beside)


def test_what_was_cut_off_is_not_taken_for_known(tmp_path: Path) -> None:
    """A closer look whose reader went away before it was told that it is written."""
    listed = AllocationTold(uuid="a" * 32, name="climate", state="OK")
    seen = AllocationTold(uuid=listed.uuid, name="climate", state="Erred")

    async def play() -> str:
        mirror = OpenPortalMirror(tmp_path, ready, system_runtime())
        await mirror.apply(Reading(allocations={False: Listed([listed])}))
        looking = asyncio.create_task(mirror.apply(Reading(some={seen.uuid: Some(False, seen)})))
        await asyncio.sleep(0)
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking
        while await mirror.database.peek(lambda tx: tx.scalar(SELECT_STATE)) != "ERRED":
            await asyncio.sleep(0.01)
        await mirror.apply(Reading(allocations={False: Listed([listed])}))
        state = await mirror.database.peek(lambda tx: tx.scalar(SELECT_STATE))
        mirror.close()
        return str(state)

    assert asyncio.run(play()) == "OK"
