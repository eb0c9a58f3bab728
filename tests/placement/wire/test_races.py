"""Several writers at once (spec placement §7, 61-63)."""

from __future__ import annotations

import asyncio
from collections import Counter

import httpx
import pytest

from tests.placement.wire.cloud import Ask, Cloud, claim, fresh, refused
from tests.placement.wire.differences import CONCURRENT, UNDEFINED

ROUNDS = 20


def race(cloud: Cloud, provider: str, writers: int, each: int) -> Counter[tuple[int, str]]:
    """What becomes of writers who create consumers of one unit, one after another."""

    async def write() -> list[httpx.Response]:
        body = claim({provider: {"VCPU": 1}})
        return [await cloud.send(Ask("PUT", f"/allocations/{fresh()}", body)) for _ in range(each)]

    async def run() -> list[list[httpx.Response]]:
        return await asyncio.gather(*(write() for _ in range(writers)))

    told = [answer for answers in cloud.runner.run(run()) for answer in answers]
    return Counter((204, "") if a.status_code == 204 else refused(a) for a in told)


def test_p61_a_provider_never_has_more_than_it_has(our_cloud: Cloud) -> None:
    p = our_cloud.provider({"VCPU": {"total": 60}})
    assert race(our_cloud, p, 4, 25) == {(204, ""): 60, (409, UNDEFINED): 40}
    assert our_cloud.used(p) == {"VCPU": 60}


@pytest.mark.parametrize("writers", [4, 16])
def test_capacity_is_exact_for_as_many_writers_as_you_like(our_cloud: Cloud, writers: int) -> None:
    for _ in range(ROUNDS):
        p = our_cloud.provider({"VCPU": {"total": 6}})
        told = race(our_cloud, p, writers, 16 // writers)
        assert told == {(204, ""): 6, (409, UNDEFINED): 10}
        assert our_cloud.used(p) == {"VCPU": 6}


def test_p62_one_of_two_writers_of_one_generation(any_cloud: Cloud) -> None:
    p = any_cloud.provider({"VCPU": {"total": 1000}})
    for _ in range(ROUNDS):
        c = any_cloud.holding(p, {"VCPU": 1})
        asks = [
            Ask("PUT", f"/allocations/{c}", claim({p: {"VCPU": amount}}, 1)) for amount in (2, 3)
        ]
        one_wins(any_cloud, asks)
        assert any_cloud.get(f"/allocations/{c}")["consumer_generation"] == 2


def test_p63_one_of_two_creators(any_cloud: Cloud) -> None:
    p = any_cloud.provider({"VCPU": {"total": 1000}})
    for _ in range(ROUNDS):
        c = fresh()
        asks = [Ask("PUT", f"/allocations/{c}", claim({p: {"VCPU": amount}})) for amount in (2, 3)]
        one_wins(any_cloud, asks)
        assert any_cloud.get(f"/allocations/{c}")["consumer_generation"] == 1


def one_wins(cloud: Cloud, asks: list[Ask]) -> None:
    """Of these requests exactly one is done, the others met somebody else's change."""
    told = sorted(cloud.together(asks), key=lambda answer: answer.status_code)
    assert told[0].status_code == 204
    assert [refused(answer) for answer in told[1:]] == [(409, CONCURRENT)] * (len(asks) - 1)
