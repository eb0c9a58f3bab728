"""What a NICo shows, in a mirror."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from backend.core.database import Tx
from backend.core.runtime import Runtime
from backend.nico.client import AllocationTold, BlockTold, Listed, MachineTold
from backend.remote.mirror import Mirror, Ready
from backend.remote.nico import allocations, blocks, parties, stock
from backend.remote.nico.export import explain
from backend.remote.nico.reading import Reading


class NicoMirror(Mirror):
    """The copy of a NICo."""

    def __init__(self, folder: Path, ready: Ready, runtime: Runtime) -> None:
        super().__init__(folder, ready, runtime)
        self.heard: Callable[[], None] = lambda: None
        """Called when what a decision or a closer look needs is not as it was listed."""
        self._last: dict[str, AllocationTold] = {}
        """What was said last of allocations that are there."""
        self._parts: dict[str, Listed[BlockTold]] = {}
        """What blocks were said to consist of, while nothing else told of them."""
        self._machines: Sequence[MachineTold] = ()
        self._carved: Sequence[BlockTold] = ()
        """A tenant's own blocks, whose roots only its allocations tell."""
        self._own = ""
        """The provider that the organisation is, `` for none."""

    def last(self, uuid: str) -> AllocationTold | None:
        """What was said last of an allocation."""
        return self._last.get(uuid)

    async def apply(self, reading: Reading) -> bool:
        """Make the copy as the reading says; False when it was so already."""
        if reading.fresh:
            self.reads += 1
        if reading.machines is not None:
            self._machines = reading.machines.rows
        if reading.standing is not None:
            own = reading.standing.provider
            self._own = own.id if own else ""
        if reading.blocks is not None:
            self._carved = [one for one in reading.blocks.rows if one.tenant_id]
        last = self._remembered(reading)
        changed, _ = await self.write(lambda tx: self._apply(tx, reading, last))
        self._last = last
        if reading.some_blocks:
            self._parts.clear()
        self._parts |= {root: one for root, one in reading.parts.items() if one is not None}
        if changed and reading.fresh:
            self.heard()
        return changed

    async def explain(self) -> Sequence[str]:
        """Have it as a world file may say it, until it is read again; what that changes."""
        self._last, self._parts = {}, {}
        return await self.database.awrite(explain)

    def _remembered(self, reading: Reading) -> dict[str, AllocationTold]:
        """What is known of allocations with this reading."""
        whole = reading.allocations is not None and reading.allocations.whole
        kept = {} if whole else dict(self._last)
        kept |= {one.id: one for one in reading.told()}
        for uuid, told in reading.some.items():
            if told is None:
                kept.pop(uuid, None)
        return kept

    def _apply(self, tx: Tx, reading: Reading, last: Mapping[str, AllocationTold]) -> None:
        told = [one for one in reading.told() if self._last.get(one.id) != one]
        parties.put(tx, reading, told)
        self._put_types(tx, reading, told)
        blocks.ensure(tx, told)
        roots = self._put_blocks(tx, reading, last)
        self._drop(tx, reading)
        late = allocations.without_blocks(tx) if roots else ()
        again = [last[uuid] for uuid in late if uuid in last]
        allocations.put(tx, list({one.id: one for one in [*told, *again]}.values()))
        for type, uses in reading.uses.items():
            stock.put_uses(tx, type, uses, self._machines)
        stock.count_pools(tx)
        for root in roots:
            blocks.refresh(tx, root)

    def _put_types(self, tx: Tx, reading: Reading, told: Sequence[AllocationTold]) -> None:
        if reading.types is not None:
            stock.put_types(tx, reading.types.rows, self._own, whole=reading.types.whole)
        stock.put_types(tx, reading.some_types, self._own)
        stock.ensure_types(tx, told)
        if reading.machines is not None:
            stock.put_machines(tx, reading.machines.rows, whole=reading.machines.whole)

    def _put_blocks(self, tx: Tx, reading: Reading, last: Mapping[str, AllocationTold]) -> set[int]:
        """Put blocks; the roots of which something is not as it was."""
        told = [*(reading.blocks.rows if reading.blocks else ()), *reading.some_blocks]
        changed = blocks.put(tx, [one for one in told if not one.tenant_id], {})
        own = self._carved if reading.blocks or reading.allocations else ()
        carved = [*own, *(one for one in reading.some_blocks if one.tenant_id)]
        if carved:
            changed |= blocks.put(tx, carved, blocks.parents_of(last.values()))
        for root, parts in reading.parts.items():
            if parts is None or self._parts.get(root) != parts:
                changed |= blocks.put_parts(tx, root, parts)
        return changed

    def _drop(self, tx: Tx, reading: Reading) -> None:
        """What is gone, before something else has its name."""
        allocations.drop(tx, [uuid for uuid, told in reading.some.items() if told is None])
        if reading.allocations is not None and reading.allocations.whole:
            allocations.drop_others(tx, {one.id for one in reading.allocations.rows})
        for resource, listed in reading.of.items():
            if listed.whole:
                allocations.drop_others_of(tx, resource, {one.id for one in listed.rows})
        if reading.blocks is not None and reading.blocks.whole:
            blocks.drop_roots(tx, {one.id for one in reading.blocks.rows})
