"""Networks are carved and given back as a model that recomputes everything does it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.database import Tx
from backend.nico.rules.carve import Net, Pieces, Sketch, free_of, net
from backend.nico.store import blocks
from tests.nico.brute import Network, brute, recomputed
from tests.nico.cloud import B16, B22, B30, V6, Cloud

BLOCKS = ("10.20.0.0/16", "192.168.0.0/22", "10.9.9.0/30", "0.0.0.0/1", "2001:db8::/32", "::/1")


class InMemory(Pieces):
    """A free list without a database."""

    def __init__(self, block: Net) -> None:
        super().__init__(block)
        self.pieces = {block}

    def has(self, piece: Net) -> bool:
        return piece in self.pieces

    def longest(self, most: int) -> int | None:
        return max((one.length for one in self.pieces if one.length <= most), default=None)

    def first(self, length: int, most: int) -> list[Net]:
        return sorted(one for one in self.pieces if one.length == length)[:most]

    def swap(self, gone: Iterable[Net], new: Iterable[Net]) -> None:
        self.pieces -= set(gone)
        assert self.pieces.isdisjoint(new := set(new))
        self.pieces |= new


def of(network: Network) -> Net:
    """A network as bursar has it."""
    return net(str(network.network_address), network.prefixlen)


def check(block: Network, taken: Sequence[Network], free: Iterable[Net]) -> None:
    """Children are disjoint, aligned and inside, and leave what is free."""
    parts = sorted(of(one) for one in taken)
    for one, after in zip(parts, parts[1:], strict=False):
        assert one.end <= after.network
    for one in parts:
        assert of(block).holds(one)
        assert one.network % (1 << (one.bits - one.length)) == 0
    expected = [of(one) for one in recomputed(block, taken)]
    assert sorted(free) == expected
    assert list(free_of(of(block), parts)) == expected


steps = st.lists(
    st.one_of(
        st.tuples(st.just("carve"), st.integers(0, 9)),
        st.tuples(st.just("release"), st.integers(0, 30)),
        st.tuples(st.just("resize"), st.integers(0, 300)),
    ),
    max_size=40,
)


def run(block: Network, free: Pieces, moves: Iterable[tuple[str, int]]) -> list[Network]:
    """Carve, give back and resize, as the model does; what is taken in the end."""
    taken: list[Network] = []
    for move, n in moves:
        wanted = min(block.prefixlen + n % 10, block.max_prefixlen)
        if move == "release" and taken:
            free.give_back(of(taken.pop(n % len(taken))))
        elif move == "carve":
            found, expected = free.carved(wanted), brute(block, taken, wanted)
            assert (found.cidr if found else None) == (str(expected) if expected else None)
            if found is not None and expected is not None:
                free.take(found)
                taken.append(expected)
        elif move == "resize" and taken:
            resize(block, free, taken, n % len(taken), wanted)
    return taken


def resize(block: Network, free: Pieces, taken: list[Network], n: int, wanted: int) -> None:
    """Another length for one that is taken, first thought of and then done."""
    old, others = of(taken[n]), taken[:n] + taken[n + 1 :]
    sketch = Sketch(free)
    sketch.give_back(old)
    found, expected = sketch.carved(wanted), brute(block, others, wanted)
    assert (found.cidr if found else None) == (str(expected) if expected else None)
    if found is None or expected is None:
        return
    sketch.take(found)
    free.give_back(old)
    free.take(found)
    for length in range(block.max_prefixlen + 1):
        assert sketch.first(length, 100) == free.first(length, 100)
    taken[n] = expected


@given(st.sampled_from(BLOCKS), steps)
def test_any_sequence_is_as_recomputed(cidr: str, moves: list[tuple[str, int]]) -> None:
    block = ip_network(cidr)
    free = InMemory(of(block))
    check(block, run(block, free, moves), free.pieces)


@pytest.mark.parametrize("uuid", [B16, B22, B30, V6])
def test_what_is_stored_is_as_recomputed(c: Cloud, uuid: str) -> None:
    one = c.block(uuid)
    block = ip_network(one.cidr)
    moves = [(("carve", "carve", "release", "resize")[n * 7 % 4], n * 37 % 31) for n in range(80)]

    def work(tx: Tx) -> None:
        free = blocks.free_list(tx, one)
        taken = run(block, free, moves)
        check(block, taken, free.pieces())
        for each in taken:
            free.give_back(of(each))
        assert free.pieces() == [of(block)]

    c.database.write(work)


def test_what_is_not_free_is_not_taken() -> None:
    free = InMemory(net("10.0.0.0", 30))
    free.take(net("10.0.0.0", 31))
    for taken in (net("10.0.0.1", 32), net("10.0.0.0", 30), net("10.0.1.0", 32)):
        with pytest.raises(LookupError, match="is not free"):
            free.take(taken)
