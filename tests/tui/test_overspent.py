"""Codes over their limit are counted again and again, but not all the time, and the last change
is not missed."""

from __future__ import annotations

import asyncio

import pytest

from tests.http.test_client import looped
from tests.tui.panes.harbour import uuid_of
from tests.tui.portals import portal_of
from tests.tui.stage import Stage
from tui import overspent
from tui.overspent import Overspent


@looped
async def test_it_is_put_off_for_longer_than_it_took(
    harbour: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overspent, "REST", 10**6)
    counted = Overspent(lambda: None)
    before = await counted.count(harbour.backend)
    portal_of(harbour).put(uuid_of(portal_of(harbour), "ocean-ai"), node_usage=70_000)
    assert [await counted.count(harbour.backend) for _ in range(3)] == [before] * 3
    assert await Overspent(lambda: None).count(harbour.backend) == before + 1


@looped
async def test_what_was_put_off_is_done_when_it_is_due(harbour: Stage) -> None:
    woken = asyncio.Event()
    counted = Overspent(woken.set)
    before = await counted.count(harbour.backend)
    portal_of(harbour).put(uuid_of(portal_of(harbour), "ocean-ai"), node_usage=70_000)
    while await counted.count(harbour.backend) == before:
        await asyncio.wait_for(woken.wait(), 60)
        woken.clear()
    assert await counted.count(harbour.backend) == before + 1
