"""How networks are carved of a block and given back (spec nico §2.5).

What is free of a block is kept as its largest aligned pieces, so that carving splits one piece and
giving back joins buddies: both take as many steps as an address has bits, however many parts a
block has.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import NamedTuple

from backend.core.errors import Invalid
from backend.nico.rules.values import refusal


class Net(NamedTuple):
    """A network as a number, its length, and the bits of its addresses (32 or 128)."""

    network: int
    length: int
    bits: int

    @property
    def above(self) -> Net:
        """The network of twice the size that this one is a half of."""
        low = self.bits - self.length + 1
        return Net(self.network >> low << low, self.length - 1, self.bits)

    @property
    def buddy(self) -> Net:
        """The other half of what is above."""
        return self._replace(network=self.network ^ (1 << (self.bits - self.length)))

    @property
    def end(self) -> int:
        """The first address after it."""
        return self.network + (1 << (self.bits - self.length))

    @property
    def address(self) -> str:
        """Its first address."""
        return str((IPv4Address if self.bits == 32 else IPv6Address)(self.network))

    @property
    def cidr(self) -> str:
        """Address and length."""
        return f"{self.address}/{self.length}"

    @property
    def stored(self) -> str:
        """The address in 32 hex digits, which sort as addresses do."""
        return f"{self.network:032x}"

    def holds(self, other: Net) -> bool:
        """Whether another one lies within, or is the same."""
        return self.network <= other.network and other.end <= self.end


class Pieces(ABC):
    """What is free of a block, as its largest pieces."""

    def __init__(self, block: Net) -> None:
        self.block = block

    @abstractmethod
    def has(self, piece: Net) -> bool:
        """Whether this is one of the pieces."""

    @abstractmethod
    def longest(self, most: int) -> int | None:
        """The greatest length of a piece that is no more than `most`, perhaps one of which the
        last piece is gone."""

    @abstractmethod
    def first(self, length: int, most: int) -> list[Net]:
        """The first pieces of a length, in order."""

    @abstractmethod
    def swap(self, gone: Iterable[Net], new: Iterable[Net]) -> None:
        """Have some pieces be no longer there, and others instead."""

    def carved(self, wanted: int) -> Net | None:
        """The network that would be given, None when there is no room: of the smallest piece that
        is large enough, of those the lowest."""
        length = self.longest(wanted)
        while length is not None:
            found = self.first(length, 1)
            if found:
                return found[0]._replace(length=wanted)
            length = self.longest(length - 1)
        return None

    def take(self, one: Net) -> None:
        """Take a network. Raises LookupError when it is not free."""
        halves, piece = [], one
        while not self.has(piece):
            if piece.length <= self.block.length:
                raise LookupError(f"{one.cidr} is not free")
            halves.append(piece.buddy)
            piece = piece.above
        self.swap([piece], halves)

    def joined(self, one: Net) -> tuple[Net, list[Net]]:
        """The piece that giving a network back makes, and the pieces that it takes in."""
        taken_in = []
        while one.length > self.block.length and self.has(one.buddy):
            taken_in.append(one.buddy)
            one = one.above
        return one, taken_in

    def give_back(self, one: Net) -> None:
        """Give a network back."""
        piece, taken_in = self.joined(one)
        self.swap(taken_in, [piece])


class Sketch(Pieces):
    """What would be free after something that only is thought of."""

    def __init__(self, base: Pieces) -> None:
        super().__init__(base.block)
        self._base = base
        self._new: set[Net] = set()
        self._gone: set[Net] = set()

    def has(self, piece: Net) -> bool:
        """Whether this is one of the pieces."""
        return piece in self._new or (piece not in self._gone and self._base.has(piece))

    def longest(self, most: int) -> int | None:
        """The greatest length of a piece that is no more than `most`."""
        found = self._base.longest(most)
        lengths = [one.length for one in self._new if one.length <= most]
        return max([*lengths, *([] if found is None else [found])], default=None)

    def first(self, length: int, most: int) -> list[Net]:
        """The first pieces of a length, in order."""
        kept = {*self._base.first(length, most + len(self._gone))} - self._gone
        return sorted(kept | {one for one in self._new if one.length == length})[:most]

    def swap(self, gone: Iterable[Net], new: Iterable[Net]) -> None:
        """Have some pieces be no longer there, and others instead."""
        for one in gone:
            self._new.discard(one)
            self._gone.add(one)
        for one in new:
            self._gone.discard(one)
            self._new.add(one)


def stored(address: str, length: int) -> Net:
    """A network that somebody has looked at already."""
    found = ip_address(address)
    return Net(int(found), length, found.max_prefixlen)


def net(address: str, length: int) -> Net:
    """A network by its address. Raises Invalid on one that is none, or not aligned."""
    try:
        found = ip_address(address)
    except ValueError:
        raise _wrong("prefix", f"{address!r} is no address", "such as 10.20.0.0") from None
    bits = found.max_prefixlen
    if not 1 <= length <= bits:
        raise _wrong("prefixLength", f"/{length} is no prefix length", f"use 1 to {bits}")
    low = bits - length
    one = Net(int(found) >> low << low, length, bits)
    if one.network != int(found):
        told = f"{address}/{length} has bits beyond its length"
        raise _wrong("prefix", told, f"the network is {one.cidr}")
    return one


def _wrong(field: str, told: str, hint: str) -> Invalid:
    return refusal(Invalid, "fields", told, hint, {field: told})


def free_of(block: Net, taken: Iterable[Net]) -> Iterator[Net]:
    """The free list by recomputation, in the order of addresses; what is taken is disjoint."""
    at = block.network
    for one in sorted(taken):
        yield from _between(at, one.network, block.bits)
        at = one.end
    yield from _between(at, block.end, block.bits)


def _between(start: int, end: int, bits: int) -> Iterator[Net]:
    """The fewest networks that fill a gap."""
    while start < end:
        low = min((start & -start).bit_length() - 1 if start else bits, bits)
        low = min(low, (end - start).bit_length() - 1)
        yield Net(start, bits - low, bits)
        start += 1 << low


NAMED = 4
"""As many free pieces as are told by name."""


def told(pieces: Collection[Net]) -> str:
    """What is free, in words."""
    if not pieces:
        return "nothing is free"
    names = [one.cidr for one in sorted(pieces)[:NAMED]]
    more = len(pieces) - len(names)
    return f"free: {', '.join(names)}{f' and {more:,} more' if more else ''}"
