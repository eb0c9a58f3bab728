"""The SQL of what is free of a block, kept as its largest pieces (spec nico §2.5)."""

from __future__ import annotations

from collections.abc import Iterable

from backend.core.database.tx import Tx
from backend.nico.rules import carve
from backend.nico.rules.carve import Net, Pieces

HAS = "SELECT count(*) FROM nico_free WHERE block_id = ? AND length = ? AND network = ?"
LONGEST = "SELECT max(length) FROM nico_free WHERE block_id = ? AND length <= ?"
FIRST = """
SELECT network FROM nico_free WHERE block_id = ? AND length = ? ORDER BY network LIMIT ?"""
SELECT = "SELECT network, length FROM nico_free WHERE block_id = ? ORDER BY network"
INSERT = "INSERT INTO nico_free (block_id, length, network) VALUES (?, ?, ?)"
DELETE = "DELETE FROM nico_free WHERE block_id = ? AND length = ? AND network = ?"
CLEAR = "DELETE FROM nico_free WHERE block_id = ?"


class FreeList(Pieces):
    """The free list of a block, by the block's key and network."""

    def __init__(self, tx: Tx, block_id: int, block: Net) -> None:
        super().__init__(block)
        self._tx = tx
        self._id = block_id

    def has(self, piece: Net) -> bool:
        """Whether this is a piece of the list."""
        return bool(self._tx.scalar(HAS, (self._id, piece.length, piece.stored)))

    def longest(self, most: int) -> int | None:
        """The greatest length of a piece that is no more than `most`."""
        found: int | None = self._tx.scalar(LONGEST, (self._id, most))
        return found

    def first(self, length: int, most: int) -> list[Net]:
        """The first pieces of a length."""
        rows = self._tx.all(FIRST, (self._id, length, most))
        return [Net(int(network, 16), length, self.block.bits) for (network,) in rows]

    def pieces(self) -> list[Net]:
        """All of it, in the order of addresses."""
        rows = self._tx.all(SELECT, (self._id,))
        return [Net(int(network, 16), length, self.block.bits) for network, length in rows]

    def swap(self, gone: Iterable[Net], new: Iterable[Net]) -> None:
        """Have some pieces be no longer there, and others instead."""
        self._tx.many(DELETE, [(self._id, one.length, one.stored) for one in gone])
        self._tx.many(INSERT, [(self._id, one.length, one.stored) for one in new])

    def reset(self, taken: Iterable[Net] = ()) -> None:
        """Make the list anew, of all that is not taken."""
        self.clear()
        self.swap((), carve.free_of(self.block, taken))

    def clear(self) -> None:
        """Forget the list."""
        self._tx.execute(CLEAR, (self._id,))
