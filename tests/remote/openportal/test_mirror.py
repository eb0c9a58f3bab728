"""How what was read of a Waldur gets into its mirror."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from backend.core.runtime import system_runtime
from backend.openportal.client import AllocationTold, Listed
from backend.remote.openportal.mirror import OpenPortalMirror
from backend.remote.openportal.reading import Reading


async def ready() -> None:
    """There is nothing to wait for."""


def test_lists_are_compared_beside_the_event_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [AllocationTold(uuid="a" * 32, name="climate"), AllocationTold(uuid="b" * 32)]
    same, beside = AllocationTold.__eq__, []

    def noting(own: AllocationTold, other: object) -> bool:
        beside.append(True)
        with suppress(RuntimeError):
            asyncio.get_running_loop()
            beside[-1] = False
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
